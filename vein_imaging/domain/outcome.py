"""Outcome scores, and the time before which none may be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

from vein_imaging.domain.quantity import plain

__all__ = [
    "ASSESSABLE_AFTER_DAYS",
    "PHOTOGRAPH_SCORES",
    "SATISFACTION",
    "Scored",
    "assessable_on",
    "is_assessable",
    "quartile_cleared",
    "score_dates",
]

#: Days after a treatment before which its result is not yet assessable: the clinic's
#: interval, and the endpoint of the trials (56 to 60 days).
ASSESSABLE_AFTER_DAYS = 56

#: Five points by a person who compares photographs; 4 and 5 are success (EASI,
#: rxlist.com/asclera-drug/clinical-pharmacology.htm); the points' words are ours.
PHOTOGRAPH_SCORES: Mapping[int, str] = {
    1: "worse",
    2: "unchanged",
    3: "somewhat better",
    4: "much better",
    5: "cleared",
}
SATISFACTION: Mapping[int, str] = {
    1: "very dissatisfied",
    2: "dissatisfied",
    3: "neither",
    4: "satisfied",
    5: "very satisfied",
}
_SCORE_WEEKS = (12, 26)  # EASI: after the last injection


def assessable_on(treated_on: date) -> date:
    """The first day on which the result of a treatment may be judged."""
    return treated_on + timedelta(days=ASSESSABLE_AFTER_DAYS)


def is_assessable(treated_on: date, day: date) -> bool:
    """Whether the result may be judged: eight weeks after, and not before."""
    return day >= assessable_on(treated_on)


def score_dates(last_treated_on: date) -> tuple[date, date]:
    """The days of the outcome score: 12 and 26 weeks after the last injection."""
    first, second = (last_treated_on + timedelta(weeks=week) for week in _SCORE_WEEKS)
    return first, second


def quartile_cleared(percent: Decimal) -> int:
    """Quarters of the vessel length cleared, 0 to 4: 100 % is 4, 75 to 99.9 % is 3.

    Parameters
    ----------
    percent : %, 0 to 100

    Raises
    ------
    TypeError, ValueError
        If it is no Decimal or out of range.
    """
    if not isinstance(percent, Decimal):
        raise TypeError(f"percent: got {percent!r}, wanted a Decimal from text")
    if not 0 <= percent <= 100:
        raise ValueError(f"percent: got {plain(percent)}, wanted 0 to 100")
    return int(percent // 25)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A result was judged; an entry of the session's log.

    Parameters
    ----------
    entry_id : str
    treated_on, scored_on : date
    photograph : 1 to 5, optional
        See `PHOTOGRAPH_SCORES`.
    cleared_percent : %, optional
        Of vessel length.
    satisfaction : 1 to 5, optional
        See `SATISFACTION`.
    scorer : str
    blinded : bool
        The scorer did not know which picture came first.

    Raises
    ------
    ValueError
        If nothing is scored, a score is out of range, or the day is before the
        treatment.
    """

    kind: ClassVar[str] = "scored"
    entry_id: str
    treated_on: date
    scored_on: date
    photograph: int | None = None
    cleared_percent: Decimal | None = None
    satisfaction: int | None = None
    scorer: str = ""
    blinded: bool = False

    def __post_init__(self) -> None:
        if not self.entry_id.strip():
            raise ValueError("entry_id: got nothing; every entry needs one")
        if self.scored_on < self.treated_on:
            raise ValueError(
                f"scored_on: got {self.scored_on}, before the treatment on "
                f"{self.treated_on}"
            )
        scores = (self.photograph, self.cleared_percent, self.satisfaction)
        if all(score is None for score in scores):
            raise ValueError("scored: got no score; wanted at least one")
        for name, score in (
            ("photograph", self.photograph),
            ("satisfaction", self.satisfaction),
        ):
            if score is not None and score not in range(1, 6):
                raise ValueError(f"{name}: got {score}, wanted 1 to 5")
        if self.cleared_percent is not None:
            quartile_cleared(self.cleared_percent)

    @property
    def assessable(self) -> bool:
        """False before eight weeks: the score is kept, and is no result."""
        return is_assessable(self.treated_on, self.scored_on)

    @property
    def success(self) -> bool | None:
        """Photograph score 4 or 5; None where there is none or it came too early."""
        if self.photograph is None or not self.assessable:
            return None
        return self.photograph >= 4
