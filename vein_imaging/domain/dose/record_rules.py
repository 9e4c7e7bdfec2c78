"""Rules about the vial, the foam and the test dose."""

from __future__ import annotations

from decimal import Decimal

from vein_imaging.domain.dose.context import DoseContext
from vein_imaging.domain.dose.finding import Finding
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import Limit, Severity, TestDose
from vein_imaging.domain.moments import local_date
from vein_imaging.domain.quantity import EXACT, plain

__all__ = [
    "batch_expired",
    "batch_missing",
    "foam_too_old",
    "test_dose_due",
]


def _plain_finding(
    rule: str, severity: Severity, scope: str, product: str, source: str, message: str
) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        scope=scope,
        product=product,
        source=source,
        message=message,
    )


def batch_expired(context: DoseContext) -> list[Finding]:
    """The vial's date has passed; on the date itself it may still be used."""
    return [
        _plain_finding(
            "batch_expired",
            "stop",
            "injection",
            subject.product,
            "The date printed on the vial",
            f"{subject.product}: batch {subject.batch or 'without number'} expired on "
            f"{subject.expires_on}.",
        )
        for subject in context.subjects
        if subject.expires_on
        and subject.expires_on < local_date(subject.at, context.zone)
    ]


def batch_missing(context: DoseContext) -> list[Finding]:
    """No batch number: the vial cannot be traced in a recall."""
    return [
        _plain_finding(
            "batch_missing",
            "note",
            "injection",
            subject.product,
            "Good record keeping: product, batch, dose and site",
            f"{subject.product}: no batch number; write down the vial's.",
        )
        for subject in context.subjects
        if not subject.batch
    ]


def _foam_limit(context: DoseContext, subject: Injection) -> Limit:
    known = context.table.products.get(subject.product)
    for limit in known.limits if known else ():
        if limit.rule == "foam_too_old":
            return limit
    return context.table.general("foam_too_old")


def foam_too_old(context: DoseContext) -> list[Finding]:
    """The foam was made longer ago than it keeps, or after it was injected."""
    found = []
    for subject in context.subjects:
        if subject.foam_made_at is None:
            continue
        limit = _foam_limit(context, subject)
        age = subject.at - subject.foam_made_at
        seconds = EXACT.add(
            Decimal(age.days * 86400 + age.seconds),
            EXACT.scaleb(Decimal(age.microseconds), -6),
        )
        if 0 <= seconds <= limit.maximum:
            continue
        message = (
            f"foam made {plain(seconds)} s before; it keeps {plain(limit.maximum)} s. "
            "Make it anew."
            if seconds > 0
            else "the foam is said to have been made after it was injected."
        )
        found.append(
            Finding(
                rule="foam_too_old",
                severity=limit.severity,
                scope="injection",
                product=subject.product,
                used=max(seconds, Decimal(0)),
                planned=Decimal(0),
                maximum=limit.maximum,
                remaining=Decimal(0),
                unit=limit.unit,
                source=str(limit.source),
                message=f"{subject.product}: {message}",
            )
        )
    return found


def _test_dose_wanted(context: DoseContext, subject: Injection) -> TestDose | None:
    known = context.table.products.get(subject.product)
    if known is None or known.test_dose is None or subject.test_dose:
        return None
    rule = known.test_dose
    if not rule.every_session and subject.product in context.used_before:
        return None
    given = any(
        injection.test_dose and injection.product == subject.product
        for injection in context.current.injections
    )
    return None if given else rule


def test_dose_due(context: DoseContext) -> list[Finding]:
    """The label wants a test dose first, and none is recorded."""
    found = []
    for subject in context.kinds:
        rule = _test_dose_wanted(context, subject)
        if rule is not None:
            found.append(
                _plain_finding(
                    "test_dose_due",
                    rule.severity,
                    "session",
                    subject.product,
                    str(rule.source),
                    f"{subject.product}: {rule.text}; none is recorded.",
                )
            )
    return found
