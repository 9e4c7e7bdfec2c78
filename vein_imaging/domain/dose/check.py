"""The dose check: every rule, in order, on one context."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from vein_imaging.domain.dose.cap_rules import over_caps
from vein_imaging.domain.dose.context import DoseContext
from vein_imaging.domain.dose.day_rules import (
    clock_ahead,
    day_differs,
    minimum_interval,
    planned_interval,
)
from vein_imaging.domain.dose.finding import Finding, Remaining
from vein_imaging.domain.dose.foam_rules import (
    foam_ratio_not_on_label,
    foam_too_old,
    gas_ratio_unknown,
)
from vein_imaging.domain.dose.label_rules import (
    form_not_on_label,
    no_limit_known,
    strength_not_on_label,
    vein_class_not_on_label,
    vein_too_large,
)
from vein_imaging.domain.dose.name_rules import name_unclear
from vein_imaging.domain.dose.plausible_rules import implausible
from vein_imaging.domain.dose.quota import quotas
from vein_imaging.domain.dose.record_rules import (
    batch_expired,
    batch_missing,
    test_dose_due,
)
from vein_imaging.domain.dose.screening_rules import (
    contraindication,
    screening_incomplete,
)
from vein_imaging.domain.dose.shared_rules import shared_maximum, two_agents
from vein_imaging.domain.dose.weight_rules import (
    weight_implausible,
    weight_missing,
    weight_stale,
)
from vein_imaging.domain.limits import Advice
from vein_imaging.domain.quantity import EXACT, MOST_ML, Volume

__all__ = [
    "RULES",
    "DosePlan",
    "Room",
    "advice",
    "check_dose",
    "largest_volume",
    "plan_injection",
    "remaining",
    "room",
]

Rule = Callable[[DoseContext], list[Finding]]

#: All rules; each is a plain function of the context.
RULES: tuple[Rule, ...] = (
    over_caps,
    shared_maximum,
    name_unclear,
    minimum_interval,
    planned_interval,
    day_differs,
    clock_ahead,
    implausible,
    form_not_on_label,
    foam_ratio_not_on_label,
    strength_not_on_label,
    vein_class_not_on_label,
    vein_too_large,
    gas_ratio_unknown,
    weight_missing,
    weight_stale,
    weight_implausible,
    batch_expired,
    batch_missing,
    foam_too_old,
    test_dose_due,
    two_agents,
    no_limit_known,
    screening_incomplete,
    contraindication,
)
#: Rules whose stops depend on the volume; all others forbid any.
_BY_VOLUME = {
    *("per_injection_volume", "per_session_volume", "per_day_volume"),
    *("per_day_mass_per_kg", "two_agents"),
}
_WEIGHT = {"stop": 0, "warn": 1, "note": 2}


def check_dose(context: DoseContext) -> tuple[Finding, ...]:
    """Check the planned injection, or without one the record, against every rule.

    Parameters
    ----------
    context : DoseContext

    Returns
    -------
    tuple of Finding
        Stops first, then warnings, then notes; each once. Empty does not mean safe: a
        product without limits always has a finding.
    """
    found = dict.fromkeys(finding for rule in RULES for finding in rule(context))
    return tuple(sorted(found, key=lambda finding: _WEIGHT[finding.severity]))


def remaining(context: DoseContext) -> tuple[Remaining, ...]:
    """What is left of each limit of the session and the day.

    Figures of general practice are not limits and are left out.
    """
    return tuple(
        quota.printed()
        for quota in quotas(context)
        if quota.scope != "injection"
        and quota.limit.product
        and quota.limit.severity == "stop"
        and quota.day in (None, context.today)
    )


@dataclass(frozen=True, slots=True)
class Room:
    """How much of the planned kind still fits without a stop.

    Parameters
    ----------
    volume : Volume or None
        In steps of 0.01 mL; 0 mL where no volume is free of a stop, None where no
        limit is known. Never more than one injection may be (`quantity.MOST_ML`).
    limit : Remaining or None
        The cap that binds; None where another rule forbids any, or none is known.
    """

    volume: Volume | None
    limit: Remaining | None = None


def room(
    context: DoseContext,
    findings: Sequence[Finding] | None = None,
    *,
    single: bool = True,
) -> Room:
    """What still fits of the planned kind; its own volume does not matter.

    Parameters
    ----------
    context : DoseContext
        With a planned injection.
    findings : sequence of Finding, optional
        Of `check_dose` on the same context, where they are known already.
    single : bool
        In one injection; False: in all that may follow in the session and on the day.

    Raises
    ------
    ValueError
        If nothing is planned.
    """
    if context.planned is None:
        raise ValueError("room: nothing is planned")
    found = check_dose(context) if findings is None else findings
    if any(one.severity == "stop" and one.rule not in _BY_VOLUME for one in found):
        return Room(Volume(Decimal(0)))
    caps = [
        (int(quota.left * 100 // quota.per_ml), quota)
        for quota in quotas(context)
        if quota.per_ml
        and quota.limit.severity == "stop"
        and (single or quota.scope != "injection")
    ]
    if not caps:
        return Room(None)
    steps, binds = min(caps, key=lambda cap: cap[0])
    steps = min(steps, int(MOST_ML * 100))
    policy = context.table.policy
    if policy is not None and policy.fraction_rule:
        steps = _within_fractions(context, steps)
    return Room(Volume(EXACT.scaleb(Decimal(steps), -2)), binds.printed())


def largest_volume(
    context: DoseContext, findings: Sequence[Finding] | None = None
) -> Volume | None:
    """The largest volume of the planned injection, in steps of 0.01 mL, without a stop.

    Parameters
    ----------
    context : DoseContext
        With a planned injection; its own volume does not matter.
    findings : sequence of Finding, optional
        Of `check_dose` on the same context, where they are known already.

    Returns
    -------
    Volume or None
        See `Room`.

    Raises
    ------
    ValueError
        If nothing is planned.
    """
    return room(context, findings).volume


def _within_fractions(context: DoseContext, most: int) -> int:
    """Steps of 0.01 mL, at most `most`, that the clinic's fraction rule leaves."""
    planned = context.planned
    assert planned is not None  # for the type checker: asked above

    def fits(steps: int) -> bool:
        volume = Volume(EXACT.scaleb(Decimal(steps), -2))
        tried = replace(context, planned=replace(planned, volume=volume))
        return all(one.severity != "stop" for one in two_agents(tried))

    good, bad = 0, most + 1
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if fits(middle) else (good, middle)
    return good


