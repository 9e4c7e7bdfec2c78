"""RTSP streams through OpenCV's FFmpeg."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from vein_devices.address import without_password
from vein_devices.cameras.replay.picture_file import to_pixels
from vein_devices.cameras.source import Shot
from vein_devices.errors import DeviceAbsentError
from vein_devices.opencv import cv2

__all__ = ["RtspSource"]

_OPEN_S = 3.0
"""A camera in the house answers in a tenth of this time; one that does not is
absent."""
_READ_MS = 1500
"""Less than the 2 s that a caller waits, so that the caller learns the cause, not only
of a time-out."""


class RtspSource:
    """An RTSP stream through OpenCV's FFmpeg, with deadlines.

    Parameters
    ----------
    url : str
        As rtsp://user:password@host/stream.
    make_capture : callable
        `cv2.VideoCapture`.
    """

    def __init__(
        self, url: str, make_capture: Callable[..., Any] = cv2.VideoCapture
    ) -> None:
        self.url = url
        self.shown = without_password(url)
        self._make_capture = make_capture
        self._capture: Any = None
        self._fps: float | None = None

    @property
    def nominal_fps(self) -> float | None:
        """What the stream states: often wrong."""
        return self._fps

    def open(self) -> None:
        """Connect, in three seconds at most.

        Raises
        ------
        DeviceAbsentError
            If it does not open.
        """
        self.close()
        # Deadlines count only when given to the constructor.
        self._capture = self._make_capture(
            self.url,
            cv2.CAP_FFMPEG,
            [
                cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, int(_OPEN_S * 1000),
                cv2.CAP_PROP_READ_TIMEOUT_MSEC, _READ_MS,
            ],
        )  # fmt: skip
        if not self._capture.isOpened():
            self.close()
            raise DeviceAbsentError(
                f"{self.shown}: it cannot be opened in {_OPEN_S:.0f} s; are address, "
                f"name and password right, and does it play in another program?"
            )
        fps = float(self._capture.get(cv2.CAP_PROP_FPS))
        self._fps = fps if 0.0 < fps < 1000.0 else None

    def shot(self, timeout_s: float) -> Shot:
        """Give the next frame; a silent stream may hold this up by 1.5 s.

        Parameters
        ----------
        timeout_s : s
            As far as FFmpeg allows.

        Returns
        -------
        Shot
        """
        if self._capture is None:
            raise DeviceAbsentError(f"{self.shown} is not open")
        good, picture = self._capture.read()
        if not good or picture is None:
            # FFmpeg does not go on after a deadline: the stream must be opened again.
            raise DeviceAbsentError(f"{self.shown}: the stream ended or fell silent")
        return Shot(to_pixels(np.asarray(picture), self.shown))

    def close(self) -> None:
        """Hang up."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None
