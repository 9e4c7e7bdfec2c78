"""One visit seen through the camera: live frames, then the picture that is kept."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from vein_devices import Frame, open_camera
from vein_devices.errors import DeviceError
from vein_imaging.capture import CaptureSettings, LiveFeed
from vein_imaging.imaging.vein_map import VeinMap
from vein_imaging.pipeline import AnalysisSettings, LiveStep, analyse
from vein_phantom import PhantomTruth

__all__ = ["LiveFigures", "SeenVisit", "see_visit"]

_DEADLINE_S = 120.0
"""A visit takes seconds; it takes this long only on an overloaded machine."""


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """What the live view did.

    Parameters
    ----------
    shown : int
        Pictures with the veins drawn in that reached the mailbox's reader.
    median_cost_s : s
        From taking up a frame to its picture being ready.
    """

    shown: int
    median_cost_s: float


@dataclass(frozen=True, slots=True, eq=False)
class SeenVisit:
    """The kept frame, its vein map, and the truth to check it against."""

    frame: Frame
    veins: VeinMap
    truth: PhantomTruth
    live: LiveFigures


def see_visit(camera_url: str, *, live_pictures: int = 8) -> SeenVisit:
    """Watch a simulated camera live, then keep one frame and analyse it.

    The kept frame is the camera's first, so that every run tells the same.

    Parameters
    ----------
    camera_url : str
        A phantom's address.
    live_pictures : int, > 0
        How many live pictures to wait for.

    Returns
    -------
    SeenVisit

    Raises
    ------
    DeviceError
        If the camera failed.
    TimeoutError
        If the pictures did not come within two minutes.
    """
    live = _watch(camera_url, live_pictures)
    with open_camera(camera_url) as camera:
        frame = camera.read()
    truth: PhantomTruth = frame.truth
    veins = analyse(
        frame.pixels,
        mm_per_pixel=truth.mm_per_pixel,
        settings=AnalysisSettings(quality="full"),
    )
    return SeenVisit(frame, veins, truth, live)


def _watch(camera_url: str, live_pictures: int) -> LiveFigures:
    def make_step(settings: CaptureSettings, frame: Frame) -> LiveStep:
        analysis = AnalysisSettings(quality=settings.quality)
        return LiveStep(analysis, frame.truth.mm_per_pixel)

    feed = LiveFeed(open_camera(camera_url), make_step)
    costs_s: list[float] = []
    deadline_s = time.monotonic() + _DEADLINE_S
    feed.start()
    try:
        while len(costs_s) < live_pictures:
            picture = feed.mailbox.take()
            if picture is None:
                if feed.status.error:
                    raise DeviceError(feed.status.error)
                if time.monotonic() > deadline_s:
                    raise TimeoutError(
                        f"{camera_url}: {len(costs_s)} of {live_pictures} live "
                        f"pictures in {_DEADLINE_S:g} s; is the machine overloaded?"
                    )
                time.sleep(0.002)
                continue
            if picture.error is not None:
                raise picture.error
            costs_s.append(picture.cost_s)
    finally:
        feed.stop()
    return LiveFigures(len(costs_s), float(np.median(costs_s)))
