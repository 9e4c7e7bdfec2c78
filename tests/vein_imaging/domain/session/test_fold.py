import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vein_imaging.domain.adverse_events import AdverseEvent, Discomfort
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.outcome import Scored
from vein_imaging.domain.quantity import Concentration, Volume
from vein_imaging.domain.screening import Screening
from vein_imaging.domain.session import (
    Amended,
    Annotated,
    Corrected,
    Event,
    Injected,
    Opened,
    Photographed,
    Planned,
    Screened,
    Session,
    Signed,
    Voided,
    fold,
)

START = datetime(2026, 11, 22, 10, tzinfo=UTC)
VERSION = "US sha256:0"


def shot(volume: str, *, minute: int = 5) -> Injection:
    return Injection(
        at=START + timedelta(minutes=minute),
        product="asclera",
        form="liquid",
        volume=Volume.from_text(volume),
        concentration=Concentration.from_percent("0.5"),
    )


def given_shot(entry_id: str, volume: str, *, minute: int = 5) -> Injected:
    return Injected(
        entry_id=entry_id,
        injection=shot(volume, minute=minute),
        limits_version=VERSION,
    )


def total(session: Session) -> Decimal:
    return sum((one.volume.ml for one in session.injections), Decimal(0))


OPENED = Opened(
    entry_id="o",
    started=START,
    patient_id="p1",
    region="US",
    timezone="Europe/London",
    limits_version=VERSION,
    visit="first",
    needle="1 mL, 32 G",
    resuscitation_kit=True,
)


def corrected(entry_id: str, corrects: str, volume: str) -> Corrected:
    return Corrected(
        entry_id=entry_id, corrects=corrects, injection=shot(volume), reason="misread"
    )


def voided(entry_id: str, voids: str) -> Voided:
    return Voided(entry_id=entry_id, voids=voids, reason="not given")


def test_a_session_is_what_was_injected() -> None:
    session = fold([OPENED, given_shot("a", "0.3"), given_shot("b", "0.2")])
    assert total(session) == Decimal("0.5")
    assert session.started == START
    assert session.irregularities == ()
    doses = session.doses()
    assert doses is not None
    assert doses.injections == session.injections


def test_a_correction_replaces_and_names_what_it_corrects() -> None:
    session = fold([OPENED, given_shot("a", "0.3"), corrected("c", "a", "0.1")])
    assert total(session) == Decimal("0.1")
    assert session.entries[0].event.injection.volume == Volume.from_text("0.3")
    assert [one.entry_id for one in session.entries[0].corrections] == ["c"]


def test_a_correction_of_a_correction_is_one_of_the_same_entry() -> None:
    log: list[Event] = [given_shot("a", "0.3")]
    log += [corrected("c", "a", "0.1"), corrected("d", "c", "1")]
    session = fold(log)
    assert total(session) == Decimal(1)
    assert len(session.entries) == 1


def test_voiding_a_correction_brings_back_what_stood_before() -> None:
    log: list[Event] = [given_shot("a", "0.3")]
    log += [corrected("c", "a", "0.1"), corrected("d", "a", "1")]
    assert total(fold([*log, voided("v", "d")])) == Decimal("0.1")
    assert total(fold([*log, voided("v", "c")])) == Decimal(1)


def test_a_voided_injection_stays_readable_and_counts_no_more() -> None:
    session = fold([given_shot("a", "0.3"), given_shot("b", "0.2"), voided("v", "a")])
    assert total(session) == Decimal("0.2")
    by = session.entries[0].voided_by
    assert by is not None
    assert by.entry_id == "v"


def test_voiding_a_voiding_brings_the_entry_back() -> None:
    log: list[Event] = [given_shot("a", "0.3"), voided("v", "a"), voided("w", "v")]
    assert total(fold(log)) == Decimal("0.3")
    assert total(fold([*log, voided("x", "w")])) == 0


def test_a_carried_out_plan_is_no_longer_open() -> None:
    plan = Planned(entry_id="p", injection=shot("0.3"), limits_version=VERSION)
    done = Injected(
        entry_id="a", injection=shot("0.3"), limits_version=VERSION, plan_id="p"
    )
    assert fold([plan]).plans == (plan,)
    assert fold([plan, done]).plans == ()
    assert fold([plan, done, voided("v", "a")]).plans == (plan,)
    assert fold([plan, voided("v", "p")]).plans == ()


