from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from vein_imaging.domain.dose import DoseContext, SessionDoses, check_dose
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import load_limits
from vein_imaging.domain.quantity import Concentration, Volume, Weight
from vein_imaging.domain.session import (
    Annotated,
    Corrected,
    Injected,
    Mark,
    Voided,
    event_from_body,
    event_to_body,
    fold,
    plan_entry,
    record,
)

START = datetime(2026, 11, 22, 10, tzinfo=UTC)


def shot(ml: str) -> Injection:
    return Injection(
        at=START,
        product="asclera",
        form="liquid",
        volume=Volume.from_text(ml),
        concentration=Concentration.from_percent("0.5"),
        vein_diameter_mm=Decimal("0.8"),
    )


def context(ml: str | None) -> DoseContext:
    planned = None if ml is None else shot(ml)
    return DoseContext(
        table=load_limits("US"),
        zone=ZoneInfo("UTC"),
        sessions=(SessionDoses(START),),
        planned=planned,
        weight=Weight.from_text("70"),
    )


def test_a_plan_keeps_every_finding_and_the_version_of_the_limits() -> None:
    of = context("0.4")
    mark = Mark.at_pixels("img", [(1.234, 5.678)])
    plan = plan_entry(of, entry_id="p", mark=mark)
    assert plan.findings == check_dose(of)
    assert plan.limits_version == of.table.version
    assert plan.mark == mark
    assert mark.points_rc == ((Decimal("1.23"), Decimal("5.68")),)
    assert event_from_body(plan.kind, event_to_body(plan)) == plan


def test_within_the_maximum_no_reason_is_due() -> None:
    entry = record(context("0.3"), entry_id="a", plan_id="p")
    assert not entry.flagged
    assert not entry.reason_due
    assert entry.plan_id == "p"
    assert entry.weight == Weight.from_text("70")


def test_past_a_stop_the_fact_is_taken_flagged_and_a_reason_is_due() -> None:
    entry = record(context("0.4"), entry_id="a")
    assert isinstance(entry, Injected)
    assert entry.flagged
    assert entry.reason_due
    session = fold([entry])
    assert session.injections == (entry.injection,)
    assert [one.entry_id for one in session.reasons_due] == ["a"]
    assert session.entries[0].flagged


def test_with_a_reason_the_entry_stays_flagged_and_none_is_due() -> None:
    entry = record(context("0.4"), entry_id="a", reason="vein ruptured, aspirated")
    assert entry.flagged
    assert not entry.reason_due
    assert fold([entry]).reasons_due == ()
    blank = record(context("0.4"), entry_id="a", reason="  ")
    assert blank.reason_due
    assert event_from_body(entry.kind, event_to_body(entry)) == entry


def test_a_note_or_a_correction_gives_the_reason_later() -> None:
    entry = record(context("0.4"), entry_id="a")
    note = Annotated(entry_id="n", text="vein ruptured", about="a")
    assert fold([entry, note]).reasons_due == ()
    other = Annotated(entry_id="n", text="matted", about="b")
    assert len(fold([entry, other]).reasons_due) == 1
    right = Corrected(
        entry_id="c", corrects="a", injection=shot("0.3"), reason="misread"
    )
    session = fold([entry, right])
    assert session.reasons_due == ()
    assert session.entries[0].flagged
    gone = Voided(entry_id="v", voids="a", reason="not given")
    assert fold([entry, gone]).reasons_due == ()


def test_a_correction_past_a_stop_flags_the_entry() -> None:
    entry = record(context("0.3"), entry_id="a")
    over = Corrected(
        entry_id="c",
        corrects="a",
        injection=shot("0.4"),
        reason="misread",
        findings=check_dose(context("0.4")),
    )
    assert not fold([entry]).entries[0].flagged
    assert fold([entry, over]).entries[0].flagged


def test_nothing_planned_is_neither_planned_nor_recorded() -> None:
    with pytest.raises(ValueError, match=r"^plan_entry: nothing is planned$"):
        plan_entry(context(None), entry_id="p")
    with pytest.raises(
        ValueError, match=r"^record: no injection given; pass it as context.planned$"
    ):
        record(context(None), entry_id="a")


@pytest.mark.parametrize(
    ("points", "closed", "wrong"),
    [
        ([], False, "got 0 points, wanted 1 or more"),
        ([(1.0, 1.0), (2.0, 2.0)], True, "got 2 points, wanted 3 or more"),
        ([(-1.0, 1.0)], False, "outside the picture"),
    ],
)
def test_a_mark_lies_on_its_picture(
    points: list[tuple[float, float]], closed: bool, wrong: str
) -> None:
    with pytest.raises(ValueError, match=wrong):
        Mark.at_pixels("img", points, closed=closed)
    with pytest.raises(ValueError, match="image_id"):
        Mark.at_pixels("", [(1.0, 1.0)])


def test_a_line_and_an_area_are_marks_too() -> None:
    corners = [(1.0, 1.0), (2.0, 2.0), (3.0, 0.0)]
    assert len(Mark.at_pixels("img", corners[:2]).points_rc) == 2
    assert Mark.at_pixels("img", corners, closed=True).closed
