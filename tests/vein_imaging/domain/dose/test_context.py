from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from vein_imaging.domain.dose import (
    DoseContext,
    SessionDoses,
    check_dose,
    remaining,
)
from vein_imaging.domain.dose.context import require_ratio
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import load_limits
from vein_imaging.domain.moments import moment_from_text
from vein_imaging.domain.quantity import Concentration, FoamRatio, Volume, Weight
from vein_imaging.domain.screening import Screening

LONDON = ZoneInfo("Europe/London")
AUCKLAND = "Pacific/Auckland"


def at(text: str) -> datetime:
    return moment_from_text(text, "at")


def shot(when: str, ml: str = "1", product: str = "aethoxysklerol") -> Injection:
    return Injection(
        at=at(when),
        product=product,
        form="liquid",
        volume=Volume.from_text(ml),
        concentration=Concentration.from_percent("1"),
        vein_diameter_mm=Decimal(2),
        batch="B",
    )


def german(
    *sessions: SessionDoses, planned: Injection | None, zone: ZoneInfo = LONDON
) -> DoseContext:
    return DoseContext(
        table=load_limits("DE"),
        zone=zone,
        sessions=sessions,
        planned=planned,
        weight=Weight.from_text("70"),
        weighed_on=datetime(2026, 1, 1, tzinfo=UTC).date(),
    )


def left_mg(context: DoseContext) -> list[Decimal]:
    rows = remaining(context)
    return [one.remaining for one in rows if one.rule == "per_day_mass_per_kg"]


def session(*whens: str) -> SessionDoses:
    return SessionDoses(at(whens[0]), tuple(shot(when) for when in whens))


def test_at_midnight_a_new_day_begins_within_one_session() -> None:
    late = session("2026-11-22T23:50:00+00:00", "2026-11-22T23:59:59+00:00")
    before = german(late, planned=shot("2026-11-22T23:59:59+00:00"))
    after = german(late, planned=shot("2026-11-23T00:00:00+00:00"))
    assert left_mg(before) == [Decimal(120)]
    assert left_mg(after) == [Decimal(140)]


def test_the_day_of_the_clinic_and_not_of_utc_counts() -> None:
    given = session("2026-11-22T10:30:00+00:00", "2026-11-22T11:30:00+00:00")
    auckland = ZoneInfo("Pacific/Auckland")  # midnight is at 11:00 UTC
    planned = shot("2026-11-22T12:00:00+00:00")
    assert left_mg(german(given, planned=planned)) == [Decimal(120)]
    assert left_mg(german(given, planned=planned, zone=auckland)) == [Decimal(130)]


def test_entries_written_in_two_zones_are_one_day() -> None:
    given = session("2026-11-22T14:00:00+01:00", "2026-11-22T21:00:00-03:00")
    planned = shot("2026-11-22T13:30:00+00:00")
    # 21:00-03:00 is midnight in London: the 23rd
    assert left_mg(german(given, planned=planned)) == [Decimal(130)]


@pytest.mark.parametrize(
    ("first", "last", "hours"),
    [
        ("2026-03-29T00:00:00+00:00", "2026-03-29T23:59:59+01:00", 23),
        ("2026-10-25T00:00:00+01:00", "2026-10-25T23:59:59+00:00", 25),
    ],
)
def test_a_day_on_which_the_clock_changes_is_one_day(
    first: str, last: str, hours: int
) -> None:
    assert at(last) - at(first) == timedelta(hours=hours, seconds=-1)
    given = session(first)
    assert left_mg(german(given, planned=shot(last))) == [Decimal(130)]
    assert left_mg(german(session(last), planned=shot(first))) == [Decimal(130)]
    after = (at(last) + timedelta(seconds=1)).isoformat()
    assert left_mg(german(given, planned=shot(after))) == [Decimal(140)]


