"""The split that is believed: the one whose outline is strongest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from vein_imaging.imaging.arrays import Mask
from vein_imaging.imaging.field.outline import Judged, Outlines
from vein_imaging.imaging.field.regions import at_frame, typical
from vein_imaging.imaging.field.small_picture import SmallPicture
from vein_imaging.imaging.field.splits import (
    Split,
    brightness_axis,
    red_axis,
    splits_at,
)

__all__ = ["GROUND_AT_FRAME", "choose_split"]

SURE_MERIT = 1.4
"""A red split with that merit is believed without asking the less likely kinds."""
NEARLY, CONTAINED = 0.95, 0.95
"""Of splits nearly as good that contain the best one the largest is taken: skin left
out is a vein missed, a sheet searched is a false line that can still be rejected."""
AGAIN_WEAKER, AGAIN_MIDDLE, AGAIN_REDDER = 0.2, 0.3, 0.12
GROUND_REDDEST = 0.08
"""Ratio to green of ground; what is redder might be skin."""
GROUND_AT_FRAME = 0.25
"""Ground lies at the picture's frame with that share of its outline; shine does not."""


def choose_split(small: SmallPicture, outlines: Outlines) -> Judged | None:
    """Choose the split of a small picture whose outline is strongest.

    Parameters
    ----------
    small : SmallPicture
    outlines : Outlines
        The judge of that picture.

    Returns
    -------
    Judged or None
        None where nothing parts the picture. What comes may be weak.
    """
    known: list[Judged] = []
    lit = small.lit
    for splits in _stages(small, lit):
        known += _judged(outlines, splits)
        if any(one.red and one.merit > SURE_MERIT for one in known):
            break
    if not known:
        return None
    best = _larger(known)
    again = _again(small, outlines, best) if small.light == "visible" else None
    return again or best


def _stages(small: SmallPicture, lit: Mask) -> Iterator[Iterator[Split]]:
    """Kinds of splits, the likeliest first."""
    if small.light == "visible":
        red = red_axis(small, lit)
        yield splits_at(red, red.levels, lit)
        yield splits_at(red, red.guesses, lit)
        yield splits_at(red, red.levels, lit, above=False)
    bright = brightness_axis(small, lit)
    yield splits_at(bright, bright.levels, lit)
    if small.light == "visible":
        yield splits_at(bright, bright.levels, lit, above=False)


def _judged(outlines: Outlines, splits: Iterable[Split]) -> list[Judged]:
    judged = (outlines.judge(split) for split in splits)
    return [one for one in judged if one is not None]


def _larger(known: list[Judged]) -> Judged:
    """The best one, or a larger one around it that is nearly as good."""
    best = chosen = max(known, key=lambda one: one.merit)
    for one in known:
        nearly = (
            one.merit > NEARLY * best.merit and one.strength > NEARLY * best.strength
        )
        if nearly and _contains(one.split.mask, chosen.split.mask):
            chosen = one
    return chosen


def _contains(large: Mask, small: Mask) -> bool:
    area = np.count_nonzero(small)
    return bool(
        np.count_nonzero(large) > area
        and np.count_nonzero(large & small) > CONTAINED * area
    )


def _again(small: SmallPicture, outlines: Outlines, first: Judged) -> Judged | None:
    """Part what was kept once more: a black bar or a dark mat may have won first."""
    within = first.split.mask
    known = []
    red = red_axis(small, within)
    for split in splits_at(red, red.levels, within):
        left_out = within & ~split.mask
        if (
            not left_out.any()
            or typical(small.red_green, left_out) >= GROUND_REDDEST
            or at_frame(left_out) < GROUND_AT_FRAME
        ):
            continue
        judged = outlines.judge(split)
        if (
            judged is not None
            and judged.weaker > AGAIN_WEAKER
            and judged.middle > AGAIN_MIDDLE
            and judged.redder > AGAIN_REDDER
        ):
            known.append(judged)
    return max(known, key=lambda one: one.merit, default=None)
