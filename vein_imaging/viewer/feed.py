"""From an address and options to the pictures of a camera, analysed."""

from __future__ import annotations

from dataclasses import dataclass

from vein_calibration.pixel_size import PixelSize
from vein_calibration.profile import Profile
from vein_devices import Frame
from vein_devices.frame import Pixels
from vein_devices.protocols import Camera
from vein_imaging.capture import CaptureSettings, LiveFeed, watched_camera
from vein_imaging.pipeline import AnalysisSettings, LiveResult, LiveStep
from vein_imaging.pipeline.live import Submit
from vein_imaging.viewer.start.no_camera import NO_CAMERA, no_camera

__all__ = ["CalibratedFeed", "SkinScale", "live_feed"]


@dataclass(frozen=True, slots=True)
class SkinScale:
    """How large a pixel is on the skin, as far as it is known.

    Parameters
    ----------
    mm_per_pixel : mm/px, optional
        As given by hand, taken as exact.
    profile : Profile, optional
        Calibration of the camera.
    """

    mm_per_pixel: float | None = None
    profile: Profile | None = None


class CalibratedFeed(LiveFeed):
    """A feed whose calibration can be exchanged while it runs.

    Parameters
    ----------
    camera : Camera
        Closed; the feed opens and closes it.
    scale : SkinScale
        At first; assign `scale` for another, any thread.
    """

    def __init__(self, camera: Camera, scale: SkinScale) -> None:
        self.scale = scale
        super().__init__(
            camera, lambda settings, frame: _NewestScale(self, settings, frame)
        )


class _NewestScale:
    """A live step with the feed's calibration; made anew when that is another one."""

    def __init__(
        self, feed: CalibratedFeed, settings: CaptureSettings, frame: Frame
    ) -> None:
        self._feed = feed
        self._settings = settings
        self._frame = frame
        self._scale = feed.scale
        self._step = _make_step(self._scale, settings, frame)

    def step(self, pixels: Pixels, *, in_background: Submit) -> LiveResult:
        """Analyse the next frame."""
        scale = self._feed.scale
        if scale is not self._scale:
            self._scale = scale
            self._step = _make_step(scale, self._settings, self._frame)
        return self._step.step(pixels, in_background=in_background)


def live_feed(
    url: str, scale: SkinScale, *, wait_for_camera: bool = True
) -> CalibratedFeed:
    """Make the feed of an address, not started.

    Parameters
    ----------
    url : str
        As for `vein_devices.open_camera`, or `NO_CAMERA`.
    scale : SkinScale
    wait_for_camera : bool
        Whether a device that is not there yet may come later.

    Returns
    -------
    CalibratedFeed

    Raises
    ------
    DeviceAddressError
        If the address names no camera.
    """
    if url == NO_CAMERA:
        return CalibratedFeed(no_camera(), scale)
    camera, _overflow = watched_camera(url, wait_for_camera=wait_for_camera)
    return CalibratedFeed(camera, scale)


def _make_step(scale: SkinScale, settings: CaptureSettings, frame: Frame) -> LiveStep:
    profile = scale.profile
    pixel: float | PixelSize | None = scale.mm_per_pixel
    if pixel is None and (profile is None or profile.pixel_size is None):
        # A drawn leg knows its own scale; a real one has to be calibrated.
        pixel = getattr(frame.truth, "mm_per_pixel", None)
    analysis = AnalysisSettings(
        quality=settings.quality, sensitivity=settings.sensitivity
    )
    return LiveStep(
        analysis, pixel, profile=profile, light=frame.light, box=settings.box
    )
