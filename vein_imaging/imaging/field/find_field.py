"""Where to look: lit skin, not sheets, clothes, straps or letterbox bars.

A small copy of the picture is parted in two in several ways, and the way is believed
whose outline is strongest; where none has an outline, all that is lit is skin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Mask
from vein_imaging.imaging.field.limb import find_limb
from vein_imaging.imaging.field.outline import Judged, judge_outline
from vein_imaging.imaging.field.refine import refine
from vein_imaging.imaging.field.regions import at_frame, closed, fill_holes, main_parts, opened
from vein_imaging.imaging.field.small_picture import SmallPicture
from vein_imaging.imaging.field.splits import Split, propose_splits

__all__ = ["FoundField", "find_field", "is_visible_light"]

DISC_LIT_SHARE, DISC_ROUND_SHARE, DISC_LARGEST_SHARE = 0.15, 0.83, 0.9
LEAST_STRENGTH = 0.15
FRAME=0.25
ALIKE=.95
AGAIN = 0.2, 0.3, 0.12, 0.08
AT_ONCE = 0.35, 0.5, 0.2
LIMB_WEAKER = 0.9
LIMB_STRENGTH = 0.6
LIMB_GAIN, LIMB_STEP = (0.2, 0.05), 0.2

Kind = Literal["outlined", "all lit", "disc", "limb", "unlit"]


@dataclass(frozen=True, slots=True, eq=False)
class FoundField:
    """Where to look in a picture.

    Parameters
    ----------
    mask : (H, W) bool
    kind : {"outlined", "all lit", "disc", "limb", "unlit"}
        How it was told.
    """

    mask: Mask
    kind: Kind


def find_field(picture: NDArray[np.uint8]) -> Mask:
    return look_for_field(picture).mask


def look_for_field(picture: NDArray[np.uint8]) -> FoundField:
    small = SmallPicture.of(picture)
    mask, kind = _find(small)
    height, width = picture.shape[:2]
    grown = cv2.resize(
        mask.view(np.uint8) * 255, (width, height), interpolation=cv2.INTER_LINEAR
    )
    return FoundField(grown > 127, kind)


def _find(small: SmallPicture) -> tuple[Mask, Kind]:
    if not small.lit.any():
        return small.lit, "unlit"
    found = _find_disc(small)
    if found is not None:
        return found, "disc"
    half = small.half()
    best = _best(half, half.lit)
    strength = 0.0 if best is None else best.strength
    if best is None or strength < LEAST_STRENGTH:
        mask, kind = _all_lit(small), "all lit"
        best = None
    else:
        if small.light == "visible":
            again = _again(half, best)
            best = best if again is None else again
        mask, kind = _grown(best.split.mask, small), "outlined"
        if small.light == "visible":
            mask = refine(small, mask)
    if small.light != "visible":
        limb = find_limb(small.level)
        if limb.weaker > LIMB_WEAKER:
            cut = _all_lit(small) & limb.mask
            if best is not None and at_frame(mask & ~cut) < FRAME:
                return mask, kind
            judged = judge_outline(half, Split(_halved_mask(cut, half), False))
            if judged is not None and (best is None or judged.merit > best.merit + 0.1):
                return cut, "limb"
    return mask, kind


def _halved_mask(mask, half):
    return cv2.resize(mask.view(np.uint8), half.lit.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0


def _all_lit(small):
    return fill_holes(closed(opened(small.lit, 3), 9), 1.0)


def _grown(mask, small):
    size = small.lit.shape[1], small.lit.shape[0]
    return cv2.resize(mask.view(np.uint8) * 255, size, interpolation=cv2.INTER_LINEAR) > 127


def _best(half, within):
    judged = [judge_outline(half, split) for split in propose_splits(half, within)]
    known = [one for one in judged if one is not None]
    if not known:
        return None
    best = max(known, key=lambda one: one.merit)
    for other in known:
        if other.merit > ALIKE * first_merit(best, known) and other.strength > ALIKE * best.strength and other.split.mask.sum() > best.split.mask.sum() and (other.split.mask & best.split.mask).sum() > 0.95 * best.split.mask.sum():
            best = other
    return best


def first_merit(best, known):
    return max(one.merit for one in known)


def _again(half, first):
    best = None
    within = first.split.mask
    for split in propose_splits(half, within):
        if not split.by_colour:
            break
        out = within & ~split.mask
        if not out.any() or np.median(half.red_green[out]) >= AGAIN[3] or at_frame(out) < FRAME:
            continue
        judged = judge_outline(half, split)
        if judged is None or judged.weaker < AGAIN[0] or judged.middle < AGAIN[1] or judged.redder < AGAIN[2]:
            continue
        if best is None or judged.merit > best.merit:
            best = judged
    return best


def _find_disc(small):
    bright = np.exp(small.level) - 4 > DISC_LIT_SHARE * small.brightest
    outlines, _ = cv2.findContours(bright.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    largest = max(outlines, key=cv2.contourArea)
    area = cv2.contourArea(largest)
    _, radius = cv2.minEnclosingCircle(largest)
    if area < DISC_ROUND_SHARE * math.pi * radius**2 or area > DISC_LARGEST_SHARE * bright.size:
        return None
    disc = np.zeros(bright.shape, np.uint8)
    cv2.drawContours(disc, [largest], -1, 1, cv2.FILLED)
    return disc > 0


def is_visible_light(picture: NDArray[np.uint8]) -> bool:
    small = SmallPicture.of(picture)
    return small.light == "visible" or _find_disc(small) is not None
