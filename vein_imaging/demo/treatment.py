"""The injections of a visit: planned, checked before the needle, recorded after."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from vein_imaging.demo.story import (
    CLINIC,
    SUITABLE,
    PlannedDose,
    StoryClock,
    VisitStory,
)
from vein_imaging.demo.visit import SeenVisit
from vein_imaging.domain.quantity import Weight
from vein_imaging.domain.session import Planned, Session
from vein_imaging.treatment import AtWork, CheckedSession, Given, Needs, Site, Visit
from vein_imaging.treatment.photographs import Circumstances
from vein_imaging.treatment.practice import nothing_against
from vein_imaging.treatment.typed_injection import EntryText

__all__ = ["PlannedSite", "TreatedVisit", "treat"]


@dataclass(frozen=True, slots=True)
class PlannedSite:
    """Where the needle goes.

    Parameters
    ----------
    point_rc : (row, column), px
        In the kept picture.
    diameter_mm : mm or None
        Measured there; None where it could not be told.
    """

    point_rc: tuple[float, float]
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
    checked : CheckedSession
        What the rules say of it as a whole, and what is left of each limit.
    """

    session_id: str
    session: Session
    caught: tuple[Planned, ...]
    sites: tuple[PlannedSite, ...]
    checked: CheckedSession


def treat(
    work: AtWork, clock: StoryClock, patient_id: str, story: VisitStory, seen: SeenVisit
) -> TreatedVisit:
    """Open a session, keep its picture, and plan, check and record each injection.

    A plan with a stop is kept as a plan and not carried out; the story then plans a
    smaller volume, as a clinician would.

    Parameters
    ----------
    work : AtWork
        Who treats.
    clock : StoryClock
        Set to the visit's beginning, and moved on.
    patient_id : str
    story : VisitStory
    seen : SeenVisit

    Returns
    -------
    TreatedVisit

    Raises
    ------
    StoreError, RecordError
        If the store does not take an entry.
    """
    visit = work.start_session(patient_id)
    visit.screen(nothing_against(visit, SUITABLE))
    visit.weigh(Weight.from_text(CLINIC.weight_kg))
    clock.pass_minutes(1)
    visit.photographs.take(
        seen.frame.pixels,
        Circumstances("near-infrared", "standing", "left leg, lateral"),
        float(f"{seen.truth.mm_per_pixel:.4g}"),
        shows="drawing",
    )
    sites = choose_sites(seen, len(story.doses))
    caught: list[Planned] = []
    for number, (dose, site) in enumerate(zip(story.doses, sites, strict=True), 1):
        clock.pass_minutes(5)
        place = Site(site.point_rc, seen.frame.pixels, "drawing")
        entry = _typed(dose, site, f"site {story.name[-1]}-{number}")
        stopped = _try(visit, entry, place)
        if stopped is not None:
            caught.append(stopped)
            clock.pass_minutes(1)
            smaller = replace(entry, volume_ml=dose.instead_ml)
            if _try(visit, smaller, place) is not None:
                raise RuntimeError(f"the demo's story is wrong: {smaller} stops too")
    if story.signed:
        clock.pass_minutes(10)
        visit.sign(CLINIC.password)
    return TreatedVisit(
        visit.head.session_id, visit.session, tuple(caught), sites, visit.checked()
    )


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


def _whole(point_rc: NDArray[np.floating]) -> tuple[float, float]:
    row, column = point_rc
    return float(round(float(row))), float(round(float(column)))


def _try(visit: Visit, entry: EntryText, place: Site) -> Planned | None:
    """Plan, and record unless the check says stop; the plan that was stopped."""
    plan = visit.log.plan(entry, place)
    if not isinstance(plan, Given):
        raise TypeError(f"a plan is never refused: {plan}")
    planned = plan.recorded.entry.value
    if not isinstance(planned, Planned):
        raise TypeError(f"wanted the plan that was written, got {planned}")
    given = visit.log.record(entry, place, plan_id=planned.entry_id)
    return planned if isinstance(given, Needs) else None


def _typed(dose: PlannedDose, site: PlannedSite, name: str) -> EntryText:
    width = site.diameter_mm
    return EntryText(
        product="asclera",
        concentration_percent=dose.concentration_percent,
        form="liquid",
        volume_ml=dose.volume_ml,
        vein_diameter_mm="" if width is None else str(width),
        batch="DEMO-LOT-7",
        expires_on="2027-06-30",
        site=name,
    )
