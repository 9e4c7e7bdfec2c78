"""What was given in this session and what still fits, first and large."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QWidget

from vein_imaging.viewer.injecting.dose_view import RoomView, no_room_known
from vein_imaging.words import translate as _

__all__ = ["SoFarPanel"]

_BUTTON_PX = 96  # both of its texts fit, and the figures beside it never move


class SoFarPanel(QFrame):
    """Two large numbers, the single injection below, and the way to the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("so_far")
        self.given = _label("number")
        self.given_of = _label("caption")
        self.fits = _label("number")
        self.fits_of = _label("caption")
        self._fits_caption = _caption(_("Still fits"))
        self.show_list = QPushButton()
        self.show_list.setCheckable(True)
        self.show_list.setFixedWidth(_BUTTON_PX)
        self.show_list.setAccessibleName(_("Show the list of what was given"))
        self.show_list.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 4, 8, 6)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.addWidget(_caption(_("Given, this session")), 0, 0)
        grid.addWidget(self._fits_caption, 0, 1)
        grid.addWidget(self.given, 1, 0)
        grid.addWidget(self.fits, 1, 1)
        grid.addWidget(self.given_of, 2, 0)
        grid.addWidget(self.fits_of, 2, 1)
        grid.addWidget(self.show_list, 0, 2, 3, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.setColumnStretch(0, 5)
        grid.setColumnStretch(1, 7)
        self.show_list.toggled.connect(lambda on: self._name_button())
        self._count = 0
        self.show_given("0", _("nothing yet"), 0)
        self.show_room(no_room_known())

    def show_given(self, ml: str, of: str, count: int) -> None:
        """Say what the session holds.

        Parameters
        ----------
        ml : str
            All that was given, voided entries left out.
        of : str
            Of what, in how many injections.
        count : int
            Entries in the list.
        """
        self.given.setText(_("{ml} mL").format(ml=ml))
        self.given_of.setText(of)
        self._count = count
        self._name_button()

    def show_room(self, room: RoomView) -> None:
        """Say what still fits of what is typed."""
        self.fits.setText(room.fits)
        self.fits_of.setText(room.of)
        said = _("Still fits, {span}") if room.span else _("Still fits")
        self._fits_caption.setText(said.format(span=room.span))

    def _name_button(self) -> None:
        words = _("Back to\nthe form") if self.show_list.isChecked() else _("List: {n}")
        self.show_list.setText(words.format(n=self._count))


def _caption(text: str) -> QLabel:
    label = _label("caption")
    label.setText(text)
    return label


def _label(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(role == "caption")
    label.setIndent(0)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
