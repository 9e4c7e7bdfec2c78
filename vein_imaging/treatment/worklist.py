"""Who is to be seen today: sessions due by plan, begun today, or not signed yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from vein_imaging.domain.moments import local_date
from vein_imaging.domain.session import Session
from vein_imaging.domain.treatment_plan import TreatmentPlan
from vein_imaging.storage import PatientHistory, PatientRecord
from vein_imaging.storage.people.signed_in import SignedInStore
from vein_imaging.treatment.forbidden import forbidden_treatments

__all__ = ["Listed", "WorklistRow", "worklist"]

Listed = Literal["open", "due", "unsigned", "signed"]
_ORDER: dict[Listed, int] = {"open": 0, "due": 1, "unsigned": 2, "signed": 3}
_NEAR_DAYS = 7
"""People come some days before or after the planned one; later ones are searched."""
_UNSIGNED_DAYS = 30
"""What was not signed for a month is a matter of the record, not of today's list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistRow:
    """One patient on the list, and why.

    Parameters
    ----------
    listed : "open", "due", "unsigned" or "signed"
        A session of today that is not signed; one that the plan has near today; one
        of an earlier day that was never signed; one of today that is signed.
    patient : PatientRecord
    day : date
        Planned day of a session that is due; else the day on which it was begun.
    days_away : int
        From today to `day`: below zero for what is past.
    session_id : str
        Empty where none was begun.
    session_number, planned_sessions : int
        Of the plan, as `VisitFacts` counts.
    author : str
        Who began it; empty where nobody did.
    injections : int
        Given in that session so far.
    forbidden : tuple of str
        What the patient's screening as last entered forbids.
    """

    listed: Listed
    patient: PatientRecord
    day: date
    days_away: int
    session_id: str = ""
    session_number: int = 1
    planned_sessions: int = 1
    author: str = ""
    injections: int = 0
    forbidden: tuple[str, ...] = ()


def worklist(
    signed_in: SignedInStore, now: datetime, zone: ZoneInfo, region: str
) -> tuple[WorklistRow, ...]:
    """List whom to see today; what must be gone on with first.

    Parameters
    ----------
    signed_in : SignedInStore
    now : datetime
    zone : ZoneInfo
        The clinic's calendar.
    region : str
        Whose rules hold.

    Raises
    ------
    StoreError
    """
    today = local_date(now, zone)
    reach_days = TreatmentPlan(starts_on=today).interval_days + _NEAR_DAYS + 1
    heads = signed_in.recent_sessions(now - timedelta(days=reach_days))
    by_patient: dict[str, list[tuple[date, bool]]] = defaultdict(list)
    for head in heads:
        day = local_date(head.written_at, zone)
        by_patient[head.patient_id].append((day, head.signed))
    near = [one for one, known in by_patient.items() if _bears(known, today)]
    rows = [
        replace(row, forbidden=forbidden_treatments(history.sessions(), region))
        for patient, history in signed_in.listed(near)
        for row in _rows(patient, history, today, zone)
    ]
    return tuple(sorted(rows, key=_order))


def _bears(known: Iterable[tuple[date, bool]], today: date) -> bool:
    """Whether a patient can be on the list: the others' records stay closed."""
    known = list(known)
    least_days = TreatmentPlan(starts_on=today).interval_days - _NEAR_DAYS - 1
    newest = max(day for day, _ in known)
    open_from = today - timedelta(days=_UNSIGNED_DAYS)
    return (
        newest == today
        or newest <= today - timedelta(days=least_days)
        or any(not signed and day >= open_from for day, signed in known)
    )


def _order(row: WorklistRow) -> tuple[int, date, str]:
    return _ORDER[row.listed], row.day, row.patient.name


def _rows(
    patient: PatientRecord, history: PatientHistory, today: date, zone: ZoneInfo
) -> Iterator[WorklistRow]:
    sessions = history.sessions()
    treated = _treated_on(sessions, zone)
    plan = TreatmentPlan(starts_on=min(treated, default=today))
    begun_today = False
    for session_id, session in sessions.items():
        if session.opened is None or session.started is None:
            continue
        day = local_date(session.started, zone)
        begun_today |= day == today
        listed = _listed(session, day, today)
        if listed is None:
            continue
        yield WorklistRow(
            listed=listed,
            patient=patient,
            day=day,
            days_away=(day - today).days,
            session_id=session_id,
            session_number=1 + sum(1 for one in treated if one < day),
            planned_sessions=plan.sessions,
            author=_author(history, session_id),
            injections=len(session.injections),
        )
    due = plan.next_due(treated) if treated else None
    if due is None or begun_today:
        return
    days_away = (due.planned_on - today).days
    if abs(days_away) <= _NEAR_DAYS:
        yield WorklistRow(
            listed="due",
            patient=patient,
            day=due.planned_on,
            days_away=days_away,
            session_number=due.number,
            planned_sessions=plan.sessions,
        )


def _listed(session: Session, day: date, today: date) -> Listed | None:
    if day == today:
        return "signed" if session.is_signed else "open"
    recent = today - timedelta(days=_UNSIGNED_DAYS) <= day < today
    return "unsigned" if recent and not session.is_signed else None


def _treated_on(sessions: Mapping[str, Session], zone: ZoneInfo) -> list[date]:
    days = {
        local_date(one.at, zone)
        for session in sessions.values()
        for one in session.injections
    }
    return sorted(days)


def _author(history: PatientHistory, session_id: str) -> str:
    return next(
        (one.author for one in history.events if one.session_id == session_id), ""
    )
