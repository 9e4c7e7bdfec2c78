"""From brightness to local contrast in per cent, the same for every camera gain."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask, Plane

__all__ = ["local_contrast", "without_rim"]

SPREAD_SIGMA_PX = 25.0
FILL_SIGMA_PX = 4.0
DARK_OFFSET = 10.0
"""Grey levels added to the background: no division by darkness."""
CLIP_DARK_SD, CLIP_BRIGHT_SD = 2.0, 0.5
RIM_PX = 4
"""Width of the field's rim that is not looked at: lens and shadow darken it."""
_SHRINK = 4


def without_rim(field: Mask) -> Mask:
    """Take the rim off a field; where it meets the picture's edge there is none.

    Parameters
    ----------
    field : (H, W) bool

    Returns
    -------
    (H, W) bool
    """
    size = (2 * RIM_PX + 1, 2 * RIM_PX + 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size)
    return cv2.erode(field.view(np.uint8), kernel) > 0


def local_contrast(
    plane: Plane, inner: Mask, *, background_sigma_px: float = 8.0
) -> Image:
    """Contrast of each pixel against its surroundings, clipped to the local spread.

    Parameters
    ----------
    plane : (H, W) uint8
    inner : (H, W) bool
        Only these pixels count; elsewhere the contrast is that of the nearest ones.
    background_sigma_px : px
        Blur that makes the surroundings' brightness.

    Returns
    -------
    (H, W) float32, per cent
        Negative where darker than the surroundings.
    """
    inside = np.multiply(inner.view(np.uint8), np.uint8(255))
    # all that is smooth is worked out on a quarter-size copy
    weight = _shrunk(inside).astype(np.float32) / 255
    total = _shrunk(cv2.bitwise_and(plane, inside)).astype(np.float32)
    background = _mean_inside(total, weight, background_sigma_px)
    scale = 100 / (background + DARK_OFFSET)
    contrast = cv2.subtract(plane, _enlarged(background, plane), dtype=cv2.CV_32F)
    cv2.multiply(contrast, _enlarged(scale, plane), dst=contrast)
    if not inner.all():
        # outside as just inside: the field's edge must not look like a vein's
        small = (total - background * weight) * scale
        fill = _enlarged(_mean_inside(small, weight, FILL_SIGMA_PX), plane)
        cv2.copyTo(fill, cv2.bitwise_not(inside), contrast)
    squared = _shrunk(cv2.multiply(contrast, contrast)) * weight
    spread = np.sqrt(_mean_inside(squared, weight, SPREAD_SIGMA_PX))
    darkest = _enlarged(spread * np.float32(-CLIP_DARK_SD), plane)
    cv2.max(contrast, darkest, dst=contrast)
    darkest *= np.float32(-CLIP_BRIGHT_SD / CLIP_DARK_SD)
    return np.asarray(cv2.min(contrast, darkest, dst=contrast), np.float32)


def _shrunk(image: NDArray[Any]) -> NDArray[Any]:
    size = max(1, image.shape[1] // _SHRINK), max(1, image.shape[0] // _SHRINK)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def _enlarged(small: NDArray[Any], plane: Plane) -> Image:
    size = plane.shape[1], plane.shape[0]
    return np.asarray(cv2.resize(small, size), np.float32)


def _mean_inside(
    total: NDArray[Any], weight: NDArray[Any], sigma_px: float
) -> NDArray[Any]:
    """Gaussian mean over the pixels that count, at quarter size."""
    sigma = sigma_px / _SHRINK
    above = cv2.GaussianBlur(total, (0, 0), sigma)
    below = cv2.GaussianBlur(weight, (0, 0), sigma)
    return np.asarray(above / (below + np.float32(1e-3)))
