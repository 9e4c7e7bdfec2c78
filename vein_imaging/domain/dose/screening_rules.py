"""Rules on the screening: what is open, what speaks against the treatment."""

from __future__ import annotations

from collections.abc import Iterator

from vein_imaging.domain.dose.context import DoseContext
from vein_imaging.domain.dose.finding import Finding, listed
from vein_imaging.domain.limits import Severity
from vein_imaging.domain.moments import local_date
from vein_imaging.domain.names import printable
from vein_imaging.domain.screening import Screening, screening_table

__all__ = ["contraindication", "screening_incomplete"]

_DOPPLER_DAYS = 365  # this project's own choice: no published age was found


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


def _missing(context: DoseContext, screening: Screening) -> Iterator[tuple[str, str]]:
    """Keys of the requirements that do not stand, each with what is wrong."""
    day = local_date(context.current.started, context.zone)
    doppler = screening.doppler
    if doppler is None or doppler.done_on > day:
        wrong = f", not one of {doppler.done_on}, after this session" if doppler else ""
        yield "doppler", wrong
    if screening.suitable is None:
        yield "suitable", ""
    if not screening.consent_treatment:
        yield "consent_treatment", ""
    if _foam_in(context) and not screening.consent_foam:
        yield "consent_foam", ""
    if screening.ceap_left is None or screening.ceap_right is None:
        yield "ceap", ""
    if day not in (screening.screened_on, screening.rechecked_on):
        conditions = screening_table().conditions.values()
        again = [one.brief for one in conditions if one.each_session]
        yield "recheck", f" ({listed(again, 'or')})"


def _old_doppler(context: DoseContext, screening: Screening) -> list[str]:
    """What is wrong with the age of the Doppler, in one sentence or none."""
    day = local_date(context.current.started, context.zone)
    done = screening.doppler.done_on if screening.doppler else day
    days = (day - done).days
    if days <= _DOPPLER_DAYS:
        return []
    return [f"The Doppler of {done} is {days // 365} years old or more: do it again."]


def screening_incomplete(context: DoseContext) -> list[Finding]:
    """Something that stands before the first injection is missing, or is too old.

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
    for key, wrong in _missing(context, screening):
        missing = table.requirements[key]
        message = f"Missing: {missing.asks}{wrong}."
        found.append(
            _finding(rule, missing.if_missing, product, missing.source, message)
        )
    house = table.requirements["recheck"].source
    found += [
        _finding(rule, "warn", product, house, message)
        for message in _old_doppler(context, screening)
    ]
    if screening.open_questions:
        message = _open(context, screening)
        source = screening.open_questions[0].source
        found.append(_finding(rule, "warn", product, source, message))
    return found


def _open(context: DoseContext, screening: Screening) -> str:
    """How many questions are open, and those that would stop, in a few words each."""
    foam, region = _foam_in(context), context.table.region
    product = context.subjects[0].product
    open_ = screening.open_questions
    stops = [
        one.brief
        for one in open_
        if one.severity(region, foam=foam, product=product) == "stop"
    ]
    others = [one.brief for one in open_ if one.brief not in stops]
    total = len(screening_table().conditions)
    count = f"{len(open_)} of {total} questions open"
    if stops:
        count += f", {len(stops)} of them {'a stop' if len(stops) == 1 else 'stops'}"
        asked = "? ".join(one[0].upper() + one[1:] for one in stops)
    else:
        asked = "? ".join(one[0].upper() + one[1:] for one in others)
    return f"{count}: {asked}?"


def _referred(context: DoseContext, screening: Screening) -> Iterator[str]:
    """Legs whose CEAP class is for a venous work-up, in one sentence each."""
    for leg, ceap in (("left", screening.ceap_left), ("right", screening.ceap_right)):
        if ceap is not None and ceap[1] >= "3":
            ulcer = ", an open ulcer" if ceap[1] == "6" else ""
            yield f"The {leg} leg is {ceap}{ulcer}: a venous work-up first; refer."


def contraindication(context: DoseContext) -> list[Finding]:
    """A condition that speaks against the treatment, or a decision against it."""
    screening = context.screening
    if screening is None or not context.subjects:
        return []
    rule, product = "contraindication", context.subjects[0].product
    foam, region = _foam_in(context), context.table.region
    found = []
    for one in screening.confirmed:
        severity = one.severity(region, foam=foam, product=product)
        what = "do not treat" if severity == "stop" else "review before treating"
        message = f"{one.asks}: {what}."
        found.append(_finding(rule, severity, product, one.source, message))
    requirement = screening_table().requirements
    if screening.suitable is False:
        message = f"Decided not suitable: {printable(screening.reason)}."
        source = requirement["suitable"].source
        found.append(_finding(rule, "stop", product, source, message))
    if screening.doppler is not None and screening.doppler.result == "reflux":
        message = f"Doppler of {screening.doppler.done_on}: reflux; treat it first, or "
        message += "say why not."
        source = requirement["doppler"].source
        found.append(_finding(rule, "warn", product, source, message))
    for message in _referred(context, screening):
        source = requirement["ceap_refer"].source
        found.append(_finding(rule, "warn", product, source, message))
    return found
