"""A camera that is opened again after it was unplugged; nobody waits for it.

One thread, one state machine and one set of counters for each camera, whoever uses it:
`read` fetches frames one by one, `start` has every frame handed on.
"""

from __future__ import annotations

import math
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Self

from vein_devices.address import parse_address, without_password
from vein_devices.cameras.table import CAMERAS, open_camera
from vein_devices.clock import SYSTEM_CLOCK, Clock
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceError,
    DeviceTimeoutError,
    EndOfStreamError,
)
from vein_devices.frame import Frame
from vein_devices.protocols import Camera
from vein_devices.supervision.states import (
    DeviceState,
    DeviceStatus,
    Patience,
    StateMachine,
)

__all__ = ["SupervisedCamera", "supervise", "watch"]

_QUEUE = 4  # an eighth of a second of pictures: a longer queue would show the past
_CLOSE_S = 2.0
"""Longer than most drivers wait. A thread that is stuck longer is abandoned."""
_SLICE_S = 0.25  # a request to close is heard within this


class _Worker(threading.Thread):
    """Owns one driver from opening to closing. Given up when the driver hangs."""

    def __init__(self, owner: SupervisedCamera) -> None:
        super().__init__(name=f"camera {owner.address}", daemon=True)
        self.stopping = threading.Event()
        self.alive_s = 0.0
        self._owner = owner

    def run(self) -> None:
        pause_s: float | None = 0.0
        while pause_s is not None and not self.stopping.wait(pause_s):
            pause_s = self._owner._serve(self)
        self._owner._ended(self)


