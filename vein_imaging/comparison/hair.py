"""Hairs: dark lines on the skin, sharper than any vein below it.

A hair that was shaved or moved between two visits looks exactly like a vein that
cleared, so what it covers is compared with nothing.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["find_hair"]

_HAIR_MM, _VEIN_MM = 0.08, 0.24  # sigmas; a vein at .25 mm depth is .43 mm wide
_LEAST_PX = (1.0, 3.0)
_NARROW = 0.8  # response at the hair's scale over that at the vein's
_STRONG, _WEAK = 5.0, 3.0  # noise standard deviations
_LENGTH_MM = 1.5
_FILLED = 0.35  # of its length squared: a line, not a speck
_COVER_PX = 2


def find_hair(log: Image, skin: Mask, px_per_mm: float) -> Mask:
    """Find hairs by their width.

    For a line of Gaussian profile of sigma w the scale-normalised second derivative at
    sigma s is s^2 w (w^2 + s^2)^-3/2 times its contrast: at a fine and a coarse scale
    the two differ in ratio by w alone, whatever the contrast.

    Parameters
    ----------
    log : (H, W) float32
        Logarithm of intensity.
    skin : (H, W) bool
    px_per_mm : px/mm, > 0

    Returns
    -------
    (H, W) bool
        Hairs, 2 px wider on each side than their core.
    """
    inner = cv2.erode(skin.astype(np.uint8), np.ones((9, 9))).astype(np.bool_)
    if not inner.any():
        return np.zeros(log.shape, np.bool_)
    scales = [
        max(least, size * px_per_mm)
        for least, size in zip(_LEAST_PX, (_HAIR_MM, _VEIN_MM), strict=True)
    ]
    fine, coarse = (_ridge(log, sigma) for sigma in scales)
    sample = fine[inner][::4]
    middle = float(np.median(sample))
    noise = 1.4826 * float(np.median(np.abs(sample - middle)))
    narrow = inner & (fine > _NARROW * coarse)
    weak = narrow & (fine > middle + _WEAK * noise)
    strong = narrow & (fine > middle + _STRONG * noise)
    joined = cv2.morphologyEx(weak.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    length = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    kept = (length >= _LENGTH_MM * px_per_mm) & (
        stats[:, cv2.CC_STAT_AREA] <= _FILLED * length**2
    )
    kept &= np.bincount(labels[strong], minlength=count) > 0
    kept[0] = False
    side = 2 * _COVER_PX + 1
    lines = kept[labels].astype(np.uint8)
    return cv2.dilate(lines, np.ones((side, side))).astype(np.bool_)


def _ridge(log: Image, sigma: float) -> Image:
    # larger eigenvalue of the Hessian, times sigma squared: dark lines positive
    half = int(4 * sigma)
    x = np.arange(-half, half + 1, dtype=np.float32)
    smooth = np.exp(-0.5 * (x / sigma) ** 2)
    smooth /= smooth.sum()
    first: NDArray[np.float32] = -x / sigma**2 * smooth
    second: NDArray[np.float32] = (x**2 / sigma**4 - 1 / sigma**2) * smooth
    xx = cv2.sepFilter2D(log, cv2.CV_32F, second, smooth)
    yy = cv2.sepFilter2D(log, cv2.CV_32F, smooth, second)
    xy = cv2.sepFilter2D(log, cv2.CV_32F, first, first)
    root = np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    return np.asarray(sigma**2 * ((xx + yy) / 2 + root), dtype=np.float32)
