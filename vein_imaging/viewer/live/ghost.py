"""The earlier picture over the live one, and how to hold the camera as it was held."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vein_imaging.capture import LivePicture
from vein_imaging.comparison.guiding.guide import ADVICE, Guide, ViewMatch
from vein_imaging.viewer.qt.in_background import InBackground
from vein_imaging.words import translate as _

__all__ = ["Ghost", "match_in_words"]

_MOST_ADVICE = 2  # a person does one thing after the other


class Ghost:
    """Lays an earlier picture over live ones, and matches them in a thread.

    Parameters
    ----------
    said : callable
        Called with what to say about the newest match; "" for nothing.
    failed : callable
        Called with why the earlier picture cannot be shown.
    """

    def __init__(
        self, said: Callable[[str], None], failed: Callable[[Exception], None]
    ) -> None:
        self._said, self._failed = said, failed
        self._guide: Guide | None = None
        self._work: InBackground | None = None
        self._wanted = 0
        self.opacity = 0.4
        """Of the earlier picture."""

    @property
    def shown(self) -> bool:
        """Whether an earlier picture lies over the live one."""
        return self._guide is not None

    def take(self, read: Callable[[], NDArray[np.uint8]]) -> None:
        """Read an earlier picture in a thread, then show it.

        Parameters
        ----------
        read : callable
            Gives the picture.
        """
        self.drop()
        wanted = self._wanted
        self._said(_("Reading the earlier picture\N{HORIZONTAL ELLIPSIS}"))

        def shown(guide: Guide) -> None:
            if wanted == self._wanted:
                self._guide = guide
                self._said(_("Earlier picture: hold the camera as it was held"))

        def failed(error: Exception) -> None:
            if wanted == self._wanted:
                self._said("")
                self._failed(error)

        work = InBackground(lambda: Guide(read()))
        work.returned.connect(shown)
        work.errored.connect(failed)
        work.start()

    def drop(self) -> None:
        """Show no earlier picture any more; an answer that comes later is left."""
        self._wanted += 1
        self._guide = self._work = None
        self._said("")

    def over(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture with the earlier one over it, where there is one."""
        if self._guide is None or self.opacity == 0:
            return picture
        return self._guide.ghost(picture, opacity=self.opacity)

    def look_at(self, shown: LivePicture) -> None:
        """Match a live picture, unless the one before is still being matched."""
        guide = self._guide
        if guide is None or self._work is not None:
            return
        picture = shown.frame.pixels if shown.result is None else shown.result.picture
        wanted = self._wanted
        self._work = work = InBackground(guide.match, picture)

        def told(match: ViewMatch) -> None:
            if wanted == self._wanted:
                self._said(match_in_words(match))

        def over() -> None:
            if self._work is work:
                self._work = None

        work.returned.connect(told)
        work.errored.connect(self._failed)
        work.finished.connect(over)
        work.start()


def match_in_words(match: ViewMatch) -> str:
    """The score, and what to change first.

    Parameters
    ----------
    match : ViewMatch
    """
    score = _("Match {score:.0f} of 100").format(score=match.score)
    advice = [_(ADVICE[name]) for name in match.advice[:_MOST_ADVICE]]
    if not advice:
        advice = [_("As it was held before: photograph now")]
    return ". ".join((score, *advice)) + "."
