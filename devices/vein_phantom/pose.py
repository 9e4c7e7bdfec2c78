"""Where skin comes to lie in the picture: a known, smooth, invertible displacement."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_phantom.settings import PhantomSettings, random_for

__all__ = ["Pose", "pose_of_visit"]

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pose:
    """Skin coordinates to picture coordinates: (row, column) in mm from the centre.

    Parameters
    ----------
    matrix : 4 numbers
        Rotation and scale, row by row.
    shift_mm : (rows, columns) mm
        Movement of the centre.
    waves : tuple of (up, along, by_row, by_column, phase)
        Stretch of the skin: sines; amplitudes in mm, frequencies in rad/mm.
    """

    matrix: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 1.0)
    shift_mm: tuple[float, float] = (0.0, 0.0)
    waves: tuple[tuple[float, float, float, float, float], ...] = ()

    def place(self, points_mm: Points) -> Points:
        """Map skin to picture.

        Parameters
        ----------
        points_mm : (..., 2) float64, mm
            Rows and columns on the skin.

        Returns
        -------
        (..., 2) float64, mm
            Rows and columns in the picture.
        """
        row, column = points_mm[..., 0], points_mm[..., 1]
        move_row, move_column = np.zeros_like(row), np.zeros_like(column)
        for up, along, by_row, by_column, phase in self.waves:
            wave = np.sin(by_row * row + by_column * column + phase)
            move_row, move_column = move_row + up * wave, move_column + along * wave
        row, column = row + move_row, column + move_column
        a, b, c, d = self.matrix
        return np.stack(
            [
                a * row + b * column + self.shift_mm[0],
                c * row + d * column + self.shift_mm[1],
            ],
            axis=-1,
        )

    def find(self, points_mm: Points) -> Points:
        """Map picture to skin: the inverse of `place`, to a millionth of a mm.

        Parameters
        ----------
        points_mm : (..., 2) float64, mm
            Rows and columns in the picture.

        Returns
        -------
        (..., 2) float64, mm
            Rows and columns on the skin.
        """
        if not self.waves and self.matrix == (1.0, 0.0, 0.0, 1.0):
            return np.asarray(points_mm - np.array(self.shift_mm), np.float64)
        a, b, c, d = self.matrix
        determinant = a * d - b * c
        skin = points_mm
        # Newton's step with the affine part alone: the waves' slope is far below 1, so
        # that each round shrinks the error by that slope.
        for _ in range(12):
            error = points_mm - self.place(skin)
            row, column = error[..., 0], error[..., 1]
            step = np.stack(
                [
                    (d * row - b * column) / determinant,
                    (a * column - c * row) / determinant,
                ],
                axis=-1,
            )
            skin = skin + step
        return skin


def pose_of_visit(settings: PhantomSettings) -> Pose:
    """Give the pose of a visit: none before, a random one after.

    Up to 4 degrees, 3 % of scale and 3 mm at `pose` 1; three waves of up to .35 mm over
    40 to 90 mm at `deform` 1: a leg put down again eight weeks later.

    Parameters
    ----------
    settings : PhantomSettings
        Seed, visit, pose and deform are used.

    Returns
    -------
    Pose
    """
    if settings.visit == "before":
        return Pose()
    rng = random_for(settings, "pose")
    turn, grow, *shift = rng.uniform(-1.0, 1.0, 4).tolist()
    angle = math.radians(4.0) * turn * settings.pose
    scale = 1.0 + 0.03 * grow * settings.pose
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    waves = []
    for _ in range(3):
        up, along = (0.35 * settings.deform * rng.uniform(-1.0, 1.0, 2)).tolist()
        frequency = 2.0 * math.pi / rng.uniform(40.0, 90.0)
        heading, phase = rng.uniform(0.0, 2.0 * math.pi, 2).tolist()
        by_row, by_column = frequency * math.sin(heading), frequency * math.cos(heading)
        waves.append((up, along, by_row, by_column, phase))
    return Pose(
        matrix=(cosine, -sine, sine, cosine),
        shift_mm=(3.0 * shift[0] * settings.pose, 3.0 * shift[1] * settings.pose),
        waves=tuple(waves),
    )
