"""Whether two pictures were taken alike enough for their contrast to be compared."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["ExposureMatch", "match_exposure"]

_GAIN_LIMITS = (0.8, 1.25)
_CLIPPED_SHARE = 0.02
_LEAST_PIXELS = 500


@dataclass(frozen=True, slots=True)
class ExposureMatch:
    """How alike light, contrast and focus of two pictures are.

    Parameters
    ----------
    brightness_ratio : float
        Median intensity AFTER over BEFORE, in the overlap. It alone does no harm:
        contrast is measured in logarithms.
    texture_gain : float
        Contrast of the skin between the veins AFTER over BEFORE. Away from 1, light,
        gamma or focus differ, and veins look weaker or stronger for that alone.
    clipped_share_before, clipped_share_after : 0 to 1
        Skin that is saturated or black, and so cannot be compared.
    doubts : tuple of str
        What a reader must know; empty where the two match.
    """

    brightness_ratio: float
    texture_gain: float
    clipped_share_before: float
    clipped_share_after: float
    doubts: tuple[str, ...]


def match_exposure(
    greys: tuple[Image, Image],
    logs: tuple[Image, Image],
    bare: Mask,
    *,
    clipped: tuple[float, float],
    fine_px: float,
) -> ExposureMatch:
    """Compare the skin between the veins of two aligned pictures.

    Parameters
    ----------
    greys, logs : two (H, W) float32
        Intensity and `Surface.log`, BEFORE and aligned AFTER.
    bare : (H, W) bool
        Overlap without veins.
    clipped : two shares, 0 to 1
        Of the skin, saturated or black.
    fine_px : px
        Sigma of the finer side of the texture band; the coarser is three times that.

    Returns
    -------
    ExposureMatch
    """
    doubts = [
        f"{share:.0%} of the skin in {name} is saturated or black"
        for name, share in zip(("BEFORE", "AFTER"), clipped, strict=True)
        if share > _CLIPPED_SHARE
    ]
    if np.count_nonzero(bare) < _LEAST_PIXELS:
        return ExposureMatch(np.nan, np.nan, *clipped, tuple(doubts))
    bands = [_band(log, bare, fine_px)[bare] for log in logs]
    spreads = [float(np.median(np.abs(band - np.median(band)))) for band in bands]
    gain = spreads[1] / spreads[0] if spreads[0] > 0 else np.nan
    medians = [float(np.median(grey[bare])) for grey in greys]
    if not _GAIN_LIMITS[0] <= gain <= _GAIN_LIMITS[1]:
        weaker = "weaker" if gain < 1 else "stronger"
        doubts.append(
            f"skin texture is {abs(1 - gain):.0%} {weaker} AFTER: light, focus or "
            "gamma differ, and veins change with them"
        )
    ratio = medians[1] / medians[0] if medians[0] > 0 else np.nan
    return ExposureMatch(ratio, float(gain), *clipped, tuple(doubts))


def _band(log: Image, bare: Mask, fine_px: float) -> Image:
    # between two Gaussians, both over bare skin only
    weight = bare.astype(np.float32)
    smooth = []
    for sigma in (fine_px, 3 * fine_px):
        total = cv2.GaussianBlur(log * weight, (0, 0), sigma)
        smooth.append(total / np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), 1e-3))
    return np.asarray(smooth[0] - smooth[1], dtype=np.float32)
