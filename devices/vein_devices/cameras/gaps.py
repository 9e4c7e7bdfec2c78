"""Frames that a camera took and nobody told of, by the time between those that came."""

from __future__ import annotations

import statistics
from collections import deque

__all__ = ["GapCounter"]

_KNOWN = 4
"""Intervals before a rate is known. A camera that exposes longer in dim light counts as
losing frames for as many."""
_MISSED = {True: 1.5, False: 3.0}
"""So many usual intervals are a gap: by the device's clock, and by the arrival here,
which wavers."""


_CATCHING_UP = 0.9
"""A busy server sends what it is behind with at once; that is no new rate. One that is
faster indeed is believed in some seconds."""


class GapCounter:
    """Counts what is missing in a steady stream.

    Parameters
    ----------
    by_device : bool
        Whether times are those of the device's clock, or those of arrival.
    """

    def __init__(self, *, by_device: bool) -> None:
        self._factor = _MISSED[by_device]
        self._last_s: float | None = None
        self._intervals: deque[float] = deque(maxlen=2 * _KNOWN)

    def lost(self, time_s: float, told: int = 0) -> int:
        """Take note of a frame.

        Parameters
        ----------
        time_s : s
            When it was taken, or came.
        told : int
            Frames known to be lost before it.

        Returns
        -------
        int, >= 0
            How many more were lost.
        """
        last_s, self._last_s = self._last_s, time_s
        if last_s is None or time_s <= last_s:
            return 0
        passed_s = time_s - last_s
        interval_s, missing = passed_s / (1 + told), 0
        if len(self._intervals) >= _KNOWN:
            usual_s = statistics.median_low(self._intervals)
            interval_s = max(interval_s, _CATCHING_UP * usual_s)
            if passed_s > (self._factor + told) * usual_s:
                missing = max(0, round(passed_s / usual_s) - 1 - told)
        self._intervals.append(interval_s)
        return missing
