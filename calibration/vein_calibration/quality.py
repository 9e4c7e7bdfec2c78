"""Whether a frame can be measured in: a light for the person who holds the camera."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_calibration.sighting import grey_of

__all__ = ["FrameQuality", "QualityLight", "Verdict", "judge_frame", "sharpness_of"]

Verdict = Literal["good", "usable", "not usable"]

SOFT, TOO_SOFT = 0.6, 0.3
"""Sharpness over the best seen: below, veins look wider; far below, thin ones go."""
SMEARED, TOO_SMEARED = 1.0, 3.0
"""Pixels that the picture moves while it is exposed."""
CLIPPED, TOO_CLIPPED = 0.01, 0.10
"""Share of the picture that is saturated."""
DIM, TOO_DIM = 30.0, 12.0
"""95th percentile of the brightness: where it is lit at all."""
ONE_SIDED = 0.45
"""Fine detail along one direction over the other: a smear takes it one way."""
_SIDE_PX = 640
_FORGET = 0.995


@dataclass(frozen=True, slots=True)
class FrameQuality:
    """What one frame is good for.

    Parameters
    ----------
    verdict : "good", "usable" or "not usable"
    reasons : tuple of str
        Why it is not better, the worst first; empty where it is good.
    sharpness : 0 to 1
        Fine detail over coarse, noise taken off.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    sharpness: float


@dataclass(frozen=True, slots=True)
class _Detail:
    """Fine detail over coarse, along each direction."""

    along_rows: float
    along_columns: float

    @property
    def both(self) -> float:
        return math.sqrt(self.along_rows * self.along_columns)


def sharpness_of(grey: NDArray[np.uint8]) -> float:
    """Fine detail over coarse in a picture; noise does not count as detail.

    Parameters
    ----------
    grey : (H, W) uint8

    Returns
    -------
    float, >= 0
        Comparable between pictures of one thing, not between things.
    """
    return _detail(grey).both


def _detail(grey: NDArray[np.uint8]) -> _Detail:
    height, width = grey.shape
    top, left = max(0, (height - _SIDE_PX) // 2), max(0, (width - _SIDE_PX) // 2)
    part = grey[top : top + _SIDE_PX, left : left + _SIDE_PX].astype(np.float32)
    noise = _noise_variance(part)
    fine, coarse = (cv2.GaussianBlur(part, (0, 0), s) for s in (1.0, 2.5))
    shares = []
    for axis in (1, 0):
        # white noise of variance v leaves v / (4 pi s^4) in a derivative blurred by s,
        # over 2 for one axis: Gaussian derivative of order one
        energies = [
            max(
                float(np.mean(np.diff(plane, axis=axis) ** 2))
                - noise / (8 * math.pi * sigma**4),
                1e-3,
            )
            for plane, sigma in ((fine, 1.0), (coarse, 2.5))
        ]
        shares.append(math.sqrt(energies[0] / energies[1]) - 1)
    return _Detail(*(max(share, 1e-3) for share in shares))


def _noise_variance(part: NDArray[np.float32]) -> float:
    """Immerkaer 1996, doi:10.1006/cviu.1996.0060, eq. 8, with a median for edges."""
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    rest = np.abs(cv2.filter2D(part, cv2.CV_32F, mask)[1:-1, 1:-1])
    return (float(np.median(rest)) / 0.6745) ** 2 / 36


def judge_frame(
    picture: NDArray[Any], *, best_sharpness: float = 0.0, smear_px: float = 0.0
) -> FrameQuality:
    """Judge one frame.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) RGB, uint8
    best_sharpness : >= 0
        The highest `sharpness` of late; 0 where nothing is known.
    smear_px : px
        How far the picture moved while it was exposed.

    Returns
    -------
    FrameQuality
    """
    grey = grey_of(picture)
    small = grey[::4, ::4]
    lit = float(np.percentile(small, 95))
    clipped = float(np.count_nonzero(np.asarray(picture)[::4, ::4] >= 255)) / (
        np.asarray(picture)[::4, ::4].size
    )
    detail = _detail(grey)
    sharpness = detail.both
    share = sharpness / best_sharpness if best_sharpness > 0 else 1.0
    low, high = sorted((detail.along_rows, detail.along_columns))
    found: list[tuple[bool, str]] = []
    if lit < DIM:
        found.append((lit < TOO_DIM, "too dark: more light, or expose longer"))
    if clipped > CLIPPED:
        found.append(
            (
                clipped > TOO_CLIPPED,
                f"{100 * clipped:.0f} % saturated: expose shorter, or turn the light",
            )
        )
    if smear_px > SMEARED:
        found.append(
            (
                smear_px > TOO_SMEARED,
                f"moving: smeared over {smear_px:.0f} px; hold still, expose shorter",
            )
        )
    if share < SOFT:
        smeared = low < ONE_SIDED * high
        cause = "smeared by movement" if smeared else "out of focus"
        found.append(
            (share < TOO_SOFT, f"{cause}: {100 * share:.0f} % as sharp as before")
        )
    if not found:
        return FrameQuality("good", (), sharpness)
    found.sort(key=lambda pair: not pair[0])
    verdict: Verdict = "not usable" if found[0][0] else "usable"
    return FrameQuality(verdict, tuple(reason for _, reason in found), sharpness)


class QualityLight:
    """Judges the frames of one camera, each against the best of late."""

    def __init__(self) -> None:
        self._best = 0.0

    def judge(self, picture: NDArray[Any], *, smear_px: float = 0.0) -> FrameQuality:
        """Judge the next frame.

        Parameters
        ----------
        picture : (H, W) or (H, W, 3) RGB, uint8
        smear_px : px
            How far the picture moved while it was exposed.

        Returns
        -------
        FrameQuality
        """
        found = judge_frame(picture, best_sharpness=self._best, smear_px=smear_px)
        self._best = max(self._best * _FORGET, found.sharpness)
        return found
