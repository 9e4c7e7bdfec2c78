"""Pictures as files in memory."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["encode_png"]


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """Encode without loss.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3) uint8
        Grey, or RGB.

    Returns
    -------
    bytes
        A PNG file.

    Raises
    ------
    ValueError
        If the array is neither grey nor RGB uint8.
    """
    if pixels.dtype != np.uint8 or (pixels.ndim != 2 and pixels.shape[2:] != (3,)):
        raise ValueError(
            f"a picture is (H, W) or (H, W, 3) uint8, not {pixels.shape} {pixels.dtype}"
        )
    bgr = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".png", bgr)
    return encoded.tobytes()
