"""Rules about the weight that a mg/kg limit needs."""

from __future__ import annotations

from decimal import Decimal

from vein_imaging.domain.dose.context import DoseContext
from vein_imaging.domain.dose.finding import Finding
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import Limit
from vein_imaging.domain.quantity import plain

__all__ = ["weight_implausible", "weight_missing", "weight_stale"]

_MOST_KG = Decimal(200)  # more is rarer than a slip: 270 typed for 70


def _by_weight(context: DoseContext) -> tuple[Injection, Limit] | None:
    """The first subject with a mg/kg limit, and the limit."""
    for subject in context.kinds:
        agent = context.table.agent(subject.product)
        for limit in context.table.mass_limits(agent):
            return subject, limit
    return None


def weight_missing(context: DoseContext) -> list[Finding]:
    """A mg/kg limit applies and the weight is not known: it is never read as zero."""
    applies = _by_weight(context)
    if applies is None or context.weight is not None:
        return []
    subject, limit = applies
    message = (
        f"{context.name(subject)}: at most {plain(limit.maximum)} mg/kg a day, and the "
        "weight is not known; weigh the patient."
    )
    return [
        Finding(
            rule="weight_missing",
            severity="stop",
            scope="patient",
            product=subject.product,
            source=str(limit.source),
            message=message,
        )
    ]


def weight_implausible(context: DoseContext) -> list[Finding]:
    """A mg/kg limit applies and the weight is more likely a slip than a weight."""
    applies, weight = _by_weight(context), context.weight
    if applies is None or weight is None or weight.kg <= _MOST_KG:
        return []
    return [
        Finding(
            rule="implausible",
            severity="warn",
            scope="patient",
            product=applies[0].product,
            source="A slip of the pen: this project's own choice, no published figure",
            message=f"A weight of {weight}? The maximum a day goes by it. "
            "Read it again.",
        )
    ]


def weight_stale(context: DoseContext) -> list[Finding]:
    """A mg/kg limit applies and the weight is older than 90 days, or undated."""
    applies = _by_weight(context)
    if applies is None or context.weight is None or context.today is None:
        return []
    subject, _ = applies
    limit = context.table.general("weight_stale")
    if context.weighed_on is None:
        return [
            Finding(
                rule="weight_stale",
                severity=limit.severity,
                scope="patient",
                product=subject.product,
                source=str(limit.source),
                message="It is not known when the patient was weighed; weigh again.",
            )
        ]
    days = (context.today - context.weighed_on).days
    if 0 <= days <= limit.maximum:
        return []
    message = (
        f"The weight of {context.weighed_on} is {days} days old; weigh again."
        if days > 0
        else f"The weight is dated {context.weighed_on}, after the injection; "
        "weigh again."
    )
    return [
        Finding(
            rule="weight_stale",
            severity=limit.severity,
            scope="patient",
            product=subject.product,
            used=Decimal(max(days, 0)),
            planned=Decimal(0),
            maximum=limit.maximum,
            remaining=Decimal(0),
            unit=limit.unit,
            source=str(limit.source),
            message=message,
        )
    ]
