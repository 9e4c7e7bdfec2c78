"""A session as the fold of its events: the order of entry decides, never a clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from vein_imaging.domain.adverse_events import AdverseEvent, Discomfort
from vein_imaging.domain.dose import SessionDoses
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.outcome import Scored
from vein_imaging.domain.screening import Screening
from vein_imaging.domain.session.events import (
    Amended,
    Annotated,
    Corrected,
    Event,
    Injected,
    Opened,
    Photographed,
    Planned,
    Screened,
    Signed,
    Voided,
)

__all__ = ["Entry", "Session", "fold"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One injection as it stands now.

    Parameters
    ----------
    event : Injected
        As it was first entered.
    injection : Injection
        As last corrected.
    corrections : tuple of Corrected
        Those in force, in order of entry.
    voided_by : Voided or None
        Where the entry does not hold.
    """

    event: Injected
    injection: Injection
    corrections: tuple[Corrected, ...] = ()
    voided_by: Voided | None = None

    @property
    def entry_id(self) -> str:
        """The id it was first entered under."""
        return self.event.entry_id

    @property
    def flagged(self) -> bool:
        """Whether it was given past a stop, as first entered or as corrected."""
        return self.event.flagged or any(one.flagged for one in self.corrections)

    @property
    def reason_due(self) -> bool:
        """Whether it was given past a stop and no reason was ever entered."""
        return self.event.reason_due and not self.corrections


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One session as its events tell it.

    Parameters
    ----------
    opened : Opened or None
    plans : tuple of Planned
        Neither voided nor carried out.
    entries : tuple of Entry
        Every injection ever entered, voided ones too.
    notes : tuple of Annotated
    photographs : tuple of Photographed
    screening : Screening or None
        As last entered.
    adverse_events : tuple of AdverseEvent
    discomforts : tuple of Discomfort
    scores : tuple of Scored
    signatures : tuple of Signed
    amendments : tuple of Amended
    irregularities : tuple of str
        What is odd in the log: it is kept and counted all the same.
    """

    opened: Opened | None = None
    plans: tuple[Planned, ...] = ()
    entries: tuple[Entry, ...] = ()
    notes: tuple[Annotated, ...] = ()
    photographs: tuple[Photographed, ...] = ()
    screening: Screening | None = None
    adverse_events: tuple[AdverseEvent, ...] = ()
    discomforts: tuple[Discomfort, ...] = ()
    scores: tuple[Scored, ...] = ()
    signatures: tuple[Signed, ...] = ()
    amendments: tuple[Amended, ...] = ()
    irregularities: tuple[str, ...] = ()

    @property
    def injections(self) -> tuple[Injection, ...]:
        """What was given, as corrected, without what was voided."""
        return tuple(one.injection for one in self.entries if one.voided_by is None)

    @property
    def is_signed(self) -> bool:
        """Whether a practitioner has signed it."""
        return bool(self.signatures)

    @property
    def reasons_due(self) -> tuple[Entry, ...]:
        """Injections given past a stop with neither reason, correction nor note."""
        noted = {note.about for note in self.notes}
        return tuple(
            one
            for one in self.entries
            if one.voided_by is None and one.reason_due and one.entry_id not in noted
        )

    @property
    def started(self) -> datetime | None:
        """When it began: as opened, else its first injection."""
        if self.opened is not None:
            return self.opened.started
        return min((injection.at for injection in self.injections), default=None)

    def doses(self) -> SessionDoses | None:
        """What the dose check counts of it; None before it began."""
        started = self.started
        return None if started is None else SessionDoses(started, self.injections)


_Kind = TypeVar("_Kind")


def fold(events: Iterable[Event]) -> Session:
    """The session that a log of events tells.

    Parameters
    ----------
    events : iterable of Event
        In the order in which they were entered.

    Returns
    -------
    Session
        Never refused: an entry that points nowhere, a clock that went backwards or a
        change after signing is kept and named among the irregularities.
    """
    log: list[Event] = []
    irregular: list[str] = []
    amendments: list[Amended] = []
    signed = False
    for event in events:
        if isinstance(event, Amended):
            amendments.append(event)
            if not signed:
                irregular.append(f"{event.entry_id}: amends what was not signed")
            log.append(event.change)
            continue
        if signed and not isinstance(event, Signed):
            irregular.append(f"{event.entry_id}: entered after signing")
        signed = signed or isinstance(event, Signed)
        log.append(event)
    irregular += _repeated_ids(log) + _loose_ends(log) + _backward_clock(log)
    voided = _voided(log)
    entries = _entries(log, voided)
    done = {one.event.plan_id for one in entries if one.voided_by is None}

    def standing(kind: type[_Kind]) -> tuple[_Kind, ...]:
        return tuple(
            event
            for event in log
            if isinstance(event, kind) and event.entry_id not in voided
        )

    screenings = standing(Screened)
    return Session(
        opened=next(iter(standing(Opened)), None),
        plans=tuple(one for one in standing(Planned) if one.entry_id not in done),
        entries=entries,
        notes=standing(Annotated),
        photographs=standing(Photographed),
        screening=screenings[-1].screening if screenings else None,
        adverse_events=standing(AdverseEvent),
        discomforts=standing(Discomfort),
        scores=standing(Scored),
        signatures=standing(Signed),
        amendments=tuple(amendments),
        irregularities=tuple(irregular),
    )


def _voided(log: list[Event]) -> dict[str, Voided]:
    """Entries that do not hold. From the end: a voiding may itself be voided."""
    voided: dict[str, Voided] = {}
    for event in reversed(log):
        if isinstance(event, Voided) and event.entry_id not in voided:
            voided.setdefault(event.voids, event)
    return voided


def _entries(log: list[Event], voided: dict[str, Voided]) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    place: dict[str, int] = {}
    for event in log:
        if isinstance(event, Injected):
            place[event.entry_id] = len(entries)
            by = voided.get(event.entry_id)
            entries.append(Entry(event, event.injection, voided_by=by))
        elif isinstance(event, Corrected) and event.corrects in place:
            at = place[event.entry_id] = place[event.corrects]
            if event.entry_id not in voided:
                entries[at] = replace(
                    entries[at],
                    injection=event.injection,
                    corrections=(*entries[at].corrections, event),
                )
    return tuple(entries)


def _repeated_ids(log: list[Event]) -> list[str]:
    seen: set[str] = set()
    repeated = []
    for event in log:
        if event.entry_id in seen:
            repeated.append(f"{event.entry_id}: entered twice; both count")
        seen.add(event.entry_id)
    return repeated


def _loose_ends(log: list[Event]) -> list[str]:
    injected: set[str] = set()
    known: set[str] = set()
    loose = []
    for event in log:
        if isinstance(event, Injected):
            injected.add(event.entry_id)
        elif isinstance(event, Corrected):
            if event.corrects in injected:
                injected.add(event.entry_id)
            else:
                loose.append(f"{event.entry_id}: corrects {event.corrects}, unknown")
        elif isinstance(event, Voided) and event.voids not in known:
            loose.append(f"{event.entry_id}: voids {event.voids}, unknown")
        known.add(event.entry_id)
    return loose


def _backward_clock(log: list[Event]) -> list[str]:
    latest: datetime | None = None
    back = []
    for event in log:
        if not isinstance(event, Injected):
            continue
        at = event.injection.at
        if latest is not None and at < latest:
            back.append(f"{event.entry_id}: given before the entry above it")
        latest = at if latest is None else max(latest, at)
    return back
