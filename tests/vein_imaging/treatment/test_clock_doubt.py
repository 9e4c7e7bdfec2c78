"""A clock that cannot be believed is asked about once; nobody is blamed for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from vein_imaging.storage.people.roles import Action
from vein_imaging.storage.upkeep.verify import verify_store
from vein_imaging.treatment import Given
from vein_imaging.treatment.typed_injection import EntryText

SMALL = EntryText("asclera", "0.5", "liquid", "", "0.1", batch="L1")


def notes(clinic: Any) -> list[object]:
    with clinic.sign_in("olga") as owner:
        return [e.body.get("right") for e in owner.log() if e.kind == "store.clock"]


def test_an_undisturbed_clock_is_not_asked_about(clinic: Any) -> None:
    visit = clinic.visit()
    clinic.pass_time(hours=3)
    assert clinic.work().clock_doubt is None
    judged = visit.log.check(SMALL)
    assert judged is not None
    assert "clock_ahead" not in [one.rule for one in judged.findings]


def test_a_clock_moved_while_the_program_runs_is_asked_about_once(clinic: Any) -> None:
    visit = clinic.visit()
    clinic.set_clock(clinic.now + timedelta(days=1))
    judged = visit.log.check(SMALL)
    assert judged is not None
    (finding,) = [one for one in judged.findings if one.rule == "clock_ahead"]
    assert finding.severity == "warn" and "moved forward by 1 day" in finding.message
    visit.log.check(SMALL)
    assert notes(clinic) == [None]
    visit.watch.answer(right=True, reason="looked at the telephone")
    judged = visit.log.check(SMALL)
    assert judged is not None
    assert "clock_ahead" not in [one.rule for one in judged.findings]
    assert notes(clinic) == [None, True]


def test_a_clock_before_the_last_entry_is_asked_about_at_the_next_start(
    clinic: Any,
) -> None:
    clinic.visit()
    clinic.set_clock(clinic.now - timedelta(days=2))
    doubt = clinic.work().clock_doubt
    assert doubt is not None and doubt.kind == "behind"
    # whoever comes next is asked, until somebody has answered
    again = clinic.work("bert")
    assert again.clock_doubt == doubt
    again.answer_clock(right=True, reason="the other day's was wrong")
    assert clinic.work().clock_doubt is None
    assert notes(clinic) == [None, True]


def test_a_gap_is_asked_about_unless_the_patients_plan_explains_it(
    clinic: Any,
) -> None:
    visit = clinic.visit()
    visit.log.record(SMALL)
    clinic.pass_time(days=200)
    doubt = clinic.work().clock_doubt
    assert doubt is not None and doubt.kind == "gap"
    assert "200 days" in doubt.sentence


def test_eight_weeks_later_the_plan_explains_the_gap(clinic: Any) -> None:
    visit = clinic.visit()
    visit.log.record(SMALL)
    clinic.pass_time(days=56)
    work = clinic.work()
    assert work.clock_doubt is not None
    again = work.start_session(visit.head.patient_id)
    assert work.clock_doubt is None
    judged = again.log.check(SMALL)
    assert judged is not None
    assert "clock_ahead" not in [one.rule for one in judged.findings]


def test_entries_of_the_right_clock_are_not_blamed_afterwards(clinic: Any) -> None:
    """One entry a year ahead made every later one look as if it came too early."""
    right = clinic.now
    clinic.set_clock(right + timedelta(days=365))
    ahead = clinic.visit("bert")
    ahead.note("a year ahead")
    clinic.set_clock(right + timedelta(hours=1))
    work = clinic.work()
    work.answer_clock(right=True, reason="the year was wrong")
    visit = work.reopen(ahead.head.session_id)
    assert isinstance(visit.log.record(SMALL), Given)
    with clinic.sign_in("olga") as owner:
        store = owner.allowed_store(Action.VERIFY)
        assert verify_store(store).clock_set_back == []


def test_a_wrong_clock_long_past_does_not_expire_a_vial(clinic: Any) -> None:
    """JudgedDose behind an entry a year ahead, every batch of this year has expired."""
    right = clinic.now
    clinic.set_clock(right + timedelta(days=365))
    clinic.visit("bert").note("a year ahead")
    clinic.set_clock(right + timedelta(hours=1))
    work = clinic.work()
    work.answer_clock(right=True, reason="the year was wrong")
    patient = work.add_patient({"name": "Anna Probe"})
    visit = work.start_session(patient.patient_id)
    entry = EntryText("asclera", "0.5", "liquid", "", "0.1", "", "L1", "2027-03-31")
    judged = visit.log.check(entry)
    assert judged is not None
    assert "batch_expired" not in [one.rule for one in judged.findings]
