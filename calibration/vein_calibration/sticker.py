"""A single ArUco marker of known side left in the picture: the scale of every frame."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_calibration.edges import edge_levels, fit_edge
from vein_calibration.errors import ScaleError, TargetError
from vein_calibration.lens import Lens
from vein_calibration.pixel_size import PixelSize, agree
from vein_calibration.sighting import grey_of
from vein_calibration.skin_plane import PRINT_ERROR
from vein_calibration.target import DICTIONARIES, marker_bits

__all__ = ["Sticker", "StickerReading", "distance_changed", "read_sticker"]

Floats = NDArray[np.float64]

SIDE_ERROR_PX = 0.12
"""Standard deviation of each side's place, common to all four: where between black and
white an edge lies depends on how the camera encodes light."""
USUAL_GAMMA = 0.7  # between linear cameras and 1 / 2.2
_LEAST_SIDE_PX = 20.0  # under it the error exceeds a per cent
_MOST_SKEW = 0.15  # beyond it the mean scale is a guess


@dataclass(frozen=True, slots=True)
class Sticker:
    """A marker of known side.

    Parameters
    ----------
    side_mm : mm, > 0
        Of the black square, as printed.
    number : int
        Its id in the dictionary.
    dictionary : str
        One of `vein_calibration.target.DICTIONARIES`.

    Raises
    ------
    TargetError
        If the side or the number is impossible.
    """

    side_mm: float
    number: int = 0
    dictionary: str = "4x4_50"

    def __post_init__(self) -> None:
        if not (math.isfinite(self.side_mm) and 1 <= self.side_mm <= 200):
            raise TargetError(
                f"a sticker's side is 1 to 200 mm, not {self.side_mm!r}; measure its "
                "black square"
            )
        if self.dictionary not in DICTIONARIES:
            known = ", ".join(DICTIONARIES)
            raise TargetError(f"no dictionary {self.dictionary!r}; known: {known}")
        marker_bits(self.dictionary, self.number)


@dataclass(frozen=True, slots=True, eq=False)
class StickerReading:
    """A sticker as one frame shows it.

    Parameters
    ----------
    corners_xy : (4, 2) float64 px
        In the picture as it came, clockwise from the marker's upper left.
    pixel_size : PixelSize
        At the sticker, in the undistorted picture.
    skew : >= 0
        How much opposite sides differ at most, as a share: 0 seen straight.
    """

    corners_xy: Floats
    pixel_size: PixelSize
    skew: float


def read_sticker(
    picture: NDArray[Any], sticker: Sticker, lens: Lens | None = None
) -> StickerReading | None:
    """Read the scale off a sticker.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) RGB, uint8
    sticker : Sticker
    lens : Lens, optional

    Returns
    -------
    StickerReading or None
        None where it is not in view.

    Raises
    ------
    ScaleError
        If it is seen but tells nothing: too small, too oblique, or there twice.
    """
    family = cv2.aruco.getPredefinedDictionary(DICTIONARIES[sticker.dictionary][0])
    how = cv2.aruco.DetectorParameters()
    how.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    grey = grey_of(picture)
    corners, ids, _ = cv2.aruco.ArucoDetector(family, how).detectMarkers(grey)
    numbers = [] if ids is None else ids.ravel().tolist()
    found = [c for c, n in zip(corners, numbers, strict=True) if n == sticker.number]
    if not found:
        return None
    if len(found) > 1:
        raise ScaleError(
            f"sticker {sticker.number} is in the picture {len(found)} times; leave one"
        )
    quad = _refined(grey, np.asarray(found[0], np.float64).reshape(4, 2), family)
    flat = quad if lens is None else lens.undistorted(quad)
    sides = np.hypot(*(np.roll(flat, -1, axis=0) - flat).T)
    side_px = math.sqrt(abs(float(cv2.contourArea(flat.astype(np.float32)))))
    if side_px < _LEAST_SIDE_PX:
        raise ScaleError(
            f"the sticker is {side_px:.0f} px wide, {_LEAST_SIDE_PX:.0f} are needed; "
            "use a larger one, or go nearer"
        )
    skew = float(max(abs(sides[0] / sides[2] - 1), abs(sides[1] / sides[3] - 1)))
    stretch = float((sides[0] + sides[2]) / (sides[1] + sides[3]))
    if max(skew, abs(math.log(stretch))) > _MOST_SKEW:
        raise ScaleError(
            "the sticker is seen from the side; stick it where the limb faces the "
            "camera"
        )
    # tilt makes it narrower one way: half of that is not told from the scale
    error = math.hypot(
        2 * SIDE_ERROR_PX / side_px,
        PRINT_ERROR,
        abs(math.log(stretch)) / 2,
    )
    size = PixelSize(
        sticker.side_mm / side_px,
        error,
        f"sticker {sticker.number} of {sticker.side_mm:g} mm, {side_px:.0f} px wide",
    )
    return StickerReading(quad, size, skew)


def _refined(grey: NDArray[np.uint8], quad: Floats, family: Any) -> Floats:
    """Corners where straight lines through the marker's four sides meet.

    A corner itself is rounded by blur, and found too far inside.
    """
    module = float(np.hypot(*(quad[1] - quad[0]))) / (family.markerSize + 2)
    sides = []
    for a, b in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        along = (b - a) / np.hypot(*(b - a))
        # clockwise in a picture whose rows run down: the bright outside is on the left
        outward = np.array([along[1], -along[0]])
        ends = []
        for start, end in ((0.08, 0.46), (0.54, 0.92)):
            p, q = a + start * (b - a), a + end * (b - a)
            levels = edge_levels(grey, p, q, 0.8 * module, USUAL_GAMMA)
            if levels is None:
                return quad
            ends.append((p + q) / 2 + fit_edge(*levels).shift_px * outward)
        sides.append(ends)
    refined = np.array([_meet(sides[n - 1], sides[n]) for n in range(4)])
    # further away it was another edge that was fitted
    return refined if np.hypot(*(refined - quad).T).max() < 2.5 else quad


def _meet(one: list[Floats], other: list[Floats]) -> Floats:
    """Where two lines, each through two points, cross."""
    first, second = one[1] - one[0], other[1] - other[0]
    matrix = np.stack([first, -second], axis=1)
    share = np.linalg.solve(matrix, other[0] - one[0])
    return np.asarray(one[0] + share[0] * first, np.float64)


def distance_changed(reading: StickerReading, expected: PixelSize) -> str:
    """Say that the working distance is not the one calibrated; empty where it is.

    Parameters
    ----------
    reading : StickerReading
    expected : PixelSize
        Of the profile.

    Returns
    -------
    str
    """
    if agree(reading.pixel_size, expected):
        return ""
    change = 100 * (reading.pixel_size.mm_per_pixel / expected.mm_per_pixel - 1)
    where = "further away" if change > 0 else "nearer"
    return (
        f"the working distance changed: the sticker says {change:+.1f} %, the camera "
        f"is {where} than when it was calibrated; move it back, or calibrate the scale "
        "anew"
    )
