"""Before and after in one window: side by side, swiped, and what changed."""

from __future__ import annotations

from datetime import date

import cv2
import numpy as np
from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from vein_devices.frame import Pixels
from vein_imaging.comparison import Comparison
from vein_imaging.comparison.telling.difference import draw_difference
from vein_imaging.comparison.telling.picture import CHANGE_STYLES, draw_change_map
from vein_imaging.treatment.may_say import ComparedDays, Sayable, may_say
from vein_imaging.viewer.before_after.linked_pictures import LinkedView, link
from vein_imaging.viewer.qt.style import set_look, stylesheet
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["ComparisonWindow", "swiped"]

# No green: the program measures, it does not congratulate.
_VERDICTS = {
    "comparable": "none",
    "doubtful": "warn",
    "too early": "warn",
    "refused": "stop",
}
_BLINK, _DIFFERENCE = 3, 4  # numbers of their buttons
_BLINK_MS = 900  # slow enough to look at each, and far from what flickers
_DIVIDER_RGB = (255, 196, 107)  # amber: no vein, skin or class of the overlay has it


def swiped(before: Pixels, after: Pixels, share: float) -> Pixels:
    """BEFORE left of a line and AFTER right of it.

    Parameters
    ----------
    before, after : (H, W, 3) uint8
    share : [0, 1]
        Where the line is, from the left.
    """
    width = before.shape[1]
    column = round(share * width)
    picture = after.copy()
    picture[:, :column] = before[:, :column]
    half = max(1, width // 800)
    picture[:, max(0, column - half) : column + half] = _DIVIDER_RGB
    return picture


class ComparisonWindow(QDialog):
    """Shows a comparison. Everything is in the frame of BEFORE.

    Parameters
    ----------
    parent : QWidget, optional
    before, after : (H, W) or (H, W, 3) uint8 RGB
        The pictures that were compared.
    comparison : Comparison
    days : (date, date), optional
        Of BEFORE and AFTER.
    said : Sayable, optional
        What may be said of it; left out, by these days.
    """

    def __init__(
        self,
        parent: QWidget | None,
        before: Pixels,
        after: Pixels,
        comparison: Comparison,
        days: tuple[date, date] | None = None,
        said: Sayable | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("vein-imaging: before and after"))
        self.setStyleSheet(stylesheet())
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self._comparison = comparison
        self._before = _rgb(before)
        aligned = comparison.alignment_verdict != "refused"
        self._after = _rgb(np.asarray(comparison.registered if aligned else after))
        self.left, self.right = LinkedView(), LinkedView()
        if aligned:  # else the two have nothing in common that could be linked
            link(self.left, self.right)
        self.captions = (QLabel(), QLabel())
        self.sides = (QWidget(), QWidget())
        self._days = days or (None, None)
        self._said = said or may_say(comparison, ComparedDays(*self._days))
        self.modes = QButtonGroup(self)
        self.divider = QSlider(Qt.Orientation.Horizontal)
        self.divider.setRange(0, 100)
        self.divider.setValue(50)
        self.divider.setAccessibleName(_("Dividing line"))
        self._blink = QTimer(self)
        self._blink.setInterval(_BLINK_MS)
        self._blink.timeout.connect(self._turn)
        self._shows_after = False
        self._lay_out(aligned)
        self.divider.valueChanged.connect(self._show)
        self.modes.idClicked.connect(self._show)
        self._show()

    def _lay_out(self, aligned: bool) -> None:
        row = QHBoxLayout()
        refused = self._comparison.verdict == "refused"
        for at, (name, possible) in enumerate(
            (
                (_("Side by side"), True),
                (_("Swipe"), aligned),
                (_("Changes"), not refused),
                (_("Blink"), aligned),
                (_("Difference"), aligned),
            )
        ):
            button = QPushButton(name)
            button.setCheckable(True)
            button.setEnabled(possible)
            button.setAutoDefault(False)
            self.modes.addButton(button, at)
            row.addWidget(button)
        self.modes.buttons()[0].setChecked(True)
        row.addWidget(self.divider, 1)
        row.addStretch(1)
        for text, action in (
            ("\N{MINUS SIGN}", lambda: self.left.zoom(1 / 1.25)),
            ("+", lambda: self.left.zoom(1.25)),
            (_("Fit"), self.fit),
        ):
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, a=action: a())
            row.addWidget(button)
        pictures = QHBoxLayout()
        for caption, view, side in zip(
            self.captions, (self.left, self.right), self.sides, strict=True
        ):
            caption.setProperty("role", "total")
            column = QVBoxLayout(side)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(caption)
            column.addWidget(view, 1)
            pictures.addWidget(side, 1)
        whole = QVBoxLayout(self)
        whole.addWidget(self._answer())
        whole.addLayout(row)
        whole.addLayout(pictures, 1)

    def _answer(self) -> QFrame:
        """What may be said, in words; the percentage never without its error."""
        said = self._said
        frame = QFrame()
        set_look(frame, "verdict", _VERDICTS[said.verdict])
        column = QVBoxLayout(frame)
        lines = [("verdict", said.headline)]
        lines += [("", text) for text in (said.figure, said.all_veins) if text]
        lines += [("", reason) for reason in said.reasons]
        for role, text in lines:
            label = QLabel(text)
            label.setProperty("role", role)
            label.setWordWrap(True)
            label.setIndent(0)
            column.addWidget(label)
        return frame

    def fit(self) -> None:
        """Show the whole pictures."""
        for view in (self.left, self.right):
            view.fit()

    def _turn(self) -> None:
        self._shows_after = not self._shows_after
        self._show()

    def _show(self, *_state: object) -> None:
        mode = self.modes.checkedId()
        before, after = (
            _titled(*pair) for pair in zip(_NAMES, self._days, strict=True)
        )
        self.divider.setVisible(mode == 1)
        if mode != _BLINK:
            self._blink.stop()
        elif not self._blink.isActive():
            self._blink.start()
        side_by_side = mode == 0
        self.sides[1].setVisible(side_by_side)
        if mode == 0:
            self.left.show_picture(self._before)
            self.right.show_picture(self._after)
            texts = (before, after)
        elif mode == 1:
            share = self.divider.value() / 100
            self.left.show_picture(swiped(self._before, self._after, share))
            texts = (
                _(
                    "{before}  \N{LEFTWARDS ARROW} line \N{RIGHTWARDS ARROW}  {after}"
                ).format(before=before, after=after),
                "",
            )
        elif mode == _BLINK:
            shown, text = (
                (self._after, after) if self._shows_after else (self._before, before)
            )
            self.left.show_picture(shown)
            texts = (text, "")
        elif mode == _DIFFERENCE:
            self.left.show_picture(draw_difference(self._before, self._comparison))
            texts = (_("Lighter AFTER: blue. Darker: orange. Not compared: grey"), "")
        else:
            width = self._before.shape[1]
            drawn = draw_change_map(self._before, self._comparison, width_px=width)
            self.left.show_picture(drawn)
            texts = (_legend(), "")
        for caption, text in zip(self.captions, texts, strict=True):
            caption.setText(text)


_NAMES = (marked("BEFORE"), marked("AFTER"))


def _titled(name: str, day: date | None) -> str:
    return _(name) if day is None else f"{_(name)} {day:%d %b %Y}"


def _legend() -> str:
    """Colours in words, in rich text."""
    parts = [
        f'<span style="color: rgb{style.colour}">\N{BLACK SQUARE}</span> '
        + _(style.label)
        for style in CHANGE_STYLES.values()
    ]
    return _("CHANGE over BEFORE: {legend}").format(legend="&nbsp; ".join(parts))


def _rgb(picture: Pixels) -> Pixels:
    if picture.ndim == 3:
        return picture
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB), np.uint8)
