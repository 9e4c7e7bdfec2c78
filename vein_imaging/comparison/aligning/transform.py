"""Where each point of one picture lies in the other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Affine", "Points", "Transform", "apply_affine"]

Affine = NDArray[np.float64]
"""(2, 3) float64 on (x, y) px, OpenCV's convention."""
Points = NDArray[np.float64]
"""(N, 2) float64."""

_T = TypeVar("_T", np.uint8, np.uint16, np.float32, np.float64)
_INVERSE_ROUNDS = 12  # the field's slope is far below 1: each round gains a digit


def apply_affine(affine: Affine, points_xy: Points) -> Points:
    """Move (x, y) points by an affine map.

    Parameters
    ----------
    affine : (2, 3) float64
    points_xy : (N, 2) px

    Returns
    -------
    (N, 2) float64, px
    """
    return points_xy @ affine[:, :2].T + affine[:, 2]


@dataclass(frozen=True, eq=False)  # no slots: the maps are kept once computed
class Transform:
    """An affine map and a smooth displacement on a grid of the BEFORE picture.

    A BEFORE point (x, y) lies at ``affine (x, y) + displacement(x, y)`` in AFTER.

    Parameters
    ----------
    affine : (2, 3) float64
        BEFORE px to AFTER px, both (x, y).
    displacement_xy : (gh, gw, 2) float64, AFTER px
        On grid nodes of BEFORE; linear between nodes, constant beyond the last.
    origin_px, step_px : px
        Node (i, j) lies at row ``origin + i step``, column ``origin + j step``.
    before_shape, after_shape : (H, W)
        The two pictures.
    """

    affine: Affine
    displacement_xy: NDArray[np.float64]
    origin_px: float
    step_px: float
    before_shape: tuple[int, int]
    after_shape: tuple[int, int]

    @classmethod
    def plain(
        cls,
        affine: Affine,
        step_px: float,
        before_shape: tuple[int, int],
        after_shape: tuple[int, int],
    ) -> Transform:
        """Make one that is only an affine map yet.

        Parameters
        ----------
        affine : (2, 3) float64
        step_px : px
            Of its grid.
        before_shape, after_shape : (H, W)

        Returns
        -------
        Transform
        """
        height, width = before_shape
        nodes = (int(height / step_px) + 2, int(width / step_px) + 2, 2)
        return cls(
            np.asarray(affine, np.float64),
            np.zeros(nodes),
            0.0,
            step_px,
            before_shape,
            after_shape,
        )

    def to_after(self, points_rc: NDArray[np.floating]) -> Points:
        """Take BEFORE points to AFTER.

        Parameters
        ----------
        points_rc : (N, 2) px in BEFORE

        Returns
        -------
        (N, 2) float64, px in AFTER
        """
        xy = np.asarray(points_rc, dtype=np.float64)[:, ::-1]
        moved = apply_affine(self.affine, xy) + self._displacement_at(xy)
        return np.ascontiguousarray(moved[:, ::-1])

    def to_before(self, points_rc: NDArray[np.floating]) -> Points:
        """Take AFTER points to BEFORE, by fixed-point iteration.

        Parameters
        ----------
        points_rc : (N, 2) px in AFTER

        Returns
        -------
        (N, 2) float64, px in BEFORE
        """
        target = np.asarray(points_rc, dtype=np.float64)[:, ::-1]
        back = np.asarray(cv2.invertAffineTransform(self.affine), np.float64)
        xy = apply_affine(back, target)
        for _ in range(_INVERSE_ROUNDS):
            xy = apply_affine(back, target - self._displacement_at(xy))
        return np.ascontiguousarray(xy[:, ::-1])

    @cached_property
    def maps_xy(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Give columns and rows of AFTER at every BEFORE pixel, for `cv2.remap`.

        Returns
        -------
        (H, W) float32, (H, W) float32
        """
        height, width = self.before_shape
        rows = self._weights(np.arange(height), self.displacement_xy.shape[0])
        columns = self._weights(np.arange(width), self.displacement_xy.shape[1])
        x = np.arange(width, dtype=np.float32)
        y = np.arange(height, dtype=np.float32)[:, None]
        out = []
        for axis in (0, 1):
            a, b, c = self.affine[axis]
            smooth = rows @ self.displacement_xy[:, :, axis].astype(np.float32)
            out.append(smooth @ columns.T + np.float32(a) * x + np.float32(b) * y)
            out[-1] += np.float32(c)
        return out[0], out[1]

    def warp(
        self, image: NDArray[_T], *, interpolation: int = cv2.INTER_LINEAR
    ) -> NDArray[_T]:
        """Draw AFTER in BEFORE's frame; 0 where AFTER does not reach.

        Parameters
        ----------
        image : (H, W) or (H, W, C), of AFTER's size
        interpolation : OpenCV flag

        Returns
        -------
        (H, W) or (H, W, C), of BEFORE's size, the type of `image`
        """
        columns, rows = self.maps_xy
        moved = cv2.remap(
            image,
            columns,
            rows,
            interpolation,
            borderMode=cv2.BORDER_CONSTANT,
        )
        return np.asarray(moved, image.dtype)

    def warp_mask(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Warp a mask, nearest neighbour; False where AFTER does not reach."""
        moved = self.warp(mask.astype(np.uint8), interpolation=cv2.INTER_NEAREST)
        return moved.astype(np.bool_)

    def then(self, affine: Affine, after_shape: tuple[int, int]) -> Transform:
        """Follow it by an affine map of AFTER.

        Parameters
        ----------
        affine : (2, 3) float64
        after_shape : (H, W)
            Of the picture it leads to.

        Returns
        -------
        Transform
        """
        matrix = affine[:, :2]
        offset = matrix @ self.affine[:, 2] + affine[:, 2]
        return Transform(
            np.column_stack([matrix @ self.affine[:, :2], offset]),
            self.displacement_xy @ matrix.T,
            self.origin_px,
            self.step_px,
            self.before_shape,
            after_shape,
        )

    def between(
        self,
        scales: tuple[float, float],
        before_shape: tuple[int, int],
        after_shape: tuple[int, int],
    ) -> Transform:
        """Give the same map between copies of the pictures of another size.

        Parameters
        ----------
        scales : two floats
            Px of these pictures per px of the copies, BEFORE and AFTER.
        before_shape, after_shape : (H, W)
            Of the copies.

        Returns
        -------
        Transform
        """
        # pixel centres: here = (there + 1/2) scale - 1/2
        before, after = scales
        matrix = self.affine[:, :2] * (before / after)
        shift = self.affine[:, :2] @ np.full(2, before / 2 - 0.5) + self.affine[:, 2]
        return Transform(
            np.column_stack([matrix, (shift + 0.5) / after - 0.5]),
            self.displacement_xy / after,
            (self.origin_px + 0.5) / before - 0.5,
            self.step_px / before,
            before_shape,
            after_shape,
        )

    def scale(self) -> float:
        """Give AFTER px per BEFORE px, the root of the affine part's determinant."""
        return float(np.sqrt(abs(np.linalg.det(self.affine[:, :2]))))

    def _displacement_at(self, points_xy: Points) -> Points:
        grid_rows, grid_columns = self.displacement_xy.shape[:2]
        position = (points_xy - self.origin_px) / self.step_px
        x = np.clip(position[:, 0], 0, grid_columns - 1)
        y = np.clip(position[:, 1], 0, grid_rows - 1)
        j = np.clip(np.floor(x).astype(int), 0, max(grid_columns - 2, 0))
        i = np.clip(np.floor(y).astype(int), 0, max(grid_rows - 2, 0))
        u, v = (x - j)[:, None], (y - i)[:, None]
        grid = self.displacement_xy
        right, down = min(1, grid_columns - 1), min(1, grid_rows - 1)
        top = (1 - u) * grid[i, j] + u * grid[i, j + right]
        bottom = (1 - u) * grid[i + down, j] + u * grid[i + down, j + right]
        return np.asarray((1 - v) * top + v * bottom, dtype=np.float64)

    def _weights(self, pixels: NDArray[np.int64], nodes: int) -> NDArray[np.float32]:
        # linear interpolation from nodes to pixels as one (pixels, nodes) matrix
        position = np.clip((pixels - self.origin_px) / self.step_px, 0, nodes - 1)
        low = np.clip(np.floor(position).astype(int), 0, max(nodes - 2, 0))
        high = np.minimum(low + 1, nodes - 1)
        matrix = np.zeros((pixels.size, nodes), np.float32)
        index = np.arange(pixels.size)
        np.add.at(matrix, (index, low), 1 - (position - low))
        np.add.at(matrix, (index, high), position - low)
        return matrix
