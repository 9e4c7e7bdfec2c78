"""The rule on slips of the pen: ten times the last, the usual, or any syringe."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median_low

from vein_imaging.domain.dose.context import DoseContext
from vein_imaging.domain.dose.finding import Finding, listed
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import Usual
from vein_imaging.domain.quantity import EXACT, plain

__all__ = ["implausible"]

_TEN = Decimal(10)  # what a slip of the decimal point makes
# The labels read have at most 6 mL at one injection anywhere; syringes that are used
# for it hold up to 10 mL.
_SYRINGE_ML = Decimal(10)
# Test doses of the labels read are of at most 0.5 mL.
_TEST_ML = Decimal("0.5")
# The finest needles used are of 0.3 mm; a vein that is thinner by far is a slip.
_LEAST_MM = Decimal("0.1")
# The thinnest foam that any source read describes is 1 + 9.
_MOST_GAS = Decimal(9)


def _tenfold(value: Decimal, usual: Decimal) -> bool:
    return value >= EXACT.multiply(usual, _TEN)


@dataclass(frozen=True, slots=True)
class _Past:
    """What one injection is compared with: the last before it, and the usual."""

    last: Injection
    usual_ml: Decimal


def _past(context: DoseContext) -> Callable[[Injection], _Past | None]:
    """Looks up the last alike before an injection: same product and form, no test."""
    times: dict[tuple[str, str], list[datetime]] = {}
    usual: dict[tuple[str, str], Decimal] = {}
    for kind, given in context.history.items():
        times[kind] = [one.at for one in given]
        usual[kind] = median_low([one.volume.ml for one in given])

    def find(subject: Injection) -> _Past | None:
        kind = (subject.product, subject.form)
        given = context.history.get(kind, ())
        planned = subject is context.subject
        side = bisect_right if planned else bisect_left
        place = side(times.get(kind, []), subject.at)
        if planned and not place:
            place = len(given)  # entered late: all that is known counts
        return _Past(given[place - 1], usual[kind]) if place else None

    return find


def _usual(context: DoseContext, subject: Injection) -> Iterator[Usual]:
    """What is usual for the vein: the narrowest range that holds its width."""
    width, agent = subject.vein_diameter_mm, context.table.agent(subject.product)
    if width is None:
        return
    for what in ("volume", "strength"):
        fits = [
            one
            for one in context.table.usual
            if one.what == what and one.agent in ("", agent) and width <= one.up_to_mm
        ]
        if fits:
            yield min(fits, key=lambda one: one.up_to_mm)


def _without_width(context: DoseContext, subject: Injection) -> Iterator[str]:
    """Nothing to compare with: a weak liquid goes into thin veins."""
    percent = context.table.percent(subject)
    thin = [one.amount for one in context.table.usual if one.what == "volume"]
    weak = percent is not None and percent <= 1
    if subject.form == "liquid" and weak and _tenfold(subject.volume.ml, min(thin)):
        strength = plain(percent or Decimal(0))
        yield f"{plain(min(thin))} mL of {strength} % is usual in a thin vein"


def _by_label(context: DoseContext, subject: Injection, percent: Decimal) -> bool:
    """Whether the label has this strength for this width, and says so."""
    known = context.table.products.get(subject.product)
    width = subject.vein_diameter_mm
    return known is not None and any(
        row.percent == percent
        and row.form == subject.form
        and width is not None
        and (row.vein.over_mm > 0 or row.vein.up_to_mm is not None)
        and row.vein.holds(width)
        for row in known.strengths
    )


def _slips(
    context: DoseContext, subject: Injection, past: _Past | None
) -> Iterator[str]:
    ml, percent = subject.volume.ml, context.table.percent(subject)
    if ml > _SYRINGE_ML:
        yield f"no syringe for this holds more than {plain(_SYRINGE_ML)} mL"
    if subject.test_dose and ml > _TEST_ML:
        yield f"a test dose is of at most {plain(_TEST_ML)} mL"
    if subject.vein_diameter_mm is not None and subject.vein_diameter_mm < _LEAST_MM:
        yield f"a vein of {plain(subject.vein_diameter_mm)} mm takes no needle"
    if past is not None:
        if _tenfold(ml, past.last.volume.ml):
            yield f"the last was {past.last.volume}"
        elif _tenfold(ml, past.usual_ml):
            yield f"{plain(past.usual_ml)} mL is usual for this patient"
        if percent is not None and not _by_label(context, subject, percent):
            was = context.table.percent(past.last)
            if was is not None and _tenfold(percent, was):
                yield f"the last was of {plain(was)} %"
    if past is None and subject.vein_diameter_mm is None:
        yield from _without_width(context, subject)
    for one in _usual(context, subject):
        value, unit = (ml, "mL") if one.what == "volume" else (percent, "%")
        if value is not None and _tenfold(value, one.amount):
            width = plain(subject.vein_diameter_mm or Decimal(0))
            yield f"{plain(one.amount)} {unit} is usual in a vein of {width} mm"
    known = context.table.products.get(subject.product)
    if known and known.percents and percent is not None:
        weakest = known.percents[0]
        if percent not in known.percents and _tenfold(percent, weakest):
            yield f"the label begins at {plain(weakest)} %"
    if subject.foam_ratio is not None and subject.foam_ratio.gas_parts > _MOST_GAS:
        yield f"foam is made with up to {plain(_MOST_GAS)} parts of gas"


def implausible(context: DoseContext) -> list[Finding]:
    """Ten times the last or the usual volume or strength, or more than a syringe holds.

    It says nothing about a maximum: 2.0 typed for 0.2 may lie within one.
    """
    found = []
    find = _past(context)
    known: dict[tuple[object, ...], list[str]] = {}
    for subject in context.subjects:
        past = find(subject)
        alike = (
            *(subject.product, context.table.percent(subject), subject.form),
            *(subject.volume.ml, subject.vein_diameter_mm, subject.foam_ratio),
            subject.test_dose,
            None if past is None else (past.last.volume.ml, past.last.concentration),
        )
        slips = known.get(alike)
        if slips is None:
            slips = known[alike] = list(_slips(context, subject, past))
        if not slips:
            continue
        percent = context.table.percent(subject)
        strength = "" if percent is None else f" of {plain(percent)} %"
        ratio = (
            f", 1 + {plain(subject.foam_ratio.gas_parts)}" if subject.foam_ratio else ""
        )
        found.append(
            Finding(
                rule="implausible",
                severity="warn",
                scope="injection",
                product=subject.product,
                source="A slip of the pen: ten times what came before or is usual",
                message=f"{context.name(subject)}: {subject.volume} {subject.form}"
                f"{strength}{ratio}? {listed(slips)[0].upper()}{listed(slips)[1:]}. "
                "Read it again.",
            )
        )
    return found
