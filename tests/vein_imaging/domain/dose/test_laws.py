"""Laws of the dose check, over random patients of every region.

``VEIN_LAW_CASES=10000 pytest tests/vein_imaging/domain/dose/test_laws.py`` is the long
proof; the result of its last run is in ``docs/dose-rules.md``.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from vein_imaging.domain.dose import (
    DoseContext,
    SessionDoses,
    check_dose,
    largest_volume,
    remaining,
    room,
)
from vein_imaging.domain.injection import Form, Injection
from vein_imaging.domain.limits import REGIONS, load_limits
from vein_imaging.domain.quantity import Concentration, FoamRatio, Volume, Weight

law = settings(
    max_examples=int(os.environ.get("VEIN_LAW_CASES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
START = datetime(2026, 11, 22, 10, tzinfo=UTC)
HUNDREDTH = Decimal("0.01")
ZONES = ("UTC", "Europe/London", "Pacific/Auckland", "America/New_York")


def hundredths(most: int) -> st.SearchStrategy[Volume]:
    return st.integers(1, most).map(lambda n: Volume(Decimal(n).scaleb(-2)))


@st.composite
def injections(draw: st.DrawFn, region: str, day: int = 0) -> Injection:
    table = load_limits(region)
    product = draw(st.sampled_from([*table.products, "asclera", "polymer-x"]))
    known = table.products.get(product)
    percents = list(known.percents) if known else []
    percent = draw(st.sampled_from([*percents, Decimal("0.3"), Decimal(1)]))
    form: Form = draw(st.sampled_from(["liquid", "liquid", "foam"]))
    ratio = draw(st.sampled_from(["1", "2", "4", "8"]))
    seconds = draw(st.integers(0, 20 * 3600))
    return Injection(
        at=START + timedelta(days=day, seconds=seconds),
        product=product,
        form=form,
        volume=draw(hundredths(500)),
        concentration=Concentration(percent),
        foam_ratio=FoamRatio.from_text(ratio) if form == "foam" else None,
        site=draw(st.sampled_from([None, None, "a", "b"])),
        vein_diameter_mm=draw(
            st.sampled_from([None, Decimal("0.8"), Decimal(2), Decimal(4)])
        ),
        test_dose=draw(st.booleans()),
    )


@st.composite
def contexts(draw: st.DrawFn, *, most: int = 12) -> DoseContext:
    region = draw(st.sampled_from(REGIONS))
    sessions = [
        SessionDoses(START, tuple(draw(st.lists(injections(region), max_size=most))))
    ]
    for day in draw(st.lists(st.sampled_from([-70, -20, -3, 0]), max_size=2)):
        started = START + timedelta(days=day, hours=-2)
        before = draw(st.lists(injections(region, day), min_size=1, max_size=4))
        sessions.append(SessionDoses(started, tuple(before)))
    kilograms = draw(st.none() | st.integers(4000, 12000))
    return DoseContext(
        table=load_limits(region),
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        sessions=tuple(sessions),
        planned=draw(injections(region)),
        weight=None if kilograms is None else Weight(Decimal(kilograms).scaleb(-2)),
        weighed_on=date(2026, 11, 1),
    )


def stops(context: DoseContext) -> Counter[tuple[str, str]]:
    """The rules that stop. A rule may stop by the label's and by a general figure."""
    found = check_dose(context)
    return Counter((one.rule, one.scope) for one in found if one.severity == "stop")


def with_current(
    context: DoseContext, given: tuple[Injection, ...]
) -> tuple[SessionDoses, ...]:
    return (SessionDoses(START, given), *context.sessions[1:])


@law
@given(contexts(), st.randoms(use_true_random=False))
def test_the_total_is_the_same_in_any_order(
    context: DoseContext, random: object
) -> None:
    shuffle = random.shuffle  # type: ignore[attr-defined]
    sessions = []
    for session in context.sessions:
        turned = list(session.injections)
        shuffle(turned)
        sessions.append(replace(session, injections=tuple(turned)))
    shuffle(sessions)
    again = replace(context, sessions=tuple(sessions))
    assert set(remaining(again)) == set(remaining(context))
    assert stops(again) == stops(context)


@law
@given(contexts(), st.data())
def test_splitting_an_entry_never_lowers_a_total(
    context: DoseContext, data: st.DataObject
) -> None:
    given_ = context.sessions[0].injections
    assume(given_)
    index = data.draw(st.integers(0, len(given_) - 1))
    whole = given_[index]
    assume(whole.volume.ml > HUNDREDTH)
    part = data.draw(st.integers(1, int(whole.volume.ml * 100) - 1))
    first = Volume(Decimal(part).scaleb(-2))
    second = Volume(whole.volume.ml - first.ml)
    pieces = (replace(whole, volume=first), replace(whole, volume=second))
    split = with_current(context, (*given_[:index], *pieces, *given_[index + 1 :]))
    before, after = remaining(context), remaining(replace(context, sessions=split))
    assert [(one.rule, one.maximum) for one in before] == [
        (one.rule, one.maximum) for one in after
    ]
    for one, other in zip(before, after, strict=True):
        assert other.used >= one.used


@law
@given(contexts(), st.data())
def test_adding_an_injection_never_removes_a_stop(
    context: DoseContext, data: st.DataObject
) -> None:
    more = data.draw(injections(context.table.region))
    given_ = (*context.sessions[0].injections, more)
    after = stops(replace(context, sessions=with_current(context, given_)))
    assert stops(context) <= after


@law
@given(contexts(most=4))
def test_the_largest_volume_fits_and_a_hundredth_more_does_not(
    context: DoseContext,
) -> None:
    assert context.planned is not None
    largest = largest_volume(context)

    def planned(ml: Decimal) -> Counter[tuple[str, str]]:
        assert context.planned is not None
        planned = replace(context.planned, volume=Volume(ml))
        return stops(replace(context, planned=planned))

    if largest is None:
        assert not planned(Decimal(400))
        return
    if largest.ml:
        assert not planned(largest.ml)
    assert planned(largest.ml + HUNDREDTH)


@law
@given(contexts())
def test_one_injection_never_takes_more_than_all_that_may_follow(
    context: DoseContext,
) -> None:
    at_once, together = room(context).volume, room(context, single=False).volume
    if together is not None:
        assert at_once is not None and at_once <= together


@law
@given(contexts())
def test_a_product_without_a_label_limit_is_never_called_within_limits(
    context: DoseContext,
) -> None:
    assert context.planned is not None
    found = check_dose(context)
    assert not any("within" in one.message for one in found)
    known = context.table.products.get(context.planned.product)
    if known is None or not known.limits:
        assert "no_limit_known" in {one.rule for one in found}


@law
@given(contexts())
def test_what_is_left_is_what_the_maximum_leaves_and_never_below_nothing(
    context: DoseContext,
) -> None:
    for one in remaining(context):
        assert one.remaining >= 0
        assert one.used + one.remaining >= one.maximum - HUNDREDTH
        assert one.remaining <= one.maximum
