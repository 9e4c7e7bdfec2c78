"""What a rule says about a dose, and what is left of a limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from vein_imaging.domain.limits import Severity

__all__ = ["Finding", "Remaining", "listed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One clinical rule that is not met.

    Parameters
    ----------
    rule : str
        Its name in ``docs/dose-rules.md``.
    severity : "stop", "warn" or "note"
    scope : str
        ``injection``, ``session``, ``day`` or ``patient``.
    product : str
        Key of the product, or the name of a custom agent.
    used, planned, maximum, remaining : Decimal, optional
        In `unit`; None where the rule has no number. `remaining` is what was left
        before the planned injection, never below 0. Of an interval, `used` is what has
        passed, `maximum` the least, `remaining` what is still to wait.
    unit : str
        Empty where the rule has no number.
    source : str
        Where the figure or the rule comes from.
    message : str
        One sentence for the clinician.
    """

    rule: str
    severity: Severity
    scope: str
    product: str
    used: Decimal | None = None
    planned: Decimal | None = None
    maximum: Decimal | None = None
    remaining: Decimal | None = None
    unit: str = ""
    source: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """What is left of one limit of the session or the day.

    Parameters
    ----------
    rule, scope, product : str
    used, planned, maximum, remaining : Decimal
        In `unit`; `remaining` before the planned injection, never below 0. Rounded,
        where no decimal is exact, against more drug.
    unit : str
    source : str
    """

    rule: str
    scope: str
    product: str
    used: Decimal
    planned: Decimal
    maximum: Decimal
    remaining: Decimal
    unit: str
    source: str


def listed(words: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
