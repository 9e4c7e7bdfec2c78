"""From brightness to local contrast in per cent, the same for every camera gain."""

from __future__ import annotations

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Image, Mask, Plane

__all__ = ["local_contrast"]

BACKGROUND_SIGMA_PX = 10.0
SPREAD_SIGMA_PX = 15.0
DARK_OFFSET = 10.0
"""Grey levels added to the background: no division by darkness."""
CLIP_DARK_SD, CLIP_BRIGHT_SD = 2.0, 0.5
RIM_PX = 4
"""Width of the field's rim that is not looked at: lens, outline and shadow darken it."""
_SHRINK = 4


def local_contrast(plane: Plane, field: Mask) -> tuple[Image, Mask]:
    """Contrast of each pixel against its surroundings, clipped to the local spread.

    Parameters
    ----------
    plane : (H, W) uint8
    field : (H, W) bool
        Only these pixels count; elsewhere the contrast is 0.

    Returns
    -------
    contrast : (H, W) float32, per cent
        Negative where darker than the surroundings.
    inner : (H, W) bool
        The field without its rim.
    """
    kernel = cv2.getStructuringElement(
        cv2.MORPH_ELLIPSE, (2 * RIM_PX + 1, 2 * RIM_PX + 1)
    )
    inner = cv2.erode(
        field.astype(np.uint8),
        kernel,
        borderType=cv2.BORDER_CONSTANT,
        borderValue=1,
    )
    weight = inner.astype(np.float32)
    grey = plane.astype(np.float32)
    background = _smooth_inside(grey, weight, BACKGROUND_SIGMA_PX)
    contrast = weight * (100 * (grey - background) / (background + DARK_OFFSET))
    spread = np.sqrt(_smooth_inside(contrast * contrast, weight, SPREAD_SIGMA_PX))
    np.maximum(contrast, -CLIP_DARK_SD * spread, out=contrast)
    np.minimum(contrast, CLIP_BRIGHT_SD * spread, out=contrast)
    return contrast, inner > 0


def _smooth_inside(values: Image, weight: Image, sigma_px: float) -> Image:
    """Gaussian mean over the pixels of weight 1, through a quarter-size picture."""
    size = values.shape[1], values.shape[0]
    shrunk = (max(1, size[0] // _SHRINK), max(1, size[1] // _SHRINK))

    def blur(image: Image) -> Image:
        small = cv2.resize(image, shrunk, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.GaussianBlur(small, (0, 0), sigma_px / _SHRINK))

    mean = blur(values * weight) / (blur(weight) + 1e-3)
    return np.asarray(cv2.resize(mean, size, interpolation=cv2.INTER_LINEAR))
