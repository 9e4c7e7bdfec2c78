"""From brightness to local contrast in per cent, the same for every camera gain."""

from __future__ import annotations

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Image, Mask, Plane

__all__ = ["local_contrast", "without_rim"]

BACKGROUND_SIGMA_PX = 10.0
SPREAD_SIGMA_PX = 15.0
FILL_SIGMA_PX = 4.0
DARK_OFFSET = 10.0
"""Grey levels added to the background: no division by darkness."""
CLIP_DARK_SD, CLIP_BRIGHT_SD = 2.0, 0.5
RIM_PX = 4
"""Width of the field's rim that is not looked at: lens, outline and shadow darken it."""
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


def local_contrast(plane: Plane, inner: Mask) -> Image:
    """Contrast of each pixel against its surroundings, clipped to the local spread.

    Parameters
    ----------
    plane : (H, W) uint8
    inner : (H, W) bool
        Only these pixels count; elsewhere the contrast is that of the nearest ones.

    Returns
    -------
    (H, W) float32, per cent
        Negative where darker than the surroundings.
    """
    weight = inner.astype(np.float32)
    contrast = plane.astype(np.float32)
    background = _smooth_inside(contrast, weight, BACKGROUND_SIGMA_PX)
    contrast -= background
    background += DARK_OFFSET
    np.divide(contrast, background, out=contrast)
    contrast *= 100
    # outside as just inside: the field's edge must not look like a vein's
    outside = _smooth_inside(contrast, weight, FILL_SIGMA_PX)
    contrast = np.where(inner, contrast, outside)
    spread = np.sqrt(_smooth_inside(contrast * contrast, weight, SPREAD_SIGMA_PX))
    np.maximum(contrast, spread * np.float32(-CLIP_DARK_SD), out=contrast)
    np.minimum(contrast, spread * np.float32(CLIP_BRIGHT_SD), out=contrast)
    return contrast


def _smooth_inside(values: Image, weight: Image, sigma_px: float) -> Image:
    """Gaussian mean over the pixels of weight 1, through a quarter-size picture."""
    size = values.shape[1], values.shape[0]
    shrunk = (max(1, size[0] // _SHRINK), max(1, size[1] // _SHRINK))

    def blur(image: Image) -> Image:
        small = cv2.resize(image, shrunk, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.GaussianBlur(small, (0, 0), sigma_px / _SHRINK))

    mean = blur(values * weight) / (blur(weight) + 1e-3)
    return np.asarray(cv2.resize(mean, size, interpolation=cv2.INTER_LINEAR))
