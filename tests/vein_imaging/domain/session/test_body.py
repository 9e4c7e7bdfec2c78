import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import get_args

import pytest

from vein_imaging.domain.adverse_events import AdverseEvent, Discomfort
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.outcome import Scored
from vein_imaging.domain.patient import Patient
from vein_imaging.domain.quantity import Concentration, Volume, Weight
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
    Signed,
    Voided,
    Weighed,
    event_from_body,
    event_to_body,
)
from vein_imaging.domain.session.body import from_json, to_json
from vein_imaging.domain.treatment_plan import TreatmentPlan

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
    Weighed(entry_id="wt", weight=Weight.from_text("61.5"), at=START),
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


@pytest.mark.parametrize(
    "value",
    [
        Patient(patient_id="1", name="Example", born_on=date(1980, 2, 29)),
        Patient(
            patient_id="1",
            name="Example",
            born_on=date(1980, 2, 29),
            weight=Weight.from_text("70.5"),
            weighed_on=date(2026, 11, 1),
        ),
        TreatmentPlan(
            starts_on=date(2026, 11, 25),
            first_price=Decimal("250.5"),
            moved_to=((2, date(2027, 2, 1)),),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_patients_and_plans_come_back_equal_too(value: object) -> None:
    text = json.dumps(to_json(value))
    assert from_json(type(value), json.loads(text)) == value


def test_a_photograph_without_a_calibration_is_written_as_before() -> None:
    taken = Photographed(
        entry_id="e", image_id="i", at=datetime(2026, 9, 25, tzinfo=UTC),
        light="near-infrared", pose="standing", mm_per_pixel="0.08",
    )  # fmt: skip
    assert "calibration" not in event_to_body(taken)
    known = replace(taken, calibration="ab" * 32)
    assert event_to_body(known)["calibration"] == "ab" * 32
    assert event_from_body("photographed", event_to_body(known)) == known
