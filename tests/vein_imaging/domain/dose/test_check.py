from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from vein_imaging.domain.dose import (
    DoseContext,
    SessionDoses,
    check_dose,
    largest_volume,
    plan_injection,
    remaining,
)
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import load_limits
from vein_imaging.domain.quantity import Concentration, Volume

START = datetime(2026, 11, 22, 10, tzinfo=UTC)


def asclera(volume: str, second: int = 0) -> Injection:
    return Injection(
        at=START + timedelta(seconds=second),
        product="asclera",
        form="liquid",
        volume=Volume.from_text(volume),
        concentration=Concentration.from_percent("0.5"),
        vein_diameter_mm=Decimal("0.8"),
        batch="B1",
    )


def after(count: int) -> DoseContext:
    given = tuple(asclera("0.1", second) for second in range(count))
    return DoseContext(
        table=load_limits("US"),
        zone=ZoneInfo("Europe/London"),
        sessions=(SessionDoses(START, given),),
        planned=asclera("0.1", count),
    )


def stops(context: DoseContext) -> list[str]:
    return [one.rule for one in check_dose(context) if one.severity == "stop"]


def test_a_hundred_tenths_of_asclera_are_within_the_maximum_and_one_more_is_not() -> (
    None
):
    assert stops(after(99)) == []
    assert stops(after(100)) == ["per_session_volume"]


def test_the_finding_carries_its_numbers_and_source() -> None:
    (finding,) = (one for one in check_dose(after(100)) if one.severity == "stop")
    assert (finding.used, finding.planned, finding.maximum, finding.remaining) == (
        Decimal(10),
        Decimal("0.1"),
        Decimal(10),
        Decimal(0),
    )
    assert finding.unit == "mL"
    assert "rxlist.com" in finding.source


def test_a_plan_says_what_is_left_and_what_still_fits() -> None:
    plan = plan_injection(after(98))
    assert plan.stops == ()
    assert plan.largest == Volume.from_text("0.2")
    assert [(one.rule, one.remaining) for one in plan.remaining] == [
        ("per_session_volume", Decimal("0.2"))
    ]
    assert plan.limits_version.startswith("US sha256:")
    assert plan.advice


def test_nothing_planned_has_no_plan() -> None:
    nothing = DoseContext(table=load_limits("US"), zone=ZoneInfo("UTC"))
    assert check_dose(nothing) == ()
    assert remaining(nothing) == ()
    for call in (plan_injection, largest_volume):
        with pytest.raises(ValueError, match="nothing is planned"):
            call(nothing)
