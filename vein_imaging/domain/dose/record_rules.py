"""Rules about the vial, the foam and the test dose."""

from __future__ import annotations

from vein_imaging.domain.dose.context import DoseContext
from vein_imaging.domain.dose.finding import Finding
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import Severity, TestDose
from vein_imaging.domain.moments import local_date
from vein_imaging.domain.names import printable

__all__ = [
    "batch_expired",
    "batch_missing",
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
            f"{context.name(subject)}: batch "
            f"{printable(subject.batch or 'without number')} expired on "
            f"{subject.expires_on}. Take another vial.",
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
            f"{context.name(subject)}: no batch number; write down the vial's.",
        )
        for subject in context.subjects
        if not subject.batch
    ]


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
                    f"{context.name(subject)}: {rule.text}; none is recorded.",
                )
            )
    return found
