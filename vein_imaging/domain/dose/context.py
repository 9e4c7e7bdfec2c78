"""What a dose is checked against: the table, the patient, and all that was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import LimitTable
from vein_imaging.domain.moments import fixed_offset, local_date
from vein_imaging.domain.quantity import Weight
from vein_imaging.domain.screening import Screening

__all__ = ["DoseContext", "SessionDoses"]

# Wider than any day is long, also where the clock changes: a cheap first sieve.
_DAY_AND_MORE = timedelta(hours=27)


@dataclass(frozen=True, slots=True)
class SessionDoses:
    """One session's start and what was injected in it.

    Parameters
    ----------
    started : datetime with a zone
    injections : tuple of Injection
        In any order.
    """

    started: datetime
    injections: tuple[Injection, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "started", fixed_offset(self.started, "started"))


@dataclass(frozen=True, kw_only=True)  # no slots: it keeps what the rules share
class DoseContext:
    """Everything the rules look at; they look at nothing else.

    Parameters
    ----------
    table : LimitTable
    zone : ZoneInfo
        Of the clinic: its calendar day is the day of the per-day rules.
    sessions : tuple of SessionDoses
        Of this patient, in any order. The one that began last is the current one.
    planned : Injection, optional
        Belongs to the current session. Without it the record itself is checked.
    weight : Weight, optional
    weighed_on : date, optional
    screening : Screening, optional
        None where it is not known here.
    """

    table: LimitTable
    zone: ZoneInfo
    sessions: tuple[SessionDoses, ...] = ()
    planned: Injection | None = None
    weight: Weight | None = None
    weighed_on: date | None = None
    screening: Screening | None = None

    @cached_property
    def current(self) -> SessionDoses:
        """The session that began last; one that begins now where there is none."""
        if self.sessions:
            return max(reversed(self.sessions), key=lambda session: session.started)
        if self.planned is None:
            return SessionDoses(datetime.fromisoformat("1970-01-01T00:00:00+00:00"))
        return SessionDoses(self.planned.at)

    @cached_property
    def earlier(self) -> tuple[SessionDoses, ...]:
        """The other sessions in which something was injected."""
        return tuple(
            session
            for session in self.sessions
            if session.injections and session is not self.current
        )

    @cached_property
    def subjects(self) -> tuple[Injection, ...]:
        """The planned injection; without one, those of the current session."""
        return (self.planned,) if self.planned else self.current.injections

    @cached_property
    def kinds(self) -> tuple[Injection, ...]:
        """One subject for each product, strength and form: enough for the totals."""
        percent = self.table.percent
        first = {(i.product, percent(i), i.form): i for i in reversed(self.subjects)}
        return tuple(reversed(first.values()))

    @cached_property
    def at_sites(self) -> Mapping[str, tuple[Injection, ...]]:
        """The injections of the current session by the site they name."""
        sites: dict[str, tuple[Injection, ...]] = {}
        for injection in self.current.injections:
            if injection.site:
                before = sites.get(injection.site, ())
                sites[injection.site] = (*before, injection)
        return sites

    @cached_property
    def now(self) -> datetime | None:
        """The clock of the check: never the machine's.

        When the planned injection is to be given, else when the last was.
        """
        if self.planned:
            return self.planned.at
        return max(
            (i.at for session in self.sessions for i in session.injections),
            default=None,
        )

    @cached_property
    def today(self) -> date | None:
        """The clinic's calendar day of `now`."""
        return None if self.now is None else local_date(self.now, self.zone)

    @cached_property
    def todays(self) -> tuple[Injection, ...]:
        """All that was given on that day, in any session."""
        return tuple(self._given_today())

    def _given_today(self) -> Iterator[Injection]:
        if self.now is None:
            return
        earliest, latest = self.now - _DAY_AND_MORE, self.now + _DAY_AND_MORE
        for session in self.sessions:
            for injection in session.injections:
                if (
                    earliest < injection.at < latest
                    and local_date(injection.at, self.zone) == self.today
                ):
                    yield injection

    @cached_property
    def used_before(self) -> Mapping[str, SessionDoses]:
        """Products of the earlier sessions, each with the last session that used it."""
        last: dict[str, SessionDoses] = {}
        for session in sorted(self.earlier, key=lambda one: one.started):
            last.update(dict.fromkeys({i.product for i in session.injections}, session))
        return last

    def as_given(self) -> DoseContext:
        """The same after the planned injection was given as planned."""
        if self.planned is None:
            return self
        current = self.current
        others = tuple(one for one in self.sessions if one is not current)
        after = replace(current, injections=(*current.injections, self.planned))
        return replace(self, sessions=(*others, after), planned=None)
