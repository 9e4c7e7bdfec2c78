"""Bruises: blood in the skin, wider than any vein, that no earlier picture shows."""

from __future__ import annotations

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["bruised"]

_WORK_PX_PER_MM = 2.5  # a bruise has no finer detail; the picture is reduced to that
_SMOOTH_MM = 0.8  # sigma: texture and what aligning leaves are finer
_WIDE_MM = 3.0
"""A bruise is at least so wide everywhere; veins and their stains are narrower."""
_SEEN = 0.2  # of the weight around a place must be bare skin
_MELANIN_RED, _MELANIN_BROWN = 0.18, 0.41
"""What melanin adds to ln(R/G) and ln(G/B): `residue.BROWN`. A tan or a stain moves
both in this proportion, and is taken out."""
_LEAST_RED, _LEAST_YELLOW = 0.04, 0.10
"""Of ln(R/G), and of ln(G/B), beyond melanin's part. A fresh bruise takes green, an old
one (bilirubin) blue alone."""
_LEAST_SD = 3.0  # robust deviations of the skin of the same pair
_MOST = 0.25
"""Of the common field: more is another light, not a bruise."""
Planes = tuple[Image, ...]


def bruised(
    before: Planes, after: Planes, usable: Mask, veins: Mask, px_per_mm: float
) -> Mask:
    """Find where AFTER shows a bruise that BEFORE does not.

    Only ratios of channels count, against the usual skin of the same two pictures:
    shade, exposure and white balance change none of them.

    Parameters
    ----------
    before, after : three planes of red, green and blue
        From `log_planes`, AFTER aligned. Grey pictures show no bruise.
    usable, veins : (H, W) bool
        Where both show skin; where either shows a vein.
    px_per_mm : px/mm

    Returns
    -------
    (H, W) bool
    """
    nothing = np.zeros(usable.shape, np.bool_)
    if len(before) != 3 or len(after) != 3:
        return nothing
    scale = min(1.0, _WORK_PX_PER_MM / px_per_mm)
    height, width = usable.shape
    size = max(1, round(width * scale)), max(1, round(height * scale))
    unit = px_per_mm * size[0] / width
    bare = (usable & ~veins).astype(np.float32)
    sigma = _SMOOTH_MM * unit
    weight = _smooth(_small(bare, bare, size), sigma)
    change = [
        _smooth(_small(now - was, bare, size), sigma) / np.maximum(weight, 1e-3)
        for was, now in zip(before, after, strict=True)
    ]
    skin = weight > _SEEN
    if not skin.any():
        return nothing
    red, brown = change[0] - change[1], change[1] - change[2]
    red, brown = red - np.median(red[skin]), brown - np.median(brown[skin])
    ratio = np.float32(_MELANIN_RED / _MELANIN_BROWN)
    blood = np.asarray(red - ratio * np.maximum(brown, 0), np.float32)
    bile = np.asarray(brown - np.maximum(red, 0) / ratio, np.float32)
    found = _above(blood, skin, _LEAST_RED) | _above(bile, skin, _LEAST_YELLOW)
    side = max(3, round(_WIDE_MM * unit))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    closed = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_CLOSE, disc)
    wide = cv2.morphologyEx(closed, cv2.MORPH_OPEN, disc)
    if np.count_nonzero(wide) > _MOST * np.count_nonzero(skin):
        return nothing
    whole = cv2.resize(wide, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(whole > 0, np.bool_)


def _small(plane: Image, bare: Image, size: tuple[int, int]) -> Image:
    small = cv2.resize(plane * bare, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _smooth(plane: Image, sigma_px: float) -> Image:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma_px), np.float32)


def _above(values: Image, skin: Mask, least: float) -> Mask:
    own = values[skin]
    spread = 1.4826 * float(np.median(np.abs(own - np.median(own))))
    return np.asarray(skin & (values > max(least, _LEAST_SD * spread)), np.bool_)
