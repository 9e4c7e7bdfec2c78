"""A lens as a camera matrix and a distortion, with what is not known about them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["PARAMETERS", "Lens", "Undistortion", "correcting_map"]

Floats = NDArray[np.float64]

PARAMETERS = ("fx_px", "fy_px", "cx_px", "cy_px", "k1", "k2", "p1", "p2", "k3")
"""What is fitted: focal lengths, principal point, radial and tangential distortion."""


@dataclass(frozen=True, slots=True)
class Lens:
    """Intrinsic matrix and distortion of one camera at one size and focus.

    Parameters
    ----------
    size_px : (width, height)
        Of the pictures it holds for.
    values : 9 numbers
        In the order of `PARAMETERS`; Brown's distortion as OpenCV has it.
    errors : 9 numbers, >= 0
        Standard deviations; 0 where a value was not fitted.
    reprojection_px : px
        Root mean square distance of corners from where the model puts them.
    views, corners : int
        How many it was fitted to.
    coverage : 0 to 1
        Share of the picture's 6 x 4 parts in which corners were seen.

    Raises
    ------
    ValueError
        If a number is missing, not finite or impossible.
    """

    size_px: tuple[int, int]
    values: tuple[float, ...]
    errors: tuple[float, ...]
    reprojection_px: float
    views: int
    corners: int
    coverage: float

    def __post_init__(self) -> None:
        for name in ("values", "errors"):
            row = getattr(self, name)
            if len(row) != len(PARAMETERS) or not all(map(math.isfinite, row)):
                raise ValueError(f"a lens has {len(PARAMETERS)} finite {name}: {row!r}")
        if min(self.values[:2]) <= 0 or min(self.errors) < 0 or min(self.size_px) < 1:
            raise ValueError(
                f"focal lengths and sizes are above 0, errors not below: {self}"
            )

    @property
    def matrix(self) -> Floats:
        """(3, 3) intrinsic matrix."""
        fx, fy, cx, cy = self.values[:4]
        return np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1.0]])

    @property
    def distortion(self) -> Floats:
        """(5,) k1, k2, p1, p2, k3."""
        return np.array(self.values[4:])

    @property
    def focal_px(self) -> float:
        """Geometric mean of the two focal lengths."""
        return math.sqrt(self.values[0] * self.values[1])

    @property
    def focal_error(self) -> float:
        """Standard deviation of the focal length as a share of it."""
        return max(
            error / value
            for error, value in zip(self.errors[:2], self.values[:2], strict=True)
        )

    def undistorted(self, points_xy: Floats) -> Floats:
        """Where points of a picture lie in the undistorted one.

        Parameters
        ----------
        points_xy : (N, 2) px

        Returns
        -------
        (N, 2) float64 px
            Of a picture of the same size and the same intrinsic matrix.
        """
        if len(points_xy) == 0:
            return np.zeros((0, 2))
        criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 50, 1e-10)
        found = cv2.undistortImagePoints(
            np.ascontiguousarray(points_xy[:, None], np.float64),
            self.matrix,
            self.distortion,
            arg1=criteria,
        )
        return np.asarray(found[:, 0], np.float64)

    def most_moved_px(self) -> float:
        """How far the lens moves a point at most, over the picture."""
        width, height = self.size_px
        x, y = np.meshgrid(
            np.linspace(0, width - 1, 25), np.linspace(0, height - 1, 15)
        )
        grid = np.stack([x.ravel(), y.ravel()], -1)
        return float(np.hypot(*(self.undistorted(grid) - grid).T).max())


_PARTS = 32  # of a pixel: as fine as OpenCV's maps in whole numbers are
_ROUNDS = 8  # each takes most of what the one before has left


@dataclass(frozen=True, slots=True, eq=False)
class Undistortion:
    """The map that takes the lens, and a tilt, out of pictures: made once.

    Parameters
    ----------
    fixed, parts : arrays
        OpenCV's own maps in whole pixels and 32nds.
    """

    fixed: NDArray[np.int16]
    parts: NDArray[np.uint16]

    def apply(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Resample a picture, bilinear; black where it shows nothing.

        Parameters
        ----------
        picture : (H, W) or (H, W, 3) uint8

        Returns
        -------
        same shape, uint8
            A new array.
        """
        return np.asarray(
            cv2.remap(picture, self.fixed, self.parts, cv2.INTER_LINEAR), np.uint8
        )

    def uncorrected(self, points_rc: Floats) -> Floats:
        """Where points of a corrected picture lie in the one that the camera gave.

        Parameters
        ----------
        points_rc : (N, 2) px
            Row and column. Beside the picture, as at its edge.

        Returns
        -------
        (N, 2) float64 px
        """
        points = np.asarray(points_rc, np.float64).reshape(-1, 2)
        height, width = self.parts.shape
        rows = np.clip(np.rint(points[:, 0]), 0, height - 1).astype(int)
        columns = np.clip(np.rint(points[:, 1]), 0, width - 1).astype(int)
        parts = self.parts[rows, columns].astype(int)
        # OpenCV packs both fractions into one number, the row's first
        row = self.fixed[rows, columns, 1] + (parts // _PARTS) / _PARTS
        column = self.fixed[rows, columns, 0] + parts % _PARTS / _PARTS
        found = np.stack([row, column], -1) + points - np.stack([rows, columns], -1)
        return np.asarray(found, np.float64)

    def corrected(self, points_rc: Floats) -> Floats:
        """Where points that the camera gave lie in the corrected picture.

        Parameters
        ----------
        points_rc : (N, 2) px

        Returns
        -------
        (N, 2) float64 px
            To a tenth of a pixel: a lens bends little over so short a way.
        """
        wanted = np.asarray(points_rc, np.float64).reshape(-1, 2)
        found = wanted.copy()
        for _ in range(_ROUNDS):
            found += wanted - self.uncorrected(found)
        return found


def correcting_map(
    size_px: tuple[int, int], lens: Lens | None, flattening: Floats | None = None
) -> Undistortion:
    """Make the map that undoes a lens and a tilt in one step.

    Parameters
    ----------
    size_px : (width, height)
    lens : Lens or None
    flattening : (3, 3), optional
        Homography from the undistorted picture to the one wanted.

    Returns
    -------
    Undistortion
    """
    matrix = np.eye(3) if lens is None else lens.matrix
    distortion = np.zeros(5) if lens is None else lens.distortion
    onto = matrix if flattening is None else flattening @ matrix
    fixed, parts = cv2.initUndistortRectifyMap(
        matrix, distortion, None, onto, size_px, cv2.CV_16SC2
    )
    return Undistortion(np.asarray(fixed, np.int16), np.asarray(parts, np.uint16))
