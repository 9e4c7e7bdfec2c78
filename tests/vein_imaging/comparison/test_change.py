"""Fates of pieces of vein, decided on two pictures at once."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vein_imaging.comparison.change import Pair, judge, noise_floor
from vein_imaging.comparison.pieces import Line, cut_lines
from vein_imaging.imaging.vein_map import Branch

SHAPE = (160, 240)
NOTHING = np.zeros(SHAPE, np.bool_)


def picture(depth: float, seed: int) -> NDArray[np.float32]:
    rows = np.arange(SHAPE[0])[:, None] - 80
    noise = np.random.default_rng(seed).normal(0, 0.004, SHAPE)
    return (noise - depth * np.exp(-0.5 * (rows / 2.5) ** 2)).astype(np.float32)


def lines() -> tuple[Line, ...]:
    columns = np.arange(20.0, 220.0)
    points = np.column_stack([np.full(len(columns), 80), columns]).astype(np.float32)
    width = np.full(len(points), 6, np.float32)
    return cut_lines([Branch(points, width, 0.1, None, "unknown", 200, None, 0, 1)], 40)


def fates(before: float, after: float, *, new: bool = False) -> set[str]:
    pair = Pair(picture(before, 1), picture(after, 2), NOTHING, NOTHING, ~NOTHING)
    noise = noise_floor(pair, lines(), beside_px=25, search_px=4)
    seen = ((), lines()) if new else (lines(), ())
    return {piece.change for piece in judge(pair, *seen, noise=noise, search_px=4)}


@pytest.mark.parametrize(
    ("after", "fate"),
    [(0.0, "cleared"), (0.05, "cleared"), (0.1, "faded"), (0.16, "persistent")],
)
def test_the_fate_follows_the_ratio_of_contrasts(after: float, fate: str) -> None:
    assert fates(0.2, after) == {fate}


def test_a_vein_as_weak_as_the_noise_is_not_judged() -> None:
    assert fates(0.0006, 0.0) == {"unjudged"}


def test_a_vein_only_seen_after_is_new() -> None:
    assert fates(0.0, 0.2, new=True) == {"new"}


def test_a_vein_seen_after_that_was_there_before_is_not_new() -> None:
    assert fates(0.2, 0.2, new=True) == set()


def test_a_person_may_take_a_piece_out_of_the_count() -> None:
    pair = Pair(picture(0.2, 1), picture(0, 2), NOTHING, NOTHING, ~NOTHING)
    piece = judge(pair, lines(), (), noise=0.001, search_px=4)[0]
    decided = piece.decided("unjudged")
    assert (decided.change, decided.overridden) == ("unjudged", True)
    assert (piece.change, piece.overridden) == ("cleared", False)


def test_where_no_noise_can_be_measured_nothing_is_judged() -> None:
    pair = Pair(picture(0.2, 1), picture(0, 2), ~NOTHING, NOTHING, ~NOTHING)
    assert noise_floor(pair, lines(), beside_px=25, search_px=4) == np.inf
