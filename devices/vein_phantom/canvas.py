"""The drawing surface: frame pixels with a margin, and tubes drawn on it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_phantom.pose import Pose
from vein_phantom.settings import PhantomSettings

__all__ = ["Canvas", "blur", "canvas_for", "tube_depths"]

Array = NDArray[np.float64]

_MARGIN_MM = 1.6  # the hand's three sines reach 1.42 mm: no frame shows an edge
_COARSE_PX = 8  # light and bends are smooth over so many pixels, and cost a 64th there


@dataclass(frozen=True, slots=True)
class Canvas:
    """Pixels of a frame with a margin on each side, into which the frame may move.

    Parameters
    ----------
    height_px, width_px : px
        Size, margins included.
    margin_px : px
        On each of the four sides.
    mm_per_pixel : mm
        Size of a pixel.
    """

    height_px: int
    width_px: int
    margin_px: int
    mm_per_pixel: float

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) px."""
        return self.height_px, self.width_px

    def to_px(self, points_mm: Array) -> Array:
        """Picture coordinates in mm from the centre to canvas pixels.

        Parameters
        ----------
        points_mm : (..., 2) float64, mm
            (row, column) from the centre of the picture.

        Returns
        -------
        (..., 2) float64, px
        """
        centre = np.array([(self.height_px - 1) / 2, (self.width_px - 1) / 2])
        return np.asarray(points_mm / self.mm_per_pixel + centre, np.float64)

    def grid_mm(self) -> Array:
        """Picture coordinates of every pixel.

        Returns
        -------
        (height, width, 2) float64, mm
        """
        row = (np.arange(self.height_px) - (self.height_px - 1) / 2) * self.mm_per_pixel
        column = (
            np.arange(self.width_px) - (self.width_px - 1) / 2
        ) * self.mm_per_pixel
        grid: Array = np.empty((*self.shape, 2))
        grid[..., 0], grid[..., 1] = row[:, None], column[None, :]
        return grid

    def skin_mm(self, pose: Pose) -> Array:
        """Skin coordinates of what every pixel shows.

        The inverse of the pose is found at every eighth pixel and interpolated: the
        error is under a thousandth of a millimetre, as the pose bends over 40 mm and
        more.

        Parameters
        ----------
        pose : Pose
            Where skin lies in the picture.

        Returns
        -------
        (height, width, 2) float64, mm
        """
        if pose == Pose():
            return self.grid_mm()
        knots_row = np.arange(0, self.height_px + _COARSE_PX, _COARSE_PX)
        knots_column = np.arange(0, self.width_px + _COARSE_PX, _COARSE_PX)
        knots = np.stack(np.meshgrid(knots_row, knots_column, indexing="ij"), -1)
        centre = np.array([(self.height_px - 1) / 2, (self.width_px - 1) / 2])
        coarse = pose.find((knots - centre) * self.mm_per_pixel)
        return _between(_between(coarse, self.height_px, 0), self.width_px, 1)


def _between(knots: Array, count: int, axis: int) -> Array:
    """Linear interpolation of every eighth value along an axis."""
    at = np.arange(count)
    low = at // _COARSE_PX
    weight = (at % _COARSE_PX) / _COARSE_PX
    weight = weight.reshape([-1 if i == axis else 1 for i in range(3)])
    a, b = np.take(knots, low, axis), np.take(knots, low + 1, axis)
    return a + (b - a) * weight


def canvas_for(settings: PhantomSettings) -> Canvas:
    """Give a canvas wide enough for the movement of the hand.

    Parameters
    ----------
    settings : PhantomSettings
        Size and motion are used.

    Returns
    -------
    Canvas
    """
    margin = math.ceil(_MARGIN_MM * settings.motion / settings.mm_per_pixel) + 2
    return Canvas(
        settings.height_px + 2 * margin,
        settings.width_px + 2 * margin,
        margin,
        settings.mm_per_pixel,
    )


def blur(image: Array, sigma_px: float) -> Array:
    """Gaussian blur with mirrored borders, in double precision.

    Parameters
    ----------
    image : (H, W) or (H, W, C) float64
        Unchanged.
    sigma_px : px
        Standard deviation; under 0.1 does nothing.

    Returns
    -------
    same shape, float64
    """
    if sigma_px < 0.1:
        return image
    size = 2 * math.ceil(3.5 * sigma_px) + 1
    return np.asarray(cv2.GaussianBlur(image, (size, size), sigma_px), np.float64)


def tube_depths(
    shape: tuple[int, int], points_px: Array, radius_px: Array
) -> Iterator[tuple[tuple[slice, slice], Array, int]]:
    """Walk along a tube and give, around each piece, how far inside it each pixel is.

    Parameters
    ----------
    shape : (height, width) px
        Of the canvas; what lies outside is left out.
    points_px : (N, 2) float64, px
        Centreline, (row, column).
    radius_px : (N,) float64, px
        Radius at each point.

    Yields
    ------
    window : pair of slices
        Rows and columns of the canvas.
    inside : (h, w, 2) float64, px
        Squared distance to the centreline, and squared radius there.
    piece : int
        Index of the piece: it runs from point `piece` to `piece + 1`.
    """
    for i in range(len(points_px) - 1):
        (r0, c0), (r1, c1) = points_px[i].tolist(), points_px[i + 1].tolist()
        reach = max(float(radius_px[i]), float(radius_px[i + 1])) + 1.0
        top, bottom = (
            math.floor(min(r0, r1) - reach),
            math.ceil(max(r0, r1) + reach) + 1,
        )
        left, right = (
            math.floor(min(c0, c1) - reach),
            math.ceil(max(c0, c1) + reach) + 1,
        )
        top, left = max(top, 0), max(left, 0)
        bottom, right = min(bottom, shape[0]), min(right, shape[1])
        if top >= bottom or left >= right:
            continue
        row = np.arange(top, bottom)[:, None] - r0
        column = np.arange(left, right)[None, :] - c0
        dr, dc = r1 - r0, c1 - c0
        length2 = dr * dr + dc * dc
        t = np.clip((row * dr + column * dc) / max(length2, 1e-12), 0.0, 1.0)
        away_row, away_column = row - t * dr, column - t * dc
        radius = radius_px[i] + t * (radius_px[i + 1] - radius_px[i])
        inside = np.stack([away_row**2 + away_column**2, radius**2], -1)
        yield (slice(top, bottom), slice(left, right)), inside, i
