"""What the phantom drew, in the coordinates of one frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_phantom.branches import SkinBranch
from vein_phantom.pose import Pose

__all__ = ["PhantomBranch", "PhantomTruth", "before_to_after_rc"]

Mask = NDArray[np.bool_]
Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class PhantomBranch:
    """A vein between two junctions, or the part of it that a frame shows.

    Parameters
    ----------
    points_rc : (N, 2) float32, px
        Centreline, (row, column), pixel centres at whole numbers. Downstream first.
    diameter_mm, depth_mm : (N,) float32, mm
        Lumen diameter; depth of the axis below the surface.
    treated : bool
        Treated between the visits (known at both).
    branch_id : int
        The same at both visits. A vein that leaves the frame and comes back gives two
        branches of one id.
    """

    points_rc: Points
    diameter_mm: NDArray[np.float32]
    depth_mm: NDArray[np.float32]
    treated: bool
    branch_id: int


@dataclass(frozen=True, slots=True, eq=False)
class PhantomTruth:
    """What one frame shows. Masks are read-only.

    Centrelines are exact. Masks move by whole pixels: exact in frame 0 of a visit,
    within half a pixel in later frames.

    Parameters
    ----------
    seed, visit
        Which leg, when.
    mm_per_pixel : mm
        Size of a pixel.
    mask : (H, W) bool
        Pixels whose centre lies in a vein.
    skin, hair, glare, freckles : (H, W) bool
        Where skin is; where each distractor is.
    stain : (H, W) bool
        Where treatment left the skin visibly darker; empty before it.
    shift_rc : (rows, columns) px
        How far the hand has moved since frame 0.
    pose : Pose
        Where skin lies in the picture.
    skin_branches, skin_gone : tuple of SkinBranch
        Veins on the skin in mm; those that vanished since the first visit.
    """

    seed: int
    visit: str
    mm_per_pixel: float
    mask: Mask
    skin: Mask
    hair: Mask
    glare: Mask
    freckles: Mask
    stain: Mask
    shift_rc: tuple[float, float]
    pose: Pose
    skin_branches: tuple[SkinBranch, ...]
    skin_gone: tuple[SkinBranch, ...]

    @property
    def branches(self) -> tuple[PhantomBranch, ...]:
        """Veins in view: (row, column) px of this frame."""
        return tuple(self._in_view(self.skin_branches))

    @property
    def gone(self) -> tuple[PhantomBranch, ...]:
        """Veins that vanished since the first visit, where they would lie here."""
        return tuple(self._in_view(self.skin_gone))

    def to_frame_rc(self, skin_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Skin coordinates to pixels of this frame.

        Parameters
        ----------
        skin_mm : (..., 2) float64, mm
            (row, column) from the middle of the skin.

        Returns
        -------
        (..., 2) float64, px
        """
        placed_mm = self.pose.place(skin_mm)
        return placed_mm / self.mm_per_pixel + self._origin_rc()

    def to_skin_mm(self, points_rc: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels of this frame to skin coordinates: the inverse of `to_frame_rc`.

        Parameters
        ----------
        points_rc : (..., 2) float64, px
            (row, column) in the frame.

        Returns
        -------
        (..., 2) float64, mm
        """
        placed_mm = (points_rc - self._origin_rc()) * self.mm_per_pixel
        return self.pose.find(placed_mm)

    def _origin_rc(self) -> NDArray[np.float64]:
        height, width = self.mask.shape
        down, right = self.shift_rc
        return np.array([(height - 1) / 2 - down, (width - 1) / 2 - right])

    def _in_view(self, branches: Sequence[SkinBranch]) -> Iterator[PhantomBranch]:
        height, width = self.mask.shape
        for branch in branches:
            points = self.to_frame_rc(branch.points_mm)
            inside = (
                (points[:, 0] >= 0) & (points[:, 0] <= height - 1)
                & (points[:, 1] >= 0) & (points[:, 1] <= width - 1)
            )  # fmt: skip
            edges = np.flatnonzero(np.diff(np.concatenate([[0], inside, [0]])))
            for start, end in zip(edges[0::2], edges[1::2], strict=True):
                if end - start >= 2:
                    yield PhantomBranch(
                        points[start:end].astype(np.float32),
                        branch.diameter_mm[start:end].astype(np.float32),
                        branch.depth_mm[start:end].astype(np.float32),
                        branch.treated,
                        branch.branch_id,
                    )


def before_to_after_rc(
    points_rc: NDArray[np.floating], before: PhantomTruth, after: PhantomTruth
) -> NDArray[np.float64]:
    """Where skin seen at a place in one frame lies in another frame of the same leg.

    Parameters
    ----------
    points_rc : (..., 2) float, px
        (row, column) in the frame of `before`.
    before, after : PhantomTruth
        Any two frames of one leg, of any visit and pixel size.

    Returns
    -------
    (..., 2) float64, px
        (row, column) in the frame of `after`; may lie outside it.

    Raises
    ------
    ValueError
        If the two are not frames of one leg.
    """
    if before.seed != after.seed:
        raise ValueError(
            f"two frames of one leg are wanted; these are of seeds {before.seed} and "
            f"{after.seed}"
        )
    return after.to_frame_rc(before.to_skin_mm(np.asarray(points_rc, np.float64)))
