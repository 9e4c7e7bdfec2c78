"""The width of veins, sub-pixel, from the brightness across them.

Measured is the full width at half depth; a blurred line is wider than the line itself,
by an amount that is known where the blur is (`without_blur`).
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.tracing.chains import Chains
from vein_imaging.imaging.tracing.profile import Profiles

__all__ = ["half_depth_widths", "without_blur"]

SHALLOWEST_SHARE = 0.35
"""A side that rises less than this share of the other is no vein's."""
ROUND_SHARE, ROUND_TAPER = 0.866, 0.683
FLAT_BLUR_PX = 1.5
"""Blur, a sigma, granted to a flat vessel's edge. It is more than the 1 px assumed
where none was measured: in doubt a vessel is flat, and its width is left as it is."""
TAPER_NOISE = 0.05
"""A taper that is less than this below a flat vessel's is noise."""
NARROW_PX = 7.0
"""Up to this width the shape is not asked; from twice as much on it counts in full."""
_MEDIAN_POINTS = 9
"""Four wrong neighbours change nothing."""

Widths = NDArray[np.float32]
Floats = NDArray[np.float64]


def half_depth_widths(profiles: Profiles, chains: Chains) -> Widths:
    """Width of the vein in each profile: at half depth, made up for its shape.

    A round vessel's shadow is rounded, and at half depth only .866 as wide as the
    vessel; a flat one's is as wide as it is. Which it is shows in how much narrower the
    shadow is further down, where it is wide enough for that.

    Parameters
    ----------
    profiles : Profiles
        Of `chains`.
    chains : Chains

    Returns
    -------
    (N,) float32 px
        Running median along each chain; nan where the line has not two sides.
    """
    if len(profiles.values) == 0:
        return np.zeros(0, np.float32)
    floor = profiles.at(0.0)
    rises = [side - floor for side in profiles.sides(chains.radius_px)]
    everywhere = np.arange(len(floor))
    half = _running_median(_width_at(profiles, floor, rises, 0.5, everywhere), chains)
    wide = np.flatnonzero(half > NARROW_PX)
    taper = np.full_like(half, np.nan)
    top, bottom = (
        _width_at(profiles, floor, rises, share, wide) for share in (0.75, 0.25)
    )
    taper[wide] = bottom / np.maximum(top, 1e-6)
    taper = _running_median(taper, chains)
    factor = np.where(np.isfinite(taper), _roundness_factor(half, taper), 1)
    return np.asarray(half * factor, np.float32)


def _width_at(
    profiles: Profiles,
    floor: Floats,
    rises: list[Floats],
    share: float,
    chosen: NDArray[np.intp],
) -> Widths:
    """Width where the brightness has risen by this share of each side's rise.

    Of the chosen profiles only.
    """
    values = profiles.values[chosen]
    count, samples = values.shape
    rows = np.arange(count)
    step = profiles.step_px[chosen]
    floor, rises = floor[chosen], [rise[chosen] for rise in rises]
    index = samples // 2 + profiles.shift_px[chosen] / step
    middle = np.clip(np.round(index), 2, samples - 3).astype(np.intp)
    column = np.arange(samples) - middle[:, None]
    width = np.zeros(count)
    for sign, rise, other in zip((-1, 1), rises, rises[::-1], strict=True):
        # each side against its own brightness: light is seldom even across a vein
        level = floor + share * rise
        beyond = (sign * column > 0) & (values > level[:, None])
        edge = beyond.argmax(axis=1)
        if sign < 0:
            edge = samples - 1 - beyond[:, ::-1].argmax(axis=1)
        inside = np.clip(edge - sign, 0, samples - 1)
        high, low = values[rows, edge], values[rows, inside]
        part = np.clip((level - low) / np.where(high > low, high - low, 1), 0, 1)
        found = beyond[rows, edge] & (rise > SHALLOWEST_SHARE * other)
        width += np.where(found, sign * (inside - middle) + part, np.nan)
    return np.asarray(width * step, np.float32)


def _roundness_factor(half: Widths, taper: Widths) -> Widths:
    """1 for a flat vessel, 1 / .866 for a round one, between them by the taper.

    Taper is the width at a quarter of the rise over that at three quarters: .683 for a
    round vessel, and for a flat one (w - 1.35 s) / (w + 1.35 s) with blur s.
    """
    flat = (half - 1.35 * FLAT_BLUR_PX) / (half + 1.35 * FLAT_BLUR_PX)
    lower = flat - TAPER_NOISE
    share = np.clip((lower - taper) / np.maximum(lower - ROUND_TAPER, 0.05), 0, 1)
    # a narrow shadow is all blur: its shape says nothing
    share *= np.clip((half - NARROW_PX) / NARROW_PX, 0, 1)
    return np.asarray(1 + share * (1 / ROUND_SHARE - 1), np.float32)


def _running_median(widths: Widths, chains: Chains) -> Widths:
    """Median of the known widths nearby, on the same chain."""
    here = np.arange(len(widths))[:, None]
    near = here + np.arange(_MEDIAN_POINTS) - _MEDIAN_POINTS // 2
    outside = (near < chains.first[:, None]) | (near >= chains.stop[:, None])
    window = widths[np.clip(near, 0, len(widths) - 1)]
    window[outside] = np.nan
    window.sort(axis=1)  # nan last
    known = np.isfinite(window).sum(axis=1)
    median = window[here[:, 0], np.maximum(known - 1, 0) // 2]
    # where most neighbours have no width, neither has this point
    return np.where(2 * known > _MEDIAN_POINTS // 2, median, np.nan).astype(np.float32)


def without_blur(widths: Widths, sigma_px: float) -> Widths:
    """Width of the sharp-edged line that, blurred, has the width measured.

    Parameters
    ----------
    widths : (N,) float32 px
        Full width at half depth.
    sigma_px : px, >= 0
        Standard deviation of the blur.

    Returns
    -------
    (N,) float32 px
        nan where the width is hardly more than the blur's own: it cannot be told.
    """
    if sigma_px <= 0:
        return widths
    sharp, blurred = _blurred_widths()
    told = np.interp(widths / sigma_px, blurred, sharp, left=np.nan)
    wide = widths > blurred[-1] * sigma_px
    return np.where(wide, widths, told * sigma_px).astype(np.float32)


@functools.cache
def _blurred_widths() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Widths of sharp lines, and at half depth when blurred, both over sigma."""
    sharp = np.linspace(1.0, 9.0, 81)
    return sharp, np.array([_blurred_width(float(width)) for width in sharp])


def _blurred_width(width: float) -> float:
    def depth(x: float) -> float:
        root = math.sqrt(2)
        return math.erf((x + width / 2) / root) - math.erf((x - width / 2) / root)

    low, high = 0.0, width / 2 + 4
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if depth(middle) > depth(0) / 2 else (low, middle)
    return low + high
