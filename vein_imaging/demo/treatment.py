"""The injections of a visit: planned, checked before the needle, recorded after."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from vein_imaging.demo.story import Clinic, PlannedDose, VisitStory
from vein_imaging.demo.visit import SeenVisit
from vein_imaging.domain.dose import DoseContext, Finding, SessionDoses, check_dose
from vein_imaging.domain.injection import Injection, injection_from_json
from vein_imaging.domain.limits import LimitTable
from vein_imaging.domain.quantity import Weight
from vein_imaging.domain.session import (
    Event,
    Injected,
    Mark,
    Opened,
    Photographed,
    Planned,
    Session,
    Signed,
    event_from_body,
    fold,
)
from vein_imaging.report import encode_png
from vein_imaging.storage import PatientHistory, Store

__all__ = ["PlannedSite", "TreatedVisit", "treat"]

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class PlannedSite:
    """Where the needle goes.

    Parameters
    ----------
    point_rc : (row, column), whole px
        In the kept picture.
    diameter_mm : mm or None
        Measured there; None where it could not be told.
    """

    point_rc: tuple[Decimal, Decimal]
    diameter_mm: Decimal | None


@dataclass(frozen=True, slots=True)
class TreatedVisit:
    """A visit in the store, and what the check caught on the way.

    Parameters
    ----------
    session_id : str
    session : Session
        Folded from what the store holds.
    caught : tuple of Planned
        Plans with a stop: they were not carried out.
    sites : tuple of PlannedSite
        In the order of the injections given.
    """

    session_id: str
    session: Session
    caught: tuple[Planned, ...]
    sites: tuple[PlannedSite, ...]


@dataclass(frozen=True, slots=True)
class _Room:
    """What every step of a visit needs."""

    store: Store
    clinic: Clinic
    table: LimitTable
    session_id: str

    def context(self, history: PatientHistory, planned: Injection) -> DoseContext:
        return DoseContext(
            table=self.table,
            zone=self.clinic.zone,
            sessions=_doses(history),
            planned=planned,
            weight=Weight.from_text(self.clinic.weight_kg),
            weighed_on=planned.at.date(),
            screening=self.clinic.screening(planned.at.date()),
        )


def treat(
    store: Store,
    patient_id: str,
    table: LimitTable,
    clinic: Clinic,
    story: VisitStory,
    seen: SeenVisit,
) -> TreatedVisit:
    """Open a session, keep its picture, and plan, check and record each injection.

    A plan with a stop is kept as a plan and not carried out; the story then plans a
    smaller volume, as a clinician would.

    Returns
    -------
    TreatedVisit

    Raises
    ------
    StoreError
        If the store does not take an entry.
    """
    session_id = store.start_session(patient_id, author=clinic.author, at=story.started)
    room = _Room(store, clinic, table, session_id)
    image_id = _open(room, patient_id, story, seen)
    sites = choose_sites(seen, len(story.doses))
    caught: list[Planned] = []
    at = story.started
    for number, (dose, site) in enumerate(zip(story.doses, sites, strict=True), 1):
        at += 5 * _MINUTE
        name = f"{story.name[-1]}-{number}"
        injection = _injection(dose, site, at, name)
        mark = Mark(image_id, (site.point_rc,))
        stopped = _try(room, injection, mark)
        if stopped is not None:
            caught.append(stopped)
            smaller = replace(dose, volume_ml=dose.instead_ml)
            again = _injection(smaller, site, at + _MINUTE, f"{name}b")
            if _try(room, again, mark) is not None:
                raise RuntimeError(f"the demo's story is wrong: {again} stops too")
    if story.signed:
        at += 10 * _MINUTE
        signed = Signed(entry_id=f"{session_id}-signed", signer=clinic.author, at=at)
        store.append(session_id, signed, author=clinic.author, at=at)
    events = store.events(session_id)
    session = fold(event_from_body(event.kind, event.body) for event in events)
    return TreatedVisit(session_id, session, tuple(caught), sites)


def choose_sites(seen: SeenVisit, count: int) -> tuple[PlannedSite, ...]:
    """Pick the middles of the longest veins under 3 mm, as the clinician clicks them.

    Parameters
    ----------
    seen : SeenVisit
    count : int

    Returns
    -------
    tuple of PlannedSite

    Raises
    ------
    ValueError
        If fewer such veins were found.
    """
    fit = [
        branch
        for branch in seen.veins.branches
        if branch.vein_class in ("telangiectasia", "reticular")
        and branch.median_diameter_mm <= 1.0  # what 0.5 % is labelled for
    ]
    longest = sorted(fit, key=lambda branch: branch.length_px, reverse=True)[:count]
    if len(longest) < count:
        raise ValueError(f"{count} sites are wanted; {len(longest)} veins were found")
    return tuple(
        PlannedSite(
            _whole(branch.points_rc[len(branch.points_rc) // 2]),
            None
            if math.isnan(branch.median_diameter_mm)
            else Decimal(f"{branch.median_diameter_mm:.2f}"),
        )
        for branch in longest
    )


def _whole(point_rc: NDArray[np.floating]) -> tuple[Decimal, Decimal]:
    row, column = point_rc
    return Decimal(round(float(row))), Decimal(round(float(column)))


def _open(room: _Room, patient_id: str, story: VisitStory, seen: SeenVisit) -> str:
    opened = Opened(
        entry_id=f"{room.session_id}-opened",
        started=story.started,
        patient_id=patient_id,
        region=room.clinic.region,
        timezone=room.clinic.timezone,
        limits_version=room.table.version,
    )
    author = room.clinic.author
    room.store.append(room.session_id, opened, author=author, at=story.started)
    image_id = room.store.put_image(room.session_id, encode_png(seen.frame.pixels))
    photographed = Photographed(
        entry_id=f"{room.session_id}-photograph",
        image_id=image_id,
        at=story.started + _MINUTE,
        light="near-infrared",
        pose="standing",
        view="left leg, lateral",
        mm_per_pixel=f"{seen.truth.mm_per_pixel:.4g}",
    )
    at = photographed.at
    room.store.append(room.session_id, photographed, author=author, at=at)
    return image_id


def _try(room: _Room, injection: Injection, mark: Mark) -> Planned | None:
    """Plan, and record unless the check says stop; the plan that was stopped."""

    def check(history: PatientHistory) -> tuple[Finding, ...]:
        return check_dose(room.context(history, injection))

    def planned(findings: tuple[Finding, ...]) -> Planned:
        return Planned(
            entry_id=f"{injection.id}-plan",
            injection=injection,
            limits_version=room.table.version,
            findings=findings,
            mark=mark,
        )

    def injected(findings: tuple[Finding, ...]) -> Injected:
        return Injected(
            entry_id=injection.id or "",
            injection=injection,
            limits_version=room.table.version,
            findings=findings,
            plan_id=f"{injection.id}-plan",
            mark=mark,
        )

    author, at = room.clinic.author, injection.at
    # The plan is kept whatever the check says; the injection only follows a free one.
    plan = room.store.check_and_append(
        room.session_id, planned, check=check, author=author, at=at, refuses=False
    )
    given = room.store.check_and_append(
        room.session_id, injected, check=check, author=author, at=at
    )
    return planned(plan.findings) if given.event is None else None


def _injection(
    dose: PlannedDose, site: PlannedSite, at: datetime, name: str
) -> Injection:
    body: dict[str, object] = {
        "id": name,
        "at": at.isoformat(),
        "product": "asclera",
        "concentration_percent": dose.concentration_percent,
        "form": "liquid",
        "volume_ml": dose.volume_ml,
        "site": f"site {name}",
        "batch": "DEMO-LOT-7",
        "expires_on": "2027-06-30",
    }
    if site.diameter_mm is not None:
        body["vein_diameter_mm"] = str(site.diameter_mm)
    return injection_from_json(body)


def _doses(history: PatientHistory) -> tuple[SessionDoses, ...]:
    sessions: dict[str, list[Event]] = {}
    for stored in history.events:
        event = event_from_body(stored.kind, stored.body)
        sessions.setdefault(stored.session_id, []).append(event)
    folded = (fold(events).doses() for events in sessions.values())
    return tuple(doses for doses in folded if doses is not None)
