"""The oriented line filter over octaves of width, joined into one response."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from vein_imaging.imaging.arrays import SMALLEST_SIDE_PX, Image, Mask, Plane
from vein_imaging.imaging.contrast import local_contrast
from vein_imaging.imaging.vesselness.oriented import Kernel, oriented_lines
from vein_imaging.imaging.vesselness.score import evened, measure_noise
from vein_imaging.imaging.working_size import WorkingSize

__all__ = ["FAST", "FULL", "Coarse", "Search", "oriented_octaves"]

# peak: measured on straight bars, see docs/vessel-detection.md
_SHORT = Kernel(steps_px=(2,), across_px=2, arm_px=4, peak=0.36)
_LONG = Kernel(steps_px=(2, 4), across_px=3, arm_px=8, peak=0.63)

_SMOOTH_SIGMA_PX = 1.0
"""A pixel's noise goes; the finest lines sought, 3 px wide, stay."""


@dataclass(frozen=True, slots=True)
class Search:
    """How thoroughly lines are searched.

    Parameters
    ----------
    fine, coarse : tuple of Kernel
        For octave 0 and for the octaves above it; equal weights.
    directions : int
        Over the half turn.
    background_sigma_px : px
        Of each octave. Narrower is more accurate where there is time for long lines;
        with short ones alone it costs veins of 1 to 2 mm.
    coarse_anywhere : float in [0, 1]
        A coarse octave is blurred and would widen fine veins: it counts in full only
        where the pixel itself is dark enough, and this much elsewhere.
    """

    fine: tuple[Kernel, ...]
    coarse: tuple[Kernel, ...]
    directions: int
    background_sigma_px: float
    coarse_anywhere: float = 0.1


FAST = Search(
    fine=(_SHORT,),
    coarse=(_SHORT,),
    directions=8,
    background_sigma_px=10.0,
)
FULL = Search(
    fine=(_SHORT, _LONG),
    coarse=(_SHORT, _LONG),
    directions=12,
    background_sigma_px=7.0,
)


@dataclass(frozen=True, slots=True, eq=False)
class Coarse:
    """What the coarsest octave answers.

    Parameters
    ----------
    response : (h, w) float32, per cent of contrast
    inner : (h, w) bool
        Where was looked.
    shrink : int
        Working size over this octave's.
    """

    response: Image
    inner: Mask
    shrink: int


def oriented_octaves(
    plane: Plane, inner: Mask, *, search: Search, octaves: int = 2
) -> tuple[Image, Coarse]:
    """Response to dark lines of all widths sought.

    Parameters
    ----------
    plane : (H, W) uint8
    inner : (H, W) bool
        Where to look.
    search : Search
    octaves : int, >= 1
        Octave n answers best to veins about 3 * 2**n px wide.

    Returns
    -------
    response : (H, W) float32, >= 0, per cent of contrast
        Not yet told in noise: see `measure_noise`.
    coarse : Coarse
        What the coarsest octave contributed to it.
    """
    response, _, _, coarse = _octave(plane, inner, search, search.fine, octaves)
    shrink = 2 ** round(math.log2(plane.shape[1] / coarse[0].shape[1]))
    return evened(response, inner), Coarse(*coarse, shrink)


def _octave(
    plane: Plane,
    inner: Mask,
    search: Search,
    kernels: tuple[Kernel, ...],
    octaves: int,
) -> tuple[Image, Image, float, tuple[Image, Mask]]:
    """Response of this octave and those above it, darkness, this octave's noise.

    And the coarsest octave's own response, and where it looked.
    """
    contrast = local_contrast(
        plane, inner, background_sigma_px=search.background_sigma_px
    )
    smooth = cv2.GaussianBlur(contrast, (5, 5), _SMOOTH_SIGMA_PX)
    dark = np.negative(smooth)
    response = _mean(
        oriented_lines(np.asarray(smooth), kernels, directions=search.directions)
    )
    noise = measure_noise(response, inner)
    half = plane.shape[1] // 2, plane.shape[0] // 2
    if octaves < 2 or min(half) < SMALLEST_SIDE_PX:
        return response, dark, noise.spread, (response, inner)
    above = _octave(
        np.asarray(cv2.resize(plane, half, interpolation=cv2.INTER_AREA)),
        WorkingSize(plane.shape, half[::-1]).shrunk_mask(inner),
        search,
        search.coarse,
        octaves - 1,
    )
    size = plane.shape[1], plane.shape[0]
    coarse = np.asarray(cv2.resize(above[0], size))
    if octaves > 2:
        coarse_dark = cv2.resize(above[1], size)
        # a vein wider than this octave's background is dark in the next one only
        cv2.max(dark, coarse_dark, dst=dark)
    # skin is rougher at coarse scales: half way between equal contrast and equal noise
    share = min(1.0, math.sqrt(noise.spread / above[2]))
    inside = cv2.min(coarse, dark)
    inside = np.multiply(inside, np.float32(share), out=np.asarray(inside))
    cv2.max(response, inside, dst=response)
    cv2.scaleAdd(coarse, search.coarse_anywhere * share, response, dst=response)
    return response, dark, noise.spread, above[3]


def _mean(answers: list[Image]) -> Image:
    if len(answers) == 1:
        return answers[0]
    return np.asarray(cv2.addWeighted(answers[0], 0.5, answers[1], 0.5, 0), np.float32)
