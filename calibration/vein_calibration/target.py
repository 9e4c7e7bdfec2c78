"""Targets of known size: what is printed, photographed, and found again."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_calibration.errors import TargetError

__all__ = ["DICTIONARIES", "SHEET", "Target", "marker_bits"]

Grey = NDArray[np.uint8]
Floats = NDArray[np.float64]

DICTIONARIES = {
    "4x4_50": (cv2.aruco.DICT_4X4_50, 50),
    "5x5_250": (cv2.aruco.DICT_5X5_250, 250),
    "5x5_1000": (cv2.aruco.DICT_5X5_1000, 1000),
}
"""Families of ArUco markers by name: OpenCV's number, and how many there are."""

MARKER_SHARE = 0.7
"""Side of a marker over that of the white square it stands in."""


@dataclass(frozen=True, slots=True)
class Target:
    """A ChArUco board, or a plain checkerboard, of known size.

    Parameters
    ----------
    columns, rows : int, >= 3
        Squares; the inner corners are one fewer each way.
    square_mm : mm, > 0
        Side of a square as printed: measure the printed ruler, and see `printed_at`.
    marker_mm : mm, >= 0
        Side of the markers in the white squares; 0 is a plain checkerboard.
    dictionary : str
        One of `DICTIONARIES`.

    Raises
    ------
    TargetError
        If there are too few squares, a size is impossible, or markers run out.
    """

    columns: int = 17
    rows: int = 22
    square_mm: float = 10.0
    marker_mm: float = 7.0
    dictionary: str = "5x5_250"

    def __post_init__(self) -> None:
        if min(self.columns, self.rows) < 3:
            raise TargetError(
                f"a target has at least 3 x 3 squares, not {self.columns} x {self.rows}"
            )
        if not (math.isfinite(self.square_mm) and self.square_mm > 0):
            raise TargetError(
                f"the side of a square is above 0 mm, not {self.square_mm!r}; measure "
                "the printed ruler"
            )
        if not 0 <= self.marker_mm < self.square_mm:
            raise TargetError(
                f"markers are smaller than squares ({self.square_mm:g} mm), not "
                f"{self.marker_mm!r} mm; 0 stands for a plain checkerboard"
            )
        if self.dictionary not in DICTIONARIES:
            known = ", ".join(DICTIONARIES)
            raise TargetError(
                f"there is no dictionary {self.dictionary!r}; the ones known: {known}"
            )
        needed = self.columns * self.rows // 2
        there = DICTIONARIES[self.dictionary][1]
        if self.marker_mm and needed > there:
            raise TargetError(
                f"{self.columns} x {self.rows} squares need {needed} markers, and "
                f"{self.dictionary} has {there}; take fewer squares, or 5x5_1000"
            )

    @classmethod
    def checkerboard(cls, columns: int, rows: int, square_mm: float) -> Target:
        """Describe a plain checkerboard by its squares, not by its inner corners.

        Parameters
        ----------
        columns, rows : int
        square_mm : mm
        """
        return cls(columns, rows, square_mm, 0.0)

    @property
    def is_plain(self) -> bool:
        """Whether it is a checkerboard without markers."""
        return self.marker_mm == 0

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height."""
        return self.columns * self.square_mm, self.rows * self.square_mm

    @property
    def corners_mm(self) -> Floats:
        """(N, 2) x, y of the inner corners from the upper left corner, row by row."""
        x, y = np.meshgrid(np.arange(1, self.columns), np.arange(1, self.rows))
        corners = np.stack([x.ravel(), y.ravel()], axis=-1)
        return np.asarray(corners * self.square_mm, np.float64)

    def printed_at(self, ruler_mm: float, *, nominal_mm: float = 150.0) -> Target:
        """Tell the target as it came out of the printer.

        Parameters
        ----------
        ruler_mm : mm
            Length of the printed ruler as measured with a real one.
        nominal_mm : mm
            What is written on it.

        Raises
        ------
        TargetError
            If the two differ by more than a twentieth: that is no printer's stretch.
        """
        ratio = ruler_mm / nominal_mm
        if not 0.95 <= ratio <= 1.05:
            raise TargetError(
                f"the printed ruler of {nominal_mm:g} mm measures {ruler_mm:g} mm: "
                f"{100 * (ratio - 1):+.1f} %. Print again at 100 % (no 'fit to page'), "
                "or measure again"
            )
        return Target(
            self.columns,
            self.rows,
            self.square_mm * ratio,
            self.marker_mm * ratio,
            self.dictionary,
        )

    def draw(self, px_per_square: int) -> Grey:
        """Draw it, without a margin.

        Parameters
        ----------
        px_per_square : px
            At least 20.

        Returns
        -------
        (rows * px_per_square, columns * px_per_square) uint8
            0 and 255. A marker's modules are whole pixels at multiples of 10 for the
            sheet's proportions (7 modules in .7 of a square).
        """
        if px_per_square < 20:
            raise TargetError(f"draw squares of 20 px or more, not {px_per_square}")
        picture = np.full(
            (self.rows * px_per_square, self.columns * px_per_square), 255, np.uint8
        )
        scale = px_per_square / self.square_mm
        for x, y, width, height in self.black_mm():
            left, top = round(x * scale), round(y * scale)
            right, bottom = round((x + width) * scale), round((y + height) * scale)
            picture[top:bottom, left:right] = 0
        return picture

    def black_mm(self) -> tuple[tuple[float, float, float, float], ...]:
        """Every black rectangle: x, y, width, height in mm from the upper left."""
        return _black_mm(self)

    def board(self) -> cv2.aruco.CharucoBoard:
        """OpenCV's own description of a target with markers."""
        return cv2.aruco.CharucoBoard(
            (self.columns, self.rows),
            self.square_mm,
            self.marker_mm,
            cv2.aruco.getPredefinedDictionary(DICTIONARIES[self.dictionary][0]),
        )


