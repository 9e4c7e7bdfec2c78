"""The split that is believed: the one whose outline is strongest."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from vein_imaging.imaging.arrays import Mask
from vein_imaging.imaging.field.outline import Judged, Outlines
from vein_imaging.imaging.field.regions import at_frame
from vein_imaging.imaging.field.small_picture import SmallPicture
from vein_imaging.imaging.field.splits import (
    Split,
    brightness_axis,
    red_axis,
    splits_at,
)

__all__ = ["GROUND_AT_FRAME", "choose_split"]

SURE_MERIT = 1.4
"""A red split with that merit is not compared with less red and brighter ones."""
NEARLY, CONTAINED = 0.95, 0.95
"""Of splits nearly as good that contain the best one the largest is taken: skin left out
is a vein missed, a sheet searched is a false line that later tests can still reject."""
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
    if small.light == "visible":
        axis = red_axis(small, small.lit)
        for above in (True, False):
            known += _judged(outlines, splits_at(axis, small.lit, above=above))
            if any(one.red and one.merit > SURE_MERIT for one in known):
                best = _larger(known)
                return _again(small, outlines, best) or best
    axis = brightness_axis(small, small.lit)
    known += _judged(outlines, splits_at(axis, small.lit, above=True))
    if small.light == "visible":
        known += _judged(outlines, splits_at(axis, small.lit, above=False))
    if not known:
        return None
    best = _larger(known)
    return (small.light == "visible" and _again(small, outlines, best)) or best


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
    for split in splits_at(red_axis(small, within), within, above=True):
        left_out = within & ~split.mask
        if (
            not left_out.any()
            or float(np.median(small.red_green[left_out])) >= GROUND_REDDEST
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