def test_the_interval_counts_calendar_days_over_a_clock_change() -> None:
    def context(started: str) -> DoseContext:
        asclera = shot(started, "0.1", "asclera")
        before = SessionDoses(
            at("2026-03-24T10:00:00+00:00"),
            (shot("2026-03-24T10:00:00+00:00", "0.1", "asclera"),),
        )
        return replace(
            german(before, SessionDoses(at(started)), planned=asclera),
            table=load_limits("US"),
        )

    def rules(of: DoseContext) -> set[str]:
        return {one.rule for one in check_dose(of) if one.severity == "stop"}

    # seven days by the calendar, 6 days 23 hours by the sun
    assert rules(context("2026-03-31T10:00:00+01:00")) == set()
    assert rules(context("2026-03-30T23:59:00+01:00")) == {"minimum_interval"}


@pytest.mark.parametrize(
    ("first", "second", "zone", "stop"),
    [
        # UTC: the 15th to the 22nd, 7 days; Auckland: the 16th to the 22nd, 6 days
        ("2026-11-15T11:30:00+00:00", "2026-11-22T10:30:00+00:00", "UTC", False),
        ("2026-11-15T11:30:00+00:00", "2026-11-22T10:30:00+00:00", AUCKLAND, True),
        # UTC: the 16th to the 22nd, 6 days; Auckland: the 16th to the 23rd, 7 days
        ("2026-11-16T10:30:00+00:00", "2026-11-22T11:30:00+00:00", "UTC", True),
        ("2026-11-16T10:30:00+00:00", "2026-11-22T11:30:00+00:00", AUCKLAND, False),
    ],
)
def test_the_interval_counts_the_days_of_the_clinic(
    first: str, second: str, zone: str, stop: bool
) -> None:
    context = replace(
        german(
            SessionDoses(at(first), (shot(first, "0.1", "asclera"),)),
            SessionDoses(at(second)),
            planned=shot(second, "0.1", "asclera"),
            zone=ZoneInfo(zone),
        ),
        table=load_limits("US"),
    )
    found = [one for one in check_dose(context) if one.rule == "minimum_interval"]
    assert bool(found) is stop
    if found:
        assert found[0].used == Decimal(6)
        assert "of 2026-11-16; the label wants 7 days" in found[0].message


@pytest.mark.parametrize(
    ("zone", "missing"), [("UTC", False), ("Pacific/Auckland", True)]
)
def test_the_recheck_is_of_the_clinics_day(zone: str, missing: bool) -> None:
    started = "2026-11-22T11:30:00+00:00"
    context = replace(
        german(SessionDoses(at(started)), planned=shot(started), zone=ZoneInfo(zone)),
        screening=Screening(screened_on=date(2026, 11, 22)),
    )
    messages = [one.message for one in check_dose(context)]
    said = [one for one in messages if one.startswith("Missing: Today's short re-ch")]
    assert bool(said) is missing


def test_a_clock_going_backwards_changes_no_total() -> None:
    given = session("2026-11-22T10:20:00+00:00", "2026-11-22T10:10:00+00:00")
    for when in ("2026-11-22T10:00:00+00:00", "2026-11-22T10:30:00+00:00"):
        assert left_mg(german(given, planned=shot(when))) == [Decimal(120)]


def test_the_plan_belongs_to_the_session_that_began_last() -> None:
    first = session("2026-11-22T10:00:00+00:00")
    second = SessionDoses(at("2026-11-22T09:00:00+00:00"), first.injections * 3)
    context = german(first, second, planned=shot("2026-11-22T09:30:00+00:00"))
    assert context.current is first
    assert context.earlier == (second,)


def test_of_two_that_began_together_the_later_listed_is_current() -> None:
    one, other = (session("2026-11-22T10:00:00+00:00") for _ in range(2))
    planned = shot("2026-11-22T10:30:00+00:00")
    assert german(one, other, planned=planned).current is other


def test_a_session_without_injections_is_no_earlier_session() -> None:
    empty = SessionDoses(at("2026-11-20T10:00:00+00:00"))
    context = german(
        session("2026-11-22T10:00:00+00:00"),
        empty,
        planned=shot("2026-11-22T10:30:00+00:00"),
    )
    assert context.earlier == ()


