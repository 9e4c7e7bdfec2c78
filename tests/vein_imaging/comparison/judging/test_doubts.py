"""Too little to judge is no answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vein_imaging.comparison.judging.change import Change, Piece
from vein_imaging.comparison.judging.doubts import failures_of


def pieces(change: Change, count: int) -> list[Piece]:
    return [
        Piece(
            piece_id=index,
            branch=index,
            vein_class="unknown",
            points_rc=np.zeros((3, 2)),
            length_px=20.0,
            diameter_px=4.0,
            sigma_px=2.0,
            contrast_before=0.1,
            contrast_after=0.1,
            noise=0.01,
            ratio=1.0,
            change=change,
        )
        for index in range(count)
    ]


@pytest.mark.parametrize(("count", "told"), [(0, False), (7, False), (8, True)])
def test_eight_judged_pieces_are_needed(count: int, told: bool) -> None:
    assert (not failures_of(pieces("persistent", count))) == told


def test_what_is_new_or_not_judged_does_not_count() -> None:
    assert failures_of([*pieces("new", 20), *pieces("unjudged", 20)])


@pytest.mark.parametrize(("unclear", "told"), [(10, True), (40, False)])
def test_where_most_may_be_stain_the_rest_does_not_stand_for_it(
    unclear: int, told: bool
) -> None:
    some = [replace(one, seen_as="unclear") for one in pieces("unjudged", unclear)]
    assert (not failures_of([*pieces("cleared", 40), *some])) == told


@pytest.mark.parametrize(("high", "told"), [(80.0, True), (93.0, False)])
def test_an_interval_that_leaves_everything_open_is_no_figure(
    high: float, told: bool
) -> None:
    assert (not failures_of(pieces("persistent", 9), (27.0, high))) == told
