"""Before and after in one window: the verdict, the pictures, the sites, the course."""

from __future__ import annotations

from html import escape

import cv2
import numpy as np
from qtpy.QtCore import Qt, QTimer
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from vein_devices.frame import Pixels
from vein_imaging.comparison.telling.difference import draw_difference
from vein_imaging.comparison.telling.picture import draw_change_map, legend_lines
from vein_imaging.report.comparison_page import picture_uri
from vein_imaging.treatment import VisitFacts
from vein_imaging.treatment.compared_photos import ComparedPhotos, LaterPhoto
from vein_imaging.treatment.photographs import Photo
from vein_imaging.viewer.before_after.course_page import CoursePage
from vein_imaging.viewer.before_after.picture_row import PictureRow
from vein_imaging.viewer.before_after.save_comparison import SaveMenu
from vein_imaging.viewer.before_after.site_fates import SiteFates
from vein_imaging.viewer.before_after.verdict_frame import VerdictFrame
from vein_imaging.viewer.qt.patient_line import patient_line
from vein_imaging.viewer.qt.style import TARGET_PX, stylesheet
from vein_imaging.words import marked, plural
from vein_imaging.words import translate as _

__all__ = ["ComparisonWindow", "swiped"]

_BLINK_MS = 900  # slow enough to look at each, and far from what flickers
_DIVIDER_RGB = (255, 196, 107)  # amber: no vein, skin or class of the overlay has it
_ZOOM = 1.25  # as a notch of the wheel
_MARGINS_PX = 40  # of the window, and between modes and zoom
_MODES = (
    ("side", marked("Side by side")),
    ("swipe", marked("Swipe")),
    ("changes", marked("Changes")),
    ("blink", marked("Blink")),
    ("difference", marked("Difference")),
    ("sites", marked("Treated sites")),
    ("course", marked("Course")),
)


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
    """Shows compared photographs. Everything is in the frame of the first.

    Parameters
    ----------
    parent : QWidget, optional
    compared : ComparedPhotos
    facts : VisitFacts, optional
        Whose legs these are: on top.
    save : SaveMenu, optional
        Without it nothing can be saved.
    """

    def __init__(
        self,
        parent: QWidget | None,
        compared: ComparedPhotos,
        facts: VisitFacts | None = None,
        save: SaveMenu | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("vein-imaging: before and after"))
        self.setStyleSheet(stylesheet())
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self._compared = compared
        self._before = _rgb(compared.picture)
        self.verdict = VerdictFrame()
        self.row = PictureRow(
            len(compared.photos), [True, *(one.aligned for one in compared.later)]
        )
        self.left, self.right = self.row.views[:2]
        self.captions = self.row.captions
        self.sites = SiteFates()
        self.course = CoursePage(compared)
        self.stack = QStackedWidget()
        for page in (self.row, self.sites, self.course):
            self.stack.addWidget(page)
        self.later = QComboBox()
        self.later.setAccessibleName(_("Which later picture"))
        for one in compared.later:
            self.later.addItem(self._after(one), one)
        self.later.setCurrentIndex(len(compared.later) - 1)
        self.later.setVisible(len(compared.later) > 1)
        self.modes = QButtonGroup(self)
        self.divider = QSlider(Qt.Orientation.Horizontal)
        self.divider.setRange(0, 100)
        self.divider.setValue(50)
        self.divider.setAccessibleName(_("Dividing line"))
        self.legend = QLabel()
        self.legend.setWordWrap(True)
        self.save = save
        self._blink = QTimer(self)
        self._blink.setInterval(_BLINK_MS)
        self._blink.timeout.connect(self._turn)
        self._shows_after = False
        self._buttons, self._looks = QHBoxLayout(), QHBoxLayout()
        self.tools = QWidget()
        self._lay_out(facts)
        self.divider.valueChanged.connect(self._show)
        self.modes.idClicked.connect(self._show)
        self.later.currentIndexChanged.connect(self._choose_later)
        self._choose_later()

    @property
    def chosen(self) -> LaterPhoto:
        """The later picture that the verdict is of."""
        return self._compared.later[self.later.currentIndex()]

    @property
    def mode(self) -> str:
        """What is shown: "side", "swipe", ..."""
        return _MODES[self.modes.checkedId()][0]

    def show_mode(self, name: str) -> None:
        """Show one of the modes, if these pictures have it."""
        at = [mode for mode, _words in _MODES].index(name)
        button = self.modes.button(at)
        if button is not None and button.isEnabled():
            button.setChecked(True)
            self._show()

    def _lay_out(self, facts: VisitFacts | None) -> None:
        buttons, looks = self._buttons, self._looks
        tools = QHBoxLayout(self.tools)
        tools.setContentsMargins(0, 0, 0, 0)
        for at, (name, words) in enumerate(_MODES):
            button = QPushButton(_(words))
            button.setCheckable(True)
            button.setAutoDefault(False)
            self.modes.addButton(button, at)
            button.setVisible(self._has(name))
            buttons.addWidget(button)
        self.modes.buttons()[0].setChecked(True)
        buttons.addStretch(1)
        looks.addWidget(self.later)
        looks.addWidget(self.divider, 1)
        looks.addWidget(self.legend, 1)
        looks.addStretch(0)
        for text, tip, action in (
            ("\N{MINUS SIGN}", _("Zoom out"), lambda: self._zoom(1 / _ZOOM)),
            ("+", _("Zoom in"), lambda: self._zoom(_ZOOM)),
            (_("Fit"), _("Show the whole pictures"), self.fit),
        ):
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.setMinimumWidth(TARGET_PX)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(lambda _=False, a=action: a())
            tools.addWidget(button)
        if self.save is not None:
            tools.addWidget(self.save.button)
        whole = QVBoxLayout(self)
        whole.setSpacing(6)
        if facts is not None:
            whole.addWidget(patient_line(facts))
        whole.addWidget(self.verdict)
        whole.addLayout(buttons)
        whole.addLayout(looks)
        whole.addWidget(self.stack, 1)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Put zoom and save beside the modes where there is room; Qt calls this."""
        super().resizeEvent(event)
        modes = sum(
            button.sizeHint().width() + self._buttons.spacing()
            for button in self.modes.buttons()
            if not button.isHidden()
        )
        room = self.width() - modes - _MARGINS_PX
        fits = self.tools.sizeHint().width() <= room
        (self._buttons if fits else self._looks).addWidget(self.tools)

    def _has(self, name: str) -> bool:
        """Whether any of the pictures can be shown so."""
        if name == "sites":
            return any(one.sites for one in self._compared.later)
        return name != "course" or self._compared.course is not None

    def _may(self, name: str) -> bool:
        """Whether the chosen later picture can be shown so."""
        if name in ("swipe", "blink", "difference"):
            return self.chosen.aligned
        if name == "changes":
            return self.chosen.comparison.verdict != "refused"
        return name != "sites" or bool(self.chosen.sites)

    def _choose_later(self, *_index: object) -> None:
        """Take another later picture: another verdict, other ways to look at it."""
        one = self.chosen
        self.verdict.show_verdict(one)
        for at, (name, _words) in enumerate(_MODES):
            button = self.modes.button(at)
            assert button is not None
            button.setEnabled(self._may(name))
            button.setToolTip("" if self._may(name) else _why_not(name, one))
        if not self._may(self.mode):
            self.modes.buttons()[0].setChecked(True)
        self.sites.show_sites(one)
        self._show()

    def fit(self) -> None:
        """Show the whole pictures."""
        self.row.fit()
        self.sites.picture.fit()

    def _zoom(self, factor: float) -> None:
        if self.mode == "sites":
            self.sites.picture.zoom(factor)
        else:
            self.row.zoom(factor)

    def _after(self, one: LaterPhoto, *, note: bool = False) -> str:
        """Name a later picture: its day, and how long after the first."""
        days = (one.photo.day - self._compared.first.day).days
        words = plural("{after}, {days} day later", "{after}, {days} days later", days)
        title = words.format(after=_titled(_("AFTER"), one.photo), days=days)
        if one.aligned or not note:
            return title
        return _("{title}, not aligned").format(title=title)

    def _turn(self) -> None:
        self._shows_after = not self._shows_after
        self._show()

    def _show(self, *_state: object) -> None:
        mode = self.mode
        self.divider.setVisible(mode == "swipe")
        self.legend.setText(_legend(self.chosen) if mode == "changes" else "")
        self.legend.setVisible(bool(self.legend.text()))
        if mode != "blink":
            self._blink.stop()
        elif not self._blink.isActive():
            self._blink.start()
        pages = {"sites": self.sites, "course": self.course}
        self.stack.setCurrentWidget(pages.get(mode, self.row))
        if mode not in pages:
            self.row.show_pictures(self._pictures(mode))

    def _pictures(self, mode: str) -> list[tuple[str, Pixels]]:
        """What is seen in a mode, each with its caption."""
        one, before = self.chosen, self._before
        names = _titled(_("BEFORE"), self._compared.first), self._after(one)
        if mode == "side":
            later = [
                (self._after(each, note=True), _rgb(each.shown))
                for each in self._compared.later
            ]
            return [(names[0], before), *later]
        if mode == "swipe":
            words = _(
                "{before}  \N{LEFTWARDS ARROW} line \N{RIGHTWARDS ARROW}  {after}"
            ).format(before=names[0], after=names[1])
            share = self.divider.value() / 100
            return [(words, swiped(before, _rgb(one.shown), share))]
        if mode == "blink":
            shown = _rgb(one.shown) if self._shows_after else before
            return [(names[self._shows_after], shown)]
        if mode == "difference":
            words = _("Lighter AFTER: blue. Darker: orange. Not compared: grey")
            return [(words, draw_difference(before, one.comparison))]
        drawn = draw_change_map(before, one.comparison, width_px=before.shape[1])
        return [(_("What became of each vein, over BEFORE"), drawn)]


def _titled(name: str, photo: Photo) -> str:
    return f"{name} {photo.day:%d %b %Y}"


def _why_not(mode: str, one: LaterPhoto) -> str:
    if mode == "sites":
        return _("No injection was marked on the first picture.")
    if not one.aligned:
        return _("The pictures could not be aligned.")
    return _("Too few veins stand out: nothing was measured.")


def _legend(one: LaterPhoto) -> str:
    """Each line as it is drawn, with its dashes, and what it is, in rich text."""
    parts = [
        f'<img src="{picture_uri(swatch, exact=True)}" style="vertical-align: middle">'
        f"&nbsp;{escape(words)}"
        for swatch, words in legend_lines(one.comparison)
    ]
    return "&nbsp;&nbsp; ".join(parts)


def _rgb(picture: Pixels) -> Pixels:
    if picture.ndim == 3:
        return picture
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB), np.uint8)
