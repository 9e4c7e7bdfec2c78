"""From an address and options to the pictures of a camera, analysed."""

from __future__ import annotations

from dataclasses import dataclass

from vein_calibration.pixel_size import PixelSize
from vein_calibration.profile import Profile
from vein_devices import Frame
from vein_imaging.capture import CaptureSettings, LiveFeed, watched_camera
from vein_imaging.capture.live import MakeStep
from vein_imaging.pipeline import AnalysisSettings, LiveStep
from vein_imaging.viewer.start.no_camera import NO_CAMERA, no_camera

__all__ = ["SkinScale", "live_feed"]


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


def live_feed(url: str, scale: SkinScale, *, wait_for_camera: bool = True) -> LiveFeed:
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
    LiveFeed

    Raises
    ------
    DeviceAddressError
        If the address names no camera.
    """
    if url == NO_CAMERA:
        return LiveFeed(no_camera(), _step_maker(scale))
    camera, _overflow = watched_camera(url, wait_for_camera=wait_for_camera)
    return LiveFeed(camera, _step_maker(scale))


def _step_maker(scale: SkinScale) -> MakeStep:
    profile = scale.profile

    def make_step(settings: CaptureSettings, frame: Frame) -> LiveStep:
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

    return make_step
