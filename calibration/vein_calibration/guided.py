"""Which view of the target is wanted next, and whether the one that is seen is new."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from vein_calibration.lens_fit import (
    LEAST_COVERAGE,
    LEAST_VIEWS,
    TILT_DEG,
    Coverage,
)
from vein_calibration.sighting import Sighting

__all__ = [
    "Attitude",
    "Wish",
    "is_new_view",
    "is_still",
    "next_wish",
    "view_attitude",
]

Wish = Literal[
    "square", "left nearer", "right nearer", "upper nearer", "lower nearer",
    "upper left", "upper right", "lower left", "lower right", "other distance",
    "turned", "enough",
]  # fmt: skip

_USUAL_FOCAL = 1.2  # of the longer side: 45 degrees wide; a wrong one bends tilts only
_NEW_SHARE = 0.04
"""Of the width: a view whose corners lie nearer to an earlier one's tells little."""
_STILL_SHARE = 0.002  # of the width between two pictures: a steady hand, or a table
_LEAST_COMMON = 6  # corners that two views share; fewer are another part of the sheet
_DISTANCE_RATIO = 1.25  # of the squares' sides: as much nearer tells the focal length


@dataclass(frozen=True, slots=True)
class Attitude:
    """How the target lies before the camera, as far as it is seen without a lens.

    Parameters
    ----------
    left_nearer_deg, upper_nearer_deg : degrees
        Tilt about each axis; negative with the other side nearer.
    fill : 0 to 1
        Share of the picture that the corners enclose.
    """

    left_nearer_deg: float
    upper_nearer_deg: float
    fill: float

    @property
    def tilt_deg(self) -> float:
        """How far from square on."""
        slopes = (
            math.tan(math.radians(self.left_nearer_deg)),
            math.tan(math.radians(self.upper_nearer_deg)),
        )
        return math.degrees(math.atan(math.hypot(*slopes)))


def view_attitude(view: Sighting) -> Attitude:
    """Tell roughly how the target lies; good for words, not for measuring.

    Parameters
    ----------
    view : Sighting
    """
    width, height = view.size_px
    focal = _USUAL_FOCAL * max(width, height)
    matrix = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])
    points = np.column_stack([view.points_mm, np.zeros(len(view.ids))])
    _done, rotation, _shift = cv2.solvePnP(
        points, view.corners_xy, matrix, None, flags=cv2.SOLVEPNP_IPPE
    )
    x, y, z = cv2.Rodrigues(rotation)[0][:, 2]
    hull = cv2.convexHull(view.corners_xy.astype(np.float32))
    return Attitude(
        math.degrees(math.atan(-x / z)),
        math.degrees(math.atan(-y / z)),
        float(cv2.contourArea(hull)) / (width * height),
    )


def next_wish(views: Sequence[Sighting]) -> Wish:
    """Name the view that is missing most.

    Parameters
    ----------
    views : sequence of Sighting
        Taken so far.

    Returns
    -------
    Wish
        "enough" where a lens can be fitted.
    """
    lie = [view_attitude(view) for view in views]
    wanted: list[tuple[Wish, bool]] = [
        ("square", any(one.tilt_deg < TILT_DEG for one in lie)),
        ("left nearer", any(one.left_nearer_deg > TILT_DEG for one in lie)),
        ("right nearer", any(one.left_nearer_deg < -TILT_DEG for one in lie)),
        ("upper nearer", any(one.upper_nearer_deg > TILT_DEG for one in lie)),
        ("lower nearer", any(one.upper_nearer_deg < -TILT_DEG for one in lie)),
    ]
    for wish, seen in wanted:
        if not seen:
            return wish
    coverage = Coverage.of(views)
    if coverage.share < LEAST_COVERAGE:
        return coverage.emptiest()  # type: ignore[return-value]  # one of the four
    sides = [view.square_px for view in views]
    if max(sides) < _DISTANCE_RATIO * min(sides):
        return "other distance"
    return "enough" if len(views) >= LEAST_VIEWS else "turned"


def is_new_view(view: Sighting, taken: Sequence[Sighting]) -> bool:
    """Whether a view shows the target where no earlier one did.

    Parameters
    ----------
    view : Sighting
    taken : sequence of Sighting
    """
    return all(_moved_px(view, one) > _NEW_SHARE * view.size_px[0] for one in taken)


def is_still(view: Sighting, before: Sighting | None) -> bool:
    """Whether nothing moved since the picture before.

    Parameters
    ----------
    view : Sighting
    before : Sighting, optional
    """
    if before is None:
        return False
    return _moved_px(view, before) < _STILL_SHARE * view.size_px[0]


def _moved_px(one: Sighting, other: Sighting) -> float:
    """Median way of the corners that both show; infinite where they share too few."""
    common, here, there = np.intersect1d(one.ids, other.ids, return_indices=True)
    if len(common) < _LEAST_COMMON or one.size_px != other.size_px:
        return math.inf
    return float(
        np.median(np.hypot(*(one.corners_xy[here] - other.corners_xy[there]).T))
    )
