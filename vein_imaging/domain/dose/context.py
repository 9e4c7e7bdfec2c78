"""What a dose is checked against: the table, the patient, and all that was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from vein_imaging.domain.body_area import read_body_area
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import LimitTable, Named
from vein_imaging.domain.moments import fixed_offset, local_date
from vein_imaging.domain.names import folded
from vein_imaging.domain.quantity import Weight, plain
from vein_imaging.domain.screening import Screening

__all__ = [
    "ANOTHER_VISIT",
    "DoseContext",
    "SessionDoses",
    "require_complete",
    "require_ratio",
    "site_key",
]


def site_key(site: str) -> str:
    """A site's name as it is compared; one without a letter or digit stays itself.

    An area of a leg is the same however it was typed or drawn.
    """
    area = read_body_area(site)
    if area is not None and area.is_whole:
        return area.text
    return folded(site) or " ".join(site.split())


def _spelling(injection: Injection) -> tuple[object, ...]:
    return injection.product, injection.form, injection.foam_ratio is None


def require_complete(table: LimitTable, injection: Injection) -> None:
    """Refuse an injection that leaves open what its product needs said.

    Parameters
    ----------
    table : LimitTable
    injection : Injection

    Raises
    ------
    ValueError
        If the product has several strengths and none is stated. A product the table
        does not hold needs none.
    """
    known = table.products.get(injection.product)
    if known is None or known.single_strength or injection.concentration is not None:
        return
    strengths = ", ".join(plain(percent) for percent in known.percents)
    raise ValueError(
        f"concentration_percent: missing; {known.name} has several strengths"
        + (f" ({strengths} %)" if strengths else "")
    )


def require_ratio(table: LimitTable, injection: Injection) -> None:
    """Refuse foam made by hand of a product of the region without its gas ratio.

    Parameters
    ----------
    table : LimitTable
    injection : Injection

    Raises
    ------
    ValueError
        If it is foam of a product that does not come as foam and the ratio is not
        stated.
    """
    known = table.products.get(injection.product)
    if known is None or injection.form != "foam" or injection.foam_ratio is not None:
        return
    if not known.factory_foam:
        raise ValueError(
            "gas_parts_per_liquid_part: missing; foam made by hand needs it "
            '("4" for one part of liquid to four of gas)'
        )


# Wider than any day is long, also where the clock changes: a cheap first sieve.
_DAY_AND_MORE = timedelta(hours=27)
#: A visit is over by then: what follows is another, whatever session it is put into.
ANOTHER_VISIT = timedelta(hours=12)


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

    Raises
    ------
    ValueError
        If the planned injection lacks what its product needs; see `require_complete`.

    Notes
    -----
    `sessions` and `planned` stay as they were typed. What the rules look at has each
    product under the key that its name stands for, and `doubts` says where that is
    not certain.
    """

    table: LimitTable
    zone: ZoneInfo
    sessions: tuple[SessionDoses, ...] = ()
    planned: Injection | None = None
    weight: Weight | None = None
    weighed_on: date | None = None
    screening: Screening | None = None

    def __post_init__(self) -> None:
        if self.planned is not None and self.subject is not None:
            named = self.names.get(_spelling(self.planned))
            if named is None or not named.substance:
                require_complete(self.table, self.subject)

    @cached_property
    def kept(self) -> dict[str, object]:
        """Room for what several rules need and is counted once."""
        return {}

    @cached_property
    def names(self) -> Mapping[tuple[object, ...], Named]:
        """How each name that is no key was read, by name, form and gas ratio."""
        keys = {*self.table.products, *self.table.elsewhere}
        typed = [i for session in self.sessions for i in session.injections]
        read: dict[tuple[object, ...], Named] = {}
        for injection in (*typed, self.planned) if self.planned else typed:
            if injection.product not in keys and _spelling(injection) not in read:
                read[_spelling(injection)] = self.table.read_name(injection)
        return read

    def _by_key(self, injection: Injection) -> Injection:
        named = self.names.get(_spelling(injection))
        return injection if named is None else injection.renamed(named.key)

    def name(self, injection: Injection) -> str:
        """What a person calls the product of an injection."""
        return self.table.name(injection.product)

    @cached_property
    def subject(self) -> Injection | None:
        """The planned injection, its product under its key."""
        return None if self.planned is None else self._by_key(self.planned)

    @cached_property
    def all_sessions(self) -> tuple[SessionDoses, ...]:
        """The sessions, each product under its key."""
        if not self.names:
            return self.sessions
        return tuple(
            replace(
                session,
                injections=tuple(self._by_key(one) for one in session.injections),
            )
            for session in self.sessions
        )

    @cached_property
    def current(self) -> SessionDoses:
        """The session that began last; one that begins now where there is none."""
        if self.all_sessions:
            return max(reversed(self.all_sessions), key=lambda one: one.started)
        if self.planned is None:
            return SessionDoses(datetime.fromisoformat("1970-01-01T00:00:00+00:00"))
        return SessionDoses(self.planned.at)

    @cached_property
    def earlier(self) -> tuple[SessionDoses, ...]:
        """The other sessions in which something was injected."""
        return tuple(
            session
            for session in self.all_sessions
            if session.injections and session is not self.current
        )

    @cached_property
    def subjects(self) -> tuple[Injection, ...]:
        """The planned injection; without one, those of the current session."""
        return (self.subject,) if self.subject else self.current.injections

    @cached_property
    def kinds(self) -> tuple[Injection, ...]:
        """One subject for each product, strength, form and day: enough for totals."""
        first: dict[tuple[object, ...], Injection] = {}
        for one in self.subjects:
            day = local_date(one.at, self.zone)
            percent = self.table.percent(one)
            first.setdefault((one.product, percent, one.form, day), one)
        return tuple(first.values())

    @cached_property
    def at_sites(self) -> Mapping[str, tuple[Injection, ...]]:
        """The injections of the current session by the site they name; `site_key`."""
        sites: dict[str, list[Injection]] = {}
        for injection in self.current.injections:
            if injection.site:
                sites.setdefault(site_key(injection.site), []).append(injection)
        return {site: tuple(given) for site, given in sites.items()}

    @cached_property
    def history(self) -> Mapping[tuple[str, str], tuple[Injection, ...]]:
        """All that was given, test doses aside, by product and form, by time."""
        found: dict[tuple[str, str], list[Injection]] = {}
        for session in self.all_sessions:
            for one in session.injections:
                if not one.test_dose:
                    found.setdefault((one.product, one.form), []).append(one)
        return {
            kind: tuple(sorted(given, key=lambda one: one.at))
            for kind, given in found.items()
        }

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
    def _given_on(self) -> dict[date, tuple[Injection, ...]]:
        return {}

    def given_with(self, subject: Injection) -> tuple[Injection, ...]:
        """All that was given on the clinic's calendar day of `subject`, in any session.

        Without `subject` itself where it is only planned.
        """
        day = local_date(subject.at, self.zone)
        given = self._given_on.get(day)
        if given is None:
            earliest, latest = subject.at - _DAY_AND_MORE, subject.at + _DAY_AND_MORE
            given = tuple(
                injection
                for session in self.all_sessions
                for injection in session.injections
                if earliest < injection.at < latest
                and local_date(injection.at, self.zone) == day
            )
            self._given_on[day] = given
        return given

    def just_before(self, subject: Injection) -> tuple[Injection, ...]:
        """What was given in any session in the half day before an injection."""
        earliest = subject.at - ANOTHER_VISIT
        return tuple(
            injection
            for session in self.all_sessions
            if session.started > earliest - _DAY_AND_MORE
            for injection in session.injections
            if earliest < injection.at <= subject.at
        )

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
        others = tuple(one for one in self.all_sessions if one is not current)
        after = replace(current, injections=(*current.injections, *self.subjects))
        return replace(self, sessions=(*others, after), planned=None)
