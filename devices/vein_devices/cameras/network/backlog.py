"""What a server keeps for newcomers: it comes at once, and is older than it looks.

Nothing in a stream says how long its first pictures had been kept. They come as fast as
the line carries them; pictures that are taken now come one period apart.
"""

from __future__ import annotations

__all__ = ["Backlog"]

_SETTLE_S = 3.0
"""It is skipped for no longer: one picture in two and a half seconds is the slowest
stream that is opened at all."""
_IN_STEP = 0.7  # of the usual interval: what comes no sooner has not been kept
_HICCUP_S, _HICCUPS = 0.1, 2
"""A busy computer's: no sign yet that the store is empty. One wait of any length is a
program that was kept from running; two in a row are the stream's own."""


class Backlog:
    """Tells when all that had been kept has come.

    Parameters
    ----------
    opened_s : s
        When the stream was asked for.
    """

    def __init__(self, opened_s: float) -> None:
        self._opened_s = opened_s
        self._waited_s, self._waits = 0.0, 0
        self.is_over = False
        """Whether what comes from now on is new."""

    def see(self, asked_s: float, now_s: float, usual_s: float) -> None:
        """Take note of a packet's arrival.

        Parameters
        ----------
        asked_s, now_s : s
            Since when it was waited for; when it came.
        usual_s : s
            Between two pictures by the stream's own time; 0: not known yet.
        """
        waited_s = now_s - asked_s
        if waited_s > _IN_STEP * usual_s > 0:
            self._waited_s, self._waits = self._waited_s + waited_s, self._waits + 1
        else:
            self._waited_s, self._waits = 0.0, 0
        in_step = self._waits >= _HICCUPS and self._waited_s > _HICCUP_S
        if in_step or now_s - self._opened_s > _SETTLE_S:
            self.is_over = True
