"""What may be said of two pictures, in large letters, the doubts below."""

from __future__ import annotations

from qtpy.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from vein_imaging.treatment.compared_photos import LaterPhoto
from vein_imaging.viewer.qt.style import set_look
from vein_imaging.words import translate as _

__all__ = ["VerdictFrame", "verdict_headline"]

# No green: the program measures, it does not congratulate.
_LOOKS = {
    "comparable": "none",
    "doubtful": "warn",
    "too early": "warn",
    "refused": "stop",
}
_HIGHEST_PX = 190  # the pictures keep two thirds of a window of 720 px


def verdict_headline(one: LaterPhoto) -> str:
    """Say the verdict, and how much of the leg it speaks of.

    Parameters
    ----------
    one : LaterPhoto
    """
    if not one.aligned:
        return one.said.headline
    share = 100 * one.comparison.compared_share
    if one.said.verdict == "refused":
        words = _("{verdict} \N{EM DASH} {share:.0f} % of the leg lies over each other")
    else:
        words = _("{verdict} \N{EM DASH} {share:.0f} % of the leg was compared")
    return words.format(verdict=one.said.headline, share=share)


class VerdictFrame(QScrollArea):
    """The verdict of one later picture; what is too long for the window is scrolled."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setMaximumHeight(_HIGHEST_PX)
        self.setAccessibleName(_("Verdict"))
        self._frame = QFrame()

    def show_verdict(self, one: LaterPhoto) -> None:
        """Show what may be said of a later picture.

        Parameters
        ----------
        one : LaterPhoto
        """
        said = one.said
        self._frame = QFrame()
        look = _LOOKS[said.verdict]
        # aligned, and only not measured: it may well be looked at
        look = "warn" if said.verdict == "refused" and one.aligned else look
        set_look(self._frame, "verdict", look)
        column = QVBoxLayout(self._frame)
        column.setSpacing(4)
        lines = [("verdict", verdict_headline(one))]
        lines += [("", text) for text in (said.figure, said.all_veins) if text]
        lines += [("", reason) for reason in said.reasons]
        if one.aligned and said.verdict == "refused":
            lines.append(("", _("Look at them in one frame: swipe, blink, difference.")))
        for role, text in lines:
            label = QLabel(text)
            label.setProperty("role", role)
            label.setWordWrap(True)
            label.setIndent(0)
            column.addWidget(label)
        self.setWidget(self._frame)
        self.fit_height()

    def fit_height(self) -> None:
        """Be as high as the words need at this width, within the limit."""
        width = self.viewport_width()
        layout = self._frame.layout()
        needed = layout.heightForWidth(width) if layout is not None else 0
        self.setFixedHeight(min(_HIGHEST_PX, max(needed, 40) + 4))

    def viewport_width(self) -> int:
        """Width that the words have."""
        view: QWidget | None = self.viewport()
        return self.width() if view is None else view.width()

    def resizeEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Lines break elsewhere; Qt calls this."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.fit_height()
