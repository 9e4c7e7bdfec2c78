"""Frames that a camera took and nobody told of, by the time between those that came."""

from __future__ import annotations

import statistics
from collections import deque

__all__ = ["GapCounter"]

_KNOWN = 4
"""Intervals before a rate is known."""
_MISSED = {True: 1.5, False: 3.0}
"""So many usual intervals are a gap: by the device's clock, and by the arrival here,
which wavers."""
_AT_ONCE, _CATCHING_UP = 0.3, 0.9
"""A busy server sends what it is behind with at once, in under a third of the time;
that is no new rate. One that is so much faster is believed in some seconds."""
_HEAP_SHARE, _ALIKE = 0.25, 1.25
"""The usual interval is the shortest that so many are about as long as: where half of
the pictures are lost, half of the intervals are longer than it."""
_NEW_RATE = 5
"""So many alike in a row are the interval from then on, however long; by chance they
are not where pictures are lost."""


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
        self._intervals: deque[float] = deque(maxlen=6 * _KNOWN)

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
            usual_s = self._usual_s()
            if interval_s < _AT_ONCE * usual_s:
                interval_s = _CATCHING_UP * usual_s
            if passed_s > (self._factor + told) * usual_s:
                missing = max(0, round(passed_s / usual_s) - 1 - told)
        self._intervals.append(interval_s)
        return missing

    def _usual_s(self) -> float:
        """The interval of a stream that loses nothing."""
        last = list(self._intervals)[-_NEW_RATE:]
        if max(last) <= _ALIKE * min(last):
            return statistics.median_low(last)  # a rate of its own, if a new one
        ordered = sorted(self._intervals)
        least = max(2, round(_HEAP_SHARE * len(ordered)))
        starts = range(len(ordered) - least + 1)
        alike = (at for at in starts if ordered[at + least - 1] <= _ALIKE * ordered[at])
        at = next(alike, starts[-1])
        most_s = self._factor * ordered[at + least // 2]
        return statistics.median_low([one_s for one_s in ordered if one_s < most_s])
