"""Where to look: lit skin, not sheets, clothes, straps or letterbox bars.

A small copy of the picture is parted in two in several ways, and the way is believed
whose outline is strongest; where none has an outline, all that is lit is skin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Mask
from vein_imaging.imaging.field.choose import GROUND_AT_FRAME, choose_split
from vein_imaging.imaging.field.limb import find_limb
from vein_imaging.imaging.field.outline import Judged, Outlines
from vein_imaging.imaging.field.refine import refine_by_colour
from vein_imaging.imaging.field.regions import (
    at_frame,
    closed,
    fill_holes,
    opened,
    resized,
)
from vein_imaging.imaging.field.round_field import find_round_field
from vein_imaging.imaging.field.settle import settle_outline
from vein_imaging.imaging.field.small_picture import SmallPicture
from vein_imaging.imaging.field.splits import Split

__all__ = ["FieldKind", "FoundField", "find_field", "is_visible_light"]

LEAST_STRENGTH = 0.15
"""An outline with a smaller step is none: in pictures that are all skin the strongest
ones measure up to .13, the palest leg on a white sheet, in flat light, .19."""
LIMB_STRENGTH = 0.9
"""Mean strength of the weaker outline of a limb on a ground as bright as it."""
LIMB_GAIN = 0.1
"""And its merit must exceed by that what brightness parted."""
CLEAR_MERIT = 1.2
"""No limb on a bright ground has that merit; so what has is not asked for one."""

FieldKind = Literal["outlined", "all lit", "disc", "limb", "unlit"]


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
    visible_light : bool
        Whether the picture was taken by visible light: then skin and retina are
        reddish. A round grey field is a retina's and counts as well.
    """

    mask: Mask
    kind: FieldKind
    visible_light: bool


def find_field(picture: NDArray[np.uint8]) -> FoundField:
    """Find the lit skin of a picture, or the disc of a retina.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8 RGB

    Returns
    -------
    FoundField
    """
    small = SmallPicture.of(picture)
    mask, kind = _find(small)
    visible = small.light == "visible" or kind == "disc"
    return FoundField(resized(mask, picture.shape[:2]), kind, visible)


def is_visible_light(picture: NDArray[np.uint8]) -> bool:
    """Whether a picture was taken by visible light.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8 RGB

    Returns
    -------
    bool
        As `FoundField.visible_light`: False for grey, and for the purple of a
        near-infrared colour camera.
    """
    small = SmallPicture.of(picture)
    return small.light == "visible" or find_round_field(small) is not None


def _find(small: SmallPicture) -> tuple[Mask, FieldKind]:
    if not small.lit.any():
        return small.lit, "unlit"
    disc = find_round_field(small)
    if disc is not None:
        return disc, "disc"
    half = small.half()
    outlines = Outlines(half)
    best = choose_split(half, outlines) if half.lit.any() else None
    if best is None or best.strength < LEAST_STRENGTH:
        found, kind = _all_lit(small), "all lit"
    else:
        rough = resized(best.split.mask, small.lit.shape)
        visible = small.light == "visible"
        found = (refine_by_colour if visible else settle_outline)(small, rough)
        kind = "outlined"
    if small.light != "visible" and (best is None or best.merit < CLEAR_MERIT):
        limb = _limb(small, found, best, outlines)
        if limb is not None:
            return limb, "limb"
    return found, kind


def _all_lit(small: SmallPicture) -> Mask:
    return fill_holes(closed(opened(small.lit, 3), 9), 1.0)


def _limb(
    small: SmallPicture, found: Mask, best: Judged | None, outlines: Outlines
) -> Mask | None:
    """The limb on a ground as bright as itself, if that is a better explanation."""
    limb = find_limb(small.level)
    if limb.weaker < LIMB_STRENGTH:
        return None
    cut = _all_lit(small) & limb.mask
    if at_frame(found & ~cut) < GROUND_AT_FRAME:
        return None
    shape = small.lit.shape[0] // 2, small.lit.shape[1] // 2
    judged = outlines.judge(Split(resized(cut, shape), by_colour=False))
    least = -np.inf if best is None else best.merit + LIMB_GAIN
    return cut if judged is not None and judged.merit > least else None
