"""How old the pictures of a stream are, by its own time or by the line it comes on.

No picture arrives before it was taken. So the smallest difference seen between arrival
here and the stream's own time is the offset of the two clocks, and what another
picture's difference has above it is the time that it waited on its way. The shortest
way of all is not seen: it counts as none.

A stream without a time of its own is judged by its line. Before a line that was idle
nothing waits: the picture behind it is fresh. On a line that is never idle pictures may
wait in every buffer on the way, and are at most as old as the line has been busy.
"""

from __future__ import annotations

from collections import deque

__all__ = ["LineWatch", "StreamClock"]

_DRIFT = 0.001
"""Clocks of cameras differ from ours by up to a thousandth (30 frames/s stated where
29.97 come): the offset may rise that fast, and a wait of seconds is not forgotten
within a minute."""
_TIDY_COUNT, _TIDY_S = 10, 2.0
"""After so many pictures and so much time a stream's own time must have moved ..."""
_TIDY_PACES = (0.1, 5.0)
"""... at this pace beside ours, or it is none (milliseconds, a constant): a slow line
makes it three times slower than ours, and catching up faster."""
_JUMPS, _JUMPS_S = 3, 60.0
"""A clock that was set back so often in so short a time is none to judge by: every
picture would count as new."""


class StreamClock:
    """Tells how long ago a picture was taken, by the time that the stream gives it."""

    def __init__(self) -> None:
        self._offset_s: float | None = None
        self._last: tuple[float, float] | None = None  # (stream, ours), the last seen
        self._first: tuple[float, float] | None = None
        self._count = 0
        self._set_back_s: deque[float] = deque(maxlen=_JUMPS)  # when, by ours
        self._jumps = False
        self.usable = True
        """Whether the stream's time moves as a time does."""

    @property
    def seen(self) -> bool:
        """Whether a picture has come by which others can be judged."""
        return self._offset_s is not None

    def see(self, stream_s: float, began_s: float, *, idle: bool) -> None:
        """Take note of a picture's arrival.

        Parameters
        ----------
        stream_s : s
            When it was taken, by the stream's own time.
        began_s : s
            When it began to arrive, by ours.
        idle : bool
            Whether nothing came just before it.
        """
        seen_s = began_s - stream_s
        if self._offset_s is None or self._last is None:
            self._offset_s, self._first = seen_s, (stream_s, began_s)
        elif stream_s < self._last[0]:
            # Its clock was set back: the wait before is the best guess.
            self._set_back_s.append(began_s)
            if len(self._set_back_s) == _JUMPS:
                self._jumps |= began_s - self._set_back_s[0] < _JUMPS_S
            waited_s = self._last[1] - self._last[0] - self._offset_s
            self._offset_s = seen_s - (0.0 if idle else max(0.0, waited_s))
            self._first, self._count = (stream_s, began_s), 0
        else:
            rise_s = _DRIFT * (began_s - self._last[1]) if idle else 0.0
            self._offset_s = min(seen_s, self._offset_s + max(0.0, rise_s))
        self._last = stream_s, began_s
        self._count += 1
        self._judge()

    def _judge(self) -> None:
        if self._jumps:
            self.usable = False
            return
        if self._first is None or self._last is None or self._count < _TIDY_COUNT:
            return
        ours_s = self._last[1] - self._first[1]
        if ours_s >= _TIDY_S:
            pace = (self._last[0] - self._first[0]) / ours_s
            self.usable = _TIDY_PACES[0] <= pace <= _TIDY_PACES[1]

    def age_s(self, stream_s: float, now_s: float) -> float:
        """How old a picture is now.

        Parameters
        ----------
        stream_s : s
            When it was taken, by the stream's own time.
        now_s : s
            Now, by ours.

        Returns
        -------
        s, >= 0
        """
        return max(0.0, now_s - stream_s - (self._offset_s or 0.0))


_QUIET_S = 0.003  # what a busy computer makes of no wait at all
_QUIET_TIMES = 3.0
"""A pause so many times longer than a piece of a picture needs is one of the sender,
and none of a slow line."""


class LineWatch:
    """Tells whether a line was idle before a picture, and since when it is busy.

    Parameters
    ----------
    now_s : s
        When it was opened: nothing waits in it yet.
    """

    def __init__(self, now_s: float) -> None:
        self._last_s = self._empty_s = now_s
        self._paces: deque[float] = deque(maxlen=64)  # s/byte inside of pictures
        self.busy_since_s = now_s
        """Since when something may have been waiting on the way."""

    def empty(self, now_s: float) -> None:
        """Take note that nothing waits here."""
        self._empty_s = now_s

    def piece(
        self,
        now_s: float,
        count: int,
        waited_s: float,
        *,
        inside: bool,
        stopped: bool,
        full: bool,
    ) -> bool:
        """Take note of bytes.

        Parameters
        ----------
        now_s : s
            When they came.
        count : int, > 0
            How many.
        waited_s : s
            How long they were waited for.
        inside : bool
            Whether they go on with a picture that had begun.
        stopped : bool
            Whether the wait was so long that this program must have been stopped.
        full : bool
            Whether more may lie behind them.

        Returns
        -------
        bool
            Whether the line was idle for a time before them.
        """
        absent_s = now_s - waited_s - self._empty_s
        passed_s = now_s - self._last_s
        self._last_s = self._empty_s = now_s
        paces = sorted(self._paces)
        # The quicker ones: a busy computer makes some slower, and a slow line all.
        pace = paces[len(paces) // 4] if paces else 0.0
        elsewhere = stopped or absent_s > waited_s
        if inside and not elsewhere:
            self._paces.append(waited_s / count)
        # While we were elsewhere all lay here, unless there was no more room for it.
        # A pause inside of a picture is the line's own.
        free = not full if elsewhere else not inside
        idle = free and passed_s > _QUIET_S + _QUIET_TIMES * pace * count
        if idle:
            self.busy_since_s = now_s
        return idle
