"""One camera with its live thread, which can be started again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vein_devices.protocols import Camera
from vein_devices.supervision.states import DeviceStatus
from vein_devices.supervision.supervisor import watch
from vein_imaging.capture.live import LiveLoop, LivePicture, MakeStep
from vein_imaging.capture.mailbox import Mailbox
from vein_imaging.capture.recorder import Recorded, record_until
from vein_imaging.capture.ring import FrameRing
from vein_imaging.capture.settings import CaptureSettings

__all__ = ["LiveFeed"]


class LiveFeed:
    """Live pictures from one camera.

    Parameters
    ----------
    camera : Camera
        Closed; the feed opens and closes it.
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
        self._camera = watch(camera)
        self._make_step = make_step
        self._settings = settings or CaptureSettings()
        self.mailbox = Mailbox[LivePicture]()
        """Where the newest picture lies."""
        self._make_threads()

    def _make_threads(self) -> None:
        self._ring = FrameRing()
        self._live = LiveLoop(self._ring, self._make_step, self.mailbox, self._settings)

    @property
    def status(self) -> DeviceStatus:
        """State of the camera now."""
        return self._camera.status

    @property
    def running(self) -> bool:
        """Whether a further picture can come."""
        return self._live.running

    @property
    def settings(self) -> CaptureSettings:
        """Settings in force from the next frame on."""
        return self._settings

    @settings.setter
    def settings(self, settings: CaptureSettings) -> None:
        self._settings = self._live.settings = settings

    def start(self) -> None:
        """Start the camera and the live thread."""
        self._live.start()
        self._camera.start(self._ring.put, self._ring.close)

    def record(
        self,
        folder: Path,
        *,
        stopped: Callable[[], bool],
        told: Callable[[int], None] = lambda count: None,
    ) -> Recorded:
        """Write the frames that come from now on; the live picture goes on. Any thread.

        Parameters
        ----------
        folder : Path
            New or empty.
        stopped : callable
            Asked between frames: whether that is enough.
        told : callable
            Called with the number of frames on the disk.

        Raises
        ------
        RecordingError
            If nothing could be written at all.
        """
        return record_until(
            self._ring, self._camera, folder, stopped=stopped, told=told
        )

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End the live thread and close the camera.

        Returns
        -------
        bool
            False if the camera did not come back in time, or the thread did not end
            within `timeout_s`.
        """
        self._ring.close()
        self._camera.close()
        return self._live.stop(timeout_s) and not self._camera.held

    def restart(self) -> bool:
        """Start again after the camera failed or its recording ended.

        Returns
        -------
        bool
            False, with nothing started, if a driver that hangs still holds the camera.
        """
        if not self.stop():
            return False
        self._make_threads()
        self.start()
        return True
