"""What may be said of two pictures, in large letters, the doubts below."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtGui import QResizeEvent, QShowEvent
from qtpy.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout

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
_HIGHEST = 0.28  # of the window: the pictures keep more than half
_EDGES_PX = 8  # of the coloured frame, both sides
_LEAST_PX = 90  # the headline, and a line of what stands against it


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
            lines.append(
                ("", _("Look at them in one frame: swipe, blink, difference."))
            )
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
        layout, window = self._frame.layout(), self.window()
        if layout is None or window is None:
            return
        for label in self._frame.findChildren(QLabel):
            label.ensurePolished()  # large letters are higher than the style's own
        layout.invalidate()
        most = max(_LEAST_PX, round(_HIGHEST * window.height()))
        # the frame's own edges are not its layout's
        needed = layout.heightForWidth(self.width() - _EDGES_PX) + _EDGES_PX
        policies = Qt.ScrollBarPolicy
        fits = needed <= most
        self.setVerticalScrollBarPolicy(
            policies.ScrollBarAlwaysOff if fits else policies.ScrollBarAlwaysOn
        )
        self.setFixedHeight(min(most, needed))

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """The style is there now; Qt calls this."""
        super().showEvent(event)
        self.fit_height()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Lines break elsewhere; Qt calls this."""
        super().resizeEvent(event)
        self.fit_height()
