"""Rules on foam: how it was made, of what, and how long ago."""

from __future__ import annotations

from decimal import Decimal

from vein_imaging.domain.dose.context import DoseContext
from vein_imaging.domain.dose.finding import Finding, listed
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import Limit
from vein_imaging.domain.quantity import EXACT, plain

__all__ = ["foam_ratio_not_on_label", "foam_too_old", "gas_ratio_unknown"]


def _ratio_unknown(context: DoseContext, injection: Injection) -> bool:
    known = context.table.products.get(injection.product) or (
        context.table.elsewhere.get(injection.product)
    )
    factory = known is not None and known.factory_foam
    return injection.form == "foam" and injection.foam_ratio is None and not factory


def gas_ratio_unknown(context: DoseContext) -> list[Finding]:
    """Foam made by hand whose gas ratio is not stated, in the plan or on record.

    Its milligrams are then counted as if it were all liquid, and whether it was made
    as its label says is not known.
    """
    given = (*context.subjects, *context.current.injections)
    foams = {
        (one.product, one is context.subject): one
        for one in given
        if _ratio_unknown(context, one)
    }
    return [
        Finding(
            rule="not_checked",
            severity="warn",
            scope="injection" if planned else "session",
            product=product,
            source="Foam arithmetic: mg = mL / (1 + parts of gas) x % x 10",
            message=f"{context.name(one)}: "
            + ("the planned foam" if planned else "foam given in this session")
            + " has no gas ratio, so how it was made was not checked and its "
            "milligrams count as if it were all liquid. State the parts of gas to one "
            "of liquid.",
        )
        for (product, planned), one in foams.items()
    ]


def foam_ratio_not_on_label(context: DoseContext) -> list[Finding]:
    """The label, or the maker, makes foam in another ratio."""
    found = []
    for subject in context.subjects:
        known = context.table.products.get(subject.product)
        ratio, mix = subject.foam_ratio, known.foam_mix if known else None
        if ratio is None or mix is None or ratio.gas_parts in mix.gas_parts:
            continue
        wanted = listed([f"1 + {plain(parts)}" for parts in mix.gas_parts], "or")
        found.append(
            Finding(
                rule="form_not_on_label",
                severity="warn",
                scope="injection",
                product=subject.product,
                source=str(mix.source),
                message=f"{context.name(subject)}: foam of 1 + "
                f"{plain(ratio.gas_parts)} (liquid + gas); the label's is {wanted}.",
            )
        )
    return found


def _limit(context: DoseContext, subject: Injection) -> Limit:
    """How long this foam keeps: its maker's figure, its substance's, else the least."""
    known = context.table.products.get(subject.product) or (
        context.table.elsewhere.get(subject.product)
    )
    for limit in known.limits if known else ():
        if limit.rule == "foam_too_old" and not limit.clinic:
            return limit
    figures = [one for one in context.table.practice if one.rule == "foam_too_old"]
    agent = context.table.agent(subject.product)
    own = [one for one in figures if one.agent == agent]
    return min(own or figures, key=lambda one: one.maximum)


def foam_too_old(context: DoseContext) -> list[Finding]:
    """The foam was made longer ago than it keeps, or after it was injected."""
    found = []
    for subject in context.subjects:
        if subject.foam_made_at is None:
            continue
        limit = _limit(context, subject)
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
            else "the foam is said to have been made after it was injected. Correct "
            "the time."
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
                message=f"{context.name(subject)}: {message}",
            )
        )
    return found