def test_without_a_plan_the_clock_is_the_last_injections() -> None:
    given = session("2026-11-22T10:20:00+00:00", "2026-11-22T10:10:00+00:00")
    context = german(given, planned=None)
    assert context.now == at("2026-11-22T10:20:00+00:00")
    assert german(planned=None).now is None
    assert german(planned=None).today is None


def test_without_a_plan_each_day_of_the_session_is_checked() -> None:
    evening = tuple(shot("2026-11-22T23:50:00+00:00") for _ in range(15))
    night = (shot("2026-11-23T00:10:00+00:00"),)
    started = at("2026-11-22T23:00:00+00:00")
    context = german(SessionDoses(started, (*evening, *night)), planned=None)
    stops = [one for one in check_dose(context) if one.severity == "stop"]
    assert [
        (one.rule, one.used, one.planned) for one in stops if one.scope == "day"
    ] == [("per_day_mass_per_kg", Decimal(150), Decimal(0))]
    days = [one for one in check_dose(context) if one.rule == "day_differs"]
    assert ["was given on 2026-11-23" in one.message for one in days] == [True]
    assert left_mg(context) == [Decimal(130)]


def test_of_the_days_of_a_record_only_the_last_says_what_is_left() -> None:
    def foam(when: str, ml: str) -> Injection:
        return replace(
            shot(when, ml),
            form="foam",
            foam_ratio=FoamRatio.from_text("4"),
            vein_diameter_mm=Decimal(4),
        )

    # midnight in Auckland is at 11:00 UTC
    evening = [foam("2026-11-22T10:50:00+00:00", "5.5") for _ in range(2)]
    night = foam("2026-11-22T11:10:00+00:00", "1")
    started = at("2026-11-22T10:00:00+00:00")
    session_ = SessionDoses(started, (*evening, night))
    context = german(session_, planned=None, zone=ZoneInfo(AUCKLAND))
    stops = [one for one in check_dose(context) if one.rule == "per_day_volume"]
    assert [(one.used, one.remaining) for one in stops] == [(Decimal(11), Decimal(0))]
    left = [one for one in remaining(context) if one.scope == "day"]
    assert [(one.rule, one.used, one.remaining) for one in left] == [
        ("per_day_volume", Decimal(1), Decimal(9)),
        ("per_day_mass_per_kg", Decimal(2), Decimal(138)),
    ]


def test_as_given_the_plan_is_part_of_the_current_session() -> None:
    before = session("2026-11-01T10:00:00+00:00")
    current = session("2026-11-22T10:00:00+00:00")
    planned = shot("2026-11-22T10:30:00+00:00")
    context = german(current, before, planned=planned)
    after = context.as_given()
    assert after.planned is None
    assert after.current.injections == (*current.injections, planned)
    assert after.earlier == (before,)
    assert after.as_given() is after


def test_a_plan_must_say_its_strength_and_gas_ratio() -> None:
    planned = shot("2026-11-22T10:30:00+00:00")
    with pytest.raises(ValueError) as no_strength:
        german(planned=replace(planned, concentration=None))
    assert str(no_strength.value) == (
        "concentration_percent: missing; Aethoxysklerol has several strengths (0.25, "
        "0.5, 1, 2, 3 %)"
    )
    foam = german(
        planned=replace(planned, form="foam")
    )  # the window's form half filled
    assert "not_checked" in {one.rule for one in check_dose(foam)}
    with pytest.raises(ValueError) as no_ratio:
        require_ratio(foam.table, foam.subjects[0])
    assert str(no_ratio.value) == (
        "gas_parts_per_liquid_part: missing; foam made by hand needs it "
        '("4" for one part of liquid to four of gas)'
    )
    unknown = replace(planned, product="polymer-x", concentration=None, form="foam")
    assert german(planned=unknown).planned == unknown


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="started: got"):
        SessionDoses(datetime(2026, 11, 22))  # noqa: DTZ001
