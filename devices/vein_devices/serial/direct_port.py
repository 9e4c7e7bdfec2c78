"""A serial device without a line between: for simulated lights on any system."""

from __future__ import annotations

from vein_devices.clock import SYSTEM_CLOCK, Clock
from vein_devices.serial.serial_device import SerialDevice

__all__ = ["DirectPort"]


class DirectPort:
    """A `SerialPort` that hands bytes straight to a simulated device.

    Parameters
    ----------
    device : SerialDevice
        What answers.
    clock : Clock
        Time.
    """

    def __init__(self, device: SerialDevice, clock: Clock = SYSTEM_CLOCK) -> None:
        self.device = device
        self._clock = clock
        self._waiting = bytearray()

    def _take(self, answers: list[tuple[float, bytes]]) -> None:
        for _pause_s, data in answers:
            self._waiting += data

    def read(self, count: int, timeout_s: float) -> bytes:
        """Give what the device has said; wait for more if it said nothing."""
        self._take(self.device.tick(self._clock.monotonic_s()))
        if not self._waiting and timeout_s > 0:
            self._clock.sleep(min(timeout_s, 0.001))
            self._take(self.device.tick(self._clock.monotonic_s()))
        data = bytes(self._waiting[:count])
        del self._waiting[:count]
        return data

    def write(self, data: bytes) -> None:
        """Hand bytes to the device."""
        self._take(self.device.receive(data, self._clock.monotonic_s()))

    def set_baud(self, baud: int) -> None:
        """Do nothing: there is no line."""

    def drain(self, quiet_s: float) -> bytes:
        """Throw away what the device has said."""
        data = bytes(self._waiting)
        self._waiting.clear()
        return data

    def close(self) -> None:
        """Do nothing."""
