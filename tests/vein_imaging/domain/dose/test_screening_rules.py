from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from vein_imaging.domain.dose import DoseContext, SessionDoses, check_dose
from vein_imaging.domain.injection import Form, Injection
from vein_imaging.domain.limits import REGIONS, load_limits
from vein_imaging.domain.quantity import Concentration, FoamRatio, Volume, Weight
from vein_imaging.domain.screening import (
    Answer,
    Doppler,
    Screening,
    screening_table,
)

DAY = date(2026, 11, 22)
START = datetime(2026, 11, 22, 10, tzinfo=UTC)
CONDITIONS = screening_table().conditions
NO: tuple[tuple[str, Answer], ...] = tuple((key, "no") for key in CONDITIONS)
COMPLETE = Screening(
    answers=NO,
    screened_on=DAY,
    doppler=Doppler(result="normal", done_on=DAY, done_by="Dr Example"),
    ceap_left="C1",
    ceap_right="C1",
    consent_treatment=True,
    consent_foam=True,
    suitable=True,
    reason="spider veins, no reflux",
)


def context(
    screening: Screening | None, *, region: str = "US", form: Form = "liquid"
) -> DoseContext:
    planned = Injection(
        at=START,
        product="polymer-x",
        form=form,
        volume=Volume.from_text("0.1"),
        concentration=Concentration.from_percent("1"),
        foam_ratio=FoamRatio.from_text("4") if form == "foam" else None,
        vein_diameter_mm=Decimal("0.8"),
        batch="B",
    )
    return DoseContext(
        table=load_limits(region),
        zone=ZoneInfo("UTC"),
        sessions=(SessionDoses(START),),
        planned=planned,
        weight=Weight.from_text("70"),
        weighed_on=DAY,
        screening=screening,
    )


def found(of: DoseContext) -> list[tuple[str, str]]:
    rules = ("screening_incomplete", "contraindication")
    return [(one.rule, one.severity) for one in check_dose(of) if one.rule in rules]


def answered(key: str, answer: Answer) -> Screening:
    kept = tuple(one for one in NO if one[0] != key)
    return replace(COMPLETE, answers=(*kept, (key, answer)))


def test_a_complete_screening_has_nothing_to_say() -> None:
    assert found(context(COMPLETE)) == []
    assert found(context(COMPLETE, form="foam")) == []


def test_a_screening_not_known_here_is_a_note() -> None:
    assert found(context(None)) == [("screening_incomplete", "note")]


@pytest.mark.parametrize(
    ("missing", "severity"),
    [
        ({"doppler": None}, "stop"),
        ({"suitable": None}, "stop"),
        ({"consent_treatment": False}, "stop"),
        ({"ceap_left": None}, "warn"),
        ({"ceap_right": None}, "warn"),
        ({"screened_on": date(2026, 9, 27)}, "warn"),
    ],
    ids=str,
)
def test_what_stands_before_the_first_injection(
    missing: dict[str, object], severity: str
) -> None:
    screening = replace(COMPLETE, **missing)  # type: ignore[arg-type]
    assert found(context(screening)) == [("screening_incomplete", severity)]


def test_a_recheck_on_the_day_is_enough() -> None:
    again = replace(COMPLETE, screened_on=date(2026, 9, 27), rechecked_on=DAY)
    assert found(context(again)) == []


def test_foam_needs_its_own_consent() -> None:
    without = replace(COMPLETE, consent_foam=False)
    assert found(context(without)) == []
    assert found(context(without, form="foam")) == [("screening_incomplete", "stop")]


@pytest.mark.parametrize("answer", ["unknown", None])
def test_an_open_question_warns_and_is_named(answer: Answer | None) -> None:
    kept = tuple(one for one in NO if one[0] != "pregnancy")
    answers = kept if answer is None else (*kept, ("pregnancy", answer))
    of = context(replace(COMPLETE, answers=answers))
    (finding,) = (one for one in check_dose(of) if one.rule == "screening_incomplete")
    assert finding.severity == "warn"
    assert finding.message == "1 of 36 questions open, 1 of them a stop: Pregnant?"


STOPS = {
    *("allergy_to_agent", "acute_thrombosis", "past_thrombosis", "pregnancy"),
    *("breastfeeding", "cannot_walk", "deep_vein_incompetence", "infection"),
    *("large_varicose_veins", "arterial_disease", "uncontrolled_disease"),
    *("tumour_varices", "recent_surgery", "event_from_sclerotherapy", "under_18"),
}
FOAM_STOPS = {
    *("symptomatic_foramen_ovale", "migraine_with_aura", "past_stroke"),
    "pulmonary_hypertension",
}


@pytest.mark.parametrize("key", CONDITIONS)
def test_what_a_yes_means(key: str) -> None:
    severity = "stop" if key in STOPS else "warn"
    assert found(context(answered(key, "yes"))) == [("contraindication", severity)]


@pytest.mark.parametrize("key", CONDITIONS)
def test_what_a_yes_means_for_foam(key: str) -> None:
    severity = "stop" if key in STOPS | FOAM_STOPS else "warn"
    of = context(answered(key, "yes"), form="foam")
    assert found(of) == [("contraindication", severity)]


@pytest.mark.parametrize("region", REGIONS)
def test_a_past_stroke_stops_on_the_french_profile(region: str) -> None:
    severity = "stop" if region == "FR" else "warn"
    of = context(answered("past_stroke", "yes"), region=region)
    assert found(of) == [("contraindication", severity)]


