from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from vein_imaging.domain.dose import (
    DoseContext,
    Remaining,
    SessionDoses,
    check_dose,
    largest_volume,
    plan_injection,
    remaining,
    room,
)
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import load_limits
from vein_imaging.domain.quantity import Concentration, FoamRatio, Volume, Weight

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


def test_the_session_takes_more_than_one_injection_may_be() -> None:
    together, at_once = room(after(20), single=False), room(after(20))
    assert together.volume == Volume.from_text("8")
    assert together.limit is not None
    assert together.limit.rule == "per_session_volume"
    assert at_once.volume == Volume.from_text("0.3")
    assert at_once.limit is not None
    assert at_once.limit.rule == "per_injection_volume"


def test_where_the_session_is_nearly_full_its_rest_is_all_that_fits_at_once() -> None:
    at_once = room(after(98))
    assert at_once.volume == room(after(98), single=False).volume
    assert at_once.limit is not None
    assert at_once.limit.rule == "per_session_volume"


def test_nothing_planned_has_no_plan() -> None:
    nothing = DoseContext(table=load_limits("US"), zone=ZoneInfo("UTC"))
    assert check_dose(nothing) == ()
    assert remaining(nothing) == ()
    with pytest.raises(ValueError, match=r"^plan_injection: nothing is planned$"):
        plan_injection(nothing)
    with pytest.raises(ValueError, match=r"^room: nothing is planned$"):
        largest_volume(nothing)


def planned_of(
    region: str,
    product: str,
    percent: str,
    ml: str,
    *,
    gas: str = "",
    given: tuple[str, ...] = (),
    weight: str | None = "70",
    vein_mm: str = "2",
) -> DoseContext:
    def shot(volume: str) -> Injection:
        return Injection(
            at=START,
            product=product,
            form="foam" if gas else "liquid",
            foam_ratio=FoamRatio.from_text(gas) if gas else None,
            volume=Volume.from_text(volume),
            concentration=Concentration.from_percent(percent),
            vein_diameter_mm=Decimal(vein_mm),
            batch="B1",
        )

    return DoseContext(
        table=load_limits(region),
        zone=ZoneInfo("UTC"),
        sessions=(SessionDoses(START, tuple(shot(volume) for volume in given)),),
        planned=shot(ml),
        weight=None if weight is None else Weight.from_text(weight),
        weighed_on=START.date(),
    )


@pytest.mark.parametrize(
    ("context", "largest"),
    [
        (planned_of("US", "asclera", "1", "0.01"), "0.3"),
        (planned_of("US", "asclera", "1", "9"), "0.3"),
        (planned_of("US", "asclera", "1", "9", given=("0.3",) * 33), "0.1"),
        (planned_of("US", "asclera", "1", "9", given=("9.99",)), "0.01"),
        (planned_of("US", "asclera", "1", "9", given=("9.995",)), "0"),
        (planned_of("US", "asclera", "1", "9", given=("10",)), "0"),
        (planned_of("US", "asclera", "1", "9", given=("11",)), "0"),
        (planned_of("DE", "aethoxysklerol", "1", "1"), "0.3"),
        (planned_of("DE", "aethoxysklerol", "3", "1"), "2"),
        (planned_of("DE", "aethoxysklerol", "3", "1", weight="45"), "2"),
        (planned_of("DE", "aethoxysklerol", "3", "1", given=("1.66",) * 2), "1.34"),
        (planned_of("DE", "aethoxysklerol", "0.5", "1"), "0.2"),
        (planned_of("DE", "aethoxysklerol", "1", "1", weight=None), "0"),
        (planned_of("DE", "aethoxysklerol", "1", "1", gas="4"), "2"),
        (planned_of("DE", "aethoxysklerol", "1", "1", gas="4", vein_mm="4"), "2"),
        (
            # 20 mg in 10 kg; 2 mL of foam 1:2 hold 20 / 3 mg; 40 / 3 mg are 4 mL
            planned_of(
                "AT",
                "aethoxysklerol",
                "1",
                "1",
                gas="2",
                vein_mm="4",
                given=("2",),
                weight="10",
            ),
            "2",
        ),
        # 500 kg x 2 mg/kg / 1 mg/mL = 1000 mL: more than an injection may be
        (planned_of("AT", "aethoxysklerol", "0.1", "1", weight="500"), "500"),
        (planned_of("UK", "fibro-vein", "3", "1", given=("0.1",) * 3), "1"),
        (planned_of("UK", "fibro-vein", "3", "1", given=("0.1",) * 4), "1"),
        (planned_of("UK", "fibro-vein", "1", "1", gas="4"), None),
        (planned_of("US", "polymer-x", "1", "1"), None),
        (planned_of("UK", "aethoxysklerol", "1", "1"), None),
    ],
)
def test_the_largest_volume_that_fits(
    context: DoseContext, largest: str | None
) -> None:
    expected = None if largest is None else Volume.from_text(largest)
    assert largest_volume(context) == expected


def test_stops_come_first_and_each_finding_once() -> None:
    context = planned_of("US", "asclera", "5", "0.4", vein_mm="4", given=("10",))
    severities = [one.severity for one in check_dose(context)]
    assert severities == ["stop", "stop", "warn", "warn", "warn", "note"]
    record = replace(context, planned=None)
    found = check_dose(record)
    assert len(found) == len(set(found))


def test_a_plan_carries_the_advice_of_its_product_only() -> None:
    plan = plan_injection(planned_of("US", "asclera", "1", "0.1"))
    assert any("3 mL" in one.text for one in plan.advice)
    assert plan_injection(planned_of("US", "polymer-x", "1", "0.1")).advice == ()
    stopped = plan_injection(planned_of("US", "asclera", "1", "0.4"))
    assert [one.rule for one in stopped.stops] == ["per_injection_volume"]
    assert stopped.findings == check_dose(planned_of("US", "asclera", "1", "0.4"))


def test_what_remains_leaves_out_the_injection_and_general_practice() -> None:
    foam = planned_of("UK", "fibro-vein", "1", "1", gas="4")
    assert remaining(foam) == ()
    (row,) = remaining(planned_of("US", "asclera", "1", "0.1", given=("1", "2")))
    assert row == Remaining(
        rule="per_session_volume",
        scope="session",
        product="asclera",
        used=Decimal(3),
        planned=Decimal("0.1"),
        maximum=Decimal(10),
        remaining=Decimal(7),
        unit="mL",
        source=str(load_limits("US").products["asclera"].limits[1].source),
    )


def test_the_record_of_two_strengths_has_each_total_once() -> None:
    one = planned_of("DE", "aethoxysklerol", "1", "1").planned
    two = planned_of("DE", "aethoxysklerol", "2", "1").planned
    assert one is not None
    assert two is not None
    context = planned_of("DE", "aethoxysklerol", "1", "1")
    session = SessionDoses(START, (one, two))
    rows = remaining(replace(context, planned=None, sessions=(session,)))
    assert [(row.rule, row.used) for row in rows] == [
        ("per_day_mass_per_kg", Decimal(30))
    ]
