"""Whom to see today: what is open, due by plan, or never signed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from vein_imaging.storage.upkeep.erasure import erase_patient
from vein_imaging.treatment import Action, Visit, WorklistRow
from vein_imaging.treatment.typed_injection import EntryText

PASSWORD = "four unrelated words"
SMALL = EntryText("asclera", "0.5", "liquid", "", "0.1", batch="L1")


def treated(clinic: Any, *, signed: bool = True) -> Visit:
    visit: Visit = clinic.visit()
    visit.log.record(SMALL)
    if signed:
        visit.sign(PASSWORD)
    return visit


def listed(clinic: Any, name: str = "anna") -> list[WorklistRow]:
    return list(clinic.work(name).worklist())


def test_a_new_store_has_nobody_to_see(clinic: Any) -> None:
    assert listed(clinic) == []


def test_a_session_of_today_that_is_not_signed_stands_on_top(clinic: Any) -> None:
    treated(clinic)
    open_one = clinic.visit()
    rows = listed(clinic)
    assert [row.listed for row in rows] == ["open", "signed"]
    assert rows[0].session_id == open_one.head.session_id
    assert rows[0].patient.name == open_one.patient.name
    assert (rows[0].author, rows[0].days_away) == ("anna", 0)
    assert rows[1].injections == 1


@pytest.mark.parametrize(
    ("days_later", "days_away"), [(49, 7), (55, 1), (56, 0), (57, -1), (63, -7)]
)
def test_who_was_treated_eight_weeks_ago_is_due(
    clinic: Any, days_later: int, days_away: int
) -> None:
    first = treated(clinic)
    clinic.pass_time(days=days_later)
    (row,) = listed(clinic)
    assert (row.listed, row.days_away) == ("due", days_away)
    assert row.day == first.facts.started_on + timedelta(days=56)
    assert (row.session_number, row.planned_sessions) == (2, 3)
    assert row.session_id == ""


@pytest.mark.parametrize("days_later", [1, 48, 64])
def test_who_is_not_due_within_a_week_is_not_listed(
    clinic: Any, days_later: int
) -> None:
    treated(clinic)
    clinic.pass_time(days=days_later)
    assert listed(clinic) == []


def test_who_is_due_and_was_begun_today_is_listed_once(clinic: Any) -> None:
    first = treated(clinic)
    clinic.pass_time(days=56)
    work = clinic.work()
    work.start_session(first.head.patient_id)
    (row,) = work.worklist()
    assert (row.listed, row.session_number) == ("open", 2)


def test_after_the_third_session_nobody_is_due(clinic: Any) -> None:
    first = treated(clinic)
    for _ in range(2):
        clinic.pass_time(days=56)
        visit = clinic.work().start_session(first.head.patient_id)
        visit.log.record(SMALL)
        visit.sign(PASSWORD)
    clinic.pass_time(days=56)
    assert listed(clinic) == []


def test_a_session_that_was_never_signed_is_listed_for_a_month(clinic: Any) -> None:
    treated(clinic, signed=False)
    clinic.pass_time(days=30)
    (row,) = listed(clinic)
    assert (row.listed, row.days_away) == ("unsigned", -30)
    assert row.day == date(2026, 11, 25)
    clinic.pass_time(days=1)
    assert listed(clinic) == []


def test_the_day_is_the_clinics_and_not_the_computers(make_clinic: Any) -> None:
    """Noon in London is the next day's second hour at the date line."""
    clinic = make_clinic(timezone="Pacific/Kiritimati")
    clinic.visit()
    clinic.pass_time(hours=20)  # the next day in London, the same one there
    (row,) = listed(clinic)
    assert (row.listed, row.day) == ("open", date(2026, 11, 26))
    clinic.pass_time(hours=4)
    (row,) = listed(clinic)
    assert (row.listed, row.days_away) == ("unsigned", -1)


def test_an_erased_patient_is_not_listed(clinic: Any) -> None:
    visit = clinic.visit()
    with clinic.sign_in("olga") as owner:
        store = owner.allowed_store(Action.ERASE)
        who = {"reason": "asked for", "author": "olga", "at": clinic.now}
        erase_patient(store, visit.head.patient_id, **who)
    assert listed(clinic) == []


def test_what_was_listed_stands_in_the_log_once_and_names_nobody(clinic: Any) -> None:
    visit = clinic.visit()
    work = clinic.work("ben")
    for _ in range(3):
        work.worklist()
    with clinic.sign_in("olga") as owner:
        lists = [e for e in owner.log() if e.kind == "store.list"]
        reads = [e for e in owner.log() if e.kind == "store.read" and e.author == "ben"]
    assert [(e.author, e.body) for e in lists] == [
        ("ben", {"found": 1, "first": [visit.head.patient_id]})
    ]
    assert reads == []
