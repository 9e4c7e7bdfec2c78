"""What a comparison says when nothing changed: the error next to every percentage."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vein_imaging.words import translate as _

__all__ = ["PHANTOM_REPEAT", "RepeatError", "repeat_error"]

_LEAST_PAIRS = 10
"""With 10 pairs, a standard deviation has an error of 22 % of itself: 1 / sqrt(2 n)."""


@dataclass(frozen=True, slots=True)
class RepeatError:
    """How much clearance is shown where there was none.

    Parameters
    ----------
    floor_pct : %, >= 0
        Half the width of the interval that same-day pairs fall in.
    pairs : int, >= 0
        Same-day pairs it was measured on; 0: a figure from drawn pictures, not from
        this camera.

    Raises
    ------
    ValueError
        If the floor is negative or not finite, or `pairs` is negative.
    """

    floor_pct: float
    pairs: int = 0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.floor_pct) and self.floor_pct >= 0):
            raise ValueError(f"a repeat floor is 0 % or more, not {self.floor_pct!r}")
        if self.pairs < 0:
            raise ValueError(f"a number of pairs is 0 or more, not {self.pairs!r}")

    def describe(self) -> str:
        """Say the floor and where it comes from, in one phrase."""
        origin = (
            _("from {pairs} same-day pairs").format(pairs=self.pairs)
            if self.pairs
            else _("default from drawn pictures, not measured with this camera")
        )
        return _("repeat error ±{floor_pct:.0f} percentage points ({origin})").format(
            floor_pct=self.floor_pct, origin=origin
        )


PHANTOM_REPEAT = RepeatError(10.0)
"""Used until a clinic has measured its own; see docs/comparison.md."""


def repeat_error(clearances_pct: Sequence[float]) -> RepeatError:
    """Find the repeat error of a clinic's own camera, light and hands.

    Take two pictures of one area on one day, the camera taken away in between, of ten
    areas or more; compare each two; hand over the clearances.

    Parameters
    ----------
    clearances_pct : %, at least 10
        Clearance shown by each same-day pair. The truth is 0.

    Returns
    -------
    RepeatError
        1.96 times the root mean square, which unlike a standard deviation counts a
        constant error as an error.

    Raises
    ------
    ValueError
        If there are fewer than ten, or one is not finite.
    """
    if len(clearances_pct) < _LEAST_PAIRS:
        raise ValueError(
            f"{len(clearances_pct)} same-day pairs do not give a repeat error; "
            f"{_LEAST_PAIRS} areas are needed, each photographed twice"
        )
    if not all(math.isfinite(value) for value in clearances_pct):
        raise ValueError(
            "a clearance is not a number; leave out pairs that were refused"
        )
    mean_square = sum(value**2 for value in clearances_pct) / len(clearances_pct)
    return RepeatError(1.96 * math.sqrt(mean_square), len(clearances_pct))