@dataclass(frozen=True, slots=True)
class DosePlan:
    """All that a clinician needs before the needle.

    Parameters
    ----------
    findings : tuple of Finding
    remaining : tuple of Remaining
    largest : Volume or None
        See `largest_volume`.
    advice : tuple of Advice
        What the label says beside its limits.
    limits_version : str
    """

    findings: tuple[Finding, ...]
    remaining: tuple[Remaining, ...]
    largest: Volume | None
    advice: tuple[Advice, ...]
    limits_version: str

    @property
    def stops(self) -> tuple[Finding, ...]:
        """The findings that forbid the injection as planned."""
        return tuple(one for one in self.findings if one.severity == "stop")


def plan_injection(context: DoseContext) -> DosePlan:
    """Findings, what is left, and the largest volume that still fits.

    Raises
    ------
    ValueError
        If nothing is planned.
    """
    if context.planned is None:
        raise ValueError("plan_injection: nothing is planned")
    findings = check_dose(context)
    return DosePlan(
        findings,
        remaining(context),
        largest_volume(context, findings),
        advice(context),
        context.table.version,
    )


def advice(context: DoseContext) -> tuple[Advice, ...]:
    """What the labels of the products that are judged say beside their limits."""
    held = context.table.products
    keys = dict.fromkeys(one.product for one in context.subjects if one.product in held)
    return tuple(one for key in keys for one in held[key].advice)
