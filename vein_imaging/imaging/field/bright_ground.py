"""A limb on a ground as bright as itself: whether a band is to be believed."""

from __future__ import annotations

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Mask
from vein_imaging.imaging.field.limb import find_limb
from vein_imaging.imaging.field.outline import Judged, Outlines
from vein_imaging.imaging.field.regions import at_frame, disc, opened_mask, resized
from vein_imaging.imaging.field.settle import settle_outline
from vein_imaging.imaging.field.small_picture import SmallPicture
from vein_imaging.imaging.field.splits import Split

__all__ = ["find_limb_on_bright_ground"]

LIKELY, SURE = 0.92, 1.23
"""Strength of the band's weaker outline. In close-ups of skin the best band reaches .8,
of drawn skin .88; arms on a sheet .94 to 1.4, drawn legs before a lit table 1.25 to
1.5."""
LIKELY_STEP = 0.125
"""Median step across a likely band's outline; a slope of light shows less."""
MERIT_GAIN = 0.1
"""A likely band must exceed by that the merit of what brightness parted."""
DARK_GROUND_MERIT = 0.6
"""What has that merit lies on dark ground: only a sure band cuts a table off it."""
SURE_STEP, STEP_PX = 0.04, 25
"""A sure one must be that much brighter than what it cuts off, over that window, along
three quarters of the cut."""
MARGIN_PX = 5
"""A band that is believed is widened by a disc of that size: in doubt it is skin."""
FAR_PX, NEAR_PX, LEAST_FAR_SHARE = 35, 13, 0.72
"""Nor may it brighten again farther away: by the wide window the step is hardly smaller
than by the narrow one. On nine drawn legs before a table it is .85 to 1.5 times as
large; along a valley between two tendons of a hand .6 times."""
GROUND_AT_FRAME, SLIVER_PX = 0.17, 5
"""What is cut off is ground: the largest part of it, less what is narrower than that,
has such a share of its outline at the picture's frame. Of parts of drawn sheets it is
.19 to .5; of a strip of skin along a limb .1 to .15. Small parts say little: the corner
of a sheet that comes out on a limb's far side ends before the frame."""


def find_limb_on_bright_ground(
    small: SmallPicture,
    lit: Mask,
    found: Mask,
    best: Judged | None,
    outlines: Outlines,
) -> Mask | None:
    """The limb on a ground as bright as itself, if that is a better explanation.

    Parameters
    ----------
    small : SmallPicture
        Not by visible light.
    lit : (h, w) bool
        All that might be skin.
    found : (h, w) bool
        What was told so far.
    best : Judged or None
        The split it was told by, if one was believed.
    outlines : Outlines
        Of the small picture's half.

    Returns
    -------
    (h, w) bool or None
    """
    limb = find_limb(small.level)
    if limb.weaker < LIKELY:
        return None
    limb_lit = lit & limb.mask
    cut_off = found & ~limb_lit
    if not cut_off.any() or at_frame(_largest_part(cut_off)) < GROUND_AT_FRAME:
        return None
    dark_ground = best is not None and best.merit > DARK_GROUND_MERIT
    sure = dark_ground and limb.weaker > SURE
    if sure and _is_ground(small, limb_lit & found, cut_off):
        return settle_outline(small, _widened(limb.mask) & lit & found)
    shape = small.lit.shape[0] // 2, small.lit.shape[1] // 2
    judged = outlines.judge(Split(resized(limb_lit, shape), by_colour=False))
    if judged is None or judged.middle < LIKELY_STEP:
        return None
    better = best is None or judged.merit > best.merit + MERIT_GAIN
    return _widened(limb.mask) & lit if better else None


def _widened(mask: Mask) -> Mask:
    return np.asarray(cv2.dilate(mask.view(np.uint8), disc(MARGIN_PX)) > 0)


def _largest_part(mask: Mask) -> Mask:
    """The largest part of a mask that is no sliver; all of it where all is one."""
    broad = opened_mask(mask, SLIVER_PX)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        broad.view(np.uint8), connectivity=4
    )
    if count < 2:
        return mask
    return np.asarray(labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()))


def _is_ground(small: SmallPicture, limb: Mask, cut_off: Mask) -> bool:
    """Whether what is cut off is darker than the limb, near it and farther away."""
    near, far = (_step(small, limb, cut_off, size) for size in (NEAR_PX, FAR_PX))
    if far < LEAST_FAR_SHARE * near:
        return False
    return _step(small, limb, cut_off, STEP_PX) > SURE_STEP


def _step(small: SmallPicture, inside: Mask, outside: Mask, window_px: int) -> float:
    """Lower quartile, along the border of two masks, of how much brighter one is."""
    size = window_px, window_px
    means = []
    for side in (inside, outside):
        weight = side.astype(np.float32)
        total = cv2.blur(small.level * weight, size)
        means.append(total / np.maximum(cv2.blur(weight, size), 1e-3))
    near = cv2.dilate(outside.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
    border = inside & near
    if not border.any():
        return 0.0
    return float(np.percentile((means[0] - means[1])[border], 25))
