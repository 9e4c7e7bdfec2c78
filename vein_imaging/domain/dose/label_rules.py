"""Rules that compare an injection with the label: form, strength, vein, limits."""

from __future__ import annotations

from decimal import Decimal

from vein_imaging.domain.dose.context import DoseContext
from vein_imaging.domain.dose.finding import Finding, listed
from vein_imaging.domain.dose.quota import has_label_limit
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import Product, Strength
from vein_imaging.domain.names import printable
from vein_imaging.domain.quantity import EXACT, plain

__all__ = [
    "form_not_on_label",
    "no_limit_known",
    "strength_not_on_label",
    "vein_class_not_on_label",
    "vein_too_large",
]


def _warn(
    rule: str, injection: Injection, name: str, source: str, message: str
) -> Finding:
    return Finding(
        rule=rule,
        severity="warn",
        scope="injection",
        product=injection.product,
        source=source,
        message=f"{name}: {message}",
    )


def _labelled(context: DoseContext) -> list[tuple[Injection, Product, Decimal]]:
    """The subjects whose label's strengths are known, with their own."""
    known = context.table.products
    return [
        (subject, known[subject.product], percent)
        for subject in context.subjects
        if subject.product in known and known[subject.product].strengths
        if (percent := context.table.percent(subject)) is not None
    ]


def _sources(rows: tuple[Strength, ...]) -> str:
    return "; ".join(dict.fromkeys(str(row.source) for row in rows))


def strength_not_on_label(context: DoseContext) -> list[Finding]:
    """The label has no such strength: a dilution, or a slip."""
    found = []
    for subject, product, percent in _labelled(context):
        if percent in product.percents:
            continue
        known = ", ".join(plain(one) for one in product.percents)
        message = f"{plain(percent)} % is not a strength of the label ({known} %)"
        if subject.stock_concentration is None:
            message += ": a dilution, or a slip"
        if EXACT.scaleb(percent, -1) in product.percents:
            as_percent = plain(EXACT.scaleb(percent, -1))
            message += f"; if {plain(percent)} mg/mL was meant, that is {as_percent} %"
        if subject.stock_concentration:
            message += f"; diluted from {subject.stock_concentration}"
            message += f" with {printable(subject.diluent)}" if subject.diluent else ""
        found.append(
            _warn(
                "strength_not_on_label",
                subject,
                product.name,
                _sources(product.strengths),
                message + ".",
            )
        )
    return found


def form_not_on_label(context: DoseContext) -> list[Finding]:
    """The label has no such form, or not of this strength."""
    found = []
    for subject, product, percent in _labelled(context):
        same = [row for row in product.strengths if row.form == subject.form]
        if percent in product.percents:
            same = [row for row in same if row.percent == percent]
        if same:
            continue
        message = f"the label has no {subject.form} of {plain(percent)} %"
        foamed = subject.form == "foam" and product.agent == "polidocanol"
        if foamed and context.table.region == "US":
            message += "; polidocanol is not to be foamed with room air"
        found.append(
            _warn(
                "form_not_on_label",
                subject,
                product.name,
                _sources(product.strengths),
                message + ".",
            )
        )
    return found


def vein_class_not_on_label(context: DoseContext) -> list[Finding]:
    """The label has this strength and form, but not for a vein of this diameter.

    Exactly 1.0 and 3.0 mm belong to the smaller class, and so to the lower strength.
    """
    found = []
    for subject, product, percent in _labelled(context):
        diameter = subject.vein_diameter_mm
        rows = tuple(
            row
            for row in product.strengths
            if row.percent == percent and row.form == subject.form
        )
        if diameter is None or not rows:
            continue
        if any(row.vein.holds(diameter) for row in rows):
            continue
        fitting = sorted(
            f"{plain(row.percent)} % {row.form}"
            for row in product.strengths
            if row.vein.holds(diameter)
        )
        instead = f"; it has {' or '.join(fitting)}" if fitting else ""
        if any(row.inferred for row in rows):
            instead += " (the label says so in words; the millimetres are our reading)"
        found.append(
            _warn(
                "vein_class_not_on_label",
                subject,
                product.name,
                _sources(rows),
                f"the label does not have {plain(rows[0].percent)} % {subject.form} "
                f"for a vein of {plain(diameter)} mm{instead}.",
            )
        )
    return found


