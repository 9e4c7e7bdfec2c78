"""What a screening means before any product is chosen: which treatments it forbids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from vein_imaging.domain.dose.context import DoseContext, SessionDoses
from vein_imaging.domain.dose.finding import Finding
from vein_imaging.domain.dose.screening_rules import (
    contraindication,
    screening_incomplete,
)
from vein_imaging.domain.injection import Form, Injection
from vein_imaging.domain.quantity import Concentration, Volume
from vein_imaging.domain.screening import Screening
from vein_imaging.treatment.visit import Visit

__all__ = ["ScreeningFinding", "screening_findings"]

_ANY = "any product"
_LEAST_ML, _LEAST_PERCENT = (
    Decimal("0.01"),
    Decimal("0.1"),
)  # the amount does not matter


@dataclass(frozen=True, slots=True)
class ScreeningFinding:
    """One thing that the screening leaves open, or that speaks against a treatment.

    Parameters
    ----------
    finding : Finding
    only_with : str
        "foam" or a product's name where it is said of that alone; empty for any.
    """

    finding: Finding
    only_with: str = ""


def screening_findings(
    visit: Visit, screening: Screening
) -> tuple[ScreeningFinding, ...]:
    """What the rules say of a screening, were it entered today.

    Parameters
    ----------
    visit : Visit
        Region, calendar and products.
    screening : Screening

    Returns
    -------
    tuple of ScreeningFinding
        Stops first; what is true of any treatment before what is true of one.
    """
    dated = visit.dated(screening)
    table = visit.rules.table
    tried: list[tuple[str, str, Form]] = [("", _ANY, "liquid"), ("foam", _ANY, "foam")]
    tried += [(one.name, key, "liquid") for key, one in table.products.items()]
    said: set[tuple[str, str]] = set()
    found: list[ScreeningFinding] = []
    for only_with, product, form in tried:
        for finding in _run(visit, dated, product, form):
            about = finding.severity, finding.message
            if about not in said and (not only_with or finding.severity == "stop"):
                said.add(about)
                found.append(ScreeningFinding(finding, only_with))
    order = {"stop": 0, "warn": 1, "note": 2}
    found.sort(key=lambda one: (order[one.finding.severity], bool(one.only_with)))
    return tuple(found)


def _run(
    visit: Visit, screening: Screening, product: str, form: Form
) -> Iterator[Finding]:
    now = visit.record.now()
    planned = Injection(
        at=now,
        product=product,
        form=form,
        volume=Volume(_LEAST_ML),
        concentration=Concentration(_LEAST_PERCENT),
    )
    context = DoseContext(
        table=visit.rules.table,
        zone=visit.rules.zone,
        sessions=(SessionDoses(visit.started),),
        planned=planned,
        screening=screening,
    )
    yield from contraindication(context)
    yield from screening_incomplete(context)
