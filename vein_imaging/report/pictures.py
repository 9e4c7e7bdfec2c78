"""Pictures as files in memory."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["encode_jpeg", "encode_png", "kind_of_picture"]

_QUALITY = 88  # nothing is seen of the loss on paper; a third of the next step's size
_LONGEST_PX = 1400  # 200 dots per inch over the width of a page
_BEGINNINGS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"<svg": "svg"}


def kind_of_picture(picture: bytes) -> str:
    """Say what a picture file is by its first bytes.

    Parameters
    ----------
    picture : bytes

    Returns
    -------
    "png", "jpeg" or "svg"

    Raises
    ------
    ValueError
        If it is none of them.
    """
    for beginning, kind in _BEGINNINGS.items():
        if picture.startswith(beginning):
            return kind
    raise ValueError(
        f"a picture of a page is a PNG, JPEG or SVG file, and this one begins with"
        f" {picture[:8]!r}: encode it with encode_png or encode_jpeg"
    )


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
    _, encoded = cv2.imencode(".png", _bgr(pixels))
    return encoded.tobytes()


def encode_jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """Encode for a page: small, and no larger than paper shows. The record keeps all.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3) uint8
        Grey, or RGB; the longer side becomes 1400 px at most.

    Returns
    -------
    bytes
        A JPEG file.

    Raises
    ------
    ValueError
        If the array is neither grey nor RGB uint8.
    """
    bgr = _bgr(pixels)
    height, width = bgr.shape[:2]
    shrink = _LONGEST_PX / max(height, width)
    if shrink < 1:
        size = max(1, round(width * shrink)), max(1, round(height * shrink))
        bgr = np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return encoded.tobytes()


def _bgr(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if pixels.dtype != np.uint8 or (pixels.ndim != 2 and pixels.shape[2:] != (3,)):
        raise ValueError(
            f"a picture is (H, W) or (H, W, 3) uint8, not {pixels.shape} {pixels.dtype}"
        )
    if pixels.ndim == 2:
        return pixels
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), np.uint8)
