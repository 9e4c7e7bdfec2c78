"""One camera with its reader and its live thread, which can be started again."""

from __future__ import annotations

from vein_devices.protocols import Camera
from vein_imaging.capture.live import LiveLoop, LivePicture, MakeStep
from vein_imaging.capture.loop import CaptureLoop
from vein_imaging.capture.mailbox import Mailbox
from vein_imaging.capture.ring import FrameRing
from vein_imaging.capture.settings import CaptureSettings
from vein_imaging.capture.status import CaptureStatus

__all__ = ["LiveFeed"]


class LiveFeed:
    """Live pictures from one camera.

    Parameters
    ----------
    camera : Camera
        Closed; the feed's reader thread opens and closes it.
    make_step : callable
        See `vein_imaging.capture.live.MakeStep`.
    settings : CaptureSettings
        At first; assign `settings` for others.
    """

    def __init__(
        self,
        camera: Camera,
        make_step: MakeStep,
        settings: CaptureSettings | None = None,
    ) -> None:
        self._camera = camera
        self._make_step = make_step
        self._settings = settings or CaptureSettings()
        self.mailbox = Mailbox[LivePicture]()
        """Where the newest picture lies."""
        self._make_threads()

    def _make_threads(self) -> None:
        ring = FrameRing()
        self._loop = CaptureLoop(self._camera, ring)
        self._live = LiveLoop(ring, self._make_step, self.mailbox, self._settings)

    @property
    def status(self) -> CaptureStatus:
        """State of the camera now."""
        return self._loop.status

    @property
    def running(self) -> bool:
        """Whether a further picture can come."""
        return self._loop.running or self._live.running

    @property
    def settings(self) -> CaptureSettings:
        """Settings in force from the next frame on."""
        return self._settings

    @settings.setter
    def settings(self, settings: CaptureSettings) -> None:
        self._settings = self._live.settings = settings

    def start(self) -> None:
        """Start both threads."""
        self._live.start()
        self._loop.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End both threads and close the camera.

        Returns
        -------
        bool
            False if one did not end within `timeout_s`.
        """
        reader_ended = self._loop.stop(timeout_s)
        return self._live.stop(timeout_s) and reader_ended

    def restart(self) -> bool:
        """Start again after the camera failed or its recording ended.

        Returns
        -------
        bool
            False, with nothing started, if the last reader still holds the camera.
        """
        if not self.stop():
            return False
        self._make_threads()
        self.start()
        return True
