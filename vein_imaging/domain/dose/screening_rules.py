"""Rules on the screening: what is open, what speaks against the treatment."""

from __future__ import annotations

from collections.abc import Iterator

from vein_imaging.domain.dose.context import DoseContext
from vein_imaging.domain.dose.finding import Finding
from vein_imaging.domain.limits import Severity
from vein_imaging.domain.moments import local_date
from vein_imaging.domain.screening import Screening, screening_table

__all__ = ["contraindication", "screening_incomplete"]


def _finding(
    rule: str, severity: Severity, product: str, source: object, message: str
) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        scope="patient",
        product=product,
        source=str(source),
        message=message,
    )


def _foam_in(context: DoseContext) -> bool:
    return any(subject.form == "foam" for subject in context.subjects)


def _missing(context: DoseContext, screening: Screening) -> Iterator[str]:
    """Keys of the requirements that do not stand."""
    if screening.doppler is None:
        yield "doppler"
    if screening.suitable is None:
        yield "suitable"
    if not screening.consent_treatment:
        yield "consent_treatment"
    if _foam_in(context) and not screening.consent_foam:
        yield "consent_foam"
    if screening.ceap_left is None or screening.ceap_right is None:
        yield "ceap"
    day = local_date(context.current.started, context.zone)
    if day not in (screening.screened_on, screening.rechecked_on):
        yield "recheck"


def screening_incomplete(context: DoseContext) -> list[Finding]:
    """Something that stands before the first injection is missing.

    Where the screening is not known here at all that is a note; what is missing in a
    screening that is known counts as the screening table says.
    """
    if not context.subjects:
        return []
    rule, product = "screening_incomplete", context.subjects[0].product
    screening = context.screening
    table = screening_table()
    if screening is None:
        message = "The screening of this patient is not known here."
        source = table.requirements["suitable"].source
        return [_finding(rule, "note", product, source, message)]
    found = []
    for key in _missing(context, screening):
        missing = table.requirements[key]
        message = f"Missing: {missing.asks}."
        found.append(
            _finding(rule, missing.if_missing, product, missing.source, message)
        )
    if screening.open_questions:
        asks = ", ".join(one.key for one in screening.open_questions)
        message = f"Not answered: {asks}."
        source = screening.open_questions[0].source
        found.append(_finding(rule, "warn", product, source, message))
    return found


def contraindication(context: DoseContext) -> list[Finding]:
    """A condition that speaks against the treatment, or a decision against it."""
    screening = context.screening
    if screening is None or not context.subjects:
        return []
    rule, product = "contraindication", context.subjects[0].product
    foam, region = _foam_in(context), context.table.region
    found = []
    for one in screening.confirmed:
        severity = one.severity(region, foam=foam)
        what = "do not treat" if severity == "stop" else "review before treating"
        message = f"{one.asks}: {what}."
        found.append(_finding(rule, severity, product, one.source, message))
    requirement = screening_table().requirements
    if screening.suitable is False:
        message = f"Decided not suitable: {screening.reason}."
        source = requirement["suitable"].source
        found.append(_finding(rule, "stop", product, source, message))
    if screening.doppler is not None and screening.doppler.result == "reflux":
        message = f"Doppler of {screening.doppler.done_on}: reflux; review."
        source = requirement["doppler"].source
        found.append(_finding(rule, "warn", product, source, message))
    return found
