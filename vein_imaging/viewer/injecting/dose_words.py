"""Findings and remaining quantities put into words, the most important first."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from vein_imaging.domain.dose.finding import Finding, Remaining
from vein_imaging.domain.quantity import plain
from vein_imaging.viewer.injecting.dose_view import DoseLine, DoseView, Verdict

__all__ = ["dose_view"]

_RULES = {
    "per_injection_volume": "over the maximum for one injection",
    "per_session_volume": "over the maximum for this session",
    "per_day_volume": "over the maximum for today",
    "per_day_mass_per_kg": "over the daily maximum for this weight",
    "sites_per_session": "more sites than the label allows",
    "minimum_interval": "too soon after the last session",
    "weight_missing": "the weight is missing",
    "weight_stale": "the weight is old",
    "batch_expired": "the batch has expired",
    "form_not_on_label": "form not on the label",
    "strength_not_on_label": "strength not on the label",
    "vein_class_not_on_label": "vein size not on the label for this",
    "vein_too_large": "vein too large for this treatment: refer",
    "batch_missing": "batch not recorded",
    "planned_interval": "less than eight weeks since the last session",
    "foam_too_old": "the foam is too old",
    "two_agents": "two agents in one session",
    "test_dose_due": "test dose due",
    "screening_incomplete": "screening is not complete",
    "contraindication": "contraindication recorded",
    "clock_ahead": "the computer's clock is doubted",
}
_SCOPES = {
    "injection": "one injection",
    "session": "this session",
    "day": "today",
    "patient": "this patient",
}
_WORST_FIRST = ("stop", "warn", "note")
_DASH = "\N{EM DASH}"


def dose_view(
    findings: Sequence[Finding],
    quantities: Sequence[Remaining],
    names: dict[str, str],
) -> DoseView:
    """What the dose panel says about a planned injection.

    Parameters
    ----------
    findings : sequence of Finding
        In any order.
    quantities : sequence of Remaining
        Every cap that bears on it.
    names : mapping
        Product key to the name a person knows.
    """
    worst = sorted(findings, key=lambda f: _WORST_FIRST.index(f.severity))
    verdict, headline = _verdict(worst, bool(quantities))
    messages = [f.message for f in worst if f.severity != "note"]
    notes = [_words(f.rule) for f in worst if f.severity == "note"]
    if notes:
        messages.append(f"Note: {', '.join(notes)}")
    # The closest limit first; planned counts, because the needle is still outside.
    closest = sorted(quantities, key=_share_used, reverse=True)
    return DoseView(
        verdict,
        headline,
        tuple(messages),
        tuple(_line(quantity, names) for quantity in closest),
    )


def _verdict(worst: Sequence[Finding], any_limit: bool) -> tuple[Verdict, str]:
    first = worst[0] if worst else None
    if any(finding.rule == "not_checked" for finding in worst):
        return "none", f"NOT CHECKED {_DASH} the gas ratio is missing"
    if first is not None and first.severity == "stop":
        return "stop", f"STOP {_DASH} {_words(first.rule)}"
    if any(finding.rule == "no_limit_known" for finding in worst):
        return "warn", f"NO LIMIT KNOWN {_DASH} nothing to check against"
    if first is not None and first.severity == "warn":
        return "warn", f"WARNING {_DASH} {_words(first.rule)}"
    if not any_limit:
        return "warn", f"NO LIMIT KNOWN {_DASH} nothing to check against"
    return "ok", "Within the maximum"


def _words(rule: str) -> str:
    return _RULES.get(rule, rule.replace("_", " "))


def _share_used(quantity: Remaining) -> Fraction:
    if not quantity.maximum:
        return Fraction(10**9)
    return Fraction(quantity.used + quantity.planned) / Fraction(quantity.maximum)


def _line(quantity: Remaining, names: dict[str, str]) -> DoseLine:
    def text(number: Decimal) -> str:
        return plain(number)

    name = names.get(quantity.product, quantity.product)
    scope = _SCOPES.get(quantity.scope, quantity.scope)
    return DoseLine(
        f"{name}, {scope}",
        text(quantity.used),
        text(quantity.planned),
        text(quantity.maximum),
        text(quantity.remaining),
        quantity.unit,
    )