def test_a_decision_against_stops_and_reflux_warns() -> None:
    against = replace(COMPLETE, suitable=False, reason="reflux of the saphenous vein")
    assert found(context(against)) == [("contraindication", "stop")]
    reflux = replace(COMPLETE, doppler=Doppler(result="reflux", done_on=DAY))
    assert found(context(reflux)) == [("contraindication", "warn")]


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"answers": (("gout", "yes"),)}, "got question 'gout'"),
        ({"answers": (("asthma", "maybe"),)}, "wanted yes, no or unknown"),
        ({"answers": (("asthma", "no"), ("asthma", "no"))}, "answered twice"),
        ({"ceap_left": "C7"}, "got 'C7'"),
        ({"ceap_right": "c1"}, "got 'c1'"),
        ({"suitable": True, "reason": " "}, "needs its reason"),
    ],
)
def test_a_wrong_screening_is_refused(more: dict[str, object], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        replace(COMPLETE, **more)  # type: ignore[arg-type]


def test_every_question_and_requirement_has_its_source() -> None:
    table = screening_table()
    rows = [(row.asks, row.source) for row in table.conditions.values()]
    rows += [(row.asks, row.source) for row in table.requirements.values()]
    for asks, source in rows:
        assert asks
        assert source.address
    again = {key for key, row in table.conditions.items() if row.each_session}
    assert {"infection", "pregnancy", "acute_thrombosis", "anticoagulants"} <= again


def test_a_patient_prone_to_hypersensitivity_gets_one_injection_the_first_time() -> (
    None
):
    prone = answered("hypersensitivity", "yes")
    planned = Injection(
        at=START,
        product="aethoxysklerol",
        form="liquid",
        volume=Volume.from_text("0.1"),
        concentration=Concentration.from_percent("0.5"),
        vein_diameter_mm=Decimal(2),
        batch="B",
    )
    first = replace(context(prone, region="CH"), planned=planned)

    def stops(of: DoseContext) -> list[str]:
        return [one.rule for one in check_dose(of) if one.severity == "stop"]

    assert stops(first) == []
    given = (SessionDoses(START, (planned,)),)
    assert stops(replace(first, sessions=given)) == ["sites_per_session"]
    assert stops(replace(first, sessions=given, screening=COMPLETE)) == []
    before = SessionDoses(datetime(2026, 9, 27, tzinfo=UTC), (planned,))
    assert stops(replace(first, sessions=(*given, before))) == []


@pytest.mark.parametrize(
    ("done_on", "severity", "words"),
    [
        (date(2031, 1, 1), "stop", "not one of 2031-01-01, after this session"),
        (date(1999, 1, 1), "warn", "The Doppler of 1999-01-01 is 27 years old"),
        (date(2025, 11, 21), "warn", "is 1 years old or more"),
        (date(2025, 11, 22), None, ""),
        (DAY, None, ""),
    ],
)
def test_the_date_of_the_doppler_is_read(
    done_on: date, severity: str | None, words: str
) -> None:
    doppler = Doppler(result="normal", done_on=done_on)
    of = context(replace(COMPLETE, doppler=doppler))
    wanted = [] if severity is None else [("screening_incomplete", severity)]
    assert found(of) == wanted
    assert any(words in one.message for one in check_dose(of))


@pytest.mark.parametrize("ceap", ["C0", "C1", "C2", "C2r"])
def test_a_leg_for_this_treatment_has_no_word(ceap: str) -> None:
    assert found(context(replace(COMPLETE, ceap_left=ceap))) == []


@pytest.mark.parametrize("ceap", ["C3", "C4a", "C4b", "C4c", "C5", "C6", "C6r"])
def test_a_leg_with_venous_disease_is_to_be_referred(ceap: str) -> None:
    of = context(replace(COMPLETE, ceap_right=ceap))
    assert found(of) == [("contraindication", "warn")]
    (one,) = (one for one in check_dose(of) if one.rule == "contraindication")
    assert f"The right leg is {ceap}" in one.message
    assert ("open ulcer" in one.message) == ceap.startswith("C6")


def test_what_is_asked_each_session_is_named_where_it_was_not() -> None:
    of = context(replace(COMPLETE, screened_on=date(2026, 9, 27)))
    (one,) = (one for one in check_dose(of) if one.rule == "screening_incomplete")
    for brief in ("pregnant", "clot now", "infection or fever"):
        assert brief in one.message


@pytest.mark.parametrize(
    ("key", "region", "severity"),
    [
        ("foramen_ovale", "FR", "stop"),
        ("foramen_ovale", "US", "warn"),
        ("several_thrombosis_risks", "FR", "stop"),
        ("several_thrombosis_risks", "UK", "stop"),
        ("several_thrombosis_risks", "DE", "stop"),
        ("several_thrombosis_risks", "US", "warn"),
        ("any_arterial_disease", "FR", "stop"),
        ("any_arterial_disease", "DE", "warn"),
        ("active_cancer", "UK", "stop"),
        ("active_cancer", "US", "warn"),
    ],
)
def test_a_region_s_label_goes_further(key: str, region: str, severity: str) -> None:
    of = context(answered(key, "yes"), region=region)
    assert found(of) == [("contraindication", severity)]


@pytest.mark.parametrize(
    "key",
    ["migrating_phlebitis", "acute_respiratory_or_skin_disease", "allergic_conditions"],
)
def test_a_product_s_label_goes_further(key: str) -> None:
    of = context(answered(key, "yes"))
    assert found(of) == [("contraindication", "warn")]
    assert of.planned is not None
    sotradecol = replace(of, planned=replace(of.planned, product="sotradecol"))
    assert found(sotradecol) == [("contraindication", "stop")]
