"""The repeat error counts a constant error as an error."""

from __future__ import annotations

import pytest

from vein_imaging.comparison.repeatability import PHANTOM_REPEAT, repeat_error


def test_a_constant_false_clearance_is_an_error() -> None:
    assert repeat_error([5.0] * 10).floor_pct == pytest.approx(9.8)


def test_nothing_shown_is_no_error() -> None:
    measured = repeat_error([0.0] * 12)
    assert measured.floor_pct == 0 and measured.pairs == 12


def test_fewer_than_ten_pairs_are_not_enough() -> None:
    with pytest.raises(ValueError, match="10 areas are needed"):
        repeat_error([1.0] * 9)


def test_a_refused_pair_must_be_left_out_by_name() -> None:
    with pytest.raises(ValueError, match="refused"):
        repeat_error([1.0] * 9 + [float("nan")])


def test_the_default_says_that_it_was_not_measured_here() -> None:
    assert "not measured with this camera" in PHANTOM_REPEAT.describe()
