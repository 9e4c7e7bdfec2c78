"""What lies on the skin: ink of a pen or a tattoo, a ruler's ticks, stitches, letters.

A vein is seen through skin. On photographs of legs none takes more than a quarter of
the red light on its way, and none is bluer than its surroundings by more than a
fiftieth (differences of logarithms). Ink and thread take half of the red and more;
letters laid over a picture are grey or white, and skin is not.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask
from vein_imaging.imaging.tracing.chains import Chains

__all__ = ["find_marks"]

LONGEST_PX = 800
"""Marks are looked for at this size: strokes of ink are a few pixels wide in it."""
SMOOTH_PX = 1.0
"""Noise and the colour blocks of a JPEG are smaller."""
REACH_PX = 10
"""Half of the square in which a mark must differ from the skin around it."""
DARKER_RED = 0.45
"""Veins of three photographs of legs: at most .28; pens, stitches, ticks: .7 to 1.6."""
BLUER = 0.13
"""Of log red minus log green. Veins: at most .02 by branch; grey letters .1 to .3."""
BETWEEN_PX, AROUND_PX = 8, 5
"""Lines between two strokes so near to each other, or beside one, are their edges."""
_OFFSET = 8.0
"""Grey levels added before the logarithm: no noise blown up in the dark."""


def find_marks(picture: NDArray[np.uint8], chains: Chains) -> NDArray[np.bool_]:
    """Points of lines that lie on the skin, not in it.

    Parameters
    ----------
    picture : (H, W, 3) uint8 RGB
    chains : Chains
        At the picture's size.

    Returns
    -------
    (N,) bool
    """
    marks, scale = _marks(picture)
    rows, columns = np.round(chains.points_rc * scale).astype(np.intp).T
    height, width = marks.shape
    inside = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
    return np.asarray(marks[inside])


def _marks(picture: NDArray[np.uint8]) -> tuple[Mask, float]:
    """Marks and what is close to them; the size of that mask over the picture's."""
    scale = min(1.0, LONGEST_PX / max(picture.shape))
    size = [max(1, round(side * scale)) for side in picture.shape[1::-1]]
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    red, green, _ = cv2.split(np.log(small.astype(np.float32) + _OFFSET))
    found = (_below_around(red) > DARKER_RED) | (_below_around(red - green) > BLUER)
    marks = cv2.dilate(found.view(np.uint8), _square(BETWEEN_PX))
    marks = cv2.erode(marks, _square(BETWEEN_PX - AROUND_PX))
    return np.asarray(marks > 0), scale


def _below_around(plane: Image) -> Image:
    """How far each pixel lies under the ground around it."""
    smooth = cv2.GaussianBlur(plane, (0, 0), SMOOTH_PX)
    hat = cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, _square(REACH_PX))
    return np.asarray(hat, np.float32)


def _square(reach_px: int) -> NDArray[np.uint8]:
    return np.ones((2 * reach_px + 1,) * 2, np.uint8)
