"""Fine alignment: small blocks of skin found again."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vein_imaging.comparison.aligning.transform import Points, Transform, apply_affine
from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["BLOCK_LEVELS", "BlockLevel", "Blocks", "agreeing", "match"]

_RIVAL = 0.93  # of the best peak: a second place nearly as good decides nothing
_COVERED = 0.6  # of a block must be skin in both pictures
_NEIGHBOURS = 10  # enough for a median that one wrong block in three cannot move
_ROUNDS = 3
"""Wrong blocks hide each other: the second and third round find those that the first
one could not."""
_STRAY_PX = 2.0
"""Skin moves smoothly: a block that moves differently from its neighbours by more than
this matched something else."""


@dataclass(frozen=True, slots=True)
class BlockLevel:
    """How blocks are matched at one level, in px of the working picture.

    Parameters
    ----------
    half_px : px
        A block is 2 half + 1 wide.
    search_px : px
        How far it is sought in each direction.
    step_px : px
        From block to block.
    least_ncc : in [0, 1]
        Normalised cross-correlation below which nothing was found.
    """

    half_px: int
    search_px: int
    step_px: int
    least_ncc: float


BLOCK_LEVELS = (
    BlockLevel(24, 14, 28, 0.35),
    BlockLevel(16, 6, 16, 0.35),
)
"""Coarse to fine, for a working picture 960 px long."""


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Block centres in both pictures.

    Parameters
    ----------
    before_xy, after_xy : (N, 2) px
    ncc : (N,) in [0, 1]
        Correlation of each.
    """

    before_xy: Points
    after_xy: Points
    ncc: NDArray[np.float64]

    def where(self, chosen: Mask) -> Blocks:
        """Keep the blocks where `chosen` (N,) is True."""
        return Blocks(self.before_xy[chosen], self.after_xy[chosen], self.ncc[chosen])


def match(
    before: Image,
    after: Image,
    before_mask: Mask,
    after_mask: Mask,
    transform: Transform,
    level: BlockLevel,
) -> Blocks:
    """Find blocks of BEFORE again in AFTER, near where `transform` expects them.

    Parameters
    ----------
    before, after : (H, W) float32, zero outside skin
    before_mask, after_mask : (H, W) bool
    transform : Transform
    level : BlockLevel

    Returns
    -------
    Blocks
        Those with a clear, single, interior peak; positions to a fraction of a px.
    """
    moved = transform.warp(after)
    both = before_mask & transform.warp_mask(after_mask)
    half, search, step = level.half_px, level.search_px, level.step_px
    side = 2 * half + 1
    covered = cv2.blur(both.astype(np.float32), (side, side))
    height, width = before.shape
    padded: Image = np.pad(moved, search)
    found = []
    for row in range(half, height - half, step):
        for column in range(half, width - half, step):
            if covered[row, column] < _COVERED:
                continue
            top, left = row - half, column - half
            block = before[top : top + side, left : left + side]
            reach = side + 2 * search
            window = padded[top : top + reach, left : left + reach]
            peak = _single_peak(block, window, level.least_ncc)
            if peak is not None:
                found.append((column, row, *peak))
    table = np.array(found, dtype=np.float64).reshape(-1, 5)
    centre = table[:, :2]
    landed = centre + table[:, 2:4] - search
    after_rc = transform.to_after(landed[:, ::-1])
    return Blocks(centre, np.ascontiguousarray(after_rc[:, ::-1]), table[:, 4])


def agreeing(blocks: Blocks, transform: Transform) -> Blocks:
    """Blocks that move as their neighbours do.

    Parameters
    ----------
    blocks : Blocks
    transform : Transform
        Its affine part is taken off first.

    Returns
    -------
    Blocks
    """
    for _ in range(_ROUNDS):
        count = len(blocks.ncc)
        if count < _NEIGHBOURS + 1:
            return blocks.where(np.zeros(count, np.bool_))
        shift = blocks.after_xy - apply_affine(transform.affine, blocks.before_xy)
        near = np.asarray(
            cKDTree(blocks.before_xy).query(blocks.before_xy, _NEIGHBOURS + 1)[1]
        )
        usual = np.median(shift[near[:, 1:]], axis=1)
        stray = np.hypot(*(shift - usual).T)
        blocks = blocks.where(stray < _STRAY_PX)
    return blocks


def _single_peak(
    block: Image, window: Image, least_ncc: float
) -> tuple[float, float, float] | None:
    # column, row and height of the peak, or None where it is weak, at the rim, or
    # has a rival
    score: Image = np.asarray(
        cv2.matchTemplate(window, block, cv2.TM_CCOEFF_NORMED), np.float32
    )
    _, best, _, (x, y) = cv2.minMaxLoc(score)
    height, width = score.shape
    if not (best >= least_ncc and 0 < x < width - 1 and 0 < y < height - 1):
        return None
    peaks = score[score >= cv2.dilate(score, np.ones((3, 3), np.uint8))]
    if np.count_nonzero(peaks > _RIVAL * best) > 1:
        return None
    dx = _vertex(score[y, x - 1], best, score[y, x + 1])
    dy = _vertex(score[y - 1, x], best, score[y + 1, x])
    return x + dx, y + dy, best


def _vertex(left: float, centre: float, right: float) -> float:
    curve = left - 2 * centre + right
    return 0.0 if curve >= 0 else float(0.5 * (left - right) / curve)
