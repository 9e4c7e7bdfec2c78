"""Fates of pieces of vein, decided on two pictures at once."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vein_imaging.comparison.judging.change import Pair, Piece, judge, noise_floor
from vein_imaging.comparison.judging.pieces import CentrelinePiece, cut_lines, measure
from vein_imaging.imaging.vein_map import Branch

SHAPE = (160, 240)
NOTHING = np.zeros(SHAPE, np.bool_)


def picture(depth: float, seed: int) -> NDArray[np.float32]:
    rows = np.arange(SHAPE[0])[:, None] - 80
    noise = np.random.default_rng(seed).normal(0, 0.004, SHAPE)
    return (noise - depth * np.exp(-0.5 * (rows / 2.5) ** 2)).astype(np.float32)


def lines() -> tuple[CentrelinePiece, ...]:
    columns = np.arange(20.0, 220.0)
    points = np.column_stack([np.full(len(columns), 80), columns]).astype(np.float32)
    width = np.full(len(points), 6, np.float32)
    return cut_lines([Branch(points, width, 0.1, None, "unknown", 200, None, 0, 1)], 40)


def judged(
    before: float, after: float, *, new: bool = False, narrowest_px: float = 0.0
) -> tuple[Piece, ...]:
    pair = Pair(picture(before, 1), picture(after, 2), NOTHING, NOTHING, ~NOTHING)
    noise = noise_floor(pair, lines(), beside_px=25, search_px=4)
    was, now = (
        measure(log, pair.overlap, lines(), search_px=4)
        for log in (pair.before_log, pair.after_log)
    )
    return judge(lines(), was, now, noise=noise, narrowest_px=narrowest_px, new=new)


def fates(before: float, after: float, *, new: bool = False) -> set[str]:
    return {piece.change for piece in judged(before, after, new=new)}


@pytest.mark.parametrize(
    ("after", "fate"),
    [
        (0.0, "cleared"),
        (0.04, "cleared"),
        (0.05, "faded"),  # as a vein at half its diameter
        (0.1, "faded"),
        (0.16, "persistent"),
    ],
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
    piece = judged(0.2, 0)[0]
    decided = piece.decided("unjudged")
    assert (decided.change, decided.overridden) == ("unjudged", True)
    assert (piece.change, piece.overridden) == ("cleared", False)


@pytest.mark.parametrize(
    ("narrowest_px", "fate"), [(2.0, "cleared"), (3.0, "unjudged")]
)
def test_a_line_as_narrow_as_a_hair_is_not_judged(
    narrowest_px: float, fate: str
) -> None:
    pieces = judged(0.2, 0, narrowest_px=narrowest_px)
    assert {piece.change for piece in pieces} == {fate}


@pytest.mark.parametrize(
    ("after", "gain", "fate"), [(0.05, 0.7, "faded"), (0.12, 0.7, "persistent")]
)
def test_an_after_that_is_too_weak_is_allowed_for(
    after: float, gain: float, fate: str
) -> None:
    pair = Pair(picture(0.2, 1), picture(after, 2), NOTHING, NOTHING, ~NOTHING)
    seen = [
        measure(log, pair.overlap, lines(), search_px=4)
        for log in (pair.before_log, pair.after_log)
    ]
    assert {
        piece.change for piece in judge(lines(), *seen, noise=0.001, gain=gain)
    } == {fate}


def test_the_width_of_the_dip_is_its_sigma() -> None:
    for piece in judged(0.2, 0.2):
        assert piece.sigma_px == pytest.approx(2.5, rel=0.1)


def test_where_no_noise_can_be_measured_nothing_is_judged() -> None:
    pair = Pair(picture(0.2, 1), picture(0, 2), ~NOTHING, NOTHING, ~NOTHING)
    assert noise_floor(pair, lines(), beside_px=25, search_px=4) == np.inf
