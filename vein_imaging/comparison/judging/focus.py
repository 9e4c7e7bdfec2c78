"""Whether a picture is sharp enough to tell a hair from a vein."""

from __future__ import annotations

import numpy as np

from vein_imaging.comparison.judging.pieces import CentrelinePiece, Seen

__all__ = ["SHARP_FINENESS", "knows_hairs", "narrowest_vein_px"]

SHARP_FINENESS = 0.7
"""Texture fineness of a sharp picture, at least; see `ExposureMatch`."""

_HAIR_MM = 0.1  # sigma of a hair in a sharp picture, at most
_MARGIN = 1.4
"""The width of a hair shows the blur. A line less than two fifths wider than a hair is
not certain to be a vein."""
_BLURRED_FINENESS = 0.5
"""Below that, where hairs are wider than in a sharp picture, a few of them are found,
the thinnest: 3 px of blur leaves .32 to .43 on drawn legs, 1.5 px .51 and more."""
_THINNEST_PCT = 10
"""The thinnest tenth of the length is used: a single thin piece may be an error of
width."""


def knows_hairs(hair_mm: float, fineness: float) -> bool:
    """Whether the hairs that were found tell how wide hairs are in that picture.

    Parameters
    ----------
    hair_mm : mm, sigma
        Nan where there are too few.
    fineness : float
        `ExposureMatch.fineness`.
    """
    sharp = hair_mm <= _HAIR_MM or fineness >= _BLURRED_FINENESS
    return bool(np.isfinite(hair_mm) and sharp)


def narrowest_vein_px(
    lines: tuple[CentrelinePiece, ...],
    seen: Seen,
    *,
    hair_px: float,
    fineness: float,
    px_per_mm: float,
) -> float:
    """Width at and below which a dark line of one picture may be a hair.

    Out of focus, hairs are as wide as veins, and a hair that is elsewhere at the next
    visit is a vein that cleared. If hairs were found, their own width decides, unless
    the picture is so blurred that those found are the few that are thinnest. If none
    was found, either there is none or none can be recognised. Then the skin's texture
    decides; if it is not sharp either, lines as thin as the thinnest of the picture are
    left out.

    Parameters
    ----------
    lines : tuple of CentrelinePiece
    seen : Seen
        What this picture shows of them.
    hair_px : px
        `Hair.sigma_px`; nan where there are too few.
    fineness : float
        `ExposureMatch.fineness`.
    px_per_mm : px/mm

    Returns
    -------
    px, sigma
    """
    sharp = _HAIR_MM * px_per_mm
    if knows_hairs(hair_px / px_per_mm, fineness):
        return max(sharp, _MARGIN * hair_px)
    if fineness >= SHARP_FINENESS:
        return sharp
    known = np.isfinite(seen.sigma_px)
    if not known.any():
        return sharp
    length = np.array([line.length_px for line in lines])[known]
    order = np.argsort(seen.sigma_px[known])
    share = 100 * np.cumsum(length[order]) / length.sum()
    thinnest = seen.sigma_px[known][order][int(np.searchsorted(share, _THINNEST_PCT))]
    return max(sharp, _MARGIN * float(thinnest))