class SupervisedCamera:
    """A `Camera` around another that fails: it is opened again, found by identity.

    Its thread opens, reads and closes the driver, so that `read` and `close` come back
    in time whatever the driver does. Numbers of frames go on through reconnections.

    Parameters
    ----------
    address : str
        The URL in full.
    make : callable
        Makes the driver's camera afresh for each opening. It may raise a `DeviceError`.
    live : bool
        True: when frames are not fetched, the oldest of four is dropped and counted.
        False (recordings): the driver waits.
    reopens : bool
        True: a camera that fails, falls silent or repeats itself is opened again.
        False (recordings): the first failure is the last, and silence is none.
    wait_for_camera : bool
        True: `open` returns at once, and the device may come later. False: it waits for
        the first success and raises what stood in its way.
    patience : Patience
        How long to wait for what.
    clock : Clock
        Time.
    """

    def __init__(
        self,
        address: str,
        make: Callable[[], Camera],
        *,
        live: bool = True,
        reopens: bool = True,
        wait_for_camera: bool = False,
        patience: Patience | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._address = without_password(address)
        self._make = make
        self.live = live
        """Whether a frame that is not fetched in time is gone."""
        self._reopens = reopens
        self._wait_for_camera = wait_for_camera
        self._patience = patience or Patience()
        if not reopens:
            self._patience = replace(
                self._patience, stall_s=math.inf, repeats=sys.maxsize
            )
        self._clock = clock
        self._machine = StateMachine(self._address, self._patience)
        self._changed = threading.Condition()
        self._frames: deque[Frame] = deque()
        self._worker: _Worker | None = None
        self._left_behind: _Worker | None = None
        self._deliver: Callable[[Frame], None] | None = None
        self._over: Callable[[], None] | None = None
        self._error: Exception | None = None
        self._nominal_fps: float | None = None
        self._index = 0
        self._dropped = 0

    @property
    def address(self) -> str:
        """The URL it was made from, less a password."""
        return self._address

    @property
    def nominal_fps(self) -> float | None:
        """Frames per second that the device stated when last opened."""
        return self._nominal_fps

    @property
    def status(self) -> DeviceStatus:
        """State and counters now; a frozen value, from any thread."""
        with self._changed:
            self._look_after()
            return self._machine.status

    def open(self) -> None:
        """Start watching over the device.

        Raises
        ------
        DeviceError
            Unless `wait_for_camera`: what kept it from opening. It is left closed.
        """
        with self._changed:
            if self._worker is not None:
                return
            self._begin()
            if self._wait_for_camera:
                return
            self._changed.wait_for(
                lambda: self._error or self._machine.was_open,
                self._patience.hang_s,
            )
            if self._machine.was_open:
                return
            error = self._error
        self.close()
        raise error or DeviceTimeoutError(
            f"{self._address}: the driver did not open it in "
            f"{self._patience.hang_s:.0f} s; unplug it and plug it in again"
        )

    def start(
        self, deliver: Callable[[Frame], None], over: Callable[[], None] | None = None
    ) -> None:
        """Start watching over the device; errors are shown in `status` only.

        Parameters
        ----------
        deliver : callable
            Given every frame, in the camera's own thread; it may take its time where
            the camera can wait.
        over : callable
            Called when no further frame can come.
        """
        with self._changed:
            if self._worker is None:
                self._begin(deliver, over)

    def _begin(
        self,
        deliver: Callable[[Frame], None] | None = None,
        over: Callable[[], None] | None = None,
    ) -> None:
        self._machine = StateMachine(self._address, self._patience)
        self._frames.clear()
        self._index = self._dropped = 0
        self._error = None
        self._deliver, self._over = deliver, over
        self._start()

    def _start(self) -> None:
        self._machine.opening(self._clock.monotonic_s())
        self._worker = _Worker(self)
        self._worker.alive_s = self._clock.monotonic_s()
        self._worker.start()

    def read(self, timeout_s: float = 2.0) -> Frame:
        """Wait for the next frame, through losses and reconnections.

        Parameters
        ----------
        timeout_s : s
            Never waits longer.

        Returns
        -------
        Frame

        Raises
        ------
        DeviceTimeoutError
            If none came; the message says how the device stands. Try again.
        DeviceError
            If a person must act (`DeviceState.FAULT`), or it is closed.
        EndOfStreamError
            If a recording is over.
        """
        until_s = self._clock.monotonic_s() + timeout_s
        with self._changed:
            while not self._frames:
                self._look_after()
                state = self._machine.status.state
                if state is DeviceState.ENDED:
                    raise EndOfStreamError(f"{self._address}: no further frame")
                if state is DeviceState.FAULT and self._error is not None:
                    raise self._error
                if self._worker is None:
                    raise DeviceAbsentError(
                        f"{self._address} is not open; call open(), or use `with`"
                    )
                left_s = until_s - self._clock.monotonic_s()
                if left_s <= 0:
                    error = self._machine.status.error
                    raise DeviceTimeoutError(
                        f"{self._address}: {state.value}{': ' if error else ''}{error}"
                    )
                self._changed.wait(min(left_s, _SLICE_S))
            frame = self._frames.popleft()
            dropped, self._dropped = self._dropped, 0
            self._index += 1
            self._changed.notify_all()
            return replace(
                frame,
                index=self._index - 1,
                dropped_before=frame.dropped_before + dropped,
            )

    def close(self) -> None:
        """Let go. Returns within about two seconds, even if the driver hangs."""
        with self._changed:
            worker, self._worker = self._worker, None
            if worker is None:
                return
            worker.stopping.set()
            self._changed.notify_all()
        worker.join(_CLOSE_S)
        with self._changed:
            if worker.is_alive():
                self._left_behind = worker
                self._machine.abandoned(self._clock.monotonic_s())
            self._machine.closed(self._clock.monotonic_s())
            self._frames.clear()

    @property
    def held(self) -> bool:
        """Whether a driver that did not come back still holds the device."""
        return self._left_behind is not None and self._left_behind.is_alive()

    def _look_after(self) -> None:
        """Notice a driver that hangs, and go on without it. The lock is held."""
        worker, now_s = self._worker, self._clock.monotonic_s()
        if worker is None or self._machine.status.over or worker.alive_s == math.inf:
            return
        if self._machine.status.state is DeviceState.STREAMING:
            self._machine.silent(now_s, "the driver has not come back")
        if now_s - worker.alive_s > self._patience.hang_s:
            worker.stopping.set()
            self._machine.abandoned(now_s)
            self._start()

    # What follows runs in the worker's thread.

    def _serve(self, worker: _Worker) -> float | None:
        """Open the driver and read it until it fails; give the pause after that."""
        camera: Camera | None = None
        try:
            self._tell(worker, StateMachine.opening)
            camera = self._make()
            camera.open()
            self._nominal_fps = camera.nominal_fps
            opened = partial(StateMachine.opened, stated_fps=self._nominal_fps)
            self._tell(worker, opened)
            self._read_all(worker, camera)
        except Exception as error:  # noqa: BLE001 - kept as a state that is shown
            return self._failed(worker, error)
        finally:
            if camera is not None:
                camera.close()
        return None

    def _read_all(self, worker: _Worker, camera: Camera) -> None:
        while not worker.stopping.is_set():
            try:
                frame = camera.read(_SLICE_S)
            except DeviceTimeoutError as error:
                silent = partial(StateMachine.silent, why=str(error), timeout=True)
                self._tell(worker, silent)
            else:
                self._put(worker, frame)
            with self._changed:
                if self._machine.should_reopen(self._clock.monotonic_s()):
                    raise DeviceError(
                        f"{self._address}: {self._machine.status.error}; opened again"
                    )

    def _tell(
        self, worker: _Worker, event: Callable[[StateMachine, float], None]
    ) -> None:
        """Pass an event on, unless the worker has been given up or stopped."""
        with self._changed:
            worker.alive_s = self._clock.monotonic_s()
            if not worker.stopping.is_set():
                event(self._machine, worker.alive_s)
                self._changed.notify_all()

    def _put(self, worker: _Worker, frame: Frame) -> None:
        with self._changed:
            worker.alive_s = self._clock.monotonic_s()
            if worker.stopping.is_set():
                return
            missed = self._machine.frame(worker.alive_s, frame)
            if missed:
                dropped = frame.dropped_before + missed
                frame = replace(frame, dropped_before=dropped)
            if self._deliver is None:
                self._queue(worker, frame)
                return
            frame = replace(frame, index=self._index)
            self._index += 1
            worker.alive_s = math.inf  # it is not the driver that takes its time
        try:
            self._deliver(frame)
        finally:
            worker.alive_s = self._clock.monotonic_s()

    def _queue(self, worker: _Worker, frame: Frame) -> None:
        """Keep a frame for `read`. The lock is held."""
        while len(self._frames) >= _QUEUE and not worker.stopping.is_set():
            if self.live:
                lost = self._frames.popleft()
                self._dropped += 1 + lost.dropped_before
            else:
                self._changed.wait(_SLICE_S)
                worker.alive_s = self._clock.monotonic_s()
        self._frames.append(frame)
        self._changed.notify_all()

    def _ended(self, worker: _Worker) -> None:
        if worker is self._worker and self._over is not None:
            self._over()

    def _failed(self, worker: _Worker, error: Exception) -> float | None:
        with self._changed:
            worker.alive_s = self._clock.monotonic_s()
            if worker.stopping.is_set():
                return None
            self._error = error
            tries = self._reopens and (self._wait_for_camera or self._machine.was_open)
            pause_s = self._machine.failed(worker.alive_s, error, final=not tries)
            self._changed.notify_all()
            return pause_s

    def __enter__(self) -> Self:
        """Open."""
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        """Read until the recording ends."""
        while True:
            try:
                yield self.read()
            except EndOfStreamError:
                return


def watch(camera: Camera) -> SupervisedCamera:
    """Watch over a camera that is already made, and that is not opened again.

    Parameters
    ----------
    camera : Camera
        Closed; nobody else may use it. A supervised one is given back as it is.

    Returns
    -------
    SupervisedCamera
    """
    if isinstance(camera, SupervisedCamera):
        return camera
    return SupervisedCamera(camera.address, lambda: camera, live=False, reopens=False)


def supervise(
    url: str, *, wait_for_camera: bool = False, patience: Patience | None = None
) -> SupervisedCamera:
    """Make a camera that survives unplugging, from an address.

    Parameters
    ----------
    url : str
        As for `open_camera`.
    wait_for_camera : bool
        Whether the device may come later; see `SupervisedCamera`.
    patience : Patience, optional
        How long to wait for what.

    Returns
    -------
    SupervisedCamera

    Raises
    ------
    DeviceAddressError
        If the address is wrong.
    """
    open_camera(url)  # a wrong address is wrong at once
    kind = CAMERAS.get(parse_address(url).kind)
    return SupervisedCamera(
        url,
        lambda: open_camera(url),
        live=kind is None or kind.live,
        reopens=kind is None or kind.shows == "camera",
        wait_for_camera=wait_for_camera,
        patience=patience,
    )
