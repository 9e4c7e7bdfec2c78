"""Maps that bend as skin does, through matches some of which are wrong."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.local_affine import (
    clean_matches,
    left_out_errors,
    map_through,
)
from vein_imaging.comparison.aligning.transform import Transform

WIDTH = 100.0
SHAPE = (300, 120)
GRID = Transform.plain(np.eye(2, 3), 6.0, SHAPE, SHAPE)
Points = NDArray[np.float64]


def bent(xy: Points) -> Points:
    """A turn, a change of size, and a bend of 4 % of the width."""
    turned = xy @ np.array([[0.99, 0.12], [-0.12, 0.99]]) * 1.05 + np.array([9, -4])
    return np.asarray(turned + 4 * np.sin(xy[:, ::-1] / 60), np.float64)


def places(seed: int, count: int) -> Points:
    return np.random.default_rng(seed).uniform((0, 0), (120, 300), (count, 2))


@given(st.integers(0, 1000), st.floats(0, 0.35))
def test_wrong_matches_are_dropped_and_right_ones_stay(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    ours = places(seed, 300)
    theirs = bent(ours)
    wrong = rng.random(300) < share
    theirs[wrong] += rng.uniform(8, 60, (int(wrong.sum()), 2)) * rng.choice(
        [-1, 1], (int(wrong.sum()), 2)
    )
    kept = clean_matches(ours, theirs, WIDTH)
    assert kept[~wrong].mean() > 0.9
    assert kept[wrong].sum() <= 0.1 * kept.sum()


def test_matches_of_chance_leave_nothing() -> None:
    ours, theirs = places(1, 200), places(2, 200)
    assert clean_matches(ours, theirs, WIDTH).mean() < 0.1


def test_too_few_matches_are_no_matches() -> None:
    ours = places(1, 10)
    assert not clean_matches(ours, bent(ours), WIDTH).any()


@given(st.integers(0, 1000))
def test_the_map_follows_the_bend(seed: int) -> None:
    ours = places(seed, 400)
    found = map_through(Matches(ours, bent(ours)), WIDTH, GRID)
    asked = np.random.default_rng(seed + 1).uniform((15, 15), (105, 285), (50, 2))
    off = found.to_after(asked[:, ::-1])[:, ::-1] - bent(asked)
    assert np.hypot(*off.T).max() < 0.01 * WIDTH


def test_left_out_errors_tell_a_cell_that_moved_alone() -> None:
    ours = places(3, 400)
    theirs = bent(ours)
    alone = ((ours > (50, 100)) & (ours < (75, 125))).all(axis=1)
    theirs[alone] += 7
    errors = left_out_errors(Matches(ours, theirs), WIDTH)
    assert alone.sum() > 3 and np.median(errors[alone]) > 5
    assert np.median(errors[~alone]) < 1