def test_a_change_after_signing_is_an_amendment_and_counts() -> None:
    signed = Signed(entry_id="s", signer="Dr Example", at=START)
    amended = Amended(
        entry_id="m", reason="syringe recount", change=corrected("c", "a", "0.2")
    )
    session = fold([OPENED, given_shot("a", "0.3"), signed, amended])
    assert total(session) == Decimal("0.2")
    assert session.is_signed
    assert session.amendments == (amended,)
    assert session.irregularities == ()


def test_a_bare_change_after_signing_counts_and_is_named() -> None:
    signed = Signed(entry_id="s", signer="Dr Example", at=START)
    session = fold([signed, given_shot("a", "0.3")])
    assert total(session) == Decimal("0.3")
    assert session.irregularities == ("a: entered after signing",)


def test_an_amendment_of_what_was_not_signed_is_named() -> None:
    change = Amended(entry_id="m", reason="late", change=given_shot("a", "0.3"))
    session = fold([change])
    assert total(session) == Decimal("0.3")
    assert session.irregularities == ("m: amends what was not signed",)


def test_a_clock_going_backwards_is_named_and_loses_nothing() -> None:
    session = fold([given_shot("a", "0.3", minute=9), given_shot("b", "0.2", minute=3)])
    assert total(session) == Decimal("0.5")
    assert session.irregularities == ("b: given before the entry above it",)


@pytest.mark.parametrize(("minute", "late"), [(24 * 60, False), (24 * 60 + 1, True)])
def test_a_session_left_open_for_more_than_a_day_is_named(
    minute: int, late: bool
) -> None:
    session = fold([OPENED, given_shot("a", "0.3", minute=minute)])
    assert total(session) == Decimal("0.3")
    named = ("a: given more than a day after the session began",)
    assert session.irregularities == (named if late else ())


def test_entries_that_point_nowhere_are_named() -> None:
    session = fold([corrected("c", "zz", "1"), voided("v", "yy")])
    assert session.irregularities == (
        "c: corrects zz, unknown",
        "v: voids yy, unknown",
    )


def test_an_id_entered_twice_counts_twice_and_is_named() -> None:
    session = fold([given_shot("a", "0.3"), given_shot("a", "0.2")])
    assert total(session) == Decimal("0.5")
    assert session.irregularities == ("a: entered twice; both count",)


def test_without_an_opening_the_first_injection_starts_the_session() -> None:
    session = fold([given_shot("a", "0.3", minute=9), given_shot("b", "0.2", minute=3)])
    assert session.started == START + timedelta(minutes=3)
    assert fold([]).started is None
    assert fold([]).doses() is None


def test_the_session_gathers_what_else_was_noted() -> None:
    first = Screening(ceap_left="C1")
    again = replace(first, rechecked_on=START.date())
    felt = Discomfort(entry_id="d", when="during", level="mild")
    event = AdverseEvent(entry_id="e", what="staining", onset_on=START.date(), grade=1)
    score = Scored(
        entry_id="g", treated_on=START.date(), scored_on=START.date(), photograph=4
    )
    note = Annotated(entry_id="n", text="matted")
    photograph = Photographed(
        entry_id="f", image_id="img", at=START, light="white", pose="standing"
    )
    signed = Signed(entry_id="s", signer="Dr Example", at=START)
    log: list[Event] = [OPENED, Screened(entry_id="1", screening=first), felt, event]
    log += [score, note, photograph, Screened(entry_id="2", screening=again), signed]
    late = Discomfort(entry_id="d2", when="after", level="none")
    log.append(Amended(entry_id="m", reason="late", change=late))
    session = fold(log)
    assert session.opened == OPENED
    assert session.screening == again
    assert session.discomforts == (felt, late)
    assert session.adverse_events == (event,)
    assert session.scores == (score,)
    assert session.notes == (note,)
    assert session.photographs == (photograph,)
    assert session.signatures == (signed,)
    assert fold([]).screening is None


volumes = st.integers(1, 500).map(lambda hundredths: f"{hundredths / 100:.2f}")


@settings(max_examples=int(os.environ.get("VEIN_LAW_CASES", "60")), deadline=None)
@given(st.lists(volumes, min_size=1, max_size=8), st.data())
def test_a_correction_and_its_undoing_leave_the_totals(
    amounts: list[str], data: st.DataObject
) -> None:
    ids = count()
    log: list[Event] = [given_shot(str(next(ids)), amount) for amount in amounts]
    before = total(fold(log))
    target = data.draw(st.integers(0, len(amounts) - 1))
    log.append(corrected("c", str(target), data.draw(volumes)))
    log.append(voided("v", "c"))
    assert total(fold(log)) == before
