from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from vein_imaging.domain.treatment_plan import TreatmentPlan, earliest_date

FIRST = date(2026, 11, 25)
PLAN = TreatmentPlan(starts_on=FIRST, least_interval_days=7)


def days(plan: TreatmentPlan) -> list[date]:
    return [one.planned_on for one in plan.appointments]


def test_three_sessions_eight_weeks_apart() -> None:
    assert days(PLAN) == [FIRST, date(2027, 1, 20), date(2027, 3, 17)]
    assert [one.kind for one in PLAN.appointments] == ["first"] + ["follow-up"] * 2
    assert [one.minutes for one in PLAN.appointments] == [60, 60, 60]
    assert [one.number for one in PLAN.appointments] == [1, 2, 3]


def test_the_label_allows_earlier_than_the_plan() -> None:
    second = PLAN.appointments[1]
    assert second.earliest_on == date(2026, 12, 2)
    assert second.is_too_early(date(2026, 12, 1))
    assert not second.is_too_early(date(2026, 12, 2))
    assert second.is_before_plan(date(2026, 12, 2))
    assert second.is_before_plan(date(2027, 1, 19))
    assert not second.is_before_plan(date(2027, 1, 20))
    assert not second.is_before_plan(date(2026, 12, 1))
    assert earliest_date(FIRST, 5) == date(2026, 11, 30)
    assert PLAN.appointments[0].earliest_on == FIRST


def test_the_clinic_sets_its_own_price_and_length() -> None:
    plan = replace(
        PLAN,
        minutes=45,
        first_price=Decimal("250.00"),
        follow_up_price=Decimal("200.00"),
    )
    assert [one.price for one in plan.appointments] == [
        Decimal("250.00"),
        Decimal("200.00"),
        Decimal("200.00"),
    ]
    assert {one.minutes for one in plan.appointments} == {45}
    assert {one.price for one in PLAN.appointments} == {None}


def test_later_sessions_follow_one_that_is_moved() -> None:
    moved = PLAN.moved(2, date(2027, 2, 1))
    assert days(moved) == [FIRST, date(2027, 2, 1), date(2027, 3, 29)]
    assert days(moved.moved(3, date(2027, 4, 1)))[2] == date(2027, 4, 1)
    assert days(moved.moved(1, date(2026, 12, 1)))[0] == date(2026, 12, 1)


def test_a_move_keeps_the_order() -> None:
    with pytest.raises(ValueError, match="before the first"):
        PLAN.moved(2, date(2026, 11, 24))
    with pytest.raises(ValueError, match="no longer in order"):
        PLAN.moved(2, date(2027, 2, 1)).moved(3, date(2027, 1, 31))
    with pytest.raises(ValueError, match="wanted 1 to 3"):
        PLAN.moved(4, date(2027, 2, 1))
    with pytest.raises(ValueError, match="wanted 1 to 3"):
        PLAN.moved(0, date(2027, 2, 1))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("sessions", 0),
        ("interval_days", 0),
        ("least_interval_days", -1),
        ("minutes", 0),
    ],
)
def test_a_plan_has_sensible_numbers(name: str, wrong: int) -> None:
    values = {"starts_on": FIRST, name: wrong}
    with pytest.raises(ValueError, match=name):
        TreatmentPlan(**values)  # type: ignore[arg-type]
    assert TreatmentPlan(**values | {name: wrong + 1})  # type: ignore[arg-type]


def test_what_is_due_counts_from_the_last_session_done() -> None:
    due = PLAN.next_due([])
    assert due is not None
    assert (due.number, due.planned_on) == (1, FIRST)
    due = PLAN.next_due([date(2026, 11, 30)])
    assert due is not None
    assert (due.number, due.planned_on) == (2, date(2027, 1, 25))
    assert due.earliest_on == date(2026, 12, 7)
    due = PLAN.next_due([date(2027, 1, 28), date(2026, 11, 30)])
    assert due is not None
    assert (due.number, due.planned_on) == (3, date(2027, 3, 25))
    assert PLAN.next_due([FIRST] * 3) is None


def test_a_moved_session_stays_where_it_was_put() -> None:
    moved = PLAN.moved(3, date(2027, 4, 1))
    due = moved.next_due([FIRST, date(2027, 1, 28)])
    assert due is not None
    assert due.planned_on == date(2027, 4, 1)
    due = moved.next_due([FIRST, date(2027, 4, 2)])
    assert due is not None
    assert due.planned_on == date(2027, 5, 28)


def test_a_session_is_overdue_the_day_after_its_day() -> None:
    assert not PLAN.is_overdue([FIRST], date(2027, 1, 20))
    assert PLAN.is_overdue([FIRST], date(2027, 1, 21))
    assert not PLAN.is_overdue([FIRST] * 3, date(2030, 1, 1))
