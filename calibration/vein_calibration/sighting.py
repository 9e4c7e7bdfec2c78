"""A target found in a picture: which corners were seen, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_calibration.edges import blur_of_edges
from vein_calibration.errors import TargetError
from vein_calibration.target import Target

__all__ = ["Sighting", "find_target", "grey_of"]

Grey = NDArray[np.uint8]
Floats = NDArray[np.float64]

LEAST_CORNERS = 12
"""Fewer say too little about a view, however well they are seen."""
MOST_BLUR_SHARE = 0.12
"""Of a square's side: with a softer edge (standard deviation) corners wander."""
MOST_GLARE_SHARE = 0.2  # the corners that are left still cover the target
_LEAST_SIDE_PX = 10.0  # markers have 7 modules in 7 px then


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """Corners of a target in one picture.

    Parameters
    ----------
    name : str
        Of the picture, for messages.
    target : Target
    size_px : (width, height)
        Of the picture.
    ids : (N,) int
        Which of `target.corners_mm`.
    corners_xy : (N, 2) float64 px
        Where: (x, y), pixel centres at whole numbers.
    """

    name: str
    target: Target
    size_px: tuple[int, int]
    ids: NDArray[np.intp]
    corners_xy: Floats

    @property
    def points_mm(self) -> Floats:
        """(N, 2) the same corners on the target."""
        return self.target.corners_mm[self.ids]

    @property
    def square_px(self) -> float:
        """Median side of a square in the picture."""
        return _square_px(self.target, self.ids, self.corners_xy)

    def without(self, bad: NDArray[np.bool_]) -> Sighting:
        """The same without some corners.

        Parameters
        ----------
        bad : (N,) bool
        """
        return Sighting(
            self.name, self.target, self.size_px, self.ids[~bad], self.corners_xy[~bad]
        )


def grey_of(picture: NDArray[Any]) -> Grey:
    """Brightness of a picture.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) RGB, uint8

    Returns
    -------
    (H, W) uint8

    Raises
    ------
    TargetError
        If it is no such picture.
    """
    if picture.dtype == np.uint8 and picture.ndim == 2 and picture.size:
        return np.ascontiguousarray(picture)
    if picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[2] == 3:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    raise TargetError(
        f"a picture is (H, W) or (H, W, 3) uint8, not {picture.shape} {picture.dtype}"
    )


def find_target(picture: NDArray[Any], target: Target, name: str = "") -> Sighting:
    """Find a target in a picture and judge whether it can be relied on.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) RGB, uint8
    target : Target
    name : str
        Of the picture, for messages.

    Returns
    -------
    Sighting

    Raises
    ------
    TargetError
        If the target is not there, mirrored, blurred, half outside or under glare; the
        message says which, and what to do.
    """
    grey = grey_of(picture)
    where = f"{name}: " if name else ""
    ids, corners = _corners(grey, target)
    if len(ids) < LEAST_CORNERS:
        raise TargetError(where + _why_not(grey, target, len(ids)))
    sighting = Sighting(name, target, (grey.shape[1], grey.shape[0]), ids, corners)
    _refuse_glare(grey, sighting, where)
    side = sighting.square_px
    if side < _LEAST_SIDE_PX:
        raise TargetError(
            f"{where}the squares are {side:.0f} px wide, and 10 are needed; go nearer, "
            "or print a target with larger squares"
        )
    blur = blur_of_edges(grey, target.columns - 1, ids, corners)
    if blur is not None and blur.sigma_px > MOST_BLUR_SHARE * side:
        raise TargetError(
            f"{where}the picture is blurred: its edges are {blur.sigma_px:.1f} px soft "
            f"where squares are {side:.0f} px wide; focus, hold still, expose shorter"
        )
    return sighting


def _corners(grey: Grey, target: Target) -> tuple[NDArray[np.intp], Floats]:
    if target.is_plain:
        size = (target.columns - 1, target.rows - 1)
        flags = cv2.CALIB_CB_ACCURACY | cv2.CALIB_CB_NORMALIZE_IMAGE
        found, corners = cv2.findChessboardCornersSB(grey, size, flags=flags)
        if not found:
            return np.zeros(0, np.intp), np.zeros((0, 2))
        return np.arange(size[0] * size[1]), corners.reshape(-1, 2).astype(np.float64)
    detector = cv2.aruco.CharucoDetector(target.board())
    corners, ids, _, _ = detector.detectBoard(grey)
    if ids is None or len(ids) == 0:
        return np.zeros(0, np.intp), np.zeros((0, 2))
    numbers = ids.reshape(-1).astype(np.intp)
    places = corners.reshape(-1, 2).astype(np.float64)
    bad = _strangers(target, numbers, places)
    return numbers[~bad], places[~bad]


