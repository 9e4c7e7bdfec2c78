"""The course of treatment: three sessions eight weeks apart, and what is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

__all__ = ["Appointment", "AppointmentKind", "TreatmentPlan", "earliest_date"]

AppointmentKind = Literal["first", "follow-up"]
_EIGHT_WEEKS_DAYS = 56  # the clinic's page: three sessions at eight-week intervals
_SESSIONS = 3  # the same page
_MINUTES = 60  # the clinic's page: procedure time


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """One appointment of the plan.

    Parameters
    ----------
    number : int
        1 for the first.
    kind : "first" or "follow-up"
    planned_on, earliest_on : date
        Before `earliest_on` a label's least interval is not over; between the two it
        is only earlier than planned.
    minutes : int
    price : Decimal, optional
        The clinic's own, in its own currency.
    """

    number: int
    kind: AppointmentKind
    planned_on: date
    earliest_on: date
    minutes: int
    price: Decimal | None

    def is_too_early(self, day: date) -> bool:
        """Whether `day` lies before the label's least interval is over."""
        return day < self.earliest_on

    def is_before_plan(self, day: date) -> bool:
        """Whether `day` is allowed by the label but earlier than planned."""
        return self.earliest_on <= day < self.planned_on


def earliest_date(last_session: date, least_days: int) -> date:
    """First calendar day on which the label allows the next session."""
    return last_session + timedelta(days=least_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentPlan:
    """The planned sessions of one course; edit with `dataclasses.replace` or `moved`.

    Parameters
    ----------
    starts_on : date
        Day of the first session.
    sessions : int, >= 1
    interval_days : days, >= 1
    least_interval_days : days, >= 0
        The label's least interval of the product, 0 where it has none.
    minutes : int
        Length of an appointment.
    first_price, follow_up_price : Decimal, optional
    moved_to : tuple of (number, date)
        Sessions put on another day; those after them follow at the interval.

    Raises
    ------
    ValueError
        If a number is out of range or the order of the sessions is lost.
    """

    starts_on: date
    sessions: int = _SESSIONS
    interval_days: int = _EIGHT_WEEKS_DAYS
    least_interval_days: int = 0
    minutes: int = _MINUTES
    first_price: Decimal | None = None
    follow_up_price: Decimal | None = None
    moved_to: tuple[tuple[int, date], ...] = ()

    def __post_init__(self) -> None:
        for name, number, least in (
            ("sessions", self.sessions, 1),
            ("interval_days", self.interval_days, 1),
            ("least_interval_days", self.least_interval_days, 0),
            ("minutes", self.minutes, 1),
        ):
            if number < least:
                raise ValueError(f"{name}: got {number}, wanted {least} or more")
        for number, day in self.moved_to:
            if not 1 <= number <= self.sessions:
                raise ValueError(
                    f"moved_to: got session {number}, wanted 1 to {self.sessions}"
                )
            if day < self.starts_on and number > 1:
                raise ValueError(f"moved_to: session {number} lies before the first")
        days = [one.planned_on for one in self.appointments]
        if days != sorted(days):
            raise ValueError("moved_to: the sessions are no longer in order")

    def moved(self, number: int, day: date) -> TreatmentPlan:
        """The plan with one session on another day; later ones follow at the interval.

        Raises
        ------
        ValueError
            If there is no such session or it would pass an earlier one.
        """
        kept = tuple(one for one in self.moved_to if one[0] < number)
        return replace(self, moved_to=(*kept, (number, day)))

    @property
    def appointments(self) -> tuple[Appointment, ...]:
        """All sessions with their planned and earliest days."""
        moved = dict(self.moved_to)
        listed: list[Appointment] = []
        for number in range(1, self.sessions + 1):
            before = listed[-1].planned_on if listed else None
            follows = timedelta(days=self.interval_days)
            planned = self.starts_on if before is None else before + follows
            planned = moved.get(number, planned)
            listed.append(
                Appointment(
                    number=number,
                    kind="first" if before is None else "follow-up",
                    planned_on=planned,
                    earliest_on=planned
                    if before is None
                    else earliest_date(before, self.least_interval_days),
                    minutes=self.minutes,
                    price=self.first_price if before is None else self.follow_up_price,
                )
            )
        return tuple(listed)

    def next_due(self, done_on: Iterable[date]) -> Appointment | None:
        """The next session, given the days of those done; None when all are done.

        Its days are counted from the last session done, not from the one planned.

        Parameters
        ----------
        done_on : iterable of date
            Days of the sessions of this course, in any order.
        """
        done = sorted(done_on)
        if len(done) >= self.sessions:
            return None
        if not done:
            return self.appointments[0]
        ahead = (
            (number, day)
            for number, day in self.moved_to
            if number > len(done) and day >= done[-1]
        )
        plan = replace(
            self, starts_on=done[0], moved_to=(*enumerate(done, start=1), *ahead)
        )
        return plan.appointments[len(done)]

    def is_overdue(self, done_on: Iterable[date], today: date) -> bool:
        """Whether the next session's planned day has passed."""
        due = self.next_due(done_on)
        return due is not None and due.planned_on < today
