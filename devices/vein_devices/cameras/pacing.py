"""Frames at a steady rate from a source that could give them all at once."""

from __future__ import annotations

from vein_devices.clock import Clock
from vein_devices.errors import DeviceTimeoutError

__all__ = ["FramePacer"]


class FramePacer:
    """Lets one frame through at each beat.

    Parameters
    ----------
    fps : 1/s, >= 0
        0 lets everything through at once.
    clock : Clock
        Time.
    """

    def __init__(self, fps: float, clock: Clock) -> None:
        self._period_s = 1.0 / fps if fps > 0 else 0.0
        self._clock = clock
        self._due_s: float | None = None
        self._before_s = 0.0  # when the beat before was due

    def wait(self, timeout_s: float, *, live: bool, gap_s: float | None = None) -> int:
        """Wait for the next beat.

        Parameters
        ----------
        timeout_s : s
            Never waits longer.
        gap_s : s, optional
            From the beat before to this one, where it is not the period.
        live : bool
            True: beats that passed meanwhile are lost. False: none is lost, and after a
            pause the rhythm starts again instead of rushing.

        Returns
        -------
        int, >= 0
            How many beats were lost.

        Raises
        ------
        DeviceTimeoutError
            If the beat comes later than the timeout; nothing is lost by trying again.
        """
        if not self._period_s:
            return 0
        now_s = self._clock.monotonic_s()
        if self._due_s is None:
            self._due_s = now_s
        elif gap_s is not None:
            self._due_s = self._before_s + gap_s
        wait_s = self._due_s - now_s
        if wait_s > timeout_s:
            self._clock.sleep(timeout_s)
            raise DeviceTimeoutError(
                f"the next frame is due in {wait_s - timeout_s:.2f} s"
            )
        self._clock.sleep(wait_s)
        late = max(0, int(-wait_s / self._period_s))
        if live:
            self._due_s += (1 + late) * self._period_s
            return late
        self._before_s = now_s if late else self._due_s
        self._due_s = self._before_s + self._period_s
        return 0
