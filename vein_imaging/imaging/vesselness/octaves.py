"""The hinged line filter over octaves of width, joined into one response."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Image
from vein_imaging.imaging.vesselness.hinged import Kernel, hinged_lines

__all__ = ["FAST", "FULL", "Search", "vesselness"]

# peak: measured on straight bars, see docs/vessel-detection.md
_SHORT = Kernel(steps_px=(2,), across_px=2, arm_px=4, peak=0.36)
_LONG = Kernel(steps_px=(2, 4), across_px=3, arm_px=8, peak=0.63)

_SMOOTH_SIGMA_PX = 1.0
_COARSE_SHARE = 0.8
"""A coarse octave's answer counts this much where the pixel itself is dark enough..."""
_COARSE_ANYWHERE = 0.17
"""... and this much everywhere: it is blurred, and would widen fine veins."""


@dataclass(frozen=True, slots=True)
class Search:
    """How thoroughly lines are searched.

    Parameters
    ----------
    fine, coarse : tuple of Kernel
        For octave 0 and for the octaves above it; equal weights.
    directions : int
        Over the half turn.
    """

    fine: tuple[Kernel, ...]
    coarse: tuple[Kernel, ...]
    directions: int


FAST = Search(fine=(_SHORT,), coarse=(_SHORT,), directions=8)
FULL = Search(fine=(_SHORT, _LONG), coarse=(_LONG,), directions=12)


def vesselness(contrast: Image, *, search: Search, octaves: int = 2) -> Image:
    """Response to dark lines of all widths sought.

    Parameters
    ----------
    contrast : (H, W) float32, per cent
        From `local_contrast`; vessels negative.
    search : Search
    octaves : int, >= 1
        Octave n answers best to veins about 3 * 2**n px wide.

    Returns
    -------
    (H, W) float32, >= 0, per cent of contrast
        Not yet told in noise: see `measure_noise`.
    """
    smooth = _smooth(contrast)
    response = _mean(hinged_lines(smooth, search.fine, directions=search.directions))
    if octaves < 2:
        return response
    coarse = _coarser(contrast, search, octaves - 1)
    dark = np.minimum(coarse, -smooth)
    np.maximum(response, np.multiply(dark, _COARSE_SHARE, out=dark), out=response)
    return np.asarray(cv2.scaleAdd(coarse, _COARSE_ANYWHERE, response), np.float32)


def _coarser(contrast: Image, search: Search, octaves: int) -> Image:
    """The strongest answer of the octaves above 0, at the size of octave 0."""
    half = np.asarray(cv2.pyrDown(contrast), np.float32)
    best = _mean(
        hinged_lines(_smooth(half), search.coarse, directions=search.directions)
    )
    if octaves > 1 and min(half.shape) >= 32:
        np.maximum(best, _coarser(half, search, octaves - 1), out=best)
    size = contrast.shape[1], contrast.shape[0]
    return np.asarray(cv2.resize(best, size, interpolation=cv2.INTER_LINEAR))


def _smooth(contrast: Image) -> Image:
    return np.asarray(cv2.GaussianBlur(contrast, (0, 0), _SMOOTH_SIGMA_PX), np.float32)


def _mean(answers: list[Image]) -> Image:
    if len(answers) == 1:
        return answers[0]
    return np.asarray(cv2.addWeighted(answers[0], 0.5, answers[1], 0.5, 0), np.float32)
