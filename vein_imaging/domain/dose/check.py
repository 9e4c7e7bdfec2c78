"""The dose check: every rule, in order, on one context."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from vein_imaging.domain.dose.cap_rules import (
    minimum_interval,
    over_caps,
    planned_interval,
    two_agents,
)
from vein_imaging.domain.dose.context import DoseContext
from vein_imaging.domain.dose.finding import Finding, Remaining
from vein_imaging.domain.dose.label_rules import (
    form_not_on_label,
    no_limit_known,
    strength_not_on_label,
    vein_class_not_on_label,
    vein_too_large,
)
from vein_imaging.domain.dose.quota import quotas
from vein_imaging.domain.dose.record_rules import (
    batch_expired,
    batch_missing,
    foam_too_old,
    test_dose_due,
)
from vein_imaging.domain.dose.screening_rules import (
    contraindication,
    screening_incomplete,
)
from vein_imaging.domain.dose.weight_rules import weight_missing, weight_stale
from vein_imaging.domain.limits import Advice
from vein_imaging.domain.quantity import EXACT, MOST_ML, Volume

__all__ = [
    "RULES",
    "DosePlan",
    "check_dose",
    "largest_volume",
    "plan_injection",
    "remaining",
]

Rule = Callable[[DoseContext], list[Finding]]

#: All rules; each is a plain function of the context.
RULES: tuple[Rule, ...] = (
    over_caps,
    minimum_interval,
    planned_interval,
    form_not_on_label,
    strength_not_on_label,
    vein_class_not_on_label,
    vein_too_large,
    weight_missing,
    weight_stale,
    batch_expired,
    batch_missing,
    foam_too_old,
    test_dose_due,
    two_agents,
    no_limit_known,
    screening_incomplete,
    contraindication,
)
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
        and quota.day in (None, context.today)
    )


def largest_volume(context: DoseContext) -> Volume | None:
    """The largest volume of the planned injection, in steps of 0.01 mL, without a stop.

    Parameters
    ----------
    context : DoseContext
        With a planned injection; its own volume does not matter.

    Returns
    -------
    Volume or None
        0 mL where no volume is free of a stop; None where no limit is known. Never
        more than one injection may be (`quantity.MOST_ML`).

    Raises
    ------
    ValueError
        If nothing is planned.
    """
    planned = context.planned
    if planned is None:
        raise ValueError("largest_volume: nothing is planned")

    def with_steps(steps: int) -> DoseContext:
        volume = Volume(EXACT.scaleb(Decimal(steps), -2))
        return replace(context, planned=replace(planned, volume=volume))

    def fits(steps: int) -> bool:
        return all(one.severity != "stop" for one in check_dose(with_steps(steps)))

    if not fits(1):
        return Volume(Decimal(0))
    caps = [
        int(quota.left * 100 // quota.per_ml)
        for quota in quotas(with_steps(1))
        if quota.per_ml and quota.limit.severity == "stop"
    ]
    if not caps:
        return None
    good, bad = 1, min(*caps, int(MOST_ML * 100)) + 1
    if fits(bad - 1):
        good = bad - 1
    while bad - good > 1:  # the clinic's fraction rule stops before the caps do
        middle = (good + bad) // 2
        good, bad = (middle, bad) if fits(middle) else (good, middle)
    return Volume(EXACT.scaleb(Decimal(good), -2))


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
    known = context.table.products.get(context.planned.product)
    return DosePlan(
        check_dose(context),
        remaining(context),
        largest_volume(context),
        known.advice if known else (),
        context.table.version,
    )
