"""The dose context, put together once: history, screening, limits, weight, clocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from vein_imaging.domain.dose import (
    DoseContext,
    Finding,
    Remaining,
    Room,
    SessionDoses,
    check_dose,
    checked,
    remaining,
    room,
    within_every_limit,
)
from vein_imaging.domain.dose.quota import quotas
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import LimitTable, load_limits
from vein_imaging.domain.moments import local_date, zone_from_text
from vein_imaging.domain.quantity import Weight
from vein_imaging.domain.screening import Screening
from vein_imaging.domain.session import Opened, Session, Weighed
from vein_imaging.storage import PatientHistory, SessionHead
from vein_imaging.storage.people.clinic import ClinicSettings

__all__ = [
    "NOT_CHECKED",
    "CheckedSession",
    "JudgedDose",
    "Rules",
    "check_session",
    "judge_dose",
    "last_weight",
    "left",
    "rules_of",
    "stored_screening",
]

NOT_CHECKED = "not_checked"
"""The rule that says that something could not be checked."""
_NO_ROOM = Room(None)
_ORDER = {"stop": 0, "warn": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Rules:
    """What doses of a session are checked against.

    Parameters
    ----------
    table : LimitTable
        Of the session's region, tightened by the clinic's own limits.
    zone : ZoneInfo
        The clinic's calendar.
    """

    table: LimitTable
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class JudgedDose:
    """What the rules said of one planned injection.

    Parameters
    ----------
    findings : tuple of Finding
        Stops first; of both clocks.
    quantities : tuple of Remaining
        Every cap that bears on it.
    weight : Weight, optional
        That was used.
    words : str
        What it was held against, and what was not looked at.
    at_once, together : Room
        How much of this kind still fits in one injection, and in all that may follow
        in the session and on its day.
    """

    findings: tuple[Finding, ...]
    quantities: tuple[Remaining, ...]
    weight: Weight | None
    words: str = ""
    at_once: Room = _NO_ROOM
    together: Room = _NO_ROOM

    @property
    def unchecked(self) -> bool:
        """Whether the rules could not run at all."""
        return any(one.rule == NOT_CHECKED for one in self.findings)

    @property
    def stops(self) -> tuple[Finding, ...]:
        """The findings that forbid it."""
        return tuple(one for one in self.findings if one.severity == "stop")


@dataclass(frozen=True, slots=True)
class CheckedSession:
    """What the rules say of a whole session, as it stood when it ended.

    Parameters
    ----------
    findings : tuple of Finding
        Stops first.
    totals : tuple of Remaining
        Each limit of the session and its last day, with its source.
    words : str
        What it was held against, and what was not looked at.
    within_every_limit : bool
        Whether every limit was looked at and none is passed.
    """

    findings: tuple[Finding, ...]
    totals: tuple[Remaining, ...]
    words: str
    within_every_limit: bool


def rules_of(opened: Opened | None, clinic: ClinicSettings) -> Rules:
    """The rules of a session: its own region and zone, the clinic's own limits.

    Parameters
    ----------
    opened : Opened, optional
        The session's first entry; without it the clinic's region and zone hold.
    clinic : ClinicSettings
        Its limits hold in its own region.
    """
    region = opened.region if opened else clinic.region
    own = clinic.limits if region == clinic.region else ""
    zone = zone_from_text(opened.timezone if opened else clinic.timezone)
    return Rules(load_limits(region, own or None), zone)


def stored_screening(sessions: Mapping[str, Session]) -> Screening:
    """The patient's screening as last entered; one without any answer if none was.

    The order of entry decides, not the session's: what is entered into a session of
    yesterday that is still open is newer than what this morning's began with.
    The record is where a screening would be: that there is none is known, and what
    must stand before the first injection is missing.
    """
    newest, screening = -1, Screening()
    for one in sessions.values():
        if one.screening is not None and one.screening_place >= newest:
            newest, screening = one.screening_place, one.screening
    return screening


def last_weight(sessions: Mapping[str, Session]) -> Weighed | None:
    """The weight that was measured last, in any session."""
    weights = [one for session in sessions.values() for one in session.weights]
    return max(weights, key=lambda one: one.at, default=None)


def judge_dose(
    history: PatientHistory,
    head: SessionHead,
    planned: Injection,
    rules: Rules,
    *,
    now: datetime,
    typed_weight: Weight | None = None,
    noted: Sequence[Finding] = (),
    without: str = "",
) -> JudgedDose:
    """Run every rule on a planned injection, at both clocks.

    Parameters
    ----------
    history : PatientHistory
        All that was written about the patient.
    head : SessionHead
        The session that it belongs to.
    planned : Injection
        At the time that the clock shows; of a correction, when it was given.
    rules : Rules
    now : datetime
    typed_weight : Weight, optional
        Measured today and not recorded yet.
    noted : sequence of Finding
        Added: what is known of the clock.
    without : str
        Entry that this one corrects: it does not count.

    Returns
    -------
    JudgedDose
        A stop is a stop where it is one by the clock as it stands, with whatever is
        dated later counted as given by now, or behind the latest entry of the ledger.
    """
    sessions, zone = history.sessions(), rules.zone
    weight, weighed_on = _weight(sessions, planned, typed_weight, zone)
    contexts = [
        DoseContext(
            table=rules.table,
            zone=zone,
            sessions=_doses(sessions, head, max(at, now), without),
            planned=planned if at == planned.at else replace(planned, at=at),
            weight=weight,
            weighed_on=weighed_on,
            screening=stored_screening(sessions),
        )
        for at in _moments(history, planned, zone, now)
    ]
    found = [check_dose(context) for context in contexts]
    worst = next((n for n, one in enumerate(found) if _stops(one)), 0)
    caps = tuple(quota.printed() for quota in quotas(contexts[worst]))
    findings = _merged(found, noted)
    if planned.at < now:  # a correction is of its own time, not of a wrong clock
        findings = tuple(one for one in findings if one.rule != "clock_ahead")
    rooms = [
        _least(
            room(context, stops, single=single)
            for context, stops in zip(contexts, found, strict=True)
        )
        for single in (True, False)
    ]
    words = checked(contexts[worst], findings)
    return JudgedDose(findings, caps, weight, words, *rooms)


def _least(rooms: Iterable[Room]) -> Room:
    """The least of several clocks; one that knows no limit takes nothing away."""
    known = [(one.volume, one) for one in rooms if one.volume is not None]
    return min(known, key=lambda pair: pair[0].ml)[1] if known else Room(None)


def left(
    sessions: Mapping[str, Session], head: SessionHead, rules: Rules
) -> tuple[Remaining, ...]:
    """What is left of each limit after what was given.

    Parameters
    ----------
    sessions : mapping of session id to Session
        The patient's.
    head : SessionHead
        The session whose limits are asked for.
    rules : Rules
    """
    return remaining(_after(sessions, head, rules))


def check_session(
    sessions: Mapping[str, Session],
    head: SessionHead,
    rules: Rules,
    *,
    unread: bool = False,
) -> CheckedSession:
    """Check a session again, with nothing of what came after it.

    Parameters
    ----------
    sessions : mapping of session id to Session
        The patient's, in the order written.
    head : SessionHead
    rules : Rules
        Its own region's.
    unread : bool
        Whether some of the record cannot be read: it counts nowhere, and so nothing is
        known to be within a limit.
    """
    until: dict[str, Session] = {}
    for key, one in sessions.items():
        until[key] = one
        if key == head.session_id:
            break
    context = _after(until, head, rules, screening=stored_screening(until))
    findings = check_dose(context)
    words = checked(context, findings)
    return CheckedSession(
        findings,
        remaining(context),
        f"{words}; part of the record cannot be read" if unread else words,
        within_every_limit(context, findings) and not unread,
    )


def _after(
    sessions: Mapping[str, Session],
    head: SessionHead,
    rules: Rules,
    screening: Screening | None = None,
) -> DoseContext:
    """The context without any plan: what was given is judged."""
    weighed = last_weight(sessions)
    latest = max(
        (i.at for one in sessions.values() for i in one.injections),
        default=head.started_at,
    )
    return DoseContext(
        table=rules.table,
        zone=rules.zone,
        sessions=_doses(sessions, head, latest, ""),
        weight=weighed.weight if weighed else None,
        weighed_on=local_date(weighed.at, rules.zone) if weighed else None,
        screening=screening,
    )


def _weight(
    sessions: Mapping[str, Session],
    planned: Injection,
    typed: Weight | None,
    zone: ZoneInfo,
) -> tuple[Weight | None, date | None]:
    if typed is not None:
        return typed, local_date(planned.at, zone)
    weighed = last_weight(sessions)
    if weighed is None:
        return None, None
    return weighed.weight, local_date(weighed.at, zone)


def _moments(
    history: PatientHistory, planned: Injection, zone: ZoneInfo, now: datetime
) -> list[datetime]:
    """The clock as it stands, and the other ones where they show another day.

    Within one day no rule tells two moments apart but by what was given before, which
    counts anyway: the rules run once.
    """
    days = {local_date(planned.at, zone): planned.at}
    if planned.at < now:
        return [planned.at]  # a correction is of its own day
    given = (i.at for one in history.sessions().values() for i in one.injections)
    for moment in (history.latest_at, max(given, default=now)):
        if moment > now:
            days.setdefault(local_date(moment, zone), moment)
    return list(days.values())


def _doses(
    sessions: Mapping[str, Session], head: SessionHead, at: datetime, without: str
) -> tuple[SessionDoses, ...]:
    def given(session: Session) -> tuple[Injection, ...]:
        # What is in the record was given before: a later date is a wrong clock's.
        return tuple(
            one.injection
            if one.injection.at <= at
            else one.injection.again(at, one.injection.id)
            for one in session.entries
            if one.voided_by is None and one.entry_id != without
        )

    own = sessions.get(head.session_id, Session())
    others = [
        SessionDoses(started, given(one))
        for key, one in sessions.items()
        if key != head.session_id and (started := one.started) is not None
    ]
    # The check plans into the session that began last, the last in order among
    # equals: that is this one, even where another was begun after it.
    started = max([own.started or head.started_at, *(one.started for one in others)])
    return (*others, SessionDoses(started, given(own)))


def _stops(findings: Sequence[Finding]) -> bool:
    return any(finding.severity == "stop" for finding in findings)


def _merged(
    found: Sequence[tuple[Finding, ...]], noted: Sequence[Finding]
) -> tuple[Finding, ...]:
    """All of the first clock, and the stops of the others that it does not have."""

    def about(one: Finding) -> tuple[object, ...]:
        what = one.message if one.maximum is None else one.maximum
        return (one.rule, one.severity, one.scope, one.product, what)

    kept = [*found[0], *noted]
    said = {about(one) for one in kept}
    for one in (finding for findings in found[1:] for finding in findings):
        if one.severity == "stop" and about(one) not in said:
            said.add(about(one))
            kept.append(one)
    return tuple(sorted(kept, key=lambda one: _ORDER[one.severity]))
