"""The live step: one camera frame after another, at a bounded cost."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Picture
from vein_imaging.imaging.overlay import draw_overlay
from vein_imaging.imaging.vein_map import VeinMap
from vein_imaging.pipeline.analysis import analyse
from vein_imaging.pipeline.settings import AnalysisSettings, Quality

__all__ = ["LiveResult", "LiveStep"]


@dataclass(frozen=True, slots=True, eq=False)
class LiveResult:
    """What one frame gave.

    Parameters
    ----------
    vein_map : VeinMap
    overlay : (H, W, 3) uint8 RGB
        The frame with its veins drawn on it.
    quality : {"fast", "full"}
        With which it was made; may be lower than asked for.
    cost_s : s
        CPU time of this frame.
    """

    vein_map: VeinMap
    overlay: NDArray[np.uint8]
    quality: Quality
    cost_s: float


class LiveStep:
    """Analyse the frames of a camera one by one; holds what one frame tells the next.

    Parameters
    ----------
    settings : AnalysisSettings
    mm_per_pixel : mm, optional
    clock : callable, returns s
        CPU clock, an argument so that tests can set it.
    """

    def __init__(
        self,
        settings: AnalysisSettings = AnalysisSettings(),  # noqa: B008 (frozen)
        mm_per_pixel: float | None = None,
        *,
        clock: Callable[[], float] = time.process_time,
    ) -> None:
        self._settings = settings
        self._mm_per_pixel = mm_per_pixel
        self._clock = clock

    def step(self, pixels: Picture) -> LiveResult:
        """Analyse the next frame.

        Parameters
        ----------
        pixels : (H, W) or (H, W, 3) RGB, uint8

        Returns
        -------
        LiveResult

        Raises
        ------
        TypeError, ValueError
            As `analyse`.
        """
        begun = self._clock()
        found = analyse(
            pixels, mm_per_pixel=self._mm_per_pixel, settings=self._settings
        )
        overlay = draw_overlay(pixels, found)
        return LiveResult(found, overlay, self._settings.quality, self._clock() - begun)
