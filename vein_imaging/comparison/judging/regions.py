"""Which pieces and how much vein lie where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.transform import Transform
from vein_imaging.comparison.judging.change import Piece
from vein_imaging.imaging.arrays import Mask
from vein_imaging.imaging.vein_map import VeinMap

__all__ = ["Extent", "change_masks", "measure_extents", "pieces_in"]


@dataclass(frozen=True, slots=True)
class Extent:
    """Vein seen in one picture, inside the overlap.

    Parameters
    ----------
    length_px : px
        Sum of centre lines, in BEFORE px.
    area_px : px^2
        Of the mask, in BEFORE px.
    """

    length_px: float
    area_px: float


def pieces_in(pieces: Sequence[Piece], region: Mask) -> tuple[Piece, ...]:
    """Keep the pieces that lie mostly in a region.

    Parameters
    ----------
    pieces : of Piece
    region : (H, W) bool
        In BEFORE's frame.

    Returns
    -------
    tuple of Piece
    """
    height, width = region.shape
    chosen = []
    for piece in pieces:
        rows, columns = np.rint(piece.points_rc).astype(int).T
        inside = region[rows.clip(0, height - 1), columns.clip(0, width - 1)]
        if inside.mean() > 0.5:
            chosen.append(piece)
    return tuple(chosen)


def change_masks(pieces: Sequence[Piece], overlap: Mask) -> dict[str, Mask]:
    """Draw the pieces at their width, by what became of them.

    Parameters
    ----------
    pieces : of Piece
    overlap : (H, W) bool

    Returns
    -------
    dict
        "cleared", "remaining" (faded or persistent) and "new", (H, W) bool.
    """
    drawn = {}
    for name, changes in (
        ("cleared", ("cleared",)),
        ("remaining", ("faded", "persistent")),
        ("new", ("new",)),
    ):
        canvas = np.zeros(overlap.shape, np.uint8)
        for piece in pieces:
            if piece.change in changes:
                points = np.rint(16 * piece.points_rc[:, ::-1]).astype(np.int32)
                width = max(1, round(piece.diameter_px))
                cv2.polylines(canvas, [points], False, 1, width, cv2.LINE_8, 4)
        drawn[name] = (canvas > 0) & overlap
    return drawn


def measure_extents(
    before: VeinMap, after: VeinMap, transform: Transform | None, inside: Mask
) -> tuple[Extent, Extent]:
    """Measure the vein of each picture alone, inside a region both show.

    Parameters
    ----------
    before, after : VeinMap
        Each in its own frame.
    transform : Transform or None
    inside : (H, W) bool
        In BEFORE's frame.

    Returns
    -------
    BEFORE, AFTER : Extent
        nan without a transform.
    """
    if transform is None:
        return Extent(np.nan, np.nan), Extent(np.nan, np.nan)
    veins = transform.warp_mask(after.mask)
    found = []
    for branches, mask, moved in (
        (before.branches, before.mask, False),
        (after.branches, veins, True),
    ):
        length = 0.0
        for branch in branches:
            points = np.asarray(branch.points_rc, dtype=np.float64)
            points = transform.to_before(points) if moved else points
            steps = np.hypot(*np.diff(points, axis=0).T)
            middle = np.rint((points[1:] + points[:-1]) / 2).astype(int)
            length += float(steps[_look_up(inside, middle)].sum())
        found.append(Extent(length, float(np.count_nonzero(mask & inside))))
    return found[0], found[1]


def _look_up(mask: Mask, points_rc: NDArray[np.int64]) -> Mask:
    height, width = mask.shape
    rows, columns = points_rc.T
    within = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    seen = within & mask[rows.clip(0, height - 1), columns.clip(0, width - 1)]
    return np.asarray(seen, np.bool_)
