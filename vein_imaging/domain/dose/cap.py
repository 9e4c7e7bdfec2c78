"""One cap, counted: what was used, is planned and is left of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from vein_imaging.domain.dose.finding import Remaining
from vein_imaging.domain.limits import Limit
from vein_imaging.domain.quantity import rounded

__all__ = ["Quota"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """One cap, counted.

    Parameters
    ----------
    limit : Limit
    scope, product, unit : str
    day : date, optional
        Of a cap of the day: which.
    used, planned, maximum : Fraction
        Exact, in `unit`.
    per_ml : Fraction
        How much of it one millilitre of the planned injection takes; 0 where the
        volume does not matter.
    """

    limit: Limit
    scope: str
    product: str
    used: Fraction
    planned: Fraction
    maximum: Fraction
    per_ml: Fraction
    unit: str
    day: date | None = None

    @property
    def exceeded(self) -> bool:
        """Whether used and planned together pass the maximum; equal does not."""
        return self.used + self.planned > self.maximum

    @property
    def left(self) -> Fraction:
        """What is left before the planned injection, never below 0."""
        return max(self.maximum - self.used, Fraction(0))

    def printed(self) -> Remaining:
        """The same in decimals, rounded where needed against more drug."""
        return Remaining(
            rule=self.limit.rule,
            scope=self.scope,
            product=self.product,
            used=rounded(self.used, up=True),
            planned=rounded(self.planned, up=True),
            maximum=rounded(self.maximum, up=False),
            remaining=rounded(self.left, up=False),
            unit=self.unit,
            source=str(self.limit.source),
        )
