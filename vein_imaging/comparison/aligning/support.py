"""Where an alignment can be trusted."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.blocks import Blocks
from vein_imaging.comparison.aligning.transform import Transform
from vein_imaging.imaging.arrays import Mask

__all__ = ["TWO_WAYS_PX", "find_support"]

TWO_WAYS_PX = 1.5
"""A point that does not return to within this many working px is not compared."""
_NEAR_PX = 30.0  # from an accepted block


def find_support(
    usable: Mask, forward: Transform, back: Transform, blocks: Blocks
) -> tuple[Mask, NDArray[np.float64]]:
    """Find where an alignment holds: blocks are near, and points return to their place.

    Parameters
    ----------
    usable : (H, W) bool
        Skin of BEFORE that can be compared.
    forward, back : Transform
        BEFORE to AFTER, and AFTER to BEFORE by blocks of its own.
    blocks : Blocks
        Those `forward` was fitted to.

    Returns
    -------
    support : (H, W) bool
    gaps : (N,) float64 px
        How far points near blocks are from themselves after going there and back; inf
        where there is no such point.
    """
    height, width = forward.before_shape
    # one node in the middle of each 8 x 8 px: resizing puts it back where it was
    rows, columns = np.mgrid[3.5:height:8, 3.5:width:8]
    nodes = np.column_stack([rows.ravel(), columns.ravel()])
    gap = np.hypot(*(back.to_after(forward.to_after(nodes)) - nodes).T)
    gaps = cv2.resize(
        gap.reshape(rows.shape).astype(np.float32),
        (columns.shape[1] * 8, rows.shape[0] * 8),
    )
    closes = np.pad(gaps, ((0, 8), (0, 8)), mode="edge")[:height, :width] < TWO_WAYS_PX
    far = np.ones((height, width), np.uint8)
    centres = np.rint(blocks.before_xy).astype(int)
    far[centres[:, 1], centres[:, 0]] = 0
    near = cv2.distanceTransform(far, cv2.DIST_L2, 5) < _NEAR_PX
    near &= forward.warp_mask(np.ones(forward.after_shape, np.bool_))
    inside = near[rows.astype(int).ravel(), columns.astype(int).ravel()]
    measured = gap[inside] if inside.any() else np.array([np.inf])
    return near & closes & usable, measured
