"""What the patient takes home: the sheet, and the appointments as a calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time

from vein_imaging.domain.aftercare import load_sheet
from vein_imaging.domain.moments import date_from_text, require_year
from vein_imaging.domain.treatment_plan import Appointment, TreatmentPlan
from vein_imaging.report.calendar_file import (
    CalendarEntry,
    local_moment,
)
from vein_imaging.report.dates import day_in_words
from vein_imaging.report.patient_sheet import CareLine, PatientSheet, WarningLine
from vein_imaging.treatment.session_record import RecordError
from vein_imaging.treatment.visit import Visit
from vein_imaging.words import translate as _

__all__ = [
    "NOTHING_BOOKED",
    "AppointmentError",
    "Booking",
    "appointment_entries",
    "patient_sheet",
    "planned_appointments",
    "read_booking",
]


class AppointmentError(ValueError):
    """There is no such appointment to give."""


@dataclass(frozen=True, slots=True)
class Booking:
    """What was agreed of the next appointment.

    Parameters
    ----------
    at : time, optional
        By the clinic's clock.
    on : date, optional
        The day, where it is not the planned one.
    """

    at: time | None = None
    on: date | None = None


NOTHING_BOOKED = Booking()
"""Neither day nor time was agreed."""


def read_booking(at: str, on: str) -> Booking:
    """Read what was agreed, as typed.

    Parameters
    ----------
    at : str
        Such as ``10:30``; empty where no time was said.
    on : str
        Such as ``2026-12-01``; empty for the planned day.

    Raises
    ------
    AppointmentError
        If it is no time or no day.
    """
    try:
        clock = time.fromisoformat(at) if at else None
    except ValueError:
        clock = None
    if at and (clock is None or clock.tzinfo is not None):
        raise AppointmentError(
            _("at: got {got!r}, wanted a time such as 10:30").format(got=at)
        )
    try:
        day = date_from_text(on, "on") if on else None
        require_year(day, "on")
    except ValueError as error:
        raise AppointmentError(str(error)) from error
    return Booking(clock, day)


def planned_appointments(
    visit: Visit, booking: Booking = NOTHING_BOOKED
) -> tuple[Appointment, ...]:
    """The sessions ahead: the next one on the agreed day, the others by plan after it.

    Parameters
    ----------
    visit : Visit
    booking : Booking

    Returns
    -------
    tuple of Appointment
        Empty where all of the plan are done and no day was agreed.

    Raises
    ------
    AppointmentError
        If the agreed day is over, before the last treatment, or sooner than the label
        allows; or if the planned one is over and none was agreed.
    """
    done = list(visit.treated_on)
    plan = visit.plan
    if booking.on is not None:
        while len(done) >= plan.sessions:  # one more than the plan was agreed
            plan = _longer(plan)
    found = list(_ahead(plan, done, booking.on))
    if found:
        _refuse(found[0], visit.today)
    return tuple(found)


def _longer(plan: TreatmentPlan) -> TreatmentPlan:
    return TreatmentPlan(
        starts_on=plan.starts_on,
        sessions=plan.sessions + 1,
        interval_days=plan.interval_days,
        least_interval_days=plan.least_interval_days,
        minutes=plan.minutes,
    )


def _ahead(
    plan: TreatmentPlan, done: list[date], agreed: date | None
) -> Iterator[Appointment]:
    while (due := plan.next_due(done)) is not None:
        if agreed is not None:
            if done and agreed <= max(done):
                raise AppointmentError(
                    _("{day} is not after the last treatment on {last}").format(
                        day=agreed, last=max(done)
                    )
                )
            if due.is_too_early(agreed):
                raise AppointmentError(
                    _(
                        "{day} is too early: the label asks for {earliest} or later"
                    ).format(day=agreed, earliest=due.earliest_on)
                )
            due = _on(due, agreed)
            agreed = None
        yield due
        done = [*done, due.planned_on]


def _on(due: Appointment, day: date) -> Appointment:
    return Appointment(
        number=due.number,
        kind=due.kind,
        planned_on=day,
        earliest_on=due.earliest_on,
        minutes=due.minutes,
        price=due.price,
    )


def _refuse(first: Appointment, today: date) -> None:
    if first.planned_on < today:
        raise AppointmentError(
            _(
                "session {number} was due on {day}, which is over: say the day that was"
                " agreed"
            ).format(number=first.number, day=first.planned_on)
        )


def appointment_entries(visit: Visit, booking: Booking) -> tuple[CalendarEntry, ...]:
    """The sessions ahead as entries of a calendar, in the clinic's zone.

    Parameters
    ----------
    visit : Visit
    booking : Booking
        Its time holds for all of them.

    Raises
    ------
    AppointmentError
        If there is none, or no time was said.
    ValueError
        If the clocks are set forward over that time.
    """
    if booking.at is None:
        raise AppointmentError(_("say the time of the appointment"))
    ahead = planned_appointments(visit, booking)
    if not ahead:
        raise AppointmentError(
            _("all sessions of the plan are done: say the day that was agreed")
        )
    clinic = visit.clinic
    phone = _("Telephone {phone}").format(phone=clinic.phone) if clinic.phone else ""
    return tuple(
        CalendarEntry(
            f"{visit.head.patient_id} {one.number}",
            local_moment(one.planned_on, booking.at, visit.rules.zone),
            one.minutes,
            _("Appointment"),
            phone,
            clinic.name,
        )
        for one in ahead
    )


def patient_sheet(visit: Visit, booking: Booking = NOTHING_BOOKED) -> PatientSheet:
    """The sheet after the patient's last treatment, with real dates.

    Parameters
    ----------
    visit : Visit
    booking : Booking

    Raises
    ------
    RecordError
        If nothing was injected yet.
    AppointmentError
        See `planned_appointments`.
    """
    if not visit.treated_on:
        raise RecordError(_("nothing was injected yet: there is no sheet to take home"))
    treated, sheet = visit.treated_on[-1], load_sheet()
    appointments = [
        _said(one, booking.at) for one in planned_appointments(visit, booking)
    ]
    return PatientSheet(
        title=_("After your treatment on {day}").format(day=day_in_words(treated)),
        name=visit.patient.name,
        clinic=visit.clinic.name,
        phone=visit.clinic.phone,
        care=tuple(_care(visit, treated)),
        expect=(*(_(one) for one in sheet.expect), *sheet.practical),
        warnings=tuple(WarningLine(_(one.sign), _(one.do)) for one in sheet.warnings),
        appointments=tuple(appointments),
        as_of=treated,
    )


def _care(visit: Visit, treated: date) -> Iterator[CareLine]:
    for line in visit.aftercare():
        ends_on = line.ends_on or line.until_on or line.from_on
        morning = day_in_words(ends_on, year=False)
        text = _(line.text).replace("{morning}", morning)
        first = day_in_words(line.from_on, year=False)
        if line.until_on is None:
            until = _("from {day}").format(day=first)
        elif line.until_on == treated:
            until = _("today")
        elif ends_on > line.until_on:  # counted in nights
            until = _("the morning of {day}").format(day=morning)
        else:
            until = day_in_words(line.until_on, year=False)
        if treated < line.from_on and line.until_on is not None:
            until = _("{first} to {last}").format(first=first, last=until)
        yield CareLine(text, until)


def _said(one: Appointment, at: time | None) -> str:
    day = day_in_words(one.planned_on)
    if at is None:
        return _("Session {number}: about {day}").format(number=one.number, day=day)
    return _("Session {number}: {day} at {time}").format(
        number=one.number, day=day, time=f"{at:%H:%M}"
    )