def vein_too_large(context: DoseContext) -> list[Finding]:
    """The vein is wider than 3 mm: varicose, to be referred."""
    limit = context.table.general("vein_too_large")
    found = []
    for subject in context.subjects:
        diameter = subject.vein_diameter_mm
        if diameter is None or diameter <= limit.maximum:
            continue
        found.append(
            Finding(
                rule="vein_too_large",
                severity=limit.severity,
                scope="injection",
                product=subject.product,
                used=Decimal(0),
                planned=diameter,
                maximum=limit.maximum,
                remaining=limit.maximum,
                unit=limit.unit,
                source=str(limit.source),
                message=f"A vein of {plain(diameter)} mm is wider than "
                f"{plain(limit.maximum)} mm: not for microsclerotherapy; refer.",
            )
        )
    return found


def _same_substance(context: DoseContext, product: str) -> str:
    """The region's own products of the same substance, to be looked at instead."""
    table = context.table
    agent = table.agent(product)
    own = [one.name for one in table.products.values() if one.agent == agent]
    return f" Of the same substance it holds {listed(own)}." if own else ""


def no_limit_known(context: DoseContext) -> list[Finding]:
    """The table has no maximum for this product, strength and form in this region.

    Also where such a product was given earlier in the session or on its day, whatever
    is planned now: no total counts it.
    """
    found = []
    for subject in context.kinds:
        if has_label_limit(context, subject):
            continue
        known = context.table.products.get(subject.product)
        percent = context.table.percent(subject)
        strength = "" if percent is None else f" {plain(percent)} %"
        if known is None:
            reason = "The table of this region does not hold it."
            reason += _same_substance(context, subject.product)
        elif percent is not None and known.percents and percent not in known.percents:
            reason = f"{plain(percent)} % is a dilution, or a slip; the label gives no "
            reason += "maximum for it."
        else:
            reason = known.note or "Its label states none for this use."
        own = (
            " The clinic's own limits were checked."
            if known and any(limit.clinic for limit in known.limits)
            else ""
        )
        found.append(
            _warn(
                "no_limit_known",
                subject,
                context.table.name(subject.product),
                f"Limit table of {context.table.region}",
                f"no limit is known for this{strength} {subject.form}. {reason} "
                f"Nothing here says that the amount is safe.{own}",
            )
        )
    return found + _uncounted(context)


def _uncounted(context: DoseContext) -> list[Finding]:
    """What was given this session or day and has no limit, other than what is judged.

    Without a plan the session's own injections are judged each by itself.
    """
    if not context.subjects:
        return []
    judged = {(one.product, context.table.percent(one)) for one in context.subjects}
    earlier = {
        id(one): one
        for one in (
            *context.current.injections,
            *context.given_with(context.subjects[0]),
        )
        if one is not context.subject
    }
    amounts: dict[str, Decimal] = {}
    limited: dict[tuple[object, ...], bool] = {}
    for one in earlier.values():
        kind = (one.product, context.table.percent(one), one.form)
        if kind[:2] in judged:
            continue
        if kind not in limited:
            by_mass = context.table.mass_limits(context.table.agent(one.product))
            limited[kind] = bool(by_mass) or has_label_limit(context, one)
        if not limited[kind]:
            before = amounts.get(one.product, Decimal(0))
            amounts[one.product] = EXACT.add(before, one.volume.ml)
    return [
        Finding(
            rule="no_limit_known",
            severity="warn",
            scope="day",
            product=product,
            source=f"Limit table of {context.table.region}",
            message=f"{context.table.name(product)}: {plain(ml)} mL were given "
            "already; no limit is known for it here, and no other total counts it.",
        )
        for product, ml in amounts.items()
    ]
