from datetime import date
from decimal import Decimal

import pytest

from vein_imaging.domain.outcome import (
    PHOTOGRAPH_SCORES,
    SATISFACTION,
    Scored,
    assessable_on,
    is_assessable,
    quartile_cleared,
    score_dates,
)

TREATED = date(2026, 11, 25)


def scored(**more: object) -> Scored:
    right = {"entry_id": "s", "treated_on": TREATED, "scored_on": date(2027, 1, 20)}
    return Scored(**right | {"photograph": 4} | more)  # type: ignore[arg-type]


def test_a_result_is_assessable_after_eight_weeks_and_not_before() -> None:
    assert assessable_on(TREATED) == date(2027, 1, 20)
    assert not is_assessable(TREATED, date(2027, 1, 19))
    assert is_assessable(TREATED, date(2027, 1, 20))


def test_scores_are_due_12_and_26_weeks_after_the_last_injection() -> None:
    assert score_dates(TREATED) == (date(2027, 2, 17), date(2027, 5, 26))


@pytest.mark.parametrize(
    ("percent", "quartile"),
    [("0", 0), ("24.9", 0), ("25", 1), ("50", 2), ("75", 3), ("99.9", 3), ("100", 4)],
)
def test_quarters_cleared(percent: str, quartile: int) -> None:
    assert quartile_cleared(Decimal(percent)) == quartile


def test_more_than_all_cannot_clear() -> None:
    for wrong in ("100.1", "-0.1"):
        with pytest.raises(ValueError, match="wanted 0 to 100"):
            quartile_cleared(Decimal(wrong))
    with pytest.raises(TypeError, match="Decimal"):
        quartile_cleared(50.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("photograph", "success"), [(1, False), (3, False), (4, True), (5, True)]
)
def test_four_and_five_are_success(photograph: int, success: bool) -> None:
    assert scored(photograph=photograph).success is success


def test_a_score_before_eight_weeks_is_kept_and_is_no_result() -> None:
    early = scored(scored_on=date(2027, 1, 19))
    assert early.photograph == 4
    assert not early.assessable
    assert early.success is None
    assert scored(photograph=None, satisfaction=5).success is None


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"photograph": None}, "got no score"),
        ({"photograph": 0}, "photograph: got 0"),
        ({"photograph": 6}, "photograph: got 6"),
        ({"satisfaction": 0}, "satisfaction: got 0"),
        ({"satisfaction": 6}, "satisfaction: got 6"),
        ({"cleared_percent": Decimal(101)}, "wanted 0 to 100"),
        ({"scored_on": date(2026, 11, 24)}, "before the treatment"),
        ({"entry_id": ""}, "entry_id"),
    ],
)
def test_a_wrong_score_is_refused(more: dict[str, object], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        scored(**more)


def test_both_scales_have_five_points() -> None:
    assert list(PHOTOGRAPH_SCORES) == list(SATISFACTION) == [1, 2, 3, 4, 5]
    assert scored(scored_on=TREATED, cleared_percent=Decimal(0)).cleared_percent == 0
