"""The newest picture of a camera, small and without analysis: which one is it."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import cv2
import numpy as np
from qtpy.QtGui import QImage

from vein_devices import Frame
from vein_devices.supervision.states import DeviceStatus
from vein_devices.supervision.supervisor import SupervisedCamera
from vein_imaging.capture import watched_camera
from vein_imaging.capture.mailbox import Mailbox

__all__ = ["CameraPreview", "preview_image"]

_PAUSE_S = 0.1
"""Ten small pictures a second show that it lives; a drawing can make hundreds."""


@dataclass(slots=True)
class _Look:
    """One camera while it is looked at."""

    camera: SupervisedCamera
    mailbox: Mailbox[Frame]
    over: threading.Event

    def take(self, frame: Frame) -> None:
        self.mailbox.put(frame)
        if not self.camera.live:
            self.over.wait(_PAUSE_S)


class CameraPreview:
    """Holds at most one camera open. No Qt thread waits for it, except in `stop`."""

    def __init__(self) -> None:
        self._look: _Look | None = None

    def start(self, url: str) -> None:
        """Look at a camera; `stop` comes first.

        Parameters
        ----------
        url : str

        Raises
        ------
        DeviceAddressError
            If the address names no camera.
        """
        camera, _overflow = watched_camera(url, wait_for_camera=True)
        self._look = _Look(camera, Mailbox[Frame](), threading.Event())
        camera.start(self._look.take)

    def stop(self) -> None:
        """Let go of the camera: about two seconds, even if its driver hangs."""
        look, self._look = self._look, None
        if look is not None:
            look.over.set()
            look.camera.close()

    @property
    def status(self) -> DeviceStatus | None:
        """Of the camera; None where none is looked at."""
        return None if self._look is None else self._look.camera.status

    def newest(self) -> Frame | None:
        """Take the newest picture; None where nothing new came."""
        return None if self._look is None else self._look.mailbox.take()


def preview_image(frame: Frame, width_px: int, height_px: int) -> QImage:
    """Make a small picture of a frame that fits into a box.

    Parameters
    ----------
    frame : Frame
    width_px, height_px : px

    Returns
    -------
    QImage
        Owns its pixels.
    """
    pixels = frame.pixels
    height, width = pixels.shape[:2]
    scale = min(width_px / width, height_px / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    if small.ndim == 2:
        small = cv2.cvtColor(small, cv2.COLOR_GRAY2RGB)
    small = np.ascontiguousarray(small)
    image = QImage(
        small.tobytes(), *size, small.strides[0], QImage.Format.Format_RGB888
    )
    return QImage(image.copy())
