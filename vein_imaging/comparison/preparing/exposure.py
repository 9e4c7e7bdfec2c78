"""Whether two pictures were taken alike enough for their contrast to be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["ExposureMatch", "match_exposure"]

Values = NDArray[Any]

_GAIN_LIMITS = (0.8, 1.25)
"""Different light explains a fifth less or a quarter more texture; more than that comes
from focus or the lens."""
_CLIPPED_SHARE = 0.02
"""Up to this share, white pixels are highlights; more mean an exposure in which veins
were lost."""
_LEAST_PIXELS = 500
"""Neighbouring pixels are alike: fewer than this do not show the spread of the
texture."""
_WHOLE = 0.9  # a blurred pixel that is made of a tenth of something else does not count
_FINEST_PX = 3.0  # sigma that a picture is reduced to at most: sampled finely enough
_SIGMAS_MM = (0.16, 0.32, 0.64)
"""The texture of skin between pores and small veins, an octave apart."""


@dataclass(frozen=True, slots=True)
class ExposureMatch:
    """How alike light, contrast and focus of two pictures are.

    Parameters
    ----------
    brightness_ratio : float
        Median intensity AFTER over BEFORE, in the overlap. It alone does no harm:
        contrast is measured in logarithms.
    texture_gain : float
        Contrast of the skin between the veins AFTER over BEFORE. Away from 1, light,
        gamma or focus differ, and veins look weaker or stronger for that alone.
    fineness : float
        Power of the skin texture both show from 0.16 to 0.32 mm over that from 0.32 to
        0.64 mm: about 0.9 on sharp drawn skin, 0.6 and 0.35 with a lens blur of 0.12
        and 0.24 mm. Smooth skin reads as blurred.
    clipped_share_before, clipped_share_after : 0 to 1
        Skin that is saturated or black, and so cannot be compared.
    doubts : tuple of str
        What a reader must know; empty where the two match.
    """

    brightness_ratio: float
    texture_gain: float
    fineness: float
    clipped_share_before: float
    clipped_share_after: float
    doubts: tuple[str, ...]

    @property
    def weakening(self) -> float:
        """`texture_gain` where AFTER is doubtfully weak (below 0.8), otherwise 1."""
        return self.texture_gain if self.texture_gain < _GAIN_LIMITS[0] else 1.0


def match_exposure(
    greys: tuple[Image, Image],
    logs: tuple[Image, Image],
    bare: Mask,
    *,
    clipped: tuple[float, float],
    px_per_mm: float,
) -> ExposureMatch:
    """Compare the skin between the veins of two aligned pictures.

    Parameters
    ----------
    greys, logs : two (H, W) float32
        Intensity and `Surface.log`, BEFORE and aligned AFTER.
    bare : (H, W) bool
        Overlap without veins.
    clipped : two shares, 0 to 1
        Of the skin, saturated or black.
    px_per_mm : px/mm

    Returns
    -------
    ExposureMatch
    """
    doubts = [
        _("{share:.0f} % of the skin in {name} is saturated or black").format(
            share=100 * share, name=_(name)
        )
        for name, share in zip(
            (marked("BEFORE"), marked("AFTER")), clipped, strict=True
        )
        if share > _CLIPPED_SHARE
    ]
    logs, bare, px_per_mm = _reduced(logs, bare, px_per_mm)
    weights = [_blur(bare.astype(np.float32), s * px_per_mm) for s in _SIGMAS_MM]
    # away from veins and edges: what is seen there is seen whole at every scale
    inner = bare & (weights[-1] > _WHOLE)
    if np.count_nonzero(inner) < _LEAST_PIXELS:
        doubts.append(_("there is too little bare skin to compare light and focus"))
        return ExposureMatch(np.nan, np.nan, 0.0, *clipped, tuple(doubts))
    (fine, coarse), (fine_after, coarse_after) = (
        _bands(log * bare, weights, inner, px_per_mm) for log in logs
    )
    gain = _spread(fine_after + coarse_after) / max(_spread(fine + coarse), 1e-9)
    common = float((coarse * coarse_after).mean())
    fineness = float((fine * fine_after).mean()) / max(common, 1e-12)
    if not _GAIN_LIMITS[0] <= gain <= _GAIN_LIMITS[1]:
        weaker = _("weaker") if gain < 1 else _("stronger")
        off = 100 * abs(1 - gain)
        doubts.append(
            _(
                "skin texture is {off:.0f} % {weaker} AFTER: light, focus or gamma "
                "differ, and they change how veins look"
            ).format(off=off, weaker=weaker)
        )
    whole = cv2.resize(inner.astype(np.uint8), greys[0].shape[::-1]) > 0
    medians = [max(float(np.median(grey[whole])), 1e-6) for grey in greys]
    ratio = medians[1] / medians[0]
    return ExposureMatch(ratio, gain, fineness, *clipped, tuple(doubts))


def _reduced(
    logs: tuple[Image, Image], bare: Mask, px_per_mm: float
) -> tuple[tuple[Image, Image], Mask, float]:
    # as small as still shows the finest texture: a blur costs its width times its area
    factor = int(_SIGMAS_MM[0] * px_per_mm / _FINEST_PX)
    if factor < 2:
        return logs, bare, px_per_mm
    height, width = bare.shape
    size = max(1, width // factor), max(1, height // factor)
    one, other, shown = (
        np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.float32)
        for part in (*logs, bare.astype(np.float32))
    )
    return (one, other), shown > _WHOLE, px_per_mm * size[0] / width


def _bands(
    masked: Image, weights: list[Image], inner: Mask, px_per_mm: float
) -> tuple[Values, Values]:
    # texture between three Gaussians, each over bare skin only
    smooth = [
        (_blur(masked, sigma * px_per_mm) / np.maximum(weight, 1e-3))[inner]
        for sigma, weight in zip(_SIGMAS_MM, weights, strict=True)
    ]
    return smooth[0] - smooth[1], smooth[1] - smooth[2]


def _blur(plane: Image, sigma_px: float) -> Image:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma_px), np.float32)


def _spread(values: Values) -> float:
    return float(np.median(np.abs(values - np.median(values))))
