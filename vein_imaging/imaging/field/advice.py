"""What to tell who took a picture in which the field could not be found well."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Mask
from vein_imaging.imaging.field.regions import disc
from vein_imaging.imaging.field.small_picture import SmallPicture

__all__ = ["FieldKind", "advise"]

FieldKind = Literal["outlined", "all lit", "disc", "limb", "unlit"]

SMALL_SHARE = 0.2
"""Of the picture. Less is a limb far away: its veins are a pixel or two wide."""
VEIN_PX, STEEP_PERCENTILE, STEEP = 7, 97.0, 0.11
"""Skin that fills a picture is smooth once its veins are closed: of the gradients of
log brightness, per pixel, the 97th percentile is under .11; in a room .11 to .16."""


def advise(small: SmallPicture, field: Mask, kind: FieldKind) -> str:
    """Say what would help, if a whole room seems to be in the picture.

    Parameters
    ----------
    small : SmallPicture
    field : (h, w) bool
    kind : FieldKind

    Returns
    -------
    str
        "" where nothing is to be said.
    """
    share = np.count_nonzero(field) / field.size
    if kind == "unlit" or not share:
        return "The picture is too dark to tell skin in it: more light is needed."
    if kind in ("outlined", "limb") and share < SMALL_SHARE:
        return (
            f"Skin seems to fill only {100 * share:.0f} % of the picture: come nearer, "
            "or draw a box around it."
        )
    if kind == "all lit" and _steepness(small) > STEEP:
        return (
            "No limb stands out in the picture, and it does not look like skin only: "
            "come nearer, or draw a box around the skin."
        )
    return ""


def _steepness(small: SmallPicture) -> float:
    half = small.half()
    smooth = cv2.morphologyEx(half.level, cv2.MORPH_CLOSE, disc(VEIN_PX))
    smooth = cv2.morphologyEx(smooth, cv2.MORPH_OPEN, disc(VEIN_PX))
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
    along = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    steep = np.asarray(cv2.magnitude(across, along))
    inner = cv2.erode(half.lit.view(np.uint8), disc(5)) > 0
    return float(np.percentile(steep[inner], STEEP_PERCENTILE)) if inner.any() else 0.0
