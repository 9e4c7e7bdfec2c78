"""A session as the fold of its events: the order of entry decides, never a clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from vein_imaging.domain.adverse_events import AdverseEvent, Discomfort
from vein_imaging.domain.outcome import Scored
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
    Weighed,
)
from vein_imaging.domain.session.state import RecordedInjection, Session

__all__ = ["fold"]


_A_DAY = timedelta(days=1)
_Kind = TypeVar("_Kind")


def fold(events: Iterable[Event], places: Sequence[int] = ()) -> Session:
    """The session that a log of events tells.

    Parameters
    ----------
    events : iterable of Event
        In the order in which they were entered.
    places : sequence of int
        Of each of them in all that was entered about the patient; left out, this
        session is all that is known.

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
    irregular += _repeated_ids(log) + _loose_ends(log)
    irregular += _backward_clock(log) + _left_open(log)
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
    place_of = dict(zip((one.entry_id for one in log), places, strict=False))
    return Session(
        opened=next(iter(standing(Opened)), None),
        plans=tuple(one for one in standing(Planned) if one.entry_id not in done),
        entries=entries,
        notes=standing(Annotated),
        photographs=standing(Photographed),
        screening=screenings[-1].screening if screenings else None,
        screening_place=place_of.get(screenings[-1].entry_id, 0) if screenings else 0,
        weights=standing(Weighed),
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


def _entries(
    log: list[Event], voided: dict[str, Voided]
) -> tuple[RecordedInjection, ...]:
    entries: list[RecordedInjection] = []
    place: dict[str, int] = {}
    for event in log:
        if isinstance(event, Injected):
            place[event.entry_id] = len(entries)
            by = voided.get(event.entry_id)
            entries.append(RecordedInjection(event, event.injection, voided_by=by))
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


def _left_open(log: list[Event]) -> list[str]:
    """A session is one visit: what comes a day later was entered into the wrong one."""
    opened = next((event for event in log if isinstance(event, Opened)), None)
    if opened is None:
        return []
    return [
        f"{event.entry_id}: given more than a day after the session began"
        for event in log
        if isinstance(event, Injected) and event.injection.at - opened.started > _A_DAY
    ]


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
