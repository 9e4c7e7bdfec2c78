"""Which camera: a list of what is plugged in, with a live thumbnail of the chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qtpy.QtCore import Qt, QTimer
from qtpy.QtGui import QPixmap
from qtpy.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
)

from vein_devices.address import without_password
from vein_devices.cameras.table import CAMERAS
from vein_devices.errors import DeviceError
from vein_devices.listing import Listing
from vein_devices.supervision.doctor import list_all
from vein_imaging.capture import camera_sentence
from vein_imaging.viewer.qt.choice import tall_choice
from vein_imaging.viewer.qt.newest_only import NewestOnly
from vein_imaging.viewer.qt.style import set_look
from vein_imaging.viewer.qt.waiting import waited_for
from vein_imaging.viewer.start.camera_preview import CameraPreview, preview_image
from vein_imaging.viewer.start.no_camera import NO_CAMERA
from vein_imaging.words import translate as _

__all__ = ["THUMBNAIL_PX", "CameraChoice"]

THUMBNAIL_PX = (384, 216)
"""16 to 9, and small enough beside the list at 1280 px."""
_LEAST_PX = (192, 108)  # a leg can still be told from a wall
_TALL_PX = 440  # with the address shown; more would only be empty
_LOOK_MS = 100  # as often as the preview has a new picture
_TYPED = "typed"  # no kind of camera has this name without a colon
_DRAWN = "phantom:?seed=1"


class CameraChoice(QFrame):
    """List, address field, thumbnail, and one sentence about the chosen camera.

    Parameters
    ----------
    remembered : str
        Address that was used last; offered first.
    drawn : bool
        Whether a drawn leg is offered: to practise, never for a record.
    devices : callable
        Lists what is plugged in; called outside of the window's thread.
    """

    def __init__(
        self,
        remembered: str = "",
        *,
        drawn: bool = False,
        devices: Callable[[], Sequence[Listing]] = list_all,
    ) -> None:
        super().__init__()
        self.setObjectName("box")
        self._devices = devices
        self._drawn = drawn
        self._remembered = remembered
        self._secrets: dict[str, str] = {}
        self.preview = CameraPreview()
        self.choice = tall_choice(_("Camera"))
        self.again = QPushButton(_("Look again"))
        self.again.setToolTip(_("List the cameras that are plugged in now"))
        self.address = QLineEdit()
        self.address.setAccessibleName(_("Address of a camera"))
        self.address.setPlaceholderText(
            _("rtsp://\N{HORIZONTAL ELLIPSIS}, uvc:, file:")
        )
        self.picture = QLabel()
        self.picture.setMinimumSize(*_LEAST_PX)
        self.picture.setMaximumHeight(THUMBNAIL_PX[1])
        # It takes what room there is, and never asks for more.
        self.picture.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored
        )
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setAccessibleName(_("Picture of the camera now"))
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setProperty("role", "caption")
        self._lay_out()
        self._looked = NewestOnly(self._list, self._no_list)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self.again.clicked.connect(self.look_again)
        self.choice.activated.connect(lambda _at: self._chosen())
        self.address.editingFinished.connect(self._chosen)

    def _lay_out(self) -> None:
        self.heading = QLabel(_("Camera"))
        self.heading.setProperty("role", "total")
        row = QHBoxLayout()
        row.addWidget(self.choice, 1)
        row.addWidget(self.again)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addWidget(self.heading)
        column.addLayout(row)
        column.addWidget(self.address)
        column.addWidget(self.picture, 100)  # what is left over is its own first
        column.addWidget(self.sentence)
        column.addStretch(1)
        self.setMaximumHeight(_TALL_PX)
        self.address.hide()

    @property
    def url(self) -> str:
        """Address of the chosen camera; `NO_CAMERA` where none is wanted."""
        chosen = self.choice.currentData()
        if chosen == _TYPED:
            typed = str(self.address.text()).strip()
            return self._secrets.get(typed, typed) or NO_CAMERA
        return str(chosen) if chosen else NO_CAMERA

    def look_again(self) -> None:
        """List what is plugged in, beside the window; what was chosen stays chosen."""
        if self.choice.currentIndex() >= 0:
            self._remembered = self.url
        self.sentence.setText(_("Looking for cameras\N{HORIZONTAL ELLIPSIS}"))
        self._looked.ask(self._devices)

    def hold(self) -> None:
        """Let go of the camera, so that another part of the program can open it."""
        self._timer.stop()
        waited_for(self, self.preview.stop, _("The camera has not come back yet."))
        self.picture.clear()

    def _list(self, found: Sequence[Listing]) -> None:
        cameras = [one for one in found if _kind(one.address) in CAMERAS]
        self.choice.clear()
        for one in cameras:
            self.choice.addItem(one.name or one.address, one.address)
            self.choice.setItemData(
                self.choice.count() - 1, one.detail, Qt.ItemDataRole.ToolTipRole
            )
        if self._drawn:
            self.choice.addItem(_("Drawn leg \N{EM DASH} not a patient"), _DRAWN)
        known = {self.choice.itemData(at) for at in range(self.choice.count())}
        if self._remembered and self._remembered not in {*known, NO_CAMERA}:
            self._show_address(self._remembered)
        self.choice.addItem(_("Another address\N{HORIZONTAL ELLIPSIS}"), _TYPED)
        self.choice.addItem(_("No camera: sites by area, no pictures"), NO_CAMERA)
        self.choice.setCurrentIndex(self._first(known))
        self._chosen()

    def _first(self, known: set[object]) -> int:
        """The camera of last time, else the first; nothing is opened by surprise."""
        if self._remembered in {*known, NO_CAMERA}:
            return self.choice.findData(self._remembered)
        return self.choice.findData(_TYPED) if self._remembered else 0

    def _no_list(self, error: BaseException) -> None:
        self._list(())
        self.sentence.setText(
            _("Cameras cannot be listed: {error}").format(error=error)
        )

    def _chosen(self) -> None:
        self.address.setVisible(self.choice.currentData() == _TYPED)
        self.hold()
        self._show_sentence("")
        url = self.url
        if url == NO_CAMERA:
            self.picture.setText("\N{EM DASH}")
            if self.choice.currentData() == _TYPED:
                self._show_sentence(_("Type the address of a camera"))
            return
        if self.choice.currentData() == _TYPED:
            self._show_address(url)
        try:
            self.preview.start(url)
        except DeviceError as error:
            self._show_sentence(str(error), problem=True)
            return
        self._timer.start(_LOOK_MS)

    def _show_address(self, url: str) -> None:
        """Show an address without its password, which is kept behind it."""
        shown = without_password(url)
        if shown != url:
            self._secrets[shown] = url
        self.address.setText(shown)

    def _tick(self) -> None:
        status = self.preview.status
        if status is None:
            return
        frame = self.preview.newest()
        if frame is not None:
            image = preview_image(frame, self.picture.width(), self.picture.height())
            self.picture.setPixmap(QPixmap.fromImage(image))
        self._show_sentence(camera_sentence(status), problem=bool(status.error))

    def _show_sentence(self, text: str, *, problem: bool = False) -> None:
        set_look(self.sentence, "role", "problem" if problem else "caption")
        if self.sentence.text() != text:
            self.sentence.setText(text)


def _kind(address: str) -> str:
    return address.partition(":")[0]
