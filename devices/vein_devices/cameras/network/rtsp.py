"""RTSP streams through FFmpeg."""

from __future__ import annotations

from collections.abc import Iterator

from vein_devices.address import without_password
from vein_devices.cameras.source import Shot
from vein_devices.cameras.video import VideoFrame, VideoReader
from vein_devices.errors import DeviceAbsentError, DeviceDataError

__all__ = ["RtspSource"]

_OPEN_S = 3.0
"""A camera in the house answers in a tenth of this time; one that does not is
absent."""
_READ_S = 1.5
"""Less than the 2 s that a caller waits, so that the caller learns the cause, not only
of a time-out."""


class RtspSource:
    """An RTSP stream, with deadlines.

    Parameters
    ----------
    url : str
        As rtsp://user:password@host/stream.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.shown = without_password(url)
        self._video: VideoReader | None = None
        self._frames: Iterator[VideoFrame] = iter(())

    @property
    def nominal_fps(self) -> float | None:
        """What the stream states: often wrong."""
        return self._video.fps if self._video else None

    def open(self) -> None:
        """Connect, in three seconds at most.

        Raises
        ------
        DeviceAbsentError
            If it does not open.
        """
        self.close()
        try:
            self._video = VideoReader(self.url, self.shown, (_OPEN_S, _READ_S))
        except DeviceDataError:
            # not chained: FFmpeg's own message holds the password
            raise DeviceAbsentError(
                f"{self.shown}: it cannot be opened in {_OPEN_S:.0f} s; are address, "
                f"name and password right, and does it play in another program?"
            ) from None
        self._frames = self._video.frames()

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
        if self._video is None:
            raise DeviceAbsentError(f"{self.shown} is not open")
        try:
            frame = next(self._frames, None)
        except DeviceDataError:
            frame = None
        if frame is None:
            # FFmpeg does not go on after a deadline: the stream must be opened again.
            raise DeviceAbsentError(f"{self.shown}: the stream ended or fell silent")
        return Shot(frame.pixels(), dropped_before=frame.lost_before)

    def close(self) -> None:
        """Hang up."""
        if self._video is not None:
            self._video.close()
            self._video = None
