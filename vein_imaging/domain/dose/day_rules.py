"""Rules on days: the session's, the planned one's, and those since the last session."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from vein_imaging.domain.dose.context import ANOTHER_VISIT, DoseContext
from vein_imaging.domain.dose.finding import Finding
from vein_imaging.domain.limits import Limit
from vein_imaging.domain.moments import local_date
from vein_imaging.domain.quantity import EXACT, plain

__all__ = ["clock_ahead", "day_differs", "minimum_interval", "planned_interval"]


def _session_day(context: DoseContext) -> date:
    return local_date(context.current.started, context.zone)


def _interval(
    limit: Limit, product: str, name: str, before: date, day: date, what: str
) -> list[Finding]:
    days = (day - before).days
    least = limit.maximum
    if days >= least:
        return []
    free_on = before + timedelta(days=int(least))
    unit = "day" if days == 1 else "days"
    return [
        Finding(
            rule=limit.rule,
            severity=limit.severity,
            scope="session",
            product=product,
            used=Decimal(days),
            planned=Decimal(0),
            maximum=limit.maximum,
            remaining=EXACT.subtract(least, Decimal(days)),
            unit="days",
            source=str(limit.source),
            message=f"{name}: {days} {unit} since the session of {before}; "
            f"{what} {plain(least)} days, {free_on}.",
        )
    ]


def _last_had(context: DoseContext, product: str) -> tuple[date, date] | None:
    """Day on which the product was last had before this visit, and the visit's day.

    In a session that was opened again, what was given half a day or more before counts
    as the visit before: reopening hides no interval.
    """
    subject = context.subject
    if subject is not None:
        reopened = [
            one.at
            for one in context.current.injections
            if one.product == product and subject.at - one.at > ANOTHER_VISIT
        ]
        day = local_date(subject.at, context.zone)
        if reopened and local_date(max(reopened), context.zone) != day:
            return local_date(max(reopened), context.zone), day
    before = context.used_before.get(product)
    if before is None:
        return None
    return local_date(before.started, context.zone), _session_day(context)


def minimum_interval(context: DoseContext) -> list[Finding]:
    """The last session with the same product is nearer than its label allows.

    Counted in calendar days of the clinic, from the start of one session to the start
    of the next.
    """
    found: list[Finding] = []
    for subject in context.kinds:
        known = context.table.products.get(subject.product)
        had = _last_had(context, subject.product)
        if known is None or had is None:
            continue
        for limit in known.limits:
            if limit.rule == "minimum_interval":
                what = "the clinic wants" if limit.clinic else "the label wants"
                found += _interval(limit, known.key, known.name, *had, what)
    return found


def planned_interval(context: DoseContext) -> list[Finding]:
    """The last session is nearer than the plan of eight weeks."""
    if not context.earlier or not context.subjects:
        return []
    last = max(context.earlier, key=lambda session: session.started)
    before = local_date(last.started, context.zone)
    limit = context.table.general("planned_interval")
    product = context.subjects[0].product
    name, day = context.table.name(product), _session_day(context)
    return _interval(limit, product, name, before, day, "the plan is")


def day_differs(context: DoseContext) -> list[Finding]:
    """The injection is not on the day on which its session began."""
    day = _session_day(context)
    days = {local_date(one.at, context.zone): one for one in reversed(context.subjects)}
    verb = "is planned for" if context.planned else "was given on"
    return [
        Finding(
            rule="day_differs",
            severity="warn",
            scope="session",
            product=one.product,
            source="The record's own dates",
            message=f"This session began on {day}; the injection {verb} {other}. For "
            "another visit open another session: intervals and totals are counted by "
            "the session.",
        )
        for other, one in sorted(days.items())
        if other != day
    ]


def clock_ahead(context: DoseContext) -> list[Finding]:
    """The planned time lies before an injection that is already recorded."""
    subject = context.subject
    if subject is None:
        return []
    latest = max(
        (one.at for session in context.sessions for one in session.injections),
        default=subject.at,
    )
    if latest <= subject.at:
        return []
    return [
        Finding(
            rule="clock_ahead",
            severity="warn",
            scope="patient",
            product=subject.product,
            source="The record's own dates",
            message=f"Planned for {subject.at.isoformat()}, but the last injection on "
            f"record is of {latest.isoformat()}: a clock is wrong, or this was entered "
            "late. The totals of the day may leave something out.",
        )
    ]
