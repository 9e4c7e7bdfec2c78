"""The page "Devices": calibration, what the camera counted, and the doctor."""

from __future__ import annotations

import time
from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from vein_calibration.profile import Profile
from vein_imaging.capture import LiveFeed
from vein_imaging.viewer.canvas.picture_canvas import PictureCanvas
from vein_imaging.viewer.devices.calibration_desk import CalibrationDesk
from vein_imaging.viewer.devices.calibration_panel import CalibrationPanel
from vein_imaging.viewer.devices.camera_counters import CameraCounters, counted
from vein_imaging.viewer.devices.doctor_list import DoctorList
from vein_imaging.viewer.live.live_view import LiveView
from vein_imaging.words import translate as _

__all__ = ["DevicesPage"]

_EVERY_S = 0.5  # figures that change faster cannot be read


class DevicesPage(QWidget):
    """Everything about camera and computer; nothing of the patient.

    Parameters
    ----------
    feed : LiveFeed
    live : LiveView
    canvas : PictureCanvas
        Shows the target while a calibration is on.
    calibrated : callable
        Puts a saved profile in force.
    """

    def __init__(
        self,
        feed: LiveFeed,
        live: LiveView,
        canvas: PictureCanvas,
        calibrated: Callable[[Profile], None],
    ) -> None:
        super().__init__()
        self._feed = feed
        self._live = live
        self._due_s = 0.0
        self.panel = CalibrationPanel()
        self.desk = CalibrationDesk(
            self.panel, live, canvas, feed.status.address, calibrated
        )
        self.counters = CameraCounters()
        self.doctor = DoctorList()
        inner = QWidget()
        inner.setObjectName("panel")
        column = QVBoxLayout(inner)
        self.others: list[QWidget] = []
        for title, part in (
            (_("Calibration"), self.panel),
            (_("What the camera counted"), self.counters),
            (_("Doctor"), self.doctor),
        ):
            heading = QLabel(title)
            heading.setProperty("role", "total")
            column.addWidget(heading)
            column.addWidget(part)
            if part is not self.panel:
                self.others += [heading, part]
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(6, 0, 0, 0)
        whole.addWidget(scroll)

    @property
    def calibrating(self) -> bool:
        """Whether the picture shows the target, and not the veins."""
        return self.desk.state is not None

    def tick(self) -> None:
        """Take up what is new; called by the window's timer."""
        self.desk.tick()
        now_s = time.monotonic()
        if now_s < self._due_s or not self.isVisible():
            return
        self._due_s = now_s + _EVERY_S
        for part in self.others:
            part.setVisible(not self.calibrating)
        self.counters.show_counts(counted(self._feed.status, self._live.shown, now_s))

    def close_page(self) -> None:
        """End a calibration, and show no answer that comes later."""
        self.desk.stop()
        self.doctor.close_list()
