"""Where to look: lit skin, not sheets, clothes, straps or letterbox bars.

A small copy of the picture is parted in two in several ways, and the way is believed
whose outline is strongest; where none has an outline, all that is lit is skin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Mask
from vein_imaging.imaging.field.advice import FieldKind, advise
from vein_imaging.imaging.field.bars import inside_bars
from vein_imaging.imaging.field.bright_ground import find_limb_on_bright_ground
from vein_imaging.imaging.field.choose import choose_split
from vein_imaging.imaging.field.outline import Outlines
from vein_imaging.imaging.field.refine import refine_by_colour
from vein_imaging.imaging.field.regions import (
    closed,
    fill_holes,
    opened_mask,
    resized,
)
from vein_imaging.imaging.field.round_field import find_round_field
from vein_imaging.imaging.field.settle import settle_outline
from vein_imaging.imaging.field.small_picture import SmallPicture

__all__ = [
    "FieldKind",
    "FoundField",
    "find_field",
    "look_for_field",
]

LEAST_STRENGTH = 0.15
"""An outline with a smaller step is none: in pictures that are all skin the strongest
ones measure up to .13, the palest leg on a white sheet, in flat light, .19."""
CLEAR_MERIT = 1.4
"""What has that merit lies on a dark ground, and is not asked for a bright one."""


@dataclass(frozen=True, slots=True, eq=False)
class FoundField:
    """Where to look in a picture.

    Parameters
    ----------
    mask : (H, W) bool
        Empty where a picture is unlit.
    kind : {"outlined", "all lit", "disc", "limb", "unlit"}
        How it was told: by an outline; not at all, because none is strong enough; the
        disc of a retina; a band between two outlines.
    advice : str
        What would help where a whole room seems to be in the picture, or no light; ""
        where nothing is to be said.
    """

    mask: Mask
    kind: FieldKind
    advice: str = ""


def find_field(
    plane: NDArray[np.uint8], picture: NDArray[np.uint8] | None = None
) -> Mask:
    """Find the lit skin of a picture, or the disc of a retina.

    Parameters
    ----------
    plane : (H, W) uint8
        One channel of it; looked at where there is no picture.
    picture : (H, W) or (H, W, 3) uint8 RGB, optional

    Returns
    -------
    (H, W) bool
        May be empty: an unlit picture has no field.
    """
    return look_for_field(plane if picture is None else picture).mask


def look_for_field(picture: NDArray[np.uint8]) -> FoundField:
    """Find the lit skin of a picture, and say how it was told.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8 RGB

    Returns
    -------
    FoundField
    """
    inside = inside_bars(picture)
    seen = picture[inside]
    small = SmallPicture.of(seen)
    found, kind = _find(small)
    mask = np.zeros(picture.shape[:2], bool)
    mask[inside] = resized(found, seen.shape[:2])
    return FoundField(mask, kind, advise(small, found, kind))


def _find(small: SmallPicture) -> tuple[Mask, FieldKind]:
    if not small.lit.any():
        return small.lit, "unlit"
    disc = find_round_field(small)
    if disc is not None:
        return disc, "disc"
    half = small.half()
    outlines = Outlines(half)
    best = choose_split(half, outlines) if half.lit.any() else None
    if best is not None and best.strength < LEAST_STRENGTH:
        best = None
    visible = small.light == "visible"
    kind: FieldKind = "all lit"
    if best is None:
        found = _all_lit(small)
    else:
        rough = resized(best.split.mask, small.lit.shape)
        found = (refine_by_colour if visible else settle_outline)(small, rough)
        kind = "outlined"
    if not visible and (best is None or best.merit < CLEAR_MERIT):
        lit = _all_lit(small)
        limb = find_limb_on_bright_ground(small, lit, found, best, outlines)
        if limb is not None:
            return limb, "limb"
    return found, kind


def _all_lit(small: SmallPicture) -> Mask:
    return fill_holes(closed(opened_mask(small.lit, 3), 9), 1.0)
