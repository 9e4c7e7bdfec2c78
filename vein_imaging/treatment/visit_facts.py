"""Whose visit it is, in the few facts that every window and dialog names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from vein_imaging.domain.moments import date_from_text, local_date
from vein_imaging.treatment.screening_check import forbidden_treatments

if TYPE_CHECKING:
    from vein_imaging.treatment.visit import Visit

__all__ = ["VisitFacts", "visit_facts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFacts:
    """Whose leg it is, which session, who works, and whose limits hold.

    Parameters
    ----------
    name : str
        The patient's.
    born : date, optional
        None where it was never written.
    number : str
        The clinic's own for the patient; empty for none.
    session_number : int, >= 1
        Of the plan: one more than the days of treatment before this session.
    planned_sessions : int, >= 1
        As many as the plan has.
    user : str
        Who signed in, and writes.
    region : str
        Whose limit table doses of this session are checked against.
    started_on : date
        The session's day in the clinic's calendar.
    practice : bool
        Nobody is treated, and nothing is kept.
    forbidden : tuple of str
        What the screening as last entered forbids; empty for nothing.
    today : date, optional
        By the clock: a session of another day is not to be taken for today's.
    """

    name: str
    born: date | None
    number: str
    session_number: int
    planned_sessions: int
    user: str
    region: str
    started_on: date
    practice: bool = False
    forbidden: tuple[str, ...] = ()
    today: date | None = None


def visit_facts(visit: Visit) -> VisitFacts:
    """Gather the facts of a visit from what was read already; no store is asked.

    Parameters
    ----------
    visit : Visit

    Returns
    -------
    VisitFacts
    """
    started_on = local_date(visit.started, visit.rules.zone)
    before = sum(1 for day in visit.treated_on if day < started_on)
    person = visit.patient
    return VisitFacts(
        name=person.name,
        born=date_from_text(person.born, "born") if person.born else None,
        number=person.number,
        session_number=before + 1,
        planned_sessions=visit.plan.sessions,
        user=visit.author,
        region=visit.rules.table.region,
        started_on=started_on,
        practice=visit.practice,
        forbidden=forbidden_treatments(visit.record.sessions, visit.rules.table.region),
        today=visit.today,
    )
