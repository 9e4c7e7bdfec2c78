"""Blocks of skin sought again in the other picture, around where a map expects them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.limb_frame import LimbFrame
from vein_imaging.comparison.aligning.transform import Points, Transform
from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["BlockSearch", "FoundBlocks", "search_blocks"]

_COVERED = 0.6  # of a block must be seen in both pictures
_BESIDE = 0.3
"""Of the search: a second peak nearer than that belongs to the first."""


@dataclass(frozen=True, slots=True)
class BlockSearch:
    """How blocks are sought, in widths of the limb.

    Parameters
    ----------
    half, reach, step : widths
        Half a block; how far it is sought; from block to block.
    start : widths
        Of the first block.
    """

    half: float
    reach: float
    step: float
    start: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class FoundBlocks:
    """Where blocks were found.

    Parameters
    ----------
    before_xy : (N, 2) px
    offset_xy : (N, 2) px of BEFORE
        From where the map expects the block to where it looks most alike.
    after_xy : (N, 2) px
    peak, rival : (N,)
        Correlation there, and at the best place that is not beside it.
    """

    before_xy: Points
    offset_xy: Points
    after_xy: Points
    peak: NDArray[np.float64]
    rival: NDArray[np.float64]

    def clear(self, least: float, above: float) -> Mask:
        """Which have a peak of at least so much, and so much above its rival."""
        return (self.peak >= least) & (self.peak - self.rival >= above)


def search_blocks(
    before: LimbFrame, after: LimbFrame, transform: Transform, how: BlockSearch
) -> FoundBlocks:
    """Seek blocks of BEFORE in AFTER.

    Parameters
    ----------
    before, after : LimbFrame
    transform : Transform
        Where to look; between the frames.
    how : BlockSearch

    Returns
    -------
    FoundBlocks
    """
    moved = transform.warp(after.flat)
    both = before.seen & transform.warp_mask(after.seen)
    half, reach, step = (
        max(2, round(part * before.width_px))
        for part in (how.half, how.reach, how.step)
    )
    side = 2 * half + 1
    covered = cv2.blur(both.astype(np.float32), (side, side))
    height, width = before.shape
    first = half + round(how.start * before.width_px)
    rows, columns = np.mgrid[first : height - half : step, first : width - half : step]
    chosen = covered[rows, columns] >= _COVERED
    padded: Image = np.pad(moved, reach)
    table = []
    for row, column in zip(rows[chosen], columns[chosen], strict=True):
        top, left = row - half, column - half
        block = before.flat[top : top + side, left : left + side]
        window = padded[top : top + side + 2 * reach, left : left + side + 2 * reach]
        table.append((column, row, *_peak(block, window, reach)))
    found = np.array(table, np.float64).reshape(-1, 6)
    landed = found[:, :2] + found[:, 2:4]
    after_rc = transform.to_after(landed[:, ::-1])
    return FoundBlocks(
        found[:, :2],
        found[:, 2:4],
        np.ascontiguousarray(after_rc[:, ::-1]),
        found[:, 4],
        found[:, 5],
    )


def _peak(block: Image, window: Image, reach: int) -> tuple[float, float, float, float]:
    score = cv2.matchTemplate(window, block, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(score)
    size = score.shape[0]
    dx = dy = 0.0
    if 0 < x < size - 1 and 0 < y < size - 1:
        dx = _vertex(score[y, x - 1], best, score[y, x + 1])
        dy = _vertex(score[y - 1, x], best, score[y + 1, x])
    score[score < cv2.dilate(score, np.ones((3, 3), np.uint8))] = -1
    beside = max(2, round(_BESIDE * reach))
    score[max(0, y - beside) : y + beside + 1, max(0, x - beside) : x + beside + 1] = -1
    return x + dx - reach, y + dy - reach, best, float(score.max())


def _vertex(left: float, centre: float, right: float) -> float:
    curve = left - 2 * centre + right
    return 0.0 if curve >= 0 else float(0.5 * (left - right) / curve)
