"""Whose visit it is, in the few facts that every window and dialog names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

__all__ = ["VisitFacts"]


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
