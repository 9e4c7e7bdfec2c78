import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_imaging.domain.adverse_events import AdverseEvent, Discomfort
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.outcome import Scored
from vein_imaging.domain.quantity import Concentration, Volume
from vein_imaging.domain.screening import Doppler, Screening
from vein_imaging.domain.session import (
    Amended,
    Annotated,
    Corrected,
    Event,
    Injected,
    Mark,
    Opened,
    Photographed,
    Planned,
    Screened,
    Session,
    Signed,
    Voided,
    event_from_body,
    event_to_body,
    fold,
)
from vein_imaging.domain.session.body import to_json

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


SCREENING = Screening(
    answers=(("pregnancy", "no"), ("asthma", "yes")),
    doppler=Doppler(result="normal", done_on=START.date()),
    ceap_left="C1",
    suitable=True,
    reason="spider veins",
)
MARK = Mark.at_pixels("img", [(1.5, 2.25), (3.0, 4.0), (5.0, 1.0)], closed=True)
EVENTS: list[Event] = [
    OPENED,
    given_shot("a", "0.30"),
    Planned(entry_id="p", injection=shot("0.3"), limits_version=VERSION, mark=MARK),
    corrected("c", "a", "0.1"),
    voided("v", "a"),
    Annotated(entry_id="n", text="matted", about="a", mark=MARK),
    Photographed(
        entry_id="f", image_id="img", at=START, light="white", pose="standing"
    ),
    Signed(entry_id="s", signer="Dr Example", at=START),
    Amended(entry_id="m", reason="late", change=voided("w", "c")),
    Screened(entry_id="sc", screening=SCREENING),
    AdverseEvent(
        entry_id="ae", what="staining", onset_on=START.date(), grade=1, site="s"
    ),
    Discomfort(entry_id="d", when="during", level="mild", stinging=True),
    Scored(
        entry_id="sd",
        treated_on=START.date(),
        scored_on=START.date(),
        photograph=4,
        cleared_percent=Decimal("75.5"),
    ),
    Amended(
        entry_id="m2",
        reason="late",
        change=Discomfort(entry_id="d2", when="after", level="none"),
    ),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.entry_id)
def test_every_event_comes_back_equal(event: Event) -> None:
    assert event_from_body(event.kind, event_to_body(event)) == event


def test_every_kind_of_event_is_in_the_list_above() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(Event))


def test_bodies_are_json_without_a_number() -> None:
    for event in EVENTS:
        text = json.dumps(event_to_body(event))
        body = json.loads(text, parse_float=_refuse_float)
        assert event_from_body(event.kind, body) == event


def _refuse_float(text: str) -> None:
    raise AssertionError(f"a float in a body: {text}")


def test_the_session_gathers_what_else_was_noted() -> None:
    again = replace(SCREENING, rechecked_on=START.date())
    session = fold([*EVENTS, Screened(entry_id="sc2", screening=again)])
    assert session.screening == again
    assert [one.entry_id for one in session.adverse_events] == ["ae"]
    assert [one.entry_id for one in session.discomforts] == ["d", "d2"]
    assert [one.entry_id for one in session.scores] == ["sd"]
    assert [one.entry_id for one in session.photographs] == ["f"]
    assert [one.entry_id for one in session.notes] == ["n"]
    assert [one.entry_id for one in session.signatures] == ["s"]
    assert session.opened == OPENED
    assert fold([]).screening is None


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"reason": 5}, "reason: got 5, wanted str"),
        ({"reason": " "}, "reason: got nothing"),
        ({"entry_id": ""}, "entry_id: got nothing"),
        ({"voids": ""}, "voids: got nothing"),
    ],
)
def test_a_wrong_body_is_refused(body: dict[str, object], wrong: str) -> None:
    with pytest.raises((TypeError, ValueError), match=wrong):
        event_from_body("voided", event_to_body(voided("v", "a")) | body)


@pytest.mark.parametrize(
    ("kind", "body", "wrong"),
    [
        ("photographed", {"light": "lamp"}, "light: got 'lamp', wanted one of"),
        ("signed", {"at": "2026-11-22T10:00:00"}, "without a time zone"),
        ("planned", {"findings": "x"}, "findings: got 'x', wanted a list"),
        ("planned", {"mark": "x"}, "mark: got 'x', wanted an object"),
        ("planned", {"mark": {"image_id": "i", "points_rc": [["1"]]}}, "1 items"),
        ("planned", {"injection": "x"}, "injection: got 'x', wanted an object"),
        ("adverse_event", {"grade": "1"}, "grade: got '1', wanted int"),
    ],
)
def test_a_body_of_another_shape_is_refused(
    kind: str, body: dict[str, object], wrong: str
) -> None:
    (event,) = (one for one in EVENTS if one.kind == kind)
    with pytest.raises((TypeError, ValueError), match=wrong):
        event_from_body(kind, event_to_body(event) | body)


def test_a_value_without_an_exact_form_is_refused() -> None:
    with pytest.raises(TypeError, match="float has no JSON form"):
        to_json(0.3)


def test_an_unknown_kind_or_key_is_refused() -> None:
    with pytest.raises(ValueError, match="event kind: got 'deleted'"):
        event_from_body("deleted", {})
    body = event_to_body(voided("v", "a"))
    with pytest.raises(ValueError, match="unknown key 'colour'"):
        event_from_body("voided", {**body, "colour": "red"})
    del body["reason"]
    with pytest.raises(ValueError, match="reason is missing"):
        event_from_body("voided", body)


volumes = st.integers(1, 500).map(lambda hundredths: f"{hundredths / 100:.2f}")


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
