"""A serial device behind a pseudo-terminal: true rate, true silence, true vanishing."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import termios
import threading
import time
import tty
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Self

from vein_devices.serial.faults import Faults, Noise
from vein_devices.serial.serial_device import SerialDevice

__all__ = ["PtyDevice"]

_RATES = {
    getattr(termios, f"B{rate}"): rate
    for rate in (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
}


class PtyDevice:
    """Runs a device behind a pseudo-terminal whose name a driver opens as a port.

    At a wrong rate it hears and says nothing. Bytes take the time they take on the
    line. It can vanish as if unplugged, and come back under another name; `link`, if
    given, is kept pointing to it, as /dev/serial/by-id does.

    Parameters
    ----------
    device : SerialDevice
        What to run.
    faults : Faults
        How the line misbehaves; may be changed at any time through `faults`.
    link : Path, optional
        A symbolic link that always leads to the device while it is there.
    """

    def __init__(
        self,
        device: SerialDevice,
        faults: Faults | None = None,
        link: Path | None = None,
    ) -> None:
        self.device = device
        self.link = link
        self._noise = Noise(faults or Faults())
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._master = self._slave = -1
        self.port = ""
        """Name of the terminal now; "" while unplugged."""

    @property
    def faults(self) -> Faults:
        """How the line misbehaves."""
        return self._noise.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._noise = Noise(faults)

    @property
    def damaged(self) -> int:
        """Bytes spoiled since the faults were set."""
        return self._noise.damaged

    def plug_in(self) -> None:
        """Appear, under whatever name the system gives."""
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.port = os.ttyname(self._slave)
        if self.link is not None:
            self.link.unlink(missing_ok=True)
            self.link.symlink_to(self.port)
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Vanish in the middle of whatever goes on."""
        if self._thread is None:
            return
        self._stopping.set()
        self._thread.join()
        self._thread = None
        if self.link is not None:
            self.link.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)
        self.port = ""

    def __enter__(self) -> Self:
        self.plug_in()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.unplug()

    def _host_baud(self) -> int:
        return _RATES.get(termios.tcgetattr(self._master)[5], 0)

    def _run(self) -> None:
        waiting: deque[tuple[float, bytes]] = deque()  # (earliest time, bytes)
        free_s = time.monotonic()  # when the line is free again
        while not self._stopping.is_set():
            now_s = time.monotonic()
            wait_s = 0.01
            if waiting:
                wait_s = min(wait_s, max(0.0, max(waiting[0][0], free_s) - now_s))
            readable, _, _ = select.select([self._master], [], [], wait_s)
            now_s = time.monotonic()
            answers = self.device.tick(now_s)
            if readable:
                with contextlib.suppress(BlockingIOError):
                    data = os.read(self._master, 65536)
                    if self.device.baud in (None, self._host_baud()):
                        answers += self.device.receive(data, now_s)
            for pause_s, data in answers:
                waiting.append((now_s + pause_s, self._noise.spoil(data)))
            if self._noise.faults.babble and not waiting:
                waiting.append((now_s, self._noise.babble()))
            if waiting and max(waiting[0][0], free_s) <= now_s:
                due_s, data = waiting.popleft()
                sent = self._send(data[:512])
                if sent < len(data):
                    waiting.appendleft((due_s, data[sent:]))
                if self.device.baud:
                    # 10 bits a byte; a line that fell behind does not hurry.
                    start_s = max(free_s, now_s - 0.02)
                    free_s = start_s + sent * 10.0 / self.device.baud

    def _send(self, data: bytes) -> int:
        """Write what the line takes; at a wrong rate it is lost."""
        if self.device.baud not in (None, self._host_baud()):
            return len(data)
        try:
            return os.write(self._master, data) if data else 0
        except BlockingIOError:
            time.sleep(0.001)
            return 0
