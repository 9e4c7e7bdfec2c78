"""Which screening holds where a patient has several sessions, and what it forbids."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from vein_imaging.domain.screening import Answer, Screening
from vein_imaging.treatment import Needs, Visit
from vein_imaging.treatment.typed_injection import EntryText

SMALL = EntryText("asclera", "0.5", "liquid", "", "0.1", batch="L1")


def with_yes(screening: Screening, key: str) -> Screening:
    told = dict(screening.answers) | {key: "yes"}
    return replace(screening, answers=tuple(told.items()))


def opened_again(clinic: Any, visit: Visit) -> Visit:
    found: Visit = clinic.work().reopen(visit.head.session_id)
    return found


@pytest.mark.parametrize("days", [0, 1])
def test_a_yes_entered_into_an_older_open_session_holds_in_the_newer_one(
    clinic: Any, days: int
) -> None:
    older = clinic.visit()
    clinic.pass_time(days=days, minutes=5)
    newer = clinic.work().start_session(older.head.patient_id)
    newer.screen(older.screening)
    clinic.pass_time(minutes=5)
    older = opened_again(clinic, older)
    older.screen(with_yes(older.screening, "pregnancy"))
    for visit in (older, opened_again(clinic, newer)):
        assert [one.key for one in visit.screening.confirmed] == ["pregnancy"]
        judged = visit.log.check(SMALL)
        assert judged is not None
        assert "contraindication" in [one.rule for one in judged.stops]
        assert isinstance(visit.log.record(SMALL), Needs)


def test_a_no_of_the_newest_entry_holds_too(clinic: Any) -> None:
    older = clinic.visit()
    clinic.pass_time(minutes=5)
    newer = clinic.work().start_session(older.head.patient_id)
    newer.screen(with_yes(older.screening, "infection"))
    older = opened_again(clinic, older)
    assert older.screening.confirmed
    told: tuple[tuple[str, Answer], ...]
    told = tuple((one, "no") for one, _ in older.screening.answers)
    older.screen(replace(older.screening, answers=told))
    assert not opened_again(clinic, newer).screening.confirmed


def test_facts_and_list_say_what_the_screening_forbids(clinic: Any) -> None:
    visit = clinic.visit()
    assert visit.facts.forbidden == ()
    visit.screen(with_yes(with_yes(visit.screening, "pregnancy"), "migraine_with_aura"))
    said = ("Pregnant: do not treat.", "Migraine with aura: no foam.")
    assert visit.facts.forbidden == said
    (row,) = clinic.work().worklist()
    assert row.forbidden == said


def test_a_signed_session_still_says_what_is_over_a_stop(clinic: Any) -> None:
    visit = clinic.visit()
    visit.screen(with_yes(visit.screening, "pregnancy"))
    visit.log.record(SMALL, reason="given before it was known")
    visit.sign("four unrelated words")
    needs = visit.log.record(SMALL)
    assert isinstance(needs, Needs) and needs.signed
    assert "contraindication" in [one.rule for one in needs.judged.stops]


def test_what_every_session_asks_is_open_again_on_another_day(clinic: Any) -> None:
    first = clinic.visit()
    first.screen(with_yes(first.screening, "infection"))
    assert first.screening_to_ask == first.screening
    clinic.pass_time(days=56)
    second = clinic.work().start_session(first.head.patient_id)
    asked = dict(second.screening_to_ask.answers)
    assert "pregnancy" not in asked  # a no of eight weeks ago is no answer today
    assert asked["infection"] == "yes"  # what forbids stays until somebody says no
    assert asked["migraine_with_aura"] == "no"  # asked once
    second.screen(second.screening_to_ask)
    judged = second.log.check(SMALL)
    assert judged is not None
    said = " ".join(one.message for one in judged.findings)
    assert "questions open" in said and "regnant?" in said
