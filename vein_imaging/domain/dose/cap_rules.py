"""Rules with a number to add up: volumes, drug, sites."""

from __future__ import annotations

from decimal import Decimal

from vein_imaging.domain.dose.context import DoseContext
from vein_imaging.domain.dose.finding import Finding, listed
from vein_imaging.domain.dose.quota import Quota, quotas
from vein_imaging.domain.limits import Limit
from vein_imaging.domain.quantity import EXACT, plain

__all__ = ["over_caps"]

_WHERE = {"injection": "at one injection", "session": "in one session", "day": "a day"}


def _amount(number: Decimal, unit: str) -> str:
    return f"{plain(number)} {unit.removesuffix('s') if number == 1 else unit}"


def _who(limit: Limit) -> str:
    if limit.clinic:
        return "the clinic allows"
    if not limit.product:
        return "general practice keeps to"
    return "an older text has" if limit.severity == "note" else "the label allows"


def _only_once(context: DoseContext, quota: Quota) -> str:
    """What "one injection at the first treatment" asks of the clinician."""
    limit = quota.limit
    strengths = listed([plain(percent) for percent in limit.strengths], "or")
    what = f"First treatment with {strengths} %" if strengths else "First treatment"
    if limit.hypersensitive:
        what += " of a patient prone to hypersensitivity"
    later = [
        f"; next session after {plain(one.maximum)} days"
        for one in context.table.products[limit.product].limits
        if one.rule == "minimum_interval"
    ]
    return f"{what}: one injection only{''.join(later[:1])}."


def _helps(context: DoseContext, quota: Quota) -> list[str]:
    """What the clinician can do about it, in sentences."""
    limit, subject = quota.limit, context.subject
    said = [limit.also] if limit.also else []
    if subject is None:
        return said
    if limit.rule == "per_day_mass_per_kg" and quota.per_ml:
        steps = int(quota.left * 100 // quota.per_ml)
        fits = plain(EXACT.scaleb(Decimal(steps), -2))
        percent = context.table.percent(subject)
        what = f"{subject.form} of {plain(percent)} %" if percent else subject.form
        said.append(
            f"At most {fits} mL of this {what} still fits today."
            if steps
            else f"No {what} fits any more today."
        )
    if limit.rule != "per_injection_volume" or limit.clinic:
        return said
    if limit.vein.up_to_mm is not None and subject.vein_diameter_mm is None:
        edge = plain(limit.vein.up_to_mm)
        said.append(f"The width is not measured; over {edge} mm another figure holds.")
    known = context.table.products[limit.product]
    named = [
        f"{plain(one.maximum)} mL in a {one.vein_named} vein"
        for one in known.limits
        if one.rule == limit.rule and one.vein_named and one.forms == limit.forms
    ]
    if named and not limit.vein_named:
        over = plain(context.table.general("vein_too_large").maximum)
        width = "" if subject.vein_diameter_mm else "The width is not measured; "
        said.append(
            f"{width or 'Over '}{'over ' if width else ''}{over} mm the label has "
            f"{listed(named)}, where the site names it."
        )
    return said


def _message(context: DoseContext, quota: Quota) -> str:
    limit, shown = quota.limit, quota.printed()
    name = context.table.name(quota.product)
    if limit.first_treatment and limit.rule == "sites_per_session":
        return f"{name}. {_only_once(context, quota)}"
    where = _WHERE[quota.scope]
    if quota.scope == "injection" and limit.per_site:
        where = "at one site"
    if limit.first_treatment:
        where += ", the first treatment"
    reason = ""
    if limit.rule == "per_day_mass_per_kg":
        reason = f" ({plain(limit.maximum)} mg/kg x {context.weight})"
    dated = f" [{limit.source.label_date}]" if limit.source.label_date else ""
    amounts = []
    if quota.used or quota.scope != "injection":
        verb = "used" if shown.unit == "sites" else "given"
        amounts.append(f"{_amount(shown.used, shown.unit)} {verb}")
    if quota.planned:
        amounts.append(f"{_amount(shown.planned, shown.unit)} planned")
    cap = _amount(shown.maximum, shown.unit)
    said = f"{name}: {listed(amounts)}; {_who(limit)} {cap} {where}{reason}{dated}."
    return " ".join((said, *_helps(context, quota)))


def _over(context: DoseContext, quota: Quota) -> Finding:
    shown = quota.printed()
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
        message=_message(context, quota),
    )


def over_caps(context: DoseContext) -> list[Finding]:
    """Every cap that the planned injection would pass, or the session has passed.

    Rules ``per_injection_volume``, ``per_session_volume``, ``per_day_volume``,
    ``per_day_mass_per_kg`` and ``sites_per_session``. Exactly the maximum is allowed.
    """
    return [_over(context, quota) for quota in quotas(context) if quota.exceeded]