@functools.cache
def _black_mm(target: Target) -> tuple[tuple[float, float, float, float], ...]:
    side, found = target.square_mm, []
    number = 0
    for row in range(target.rows):
        for column in range(target.columns):
            x, y = column * side, row * side
            if (row + column) % 2 == 0:
                found.append((x, y, side, side))
            elif not target.is_plain:
                inset = (side - target.marker_mm) / 2
                bits = marker_bits(target.dictionary, number)
                module = target.marker_mm / len(bits)
                found += [
                    (x + inset + first * module, y + inset + at * module,
                     count * module, module)
                    for at, first, count in _runs(bits)
                ]  # fmt: skip
                number += 1
    return tuple(found)


def _runs(bits: NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """Black runs of a marker: row, first column, length."""
    runs = []
    for row, line in enumerate(bits):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], ~line, [0]]).astype(int)))
        runs += [
            (row, int(a), int(b - a))
            for a, b in zip(edges[::2], edges[1::2], strict=True)
        ]
    return runs


def marker_bits(dictionary: str, number: int) -> NDArray[np.bool_]:
    """Modules of a marker, its black border included; True is white.

    Parameters
    ----------
    dictionary : str
    number : int
        Its id.

    Returns
    -------
    (n, n) bool
        n is 6 for 4x4, 7 for 5x5.
    """
    kind, count = DICTIONARIES[dictionary]
    if not 0 <= number < count:
        raise TargetError(f"{dictionary} has markers 0 to {count - 1}, not {number}")
    family = cv2.aruco.getPredefinedDictionary(kind)
    modules = family.markerSize + 2
    return np.asarray(cv2.aruco.generateImageMarker(family, number, modules) > 127)


SHEET = Target()
"""The target of the printed sheet: 17 x 22 squares of 10 mm, on A4 and on Letter."""
