"""Names of the array kinds that the imaging functions pass to each other."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Image", "Mask", "Picture", "Plane", "check_picture", "fit_mask"]

Image = NDArray[np.float32]
"""(H, W) float32."""
Plane = NDArray[np.uint8]
"""(H, W) uint8, one channel of a picture."""
Mask = NDArray[np.bool_]
"""(H, W) bool."""
Picture = NDArray[Any]
"""(H, W) grey or (H, W, 3) RGB, uint8, uint16, or float32 in [0, 1]."""

SMALLEST_SIDE_PX = 16
"""Below this no vein has two sides and a background."""
LARGEST_SIDE_PX = 32766
"""OpenCV's warps index with 16 bits."""


def check_picture(image: object) -> NDArray[np.uint8]:
    """Take a picture in and make it uint8, or say what is wrong with it.

    Parameters
    ----------
    image : (H, W) or (H, W, 3) RGB, uint8, uint16 or float32/float64 in [0, 1]
        The picture. (H, W, 1) counts as grey.

    Returns
    -------
    (H, W) or (H, W, 3) uint8
        The same picture; the very same array where it was uint8 already.

    Raises
    ------
    TypeError
        If `image` is not an array or its type is none of the above.
    ValueError
        If its shape is none of the above, a side is shorter than 16 px or longer than
        32766 px, or a float value is not finite or outside [0, 1].
    """
    if not isinstance(image, np.ndarray):
        raise TypeError(
            f"an image must be a numpy array, not {type(image).__name__}; "
            "read the file first, for example with cv2.imread"
        )
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3):
        raise ValueError(
            f"an image must be (H, W) grey or (H, W, 3) RGB, not {image.shape}"
        )
    height, width = image.shape[:2]
    if min(height, width) < SMALLEST_SIDE_PX or max(height, width) > LARGEST_SIDE_PX:
        raise ValueError(
            f"an image of {height} x {width} px cannot be analysed: each side must be "
            f"{SMALLEST_SIDE_PX} to {LARGEST_SIDE_PX} px"
        )
    return _to_uint8(image)


def _to_uint8(image: NDArray[Any]) -> NDArray[np.uint8]:
    if image.dtype == np.uint8:
        return np.ascontiguousarray(image)
    if image.dtype == np.uint16:
        return np.asarray(cv2.convertScaleAbs(image, alpha=255 / 65535), np.uint8)
    if image.dtype in (np.float32, np.float64):
        low, high = float(image.min()), float(image.max())
        if not (np.isfinite(low) and np.isfinite(high)):
            raise ValueError("the image holds NaN or infinite values; clean it first")
        if low < 0 or high > 1:
            raise ValueError(
                f"a float image must lie in [0, 1], this one is {low:g} to {high:g}; "
                "divide it by its full scale"
            )
        return np.asarray(
            cv2.convertScaleAbs(image.astype(np.float32, copy=False), alpha=255),
            np.uint8,
        )
    raise TypeError(
        f"an image must be uint8, uint16 or float in [0, 1], not {image.dtype}"
    )


def fit_mask(mask: object, shape: tuple[int, int]) -> Mask:
    """Take a caller's mask in, or say what is wrong with it.

    Parameters
    ----------
    mask : (H, W) bool, or uint8 with 0 for outside
        Where to look.
    shape : px
        (H, W) of the picture it belongs to.

    Returns
    -------
    (H, W) bool

    Raises
    ------
    TypeError
        If `mask` is not a bool or uint8 array.
    ValueError
        If its shape is not `shape` or no pixel is set.
    """
    if not isinstance(mask, np.ndarray) or mask.dtype not in (np.bool_, np.uint8):
        kind = mask.dtype if isinstance(mask, np.ndarray) else type(mask).__name__
        raise TypeError(f"a field must be a bool or uint8 array, not {kind}")
    if mask.shape != shape:
        raise ValueError(f"the field is {mask.shape}, the image {shape}: make them one")
    if not mask.any():
        raise ValueError("the field holds no pixel; leave it out to find it")
    return mask.astype(bool, copy=False)
