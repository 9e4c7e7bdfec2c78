"""How far the picture moved from one frame to the next."""

from __future__ import annotations

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Image, Plane
from vein_imaging.imaging.plane import shrunk_by

__all__ = ["measure_motion", "tiny_copy"]

SHRINK = 8
"""Motion is measured on a 64th of the pixels, for its cost in every frame."""


def tiny_copy(plane: Plane) -> Image:
    """A small copy of a frame, in which motion is measured.

    Parameters
    ----------
    plane : (H, W) uint8

    Returns
    -------
    (h', w') float32
        About an eighth of the frame's size.
    """
    height, width = plane.shape
    size = _whole_side(width // SHRINK), _whole_side(height // SHRINK)
    small = shrunk_by(SHRINK // 2, plane)
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_AREA))


def _whole_side(side: int) -> int:
    """Largest even side up to this that OpenCV transforms without padding.

    Its phase correlation is half a pixel off where it pads to an odd size.
    """
    side = max(8, side // 2 * 2)
    while cv2.getOptimalDFTSize(side) != side:
        side -= 2
    return side


def measure_motion(
    before: Image, now: Image, shape: tuple[int, int]
) -> tuple[float, float]:
    """How far the picture moved, by phase correlation.

    Parameters
    ----------
    before, now : (h', w') float32
        Of two frames, from `tiny_copy`.
    shape : px
        (H, W) of the frames at their own size.

    Returns
    -------
    x, y : px
        At the frames' own size.
    """
    (x, y), _ = cv2.phaseCorrelate(before, now)
    return x * shape[1] / now.shape[1], y * shape[0] / now.shape[0]
