"""Percentages never stand without their interval, and never flatter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_imaging.comparison.judging.change import Change, Piece
from vein_imaging.comparison.judging.regions import Extent
from vein_imaging.comparison.judging.summary import (
    ChangeSummary,
    assess,
    days_between,
    summarise,
)
from vein_imaging.comparison.repeatability import RepeatError

SEEN = (Extent(100, 500), Extent(80, 400))


RATIOS: dict[Change, float] = {
    "cleared": 0.05,
    "faded": 0.5,
    "persistent": 1.0,
    "new": 0.2,
    "unjudged": np.nan,
}


def piece(change: Change, branch: int = 0, length: float = 10.0) -> Piece:
    return Piece(
        piece_id=0,
        branch=branch,
        vein_class="reticular",
        points_rc=np.zeros((3, 2)),
        length_px=length,
        diameter_px=4.0,
        sigma_px=2.0,
        contrast_before=0.1,
        contrast_after=0.1,
        noise=0.01,
        ratio=RATIOS[change],
        change=change,
    )


def row(*changes: Change, floor: float = 10.0) -> ChangeSummary:
    pieces = [piece(change, branch) for branch, change in enumerate(changes)]
    return summarise(pieces, SEEN, RepeatError(floor))


def many(change: Change, count: int) -> list[Change]:
    return [change] * count


CHANGES = st.sampled_from(["cleared", "faded", "persistent", "new", "unjudged"])


@given(st.lists(CHANGES, min_size=1, max_size=30), st.floats(0, 40))
def test_the_interval_holds_the_share_and_is_no_narrower_than_the_repeat_error(
    changes: list[Change], floor: float
) -> None:
    summary = row(*changes, floor=floor)
    if not any(change in ("cleared", "faded", "persistent") for change in changes):
        assert np.isnan(summary.clearance_pct)
        assert assess(summary) == "not comparable"
        return
    low, high = summary.clearance_lo_pct, summary.clearance_hi_pct
    assert 0 <= low <= summary.clearance_pct <= high <= 100
    assert low <= max(0, summary.clearance_pct - floor) + 1e-9
    assert high >= min(100, summary.clearance_pct + floor) - 1e-9


@given(st.lists(CHANGES, min_size=1, max_size=30))
def test_lengths_add_up(changes: list[Change]) -> None:
    summary = row(*changes)
    parts = summary.cleared_px + summary.faded_px + summary.persistent_px
    assert summary.judged_px == pytest.approx(parts)
    whole = parts + summary.new_px + summary.unjudged_px
    assert whole == pytest.approx(10 * len(changes))


def test_faint_pieces_do_not_count_as_cleared() -> None:
    assert row("persistent", "unjudged", "unjudged").clearance_pct == 0


def test_faded_is_not_cleared() -> None:
    assert row(*many("faded", 5)).clearance_pct == 0


def test_a_clearance_within_the_repeat_error_is_no_measurable_change() -> None:
    summary = row("cleared", *many("persistent", 19))
    assert summary.clearance_pct == 5
    assert assess(summary) == "no measurable change"


def test_many_cleared_branches_are_an_improvement() -> None:
    assert assess(row(*many("cleared", 10), *many("persistent", 10))) == "improved"


def test_more_new_than_cleared_is_worse() -> None:
    changes: list[Change] = (
        many("new", 12) + many("cleared", 2) + many("persistent", 10)
    )
    assert assess(row(*changes)) == "worse"


@pytest.mark.parametrize(
    ("days", "said"), [(55, "not yet assessable"), (56, "improved")]
)
def test_eight_weeks_must_have_passed(days: int, said: str) -> None:
    assert assess(row(*many("cleared", 10)), days) == said


def test_pieces_of_one_branch_share_their_fate_and_widen_the_interval() -> None:
    changes: list[Change] = ["cleared", "persistent"] * 10
    apart = [piece(change, branch) for branch, change in enumerate(changes)]
    joined = [replace(part, branch=part.branch % 2) for part in apart]
    few, many = (summarise(x, SEEN, RepeatError(0)) for x in (joined, apart))
    assert few.clearance_lo_pct < many.clearance_lo_pct
    # 1.0 is far from any limit
    assert few.clearance_hi_pct == pytest.approx(many.clearance_hi_pct, abs=1)


@pytest.mark.parametrize(
    ("cleared", "kept", "said"), [(30, 0, "Y"), (0, 30, "N"), (23, 7, "unclear")]
)
def test_three_quarters_cleared_is_unclear_where_the_interval_contains_it(
    cleared: int, kept: int, said: str
) -> None:
    assert row(*many("cleared", cleared), *many("persistent", kept)).meets_75pct == said


@pytest.mark.parametrize("gain", [0.5, 0.9, 1.0, 1.1, 2.0])
def test_another_contrast_of_the_picture_can_only_widen_the_interval(
    gain: float,
) -> None:
    pieces = [
        piece(change, branch)
        for branch, change in enumerate([*many("cleared", 6), *many("faded", 6)])
    ]
    plain = summarise(pieces, SEEN, RepeatError(5))
    other = summarise(pieces, SEEN, RepeatError(5), gain=gain)
    assert other.clearance_pct == plain.clearance_pct
    assert other.clearance_lo_pct <= plain.clearance_lo_pct
    assert other.clearance_hi_pct >= plain.clearance_hi_pct


def test_a_weaker_picture_may_have_cleared_nothing() -> None:
    pieces = [replace(piece("cleared", branch), ratio=0.2) for branch in range(12)]
    summary = summarise(pieces, SEEN, RepeatError(5), gain=0.5)
    assert summary.clearance_pct == 100 and summary.clearance_lo_pct == 0
    assert assess(summary) == "no measurable change"


def test_the_same_pieces_give_the_same_interval() -> None:
    changes: list[Change] = ["cleared", "persistent", "faded"] * 4
    assert row(*changes) == row(*changes)


def test_after_cannot_be_earlier_than_before() -> None:
    with pytest.raises(ValueError, match="swap the pictures"):
        days_between(date(2026, 11, 1), date(2026, 10, 1))
    assert days_between(None, date(2026, 10, 1)) is None


@pytest.mark.parametrize(
    ("gone", "word"),
    [
        (30, "improved"),
        (11, "improved, at the edge of what can be measured"),
        (9, "improved, at the edge of what can be measured"),
        (5, "no measurable change"),
    ],
)
def test_a_verdict_does_not_sit_on_a_knife_s_edge(gone: int, word: str) -> None:
    changes = [*many("cleared", gone), *many("persistent", 100 - gone)]
    assert assess(row(*changes)) == word


def test_what_was_not_judged_cannot_hide_what_stayed() -> None:
    changes = [*many("cleared", 20), *many("unjudged", 20)]
    found = row(*changes)
    assert found.clearance_pct == 100
    least, most = found.all_veins_pct
    assert least == pytest.approx(45, abs=4) and most == 100
    assert "50 % of it could not be judged" in found.all_veins_text()


def test_a_mole_is_not_vein_that_could_not_be_judged() -> None:
    pieces = [piece("cleared", n) for n in range(9)]
    mole = replace(piece("unjudged", 20), seen_as="mole")
    assert summarise([*pieces, mole], SEEN, RepeatError(10)).unjudged_px == 0


def test_a_stain_widens_the_interval() -> None:
    plain = [piece("faded", n) for n in range(10)]
    stained = [replace(part, seen_as="stain", ratio=0.55) for part in plain]
    sharp, wide = (summarise(x, SEEN, RepeatError(0)) for x in (plain, stained))
    assert wide.clearance_hi_pct > sharp.clearance_hi_pct + 10
