"""The next view that is wanted, from drawn views whose attitude is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vein_calibration import SHEET, Sighting, find_target, fit_lens
from vein_calibration.guided import (
    is_new_view,
    is_still,
    next_wish,
    view_attitude,
)
from vein_phantom.target_view import Placement

from .conftest import MIDDLE_MM, seen, sightings

SQUARE = Placement(120.0, MIDDLE_MM, 0.0, 0.0, 0.0)


def view(tilt_deg: float = 0.0, towards_deg: float = 0.0, seed: int = 1) -> Sighting:
    place = Placement(120.0, MIDDLE_MM, tilt_deg, towards_deg, 0.0)
    return find_target(seen(place, seed=seed), SHEET)


def nearer(tilt_deg: float, towards_deg: float) -> str:
    """Which side of the picture shows larger squares, measured on the corners."""
    found = view(tilt_deg, towards_deg)
    across = SHEET.columns - 1
    order = np.argsort(found.ids)
    ids, xy = found.ids[order], found.corners_xy[order]
    pairs = np.flatnonzero((np.diff(ids) == 1) & (ids[1:] % across != 0))
    sides = np.hypot(*(xy[pairs + 1] - xy[pairs]).T)
    middles = (xy[pairs + 1] + xy[pairs]) / 2 - np.array(found.size_px) / 2
    slopes = np.linalg.lstsq(middles, sides - sides.mean(), rcond=None)[0]
    along = int(np.abs(slopes).argmax())
    return (("right", "left"), ("lower", "upper"))[along][int(slopes[along] < 0)]


@pytest.mark.parametrize("towards_deg", [0.0, 90.0, 180.0, 270.0])
def test_the_nearer_side_is_told_and_how_far_it_is_tilted(towards_deg: float) -> None:
    found = view_attitude(view(18.0, towards_deg))
    told = {
        "left": found.left_nearer_deg,
        "right": -found.left_nearer_deg,
        "upper": found.upper_nearer_deg,
        "lower": -found.upper_nearer_deg,
    }
    side = nearer(18.0, towards_deg)
    assert max(told, key=lambda name: told[name]) == side
    assert found.tilt_deg == pytest.approx(18.0, abs=5.0)


def test_square_on_is_told_as_square_on() -> None:
    found = view_attitude(view())
    assert found.tilt_deg < 6.0 and 0.3 < found.fill <= 1.0


def test_the_first_view_is_square_and_the_next_are_tilted_to_each_side() -> None:
    asked: list[str] = []
    taken: list[Sighting] = []
    for tilt, towards in ((0, 0), (18, 0), (18, 90), (18, 180), (18, 270)):
        asked.append(next_wish(taken))
        taken.append(view(tilt, towards))
    assert asked[0] == "square"
    sides = {"left nearer", "right nearer", "upper nearer", "lower nearer"}
    assert set(asked[1:]) <= sides
    assert next_wish(taken) not in {"square", *sides}


def test_enough_is_said_of_views_that_a_lens_can_be_fitted_to() -> None:
    views = list(sightings())
    assert next_wish(views) == "enough"
    fit_lens(views)
    assert next_wish(views[:5]) != "enough"


def test_the_same_view_again_is_not_new_and_a_moved_one_is() -> None:
    first = view()
    assert is_new_view(first, []) and not is_new_view(view(seed=2), [first])
    aside = replace(SQUARE, middle_mm=(MIDDLE_MM[0] + 15, MIDDLE_MM[1]))
    assert is_new_view(find_target(seen(aside), SHEET), [first])


def test_a_hand_that_moves_is_not_still() -> None:
    first = view()
    assert not is_still(first, None)
    assert is_still(view(seed=2), first)
    aside = replace(SQUARE, middle_mm=(MIDDLE_MM[0] + 1, MIDDLE_MM[1]))
    assert not is_still(find_target(seen(aside), SHEET), first)
