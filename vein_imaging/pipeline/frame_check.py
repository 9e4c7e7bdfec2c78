"""The live quality light: is a frame good to measure in, and the scale still so."""

from __future__ import annotations

import dataclasses
from typing import Any

from numpy.typing import NDArray

from vein_calibration.errors import CalibrationError
from vein_calibration.profile import Profile
from vein_calibration.quality import Detail, FrameQuality, QualityLight
from vein_calibration.sticker import distance_changed, read_sticker

__all__ = ["FrameCheck"]

JUDGED_EVERY, STICKER_EVERY = 3, 15
"""Frames from one look to the next: a person moves more slowly than a camera."""


class FrameCheck:
    """Judges the frames of one camera.

    Parameters
    ----------
    profile : Profile, optional
        With a sticker, the working distance is checked where it is in view.
    """

    def __init__(self, profile: Profile | None = None) -> None:
        self._profile = profile
        self._light = QualityLight()
        self._number = 0
        self._moved = ""
        self._last = FrameQuality("good", (), Detail(1.0, 1.0))

    def judge(self, pixels: NDArray[Any]) -> FrameQuality:
        """Judge the next frame, as it came from the camera.

        Parameters
        ----------
        pixels : (H, W) or (H, W, 3) RGB, uint8

        Returns
        -------
        FrameQuality
        """
        number, self._number = self._number, self._number + 1
        if number % STICKER_EVERY == 0:
            self._moved = self._distance(pixels)
        if number % JUDGED_EVERY == 0:
            found = self._light.judge(pixels)
            if self._moved:
                verdict = "usable" if found.verdict == "good" else found.verdict
                reasons = (self._moved, *found.reasons)
                found = dataclasses.replace(found, verdict=verdict, reasons=reasons)
            self._last = found
        return self._last

    def _distance(self, pixels: NDArray[Any]) -> str:
        profile = self._profile
        if profile is None or profile.sticker is None or profile.pixel_size is None:
            return ""
        try:
            reading = read_sticker(pixels, profile.sticker, profile.lens)
        except CalibrationError as error:
            return str(error)
        return "" if reading is None else distance_changed(reading, profile.pixel_size)
