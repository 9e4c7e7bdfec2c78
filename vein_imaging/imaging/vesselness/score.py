"""The response told in standard deviations of the picture's own background."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask
from vein_imaging.imaging.plane import shrunk_by

__all__ = ["NoiseLevel", "evened", "measure_noise", "quantile"]

STEP_PX, ENOUGH_PIXELS = 6, 14_000
"""Every 6th pixel of every 6th row is enough where it leaves so many: of a 1080p frame.
Of a smaller picture more of them are looked at, for a median of a few thousand moves
thresholds by two per cent when nothing but the camera's noise is another."""
_FLOOR_PERCENT = 0.1
"""Of contrast: a picture without noise is not divided by nothing."""
CLIP_MIDDLES, EVEN_SIGMA_PX = 1.5, 30.0
"""What counts of a response when its local level is taken, in medians of the picture:
so a vein counts little more than what is beside it."""
LEAST_LEVEL, MOST_LEVEL = 0.4, 4.0
_SHRINK = 8
"""The level is smooth, and worked out on a copy so much smaller."""


@dataclass(frozen=True, slots=True)
class NoiseLevel:
    """The background's response.

    Parameters
    ----------
    middle : per cent of contrast
    spread : per cent of contrast, > 0
        Standard deviation, from the median absolute deviation.
    """

    middle: float
    spread: float

    def mixed(self, other: NoiseLevel, share: float) -> NoiseLevel:
        """A step from this level towards another.

        Parameters
        ----------
        other : NoiseLevel
        share : float in [0, 1]
            1 is all the way.
        """
        return NoiseLevel(
            self.middle + share * (other.middle - self.middle),
            self.spread + share * (other.spread - self.spread),
        )


def measure_noise(response: Image, inner: Mask) -> NoiseLevel:
    """Median and spread of the response over the field.

    Parameters
    ----------
    response : (H, W) float32, per cent
    inner : (H, W) bool

    Returns
    -------
    NoiseLevel
        Veins are few, so that median and median absolute deviation are the
        background's.
    """
    sample = _sample(response, inner)
    if sample.size == 0:
        return NoiseLevel(0.0, _FLOOR_PERCENT)
    middle = quantile(sample, 0.5)
    # 1.4826: standard deviation of a normal distribution per median absolute deviation
    spread = 1.4826 * quantile(np.abs(sample - np.float32(middle)), 0.5)
    return NoiseLevel(middle, max(spread, _FLOOR_PERCENT))


def evened(response: Image, inner: Mask) -> Image:
    """A response divided by the background's level about each pixel.

    Dim and rough skin answers more than bright and smooth skin does, wherever no vein
    is. What comes back is nearer to the same everywhere, and on the whole as it was.

    Parameters
    ----------
    response : (H, W) float32, per cent
    inner : (H, W) bool

    Returns
    -------
    (H, W) float32, per cent
    """
    sample = _sample(response, inner)
    if sample.size == 0:
        return response
    middle = quantile(sample, 0.5)
    # every 4th pixel of every 4th row is enough
    inside = inner[::4, ::4].astype(np.float32)
    clipped = np.minimum(response[::4, ::4], np.float32(CLIP_MIDDLES * middle))
    clipped *= inside
    total, share = (shrunk_by(_SHRINK // 4, part) for part in (clipped, inside))
    mean = float(total.sum() / max(float(share.sum()), 1e-6))
    if mean <= 0:
        return response
    total, share = (
        np.asarray(cv2.GaussianBlur(part, (0, 0), EVEN_SIGMA_PX / _SHRINK), np.float32)
        for part in (total, share)
    )
    level = np.clip(total / (mean * (share + 1e-3)), LEAST_LEVEL, MOST_LEVEL)
    level[share < 0.05] = 1
    whole = cv2.resize(1 / level, (response.shape[1], response.shape[0]))
    return np.asarray(cv2.multiply(response, whole, dst=whole), np.float32)


def _sample(response: Image, inner: Mask) -> NDArray[np.float32]:
    """The response at pixels of a grid, in the field."""
    step = min(STEP_PX, max(1, math.isqrt(response.size // ENOUGH_PIXELS)))
    return np.asarray(response[::step, ::step][inner[::step, ::step]])


def quantile(values: NDArray[np.float32], share: float) -> float:
    """Value that this share of the values does not exceed, interpolated.

    NumPy's own takes four times as long as sorting does.

    Parameters
    ----------
    values : (N,) float32
        At least one.
    share : float in [0, 1]
    """
    ordered = np.sort(values)
    rank = share * (ordered.size - 1)
    low = int(rank)
    high = min(low + 1, ordered.size - 1)
    part = rank - low
    return float((1 - part) * ordered[low] + part * ordered[high])
