"""Rules with a number to add up: volumes, drug, sites, time between sessions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from vein_imaging.domain.dose.context import DoseContext, SessionDoses
from vein_imaging.domain.dose.finding import Finding
from vein_imaging.domain.dose.quota import Quota, quotas
from vein_imaging.domain.limits import Limit
from vein_imaging.domain.moments import local_date
from vein_imaging.domain.quantity import EXACT, plain

__all__ = ["minimum_interval", "over_caps", "planned_interval", "two_agents"]

_WHERE = {"injection": "at one injection", "session": "in one session", "day": "a day"}


def _amount(number: Decimal, unit: str) -> str:
    return f"{plain(number)} {unit.removesuffix('s') if number == 1 else unit}"


def _over(context: DoseContext, quota: Quota) -> Finding:
    shown = quota.printed()
    cap = _amount(shown.maximum, shown.unit)
    who = "the clinic allows" if quota.limit.clinic else "the label allows"
    if not quota.limit.product:
        who = "general practice keeps to"
    where = _WHERE[quota.scope]
    if quota.scope == "injection" and quota.limit.per_site:
        where = "at one site"
    reason = ""
    if quota.limit.rule == "per_day_mass_per_kg":
        reason = f" ({plain(quota.limit.maximum)} mg/kg x {context.weight})"
    dated = (
        f" [{quota.limit.source.label_date}]" if quota.limit.source.label_date else ""
    )
    amounts = []
    if quota.used or quota.scope != "injection":
        verb = "used" if shown.unit == "sites" else "given"
        amounts.append(f"{_amount(shown.used, shown.unit)} {verb}")
    if quota.planned:
        amounts.append(f"{_amount(shown.planned, shown.unit)} planned")
    also = f" {quota.limit.also}" if quota.limit.also else ""
    message = (
        f"{shown.product}: {' and '.join(amounts)}; {who} {cap} {where}{reason}{dated}."
        f"{also}"
    )
    return Finding(
        rule=quota.limit.rule,
        severity=quota.limit.severity,
        scope=quota.scope,
        product=quota.product,
        used=shown.used,
        planned=shown.planned,
        maximum=shown.maximum,
        remaining=shown.remaining,
        unit=shown.unit,
        source=shown.source,
        message=message,
    )


def over_caps(context: DoseContext) -> list[Finding]:
    """Every cap that the planned injection would pass, or the session has passed.

    Rules ``per_injection_volume``, ``per_session_volume``, ``per_day_volume``,
    ``per_day_mass_per_kg`` and ``sites_per_session``. Exactly the maximum is allowed.
    """
    return [_over(context, quota) for quota in quotas(context) if quota.exceeded]


def _interval(
    context: DoseContext, limit: Limit, product: str, before: SessionDoses, what: str
) -> list[Finding]:
    days = (_session_day(context) - local_date(before.started, context.zone)).days
    least = limit.maximum
    if days >= least:
        return []
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
            message=f"{product}: {days} days since the session of "
            f"{local_date(before.started, context.zone)}; {what} {plain(least)} days.",
        )
    ]


def _session_day(context: DoseContext) -> date:
    return local_date(context.current.started, context.zone)


def minimum_interval(context: DoseContext) -> list[Finding]:
    """The last session with the same product is nearer than its label allows.

    Counted in calendar days of the clinic, from the start of one session to the start
    of the next.
    """
    found: list[Finding] = []
    for subject in context.kinds:
        known = context.table.products.get(subject.product)
        before = context.used_before.get(subject.product)
        if known is None or before is None:
            continue
        for limit in known.limits:
            if limit.rule == "minimum_interval":
                what = "the clinic wants" if limit.clinic else "the label wants"
                found += _interval(context, limit, subject.product, before, what)
    return found


def planned_interval(context: DoseContext) -> list[Finding]:
    """The last session is nearer than the plan of eight weeks."""
    if not context.earlier or not context.subjects:
        return []
    before = max(context.earlier, key=lambda session: session.started)
    limit = context.table.general("planned_interval")
    product = context.subjects[0].product
    return _interval(context, limit, product, before, "the plan is")


def two_agents(context: DoseContext) -> list[Finding]:
    """A second substance in one session: no label says how the two add.

    Where the clinic has switched its fraction rule on, used / maximum of all session
    caps together may not pass 1.
    """
    agents: dict[str, str] = {}
    for injection in (*context.current.injections, *context.subjects):
        agents.setdefault(context.table.agent(injection.product), injection.product)
    if len(agents) < 2 or not context.subjects:
        return []
    product = context.subjects[0].product
    named = " and ".join(
        key if key == agent else f"{key} ({agent})" for agent, key in agents.items()
    )
    found = [
        Finding(
            rule="two_agents",
            severity="warn",
            scope="session",
            product=product,
            source="No published rule was found",
            message=f"{named} in one session: no published rule says "
            "how the two add up; each was checked alone.",
        )
    ]
    return found + _fractions(context, product)


def _fractions(context: DoseContext, product: str) -> list[Finding]:
    policy = context.table.policy
    if policy is None or not policy.fraction_rule:
        return []
    used: dict[tuple[object, ...], Fraction] = {}
    for quota in quotas(context.as_given()):
        limit = quota.limit
        if limit.rule == "per_session_volume" and limit.severity == "stop":
            cap = (limit.product, limit.strengths, limit.forms)
            used[cap] = max(used.get(cap, Fraction(0)), quota.used / quota.maximum)
    if sum(used.values()) <= 1:
        return []
    return [
        Finding(
            rule="two_agents",
            severity="stop",
            scope="session",
            product=product,
            source=f"Own rule of {policy.clinic} ({policy.date})",
            message="The clinic adds the fractions of all caps of the session; with "
            "the planned injection they pass 1.",
        )
    ]
