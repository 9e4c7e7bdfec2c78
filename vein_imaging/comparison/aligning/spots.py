"""Round dark spots on the skin: moles, freckles and scars stay when veins go."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.limb_frame import LimbFrame
from vein_imaging.comparison.aligning.transform import Points
from vein_imaging.imaging.arrays import Image

__all__ = ["Spots", "find_spots"]

_SIZES = (0.005, 0.022)  # sigmas in widths of the limb, from a freckle to a mole
_LEAST_SIGMA_PX = (1.2, 3.0)  # the pixel grid makes smaller spots of its own
_COUNT = 6  # of sizes between the two
_RIM_WIDTHS = 0.02  # of the skin's edge: what is round there is a corner
_LEAST = 0.01  # of contrast; below it is the skin's texture
_MOST = 120  # spots of one picture


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """Round dark spots, the strongest first.

    Parameters
    ----------
    xy : (N, 2) px
    strength : (N,)
        As a multiple of their median.
    """

    xy: Points
    strength: NDArray[np.float64]


def find_spots(frame: LimbFrame) -> Spots:
    """Find dark spots that are round: dark in both directions, not along one.

    Parameters
    ----------
    frame : LimbFrame

    Returns
    -------
    Spots
    """
    width = frame.width_px
    rim = 2 * max(2, round(_RIM_WIDTHS * width)) + 1
    inner = cv2.erode(np.pad(frame.skin.astype(np.uint8), 1), np.ones((rim, rim)))
    log = np.log(frame.picture.astype(np.float32) + 12)
    # melanin takes blue most, and blood takes green: by both, a mole outdoes a vein
    plane = np.asarray(log[..., 1] + 0.5 * log[..., 2], np.float32)
    best: Image = np.full(plane.shape, -1e9, np.float32)
    low, high = (
        max(least, size * width)
        for least, size in zip(_LEAST_SIGMA_PX, _SIZES, strict=True)
    )
    for sigma in np.geomspace(low, high, _COUNT):
        best = np.maximum(best, _roundness(plane, float(sigma)))
    best[inner[1:-1, 1:-1] == 0] = -1e9
    side = 2 * max(2, round(0.012 * width)) + 1
    peaks = (best == cv2.dilate(best, np.ones((side, side), np.uint8))) & (
        best > _LEAST
    )
    rows, columns = np.nonzero(peaks)
    order = np.argsort(-best[rows, columns], kind="stable")[:_MOST]
    strength = best[rows[order], columns[order]].astype(np.float64)
    xy = np.column_stack([columns[order], rows[order]]).astype(np.float64)
    usual = float(np.median(strength)) if strength.size else 1.0
    return Spots(xy, np.clip(strength / usual, 0.3, 6))


def _roundness(plane: Image, sigma: float) -> Image:
    # the smaller eigenvalue of the Hessian, times sigma squared
    smooth = cv2.GaussianBlur(plane, (0, 0), sigma)
    xx, yy, xy = (
        cv2.Sobel(smooth, cv2.CV_32F, dx, dy, ksize=3) / 4
        for dx, dy in ((2, 0), (0, 2), (1, 1))
    )
    root = np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    return np.asarray(((xx + yy) / 2 - root) * sigma**2, np.float32)
