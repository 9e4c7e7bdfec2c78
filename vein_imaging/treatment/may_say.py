"""What may be said of a comparison: the one place that lets a percentage be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from vein_imaging.comparison import Comparison
from vein_imaging.comparison.judging.summary import (
    ASSESSABLE_AFTER_DAYS,
    Assessment,
    assess,
    days_between,
)
from vein_imaging.words import translate as _

__all__ = ["ComparedDays", "Sayable", "may_say"]


@dataclass(frozen=True, slots=True)
class ComparedDays:
    """When the two pictures were taken, and the last treatment before the second.

    Parameters
    ----------
    before, after : date, optional
        On the clinic's calendar; None where it is not known.
    treated_on : date, optional
        The last day on which something was injected, not after `after`.
    """

    before: date | None = None
    after: date | None = None
    treated_on: date | None = None

    @property
    def passed(self) -> int | None:
        """Days for which the skin has healed when AFTER was taken; None if not known.

        Raises
        ------
        ValueError
            If AFTER is earlier than BEFORE.
        """
        between = days_between(self.before, self.after)
        if between is None or self.after is None or self.treated_on is None:
            return between
        return min(between, max(0, (self.after - self.treated_on).days))


@dataclass(frozen=True, slots=True)
class Sayable:
    """What may be said.

    Parameters
    ----------
    verdict : "comparable", "doubtful", "refused" or "too early"
    headline : str
        Short, for large letters.
    figure : str
        The percentage with its interval and repeat error; empty where none may be
        shown.
    assessment : Assessment or None
        In one phrase; None where no phrase sums it up.
    reasons : tuple of str
        Against the figure, or why there is none.
    all_veins : str
        How much of all vein seen BEFORE cleared, judged or not; empty without a figure.
    """

    verdict: Literal["comparable", "doubtful", "refused", "too early"]
    headline: str
    figure: str
    assessment: Assessment | None
    reasons: tuple[str, ...]
    all_veins: str = ""

    @property
    def why_no_figure(self) -> str:
        """Why no percentage may be shown; empty where one may."""
        return "" if self.figure else "; ".join(self.reasons) or self.headline


def may_say(comparison: Comparison, days: ComparedDays) -> Sayable:
    """Decide what may be said of a comparison, and whether with a figure.

    Parameters
    ----------
    comparison : Comparison
    days : ComparedDays

    Returns
    -------
    Sayable

    Raises
    ------
    ValueError
        If AFTER is dated before BEFORE.
    """
    passed, reasons = days.passed, comparison.reasons
    if comparison.verdict == "refused":
        headline = {
            "aligned": _("ALIGNED, BUT NOT MEASURED"),
            "doubtful": _("DOUBTFULLY ALIGNED, NOT MEASURED"),
            "refused": _("NOT COMPARABLE"),
        }[comparison.alignment_verdict]
        return Sayable("refused", headline, "", "not comparable", reasons)
    if passed is not None and passed < ASSESSABLE_AFTER_DAYS:
        why = _(
            "not yet assessable: {passed} days have passed, and {needed} are needed"
        ).format(passed=passed, needed=ASSESSABLE_AFTER_DAYS)
        return Sayable(
            "too early",
            _("NOT YET ASSESSABLE"),
            "",
            "not yet assessable",
            (why, *reasons),
        )
    figure = comparison.summary.clearance_text()
    whole = comparison.summary.all_veins_text()
    if passed is None:
        reasons = (
            *reasons,
            _("no dates were given: this holds only from eight weeks after treatment"),
        )
    if comparison.verdict == "doubtful":
        headline = _("DOUBTFUL \N{EM DASH} quote no figure without the reasons")
        return Sayable("doubtful", headline, figure, None, reasons, whole)
    phrase = assess(comparison.summary, passed)
    shown = _(phrase)
    headline = shown[:1].upper() + shown[1:]
    return Sayable("comparable", headline, figure, phrase, reasons, whole)
