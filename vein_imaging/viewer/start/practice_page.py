"""Just look, or practise: a page that cannot be taken for a record's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vein_devices.listing import Listing
from vein_devices.supervision.doctor import list_all
from vein_imaging.domain.limits import REGIONS
from vein_imaging.viewer.qt.choice import tall_choice
from vein_imaging.viewer.qt.style import TARGET_PX
from vein_imaging.viewer.start.camera_choice import THUMBNAIL_PX, CameraChoice
from vein_imaging.words import translate as _

__all__ = ["PracticePage"]


class PracticePage(QWidget):
    """Camera and region, under a band over the whole width.

    Parameters
    ----------
    camera : str
        As remembered.
    region : str
        Whose limits hold at first.
    devices : callable
        Lists what is plugged in.

    Signals
    -------
    asked(str)
        Begin, with the limits of this region.
    back_asked()
    """

    asked = Signal(str)
    back_asked = Signal()

    def __init__(
        self,
        camera: str = "",
        region: str = "US",
        *,
        devices: Callable[[], Sequence[Listing]] = list_all,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setProperty("practice", "true")
        self.camera = CameraChoice(camera, drawn=True, devices=devices)
        self.camera.picture.setMinimumSize(*THUMBNAIL_PX)
        self.region = tall_choice(_("Limits of"), [(one, one) for one in REGIONS])
        self.region.setCurrentIndex(max(self.region.findData(region), 0))
        self.go_on = QPushButton(_("Begin to practise"))
        self.go_on.setObjectName("main")
        self.back = QPushButton(_("Back"))
        self.problem = QLabel()
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self._lay_out()
        self.go_on.clicked.connect(
            lambda: self.asked.emit(str(self.region.currentData()))
        )
        self.back.clicked.connect(self.back_asked)

    def say(self, problem: str) -> None:
        """Say why it cannot begin."""
        self.problem.setText(problem)

    def _lay_out(self) -> None:
        band = QWidget()
        band.setObjectName("band")
        band.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        words = QLabel(_("PRACTICE \N{EM DASH} no patient, nothing is kept"))
        words.setProperty("role", "patient")
        inside = QHBoxLayout(band)
        inside.addWidget(words, 0, Qt.AlignmentFlag.AlignCenter)
        label = QLabel(_("Limits of"))
        label.setProperty("role", "caption")
        label.setMinimumHeight(TARGET_PX)
        rows = QFormLayout()
        rows.addRow(label, self.region)
        buttons = QHBoxLayout()
        buttons.addWidget(self.back)
        buttons.addWidget(self.go_on, 1)
        form = QWidget()
        form.setFixedWidth(460)
        inner = QVBoxLayout(form)
        inner.setSpacing(12)
        inner.addWidget(self.camera, 1)
        inner.addLayout(rows)
        inner.addWidget(self.problem)
        inner.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(band)
        column.addStretch(1)
        column.addWidget(form, 6, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
