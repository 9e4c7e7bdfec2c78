"""Whether a frame can be measured in: a light for the person who holds the camera."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_calibration.sighting import grey_of

__all__ = ["Detail", "FrameQuality", "QualityLight", "Verdict", "judge_frame"]

Verdict = Literal["good", "usable", "not usable"]

SOFT, TOO_SOFT = 0.6, 0.3
"""Sharpness over the best seen: below, veins look wider; far below, thin ones go."""
SMEARED, TOO_SMEARED = 1.0, 3.0
"""Pixels that the picture moves while it is exposed."""
CLIPPED, TOO_CLIPPED = 0.01, 0.10
"""Share of the picture that is saturated."""
DIM, TOO_DIM = 30.0, 12.0
"""95th percentile of the brightness: where it is lit at all."""
FINE_PX, COARSE_PX = 1.0, 4.0
ONE_SIDED = 0.6
"""Detail kept along one direction over the other: a smear takes it one way."""
_SIDE_PX = 400  # the middle of the picture says enough
_FORGET = 0.995  # half of it in some 140 looks


@dataclass(frozen=True, slots=True)
class Detail:
    """Fine detail over coarse, along each direction; noise does not count as detail.

    Comparable between pictures of one thing, not between things.

    Parameters
    ----------
    along_rows, along_columns : > 0
    """

    along_rows: float
    along_columns: float

    @property
    def both(self) -> float:
        """Their geometric mean."""
        return math.sqrt(self.along_rows * self.along_columns)


@dataclass(frozen=True, slots=True)
class FrameQuality:
    """What one frame is good for.

    Parameters
    ----------
    verdict : "good", "usable" or "not usable"
    reasons : tuple of str
        Why it is not better, the worst first; empty where it is good.
    detail : Detail
        How sharp it is, to be compared with the next.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    detail: Detail


def _detail(grey: NDArray[np.uint8]) -> Detail:
    height, width = grey.shape
    top, left = max(0, (height - _SIDE_PX) // 2), max(0, (width - _SIDE_PX) // 2)
    part = grey[top : top + _SIDE_PX, left : left + _SIDE_PX].astype(np.float32)
    noise = _noise_variance(part)
    fine, coarse = (cv2.GaussianBlur(part, (0, 0), s) for s in (FINE_PX, COARSE_PX))

    def energy(plane: NDArray[Any], sigma_px: float, axis: int) -> float:
        # white noise of variance v leaves v / (8 pi s^4) in one derivative after blur s
        noisy = float(np.mean(np.diff(plane, axis=axis) ** 2))
        return max(noisy - noise / (8 * math.pi * sigma_px**4), 1e-3)

    slow = energy(coarse, COARSE_PX, 0) + energy(coarse, COARSE_PX, 1)
    return Detail(
        *(math.sqrt(2 * energy(fine, FINE_PX, axis) / slow) for axis in (1, 0))
    )


def _noise_variance(part: NDArray[np.float32]) -> float:
    """Immerkaer 1996, doi:10.1006/cviu.1996.0060, eq. 8, with a median for edges."""
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    rest = np.abs(cv2.filter2D(part, cv2.CV_32F, mask)[1:-1, 1:-1])
    return (float(np.median(rest)) / 0.6745) ** 2 / 36


def judge_frame(
    picture: NDArray[Any], *, best: Detail | None = None, smear_px: float = 0.0
) -> FrameQuality:
    """Judge one frame.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) RGB, uint8
    best : Detail, optional
        Of the sharpest frame of late.
    smear_px : px
        How far the picture moved while it was exposed.

    Returns
    -------
    FrameQuality
    """
    thinned = np.asarray(picture)[::4, ::4]
    grey = grey_of(picture)
    detail = _detail(grey)
    found = [
        *_light_faults(thinned, float(np.percentile(grey[::4, ::4], 95))),
        *_sharpness_faults(detail, best, smear_px),
    ]
    if not found:
        return FrameQuality("good", (), detail)
    found.sort(key=lambda pair: not pair[0])
    verdict: Verdict = "not usable" if found[0][0] else "usable"
    return FrameQuality(verdict, tuple(reason for _, reason in found), detail)


def _light_faults(thinned: NDArray[Any], lit: float) -> Iterator[tuple[bool, str]]:
    """Whether each fault forbids measuring, and its words."""
    clipped = float(np.mean(thinned >= 255))
    if lit < DIM:
        yield lit < TOO_DIM, "too dark: more light, or expose longer"
    if clipped > CLIPPED:
        words = f"{100 * clipped:.0f} % saturated: expose shorter, or turn the light"
        yield clipped > TOO_CLIPPED, words


def _sharpness_faults(
    detail: Detail, best: Detail | None, smear_px: float
) -> Iterator[tuple[bool, str]]:
    if smear_px > SMEARED:
        words = f"moving: smeared over {smear_px:.0f} px; hold still, expose shorter"
        yield smear_px > TOO_SMEARED, words
    if best is None:
        return
    rows = detail.along_rows / best.along_rows
    columns = detail.along_columns / best.along_columns
    share = math.sqrt(rows * columns)
    if min(rows, columns) < ONE_SIDED * max(rows, columns):
        words = "smeared by movement: hold still, expose shorter"
        yield min(rows, columns) < TOO_SOFT, words
    elif share < SOFT:
        yield share < TOO_SOFT, f"out of focus: {100 * share:.0f} % as sharp as before"


class QualityLight:
    """Judges the frames of one camera, each against the best of late."""

    def __init__(self) -> None:
        self._best: Detail | None = None

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
        found = judge_frame(picture, best=self._best, smear_px=smear_px)
        best, detail = self._best, found.detail
        if best is None or detail.both > best.both:
            self._best = detail
        else:  # what was sharp long ago may have been something else
            rows, columns = best.along_rows, best.along_columns
            self._best = Detail(rows * _FORGET, columns * _FORGET)
        return found
