"""The response told in standard deviations of the picture's own background."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["NoiseLevel", "measure_noise"]

_STEP = 6
"""Every 6th pixel of every 6th row is enough: 14,000 of a 1080p frame."""
_FLOOR_PERCENT = 0.1


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


def measure_noise(response: Image, inner: Mask, step: int = _STEP) -> NoiseLevel:
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
    sample = response[::step, ::step][inner[::step, ::step]]
    if sample.size == 0:
        return NoiseLevel(0.0, _FLOOR_PERCENT)
    middle = float(np.median(sample))
    # 1.4826: standard deviation of a normal distribution per median absolute deviation
    spread = 1.4826 * float(np.median(np.abs(sample - middle)))
    return NoiseLevel(middle, max(spread, _FLOOR_PERCENT))
