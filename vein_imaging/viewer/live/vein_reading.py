"""The vein under a click: its width there, and how certain the width is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vein_imaging.imaging.vein_map import VeinClass, VeinMap, vein_class_of
from vein_imaging.words import translate as _

__all__ = ["WITHIN_PX", "VeinReading", "vein_at"]

WITHIN_PX = 14.0
"""A click that is farther than this from every centreline does not mean a vein."""

_NEIGHBOURS = 8
"""The median over about two vein widths along the vein keeps the error of a single
point out."""


@dataclass(frozen=True, slots=True)
class VeinReading:
    """Width of a vein at one place.

    Parameters
    ----------
    diameter_mm, sd_mm : mm
        Width, and its standard deviation (nan where unknown).
    vein_class : VeinClass
        Of twice the standard deviation around the width.
    """

    diameter_mm: float
    sd_mm: float
    vein_class: VeinClass

    @property
    def text(self) -> str:
        """The width as a person types it: one decimal, at least 0.1."""
        return f"{max(self.diameter_mm, 0.1):.1f}"

    @property
    def short(self) -> str:
        """Width and class, as it is said at the pointer."""
        error = (
            _("error not known")
            if not math.isfinite(self.sd_mm)
            else f"\N{PLUS-MINUS SIGN} {max(2 * self.sd_mm, 0.1):.1f}"
        )
        words = _("{text} {error} mm, {vein_class}")
        return words.format(text=self.text, error=error, vein_class=_(self.vein_class))

    @property
    def sentence(self) -> str:
        """What was measured, and what the measurement does not prove."""
        sure = (
            f" \N{PLUS-MINUS SIGN} {2 * self.sd_mm:.1f}" if self.sd_mm >= 0.05 else ""
        )
        return _(
            "Measured where you clicked: {text}{sure} mm, {vein_class}. "
            "Lying down this does not prove the width standing."
        ).format(text=self.text, sure=sure, vein_class=_(self.vein_class))


def vein_at(vein_map: VeinMap, point_rc: tuple[float, float]) -> VeinReading | None:
    """Width of the vein at or nearest to a point.

    Parameters
    ----------
    vein_map : VeinMap
    point_rc : (row, column), px

    Returns
    -------
    VeinReading or None
        None where no vein is near, its width is not known, or there is no scale.
    """
    mm_per_pixel = vein_map.mm_per_pixel
    if mm_per_pixel is None:
        return None
    nearest, where, best = None, 0, WITHIN_PX
    for branch in vein_map.branches:
        away = np.hypot(*(branch.points_rc - np.asarray(point_rc, np.float32)).T)
        at = int(away.argmin())
        if away[at] < best:
            nearest, where, best = branch, at, float(away[at])
    if nearest is None:
        return None
    near = nearest.diameter_px[max(0, where - _NEIGHBOURS) : where + _NEIGHBOURS + 1]
    known = near[np.isfinite(near)]
    if not known.size:
        return None
    diameter_mm = float(np.median(known)) * mm_per_pixel
    sd_mm = nearest.diameter_sd_px * mm_per_pixel
    margin_mm = 2 * sd_mm if math.isfinite(sd_mm) else 0.0
    return VeinReading(diameter_mm, sd_mm, vein_class_of(diameter_mm, margin_mm))
