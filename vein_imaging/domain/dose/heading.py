"""One line over an answer: what was checked, and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from vein_imaging.domain.dose.context import DoseContext
from vein_imaging.domain.dose.finding import Finding, listed
from vein_imaging.domain.dose.quota import quotas
from vein_imaging.domain.limits import Limit

__all__ = ["checked", "heading", "within_every_limit"]


def _limits(context: DoseContext) -> list[Limit]:
    """The limits that bear on what is judged: caps, and least intervals."""
    caps = [quota.limit for quota in quotas(context)]
    held = context.table.products
    waits = [
        limit
        for subject in context.kinds
        if subject.product in held
        for limit in held[subject.product].limits
        if limit.rule == "minimum_interval"
    ]
    return [
        limit
        for limit in dict.fromkeys((*caps, *waits))
        if limit.product and limit.severity == "stop"
    ]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _unchecked(context: DoseContext, rules: set[str]) -> list[str]:
    open_ = []
    if context.screening is None:
        open_.append("screening not known here")
    elif "screening_incomplete" in rules:
        open_.append("screening not complete")
    if "no_limit_known" in rules:
        open_.append("part of it has no known limit")
    if any(one.vein_diameter_mm is None for one in context.subjects):
        open_.append("vein width not measured")
    if "weight_missing" in rules:
        open_.append("weight not known")
    if "not_checked" in rules:
        open_.append("gas ratio not known")
    return open_


def checked(context: DoseContext, findings: Sequence[Finding]) -> str:
    """What the dose was held against, and what was not looked at.

    Parameters
    ----------
    context : DoseContext
    findings : sequence of Finding
        Of `check_dose` on it.

    Returns
    -------
    str
        ``Within 3 label limits; screening not known here``. Limits that are passed are
        counted out; where none is known it says so.
    """
    limits = _limits(context)
    own = sum(limit.clinic for limit in limits)
    passed = {
        (one.rule, one.scope, one.unit, one.source)
        for one in findings
        if one.severity == "stop" and one.maximum is not None
    }
    label = _count(len(limits) - own, "label limit")
    held = [label] if len(limits) > own else []
    held += [_count(own, "limit") + " of the clinic"] if own else []
    if not held:
        said = "No limit known: held against no maximum"
    elif passed:
        said = f"Past {len(passed)} of {listed(held)}"
    elif any(one.severity == "stop" for one in findings):
        said = f"Held against {listed(held)}"
    else:
        said = f"Within {listed(held)}"
    rules = {one.rule for one in findings}
    return "; ".join((said, *_unchecked(context, rules)))


def heading(context: DoseContext, findings: Sequence[Finding]) -> str:
    """The first line of an answer: the gravest, then what was checked.

    Returns
    -------
    str
        ``STOP: 1 stop and 2 warnings. Past 1 of 3 label limits; ...``
    """
    if not context.subjects:
        return "Nothing to check: no injection is planned or recorded"
    count = Counter[str](one.severity for one in findings)
    counts = [
        _count(count[severity], word)
        for severity, word in (("stop", "stop"), ("warn", "warning"))
        if count[severity]
    ]
    word = "STOP: " if count["stop"] else "WARNING: " if count["warn"] else ""
    first = f"{word}{listed(counts)}. " if counts else ""
    return f"{first}{checked(context, findings)}."


def within_every_limit(context: DoseContext, findings: Sequence[Finding]) -> bool:
    """Whether every limit was looked at, and none is passed.

    Parameters
    ----------
    context : DoseContext
    findings : sequence of Finding
        Of `check_dose` on it.

    Returns
    -------
    bool
        Only where this is True may a page say "within every limit of the table". False
        with any stop or warning, with a product without a limit of its own, and where
        something that a limit asks for is not known.
    """
    if any(one.severity != "note" for one in findings):
        return False
    capped = {
        quota.product
        for quota in quotas(context)
        if quota.limit.product and quota.limit.severity == "stop"
    }
    given = {one.product for one in context.subjects}
    rules = {one.rule for one in findings}
    return bool(given) and given <= capped and not _unchecked(context, rules)