def _strangers(target: Target, ids: NDArray[np.intp], corners: Floats) -> NDArray[Any]:
    """Corners that do not fit their neighbours: a marker misread, a wrong crossing."""
    if len(ids) < 8:
        return np.zeros(len(ids), np.bool_)
    plane = target.corners_mm[ids] / target.square_mm
    homography, _ = cv2.findHomography(plane, corners, cv2.LMEDS)
    if homography is None:
        return np.zeros(len(ids), np.bool_)
    fitted = cv2.perspectiveTransform(plane[:, None], homography)[:, 0]
    # a lens may bend the board by much more than noise, but not by half a square
    away = np.hypot(*(fitted - corners).T)
    return np.asarray(away > 0.35 * _square_px(target, ids, corners))


def _square_px(target: Target, ids: NDArray[np.intp], corners: Floats) -> float:
    across = target.columns - 1
    order = np.argsort(ids)
    ids, corners = ids[order], corners[order]
    next_to = (np.diff(ids) == 1) & (ids[1:] % across != 0)
    steps = np.hypot(*np.diff(corners, axis=0)[next_to].T)
    return float(np.median(steps)) if steps.size else 0.0


def _why_not(grey: Grey, target: Target, seen: int) -> str:
    """What is most likely wrong where too little of a target is found."""
    flipped = np.ascontiguousarray(grey[:, ::-1])
    if not target.is_plain and len(_corners(flipped, target)[0]) > max(seen, 6):
        return (
            "the target is mirrored: switch off the mirror image in the camera's "
            "settings (veins on the left would be shown on the right)"
        )
    total = (target.columns - 1) * (target.rows - 1)
    if _is_soft(grey):
        return (
            f"{seen} of {total} corners found, and no sharp edge anywhere: the picture "
            "is blurred; focus, hold still, expose shorter"
        )
    if target.is_plain:
        return (
            f"no checkerboard of {target.columns} x {target.rows} squares is wholly "
            "in view; show all of it with a white margin, check the number of squares, "
            "or use the printed sheet, of which a part is enough"
        )
    if np.count_nonzero(grey >= 250) > 0.25 * grey.size:
        return (
            f"{seen} of {total} corners found, and a quarter of the picture is "
            "saturated: glare or too long an exposure; tilt the light, expose shorter"
        )
    return (
        f"{seen} of {total} corners found, {LEAST_CORNERS} are needed: show more of "
        "the target, or say which target it is (squares, size, dictionary)"
    )


def _is_soft(grey: Grey) -> bool:
    """Whether nothing in the picture is as steep as an edge in focus."""
    small = cv2.GaussianBlur(grey, (0, 0), 1.0)
    steps = np.abs(np.diff(small.astype(np.int16), axis=1))
    low, high = np.percentile(small, (2, 98))
    return float(np.percentile(steps, 99.8)) < 0.08 * max(float(high - low), 1.0)


def _refuse_glare(grey: Grey, sighting: Sighting, where: str) -> None:
    """Refuse a target whose black squares shine."""
    target = sighting.target
    homography, _ = cv2.findHomography(
        sighting.points_mm, sighting.corners_xy, cv2.LMEDS
    )
    if homography is None:
        return
    column, row = np.meshgrid(np.arange(target.columns), np.arange(target.rows))
    middles = (np.stack([column, row], -1).reshape(-1, 2) + 0.5) * target.square_mm
    places = cv2.perspectiveTransform(middles[:, None], homography)[:, 0]
    reach = np.array([grey.shape[1] - 1, grey.shape[0] - 1])
    inside = np.all((places > 0) & (places < reach), axis=1)
    x, y = np.where(inside[:, None], places, 0).round().astype(int).T
    levels = cv2.blur(grey, (3, 3))[y, x]
    odd = (row + column).ravel() % 2 == 1
    families = [levels[inside & ~odd], levels[inside & odd]]
    if min(map(len, families)) < 8:
        return
    # which squares of a plain board are black depends on how it lies
    level = min(families, key=np.median) if target.is_plain else families[0]
    dark = float(np.percentile(level, 20))
    bright = float(np.percentile(grey, 95))
    shining = int(np.count_nonzero(level > (dark + bright) / 2))
    if shining > MOST_GLARE_SHARE * len(level):
        raise TargetError(
            f"{where}glare on {shining} of {len(level)} black squares: tilt the target "
            "or the light until none shines"
        )
