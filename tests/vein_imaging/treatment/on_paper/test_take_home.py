from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from vein_imaging.treatment import RecordError
from vein_imaging.treatment.on_paper.take_home import (
    AppointmentError,
    Booking,
    appointment_entries,
    patient_sheet,
    planned_appointments,
    read_booking,
)


@pytest.fixture
def visit(make_course: Any, clinic: Any) -> Any:
    """Just after the first treatment, on 25 November 2026."""
    work, patient = make_course()
    clinic.pass_time(days=-56)
    found = work.reopen(work.sessions(patient)[-1].session_id)
    return found


def test_the_sessions_ahead_are_eight_weeks_apart(visit: Any) -> None:
    ahead = planned_appointments(visit)
    assert [one.number for one in ahead] == [2, 3]
    assert [one.planned_on for one in ahead] == [date(2027, 1, 20), date(2027, 3, 17)]


def test_the_agreed_day_moves_those_after_it(visit: Any) -> None:
    first, second = planned_appointments(visit, Booking(on=date(2027, 2, 1)))
    assert first.planned_on == date(2027, 2, 1)
    assert second.planned_on == date(2027, 2, 1) + timedelta(days=56)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 11, 25), "not after the last treatment"),
        (date(2026, 11, 27), "too early: the label asks for"),
    ],
)
def test_a_day_that_cannot_be_is_refused(visit: Any, day: date, why: str) -> None:
    with pytest.raises(AppointmentError, match=why):
        planned_appointments(visit, Booking(on=day))


def test_a_planned_day_that_is_over_is_not_printed(visit: Any, clinic: Any) -> None:
    clinic.pass_time(days=100)
    with pytest.raises(AppointmentError, match="was due on 2027-01-20, which is over"):
        planned_appointments(visit)


def test_after_the_whole_plan_only_an_agreed_day_is_an_appointment(
    make_course: Any, clinic: Any
) -> None:
    work, patient = make_course(sessions=3)
    clinic.pass_time(days=-56)
    last = work.reopen(work.sessions(patient)[-1].session_id)
    assert planned_appointments(last) == ()
    with pytest.raises(AppointmentError, match="say the day"):
        appointment_entries(last, Booking(at=time(10)))
    on = last.today + timedelta(days=70)
    (one,) = planned_appointments(last, Booking(on=on))
    assert (one.number, one.planned_on) == (4, on)


def test_a_calendar_needs_a_time(visit: Any) -> None:
    with pytest.raises(AppointmentError, match="say the time"):
        appointment_entries(visit, Booking())


def test_entries_are_on_the_clinics_clock_and_name_nobody(visit: Any) -> None:
    visit.clinic = replace(visit.clinic, name="Vein Clinic", phone="020 7946 0123")
    first, second = appointment_entries(visit, Booking(at=time(10, 30)))
    assert first.key != second.key
    assert (first.starts.hour, first.starts.minute) == (10, 30)
    assert str(first.starts.tzinfo) == visit.rules.zone.key
    shown = f"{first.summary} {first.description} {first.location}"
    assert "Probe" not in shown and "020 7946 0123" in shown


def test_the_sheet_has_real_dates_and_says_nights_in_mornings(visit: Any) -> None:
    sheet = patient_sheet(visit, Booking(at=time(10)))
    care = {line.text.split(".")[0]: line.until for line in sheet.care}
    assert sheet.title == "After your treatment on Wednesday 25 November 2026"
    assert care["Walk for 10 minutes directly after the treatment"] == "today"
    stockings = next(line for line in sheet.care if "day and night" in line.text)
    assert stockings.until == "the morning of Saturday 28 November"
    assert "to Saturday 28 November" in stockings.text
    assert care["No high-impact sport"] == "Wednesday 9 December"
    assert sheet.appointments[0] == "Session 2: Wednesday 20 January 2027 at 10:00"
    assert "{" not in "".join(line.text for line in sheet.care)
    assert any("ambulance" in one.do for one in sheet.warnings)


def test_without_a_treatment_there_is_no_sheet(clinic: Any) -> None:
    with pytest.raises(RecordError, match="nothing was injected yet"):
        patient_sheet(clinic.visit())


@pytest.mark.parametrize(
    ("at", "on"), [("25:00", ""), ("ten", ""), ("", "2026-02-30"), ("", "1.2.2027")]
)
def test_a_slip_of_the_pen_is_told(at: str, on: str) -> None:
    with pytest.raises(AppointmentError):
        read_booking(at, on)
    read = read_booking("10:30", "2027-02-01")
    assert read == Booking(time(10, 30), date(2027, 2, 1))
