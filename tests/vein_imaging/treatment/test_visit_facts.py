"""Whose visit it is, as every window names it."""

from __future__ import annotations

from datetime import date
from typing import Any

from vein_imaging.treatment.practice import practice_visit
from vein_imaging.treatment.typed_injection import EntryText

SMALL = EntryText("asclera", "0.5", "liquid", "", "0.1", batch="L1")


def test_a_visit_names_patient_session_user_and_region(clinic: Any) -> None:
    work = clinic.work("anna")
    facts = {"name": "Anne Probe", "born": "1980-04-12", "number": "P-2"}
    visit = work.start_session(work.add_patient(facts).patient_id)
    said = visit.facts
    assert (said.name, said.born, said.number) == (
        "Anne Probe",
        date(1980, 4, 12),
        "P-2",
    )
    assert (said.session_number, said.planned_sessions) == (1, 3)
    assert (said.user, said.region) == ("anna", "US")
    assert said.started_on == date(2026, 11, 25)
    assert not said.practice


def test_the_session_after_a_treatment_is_the_second_of_the_plan(clinic: Any) -> None:
    first = clinic.visit("anna")
    first.log.record(SMALL)
    assert first.facts.session_number == 1  # while it is worked on, too
    clinic.pass_time(weeks=8)
    work = clinic.work("anna")
    second = work.start_session(first.head.patient_id)
    assert second.facts.session_number == 2
    assert work.reopen(first.head.session_id).facts.session_number == 1


def test_a_session_without_an_injection_counts_as_none_of_the_plan(clinic: Any) -> None:
    first = clinic.visit("anna")
    clinic.pass_time(weeks=1)
    second = clinic.work("anna").start_session(first.head.patient_id)
    assert second.facts.session_number == 1


def test_a_birth_date_that_was_never_written_is_none(clinic: Any) -> None:
    assert clinic.visit("anna").facts.born is None


def test_practice_says_that_it_is() -> None:
    with practice_visit("US", "UTC") as visit:
        assert visit.facts.practice
