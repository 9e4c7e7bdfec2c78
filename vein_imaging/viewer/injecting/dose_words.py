"""Findings and remaining quantities put into words, the most important first."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from vein_imaging.domain.dose.finding import Finding, Remaining
from vein_imaging.domain.quantity import plain
from vein_imaging.treatment import JudgedDose
from vein_imaging.viewer.injecting.dose_view import (
    DoseLine,
    DoseView,
    RoomView,
    Verdict,
)
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["dose_view", "room_view"]

_RULES = {
    "per_injection_volume": marked("over the maximum for one injection"),
    "per_session_volume": marked("over the maximum for this session"),
    "per_day_volume": marked("over the maximum for today"),
    "per_day_mass_per_kg": marked("over the daily maximum for this weight"),
    "sites_per_session": marked("more sites than the label allows"),
    "minimum_interval": marked("too soon after the last session"),
    "weight_missing": marked("the weight is missing"),
    "weight_stale": marked("the weight is old"),
    "batch_expired": marked("the batch has expired"),
    "form_not_on_label": marked("form not on the label"),
    "strength_not_on_label": marked("strength not on the label"),
    "vein_class_not_on_label": marked("vein size not on the label for this"),
    "vein_too_large": marked("vein too large for this treatment: refer"),
    "batch_missing": marked("batch not recorded"),
    "shared_maximum": marked("past the maxima of one substance together"),
    "name_unclear": marked("a name is not clear"),
    "implausible": marked("is this a slip of the pen?"),
    "not_checked": marked("foam without its gas ratio"),
    "day_differs": marked("not the day of this session"),
    "clock_ahead": marked("the computer's clock is doubted"),
    "planned_interval": marked("less than eight weeks since the last session"),
    "foam_too_old": marked("the foam is too old"),
    "two_agents": marked("two agents in one session"),
    "test_dose_due": marked("test dose due"),
    "screening_incomplete": marked("screening is not complete"),
    "contraindication": marked("contraindication recorded"),
}
_SCOPES = {
    "injection": marked("one injection"),
    "session": marked("this session"),
    "day": marked("today"),
    "patient": marked("this patient"),
}
_WORST_FIRST = ("stop", "warn", "note")


def dose_view(
    findings: Sequence[Finding],
    quantities: Sequence[Remaining],
    names: dict[str, str],
    checked: str,
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
    checked : str
        What it was held against and what was not looked at, of `dose.checked`: the
        headline where no rule has a stop or a warning.
    """
    worst = sorted(findings, key=_graveness)
    verdict, headline = _verdict(worst, bool(quantities), checked)
    messages = [f.message for f in worst if f.severity != "note"]
    notes = [_words(f.rule) for f in worst if f.severity == "note"]
    if notes:
        messages.append(_("Note: {notes}").format(notes=", ".join(notes)))
    # The closest limit first; planned counts, because the needle is still outside.
    closest = sorted(quantities, key=_share_used, reverse=True)
    return DoseView(
        verdict,
        headline,
        tuple(messages),
        tuple(_line(quantity, names) for quantity in closest),
    )


def room_view(judged: JudgedDose, names: dict[str, str]) -> RoomView:
    """How much still fits of what is typed, in words.

    Parameters
    ----------
    judged : JudgedDose
    names : mapping
        Product key to the name a person knows.
    """
    room, once = judged.together, judged.at_once
    if room.volume is None and once.volume is None:
        return RoomView("\N{EN DASH}", _("no limit is known for this"))
    at_once = ""
    if once.limit is not None and once.volume is not None:
        at_once = _("at once {ml} mL").format(ml=plain(once.volume.ml))
    if room.limit is None or room.volume is None:
        if once.volume is not None and once.limit is None:
            return RoomView(_("none"), _("a rule forbids any: read below"))
        return RoomView("\N{EN DASH}", at_once or _("no limit is known for this"))
    line, scope = _line(room.limit, names), room.limit.scope
    of = _("of {maximum} {unit}").format(maximum=line.maximum, unit=line.unit)
    if at_once:
        of = _("{of}; {at_once}").format(of=of, at_once=at_once)
    span = _(_SCOPES[scope]) if scope in _SCOPES else scope
    return RoomView(_("{ml} mL").format(ml=plain(room.volume.ml)), of, span)


def _verdict(
    worst: Sequence[Finding], any_limit: bool, checked: str
) -> tuple[Verdict, str]:
    unchecked = any(finding.rule == "not_checked" for finding in worst)
    first = next((one for one in worst if one.rule != "not_checked"), None)
    if first is not None and first.severity == "stop":
        # What forbids it stands whatever is missing besides.
        why = _words(first.rule)
        if unchecked:
            why = _("{why}; the gas ratio is missing").format(why=why)
        return "stop", _("STOP \N{EM DASH} {why}").format(why=why)
    if unchecked:
        return "none", _("NOT CHECKED \N{EM DASH} the gas ratio is missing")
    if any(finding.rule == "no_limit_known" for finding in worst):
        return "warn", _("NO LIMIT KNOWN \N{EM DASH} nothing to check against")
    if first is not None and first.severity == "warn":
        return "warn", _("WARNING \N{EM DASH} {why}").format(why=_words(first.rule))
    if not any_limit:
        return "warn", _("NO LIMIT KNOWN \N{EM DASH} nothing to check against")
    return "ok", checked


def _graveness(finding: Finding) -> tuple[int, bool]:
    """Sort key: the gravest first; what speaks against the patient before amounts."""
    return _WORST_FIRST.index(finding.severity), finding.rule != "contraindication"


def _words(rule: str) -> str:
    return _(_RULES[rule]) if rule in _RULES else rule.replace("_", " ")


def _share_used(quantity: Remaining) -> Fraction:
    if not quantity.maximum:
        return Fraction(10**9)
    return Fraction(quantity.used + quantity.planned) / Fraction(quantity.maximum)


def _line(quantity: Remaining, names: dict[str, str]) -> DoseLine:
    def text(number: Decimal) -> str:
        return plain(number)

    name = names.get(quantity.product, quantity.product)
    scope = _(_SCOPES[quantity.scope]) if quantity.scope in _SCOPES else quantity.scope
    return DoseLine(
        f"{name}, {scope}",
        text(quantity.used),
        text(quantity.planned),
        text(quantity.maximum),
        text(quantity.remaining),
        quantity.unit,
    )
