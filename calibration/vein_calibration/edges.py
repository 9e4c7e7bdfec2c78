"""How soft the optics make an edge, from the straight edges of a target's squares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["GAMMAS", "Blur", "EdgeFit", "blur_of_edges", "edge_levels", "fit_edge"]

Grey = NDArray[np.uint8]
Floats = NDArray[np.float64]

_REACH_SHARE = 0.14
"""Of a square's side: further away begins the marker in the white square."""
_INNER_SHARE = 0.55
"""Middle part of an edge that is looked at: near the corners others begin."""
_MOST_EDGES = 120  # more make the answer no surer
GAMMAS = (1.0, 0.85, 0.7, 0.55, 0.45)
"""Encodings tried: an edge is Gaussian in light, not in what a camera makes of it."""
_LEAST_SAMPLES = 200  # some ten edges of small squares
_BIN_PX = 0.1  # a fraction of any blur there is
_SPREAD = 1.3
"""Blur along one direction over the other: above, something moved."""


@dataclass(frozen=True, slots=True)
class Blur:
    """Blur of a camera as the standard deviation of a Gaussian, pixel included.

    Parameters
    ----------
    sigma_px : px, >= 0
        Root mean square of the two directions below.
    along_rows_px, along_columns_px : px
        Across the two families of the target's edges.
    sd_px : px
        Standard deviation of `sigma_px`.
    """

    sigma_px: float
    along_rows_px: float
    along_columns_px: float
    sd_px: float = 0.05

    def __post_init__(self) -> None:
        for name in ("sigma_px", "along_rows_px", "along_columns_px", "sd_px"):
            value = getattr(self, name)
            if not (math.isfinite(value) and 0 <= value <= 50):
                raise ValueError(f"{name} lies between 0 and 50 px, not {value!r}")

    @property
    def moved(self) -> bool:
        """Whether one direction is so much softer that something moved."""
        low, high = sorted((self.along_rows_px, self.along_columns_px))
        return high > _SPREAD * low + 0.1


def blur_of_edges(
    grey: Grey, across: int, ids: NDArray[np.intp], corners_xy: Floats
) -> Blur | None:
    """Measure the blur from the edges between neighbouring corners.

    Parameters
    ----------
    grey : (H, W) uint8
    across : int
        Inner corners in a row of the target.
    ids : (N,) int
        Numbers of corners, row by row.
    corners_xy : (N, 2) float64 px

    Returns
    -------
    Blur or None
        None where too few edges are seen, or they are softer than half a square's
        margin.
    """
    place = dict(zip(ids.tolist(), corners_xy, strict=True))
    found: list[tuple[float, float]] = []
    for step in (1, across):
        pairs = [
            (place[n], place[n + step])
            for n in place
            if n + step in place and (step != 1 or (n + 1) % across)
        ]
        fitted = _fit_family(grey, pairs)
        if fitted is None:
            return None
        found.append(fitted)
    (rows, rows_sd), (columns, columns_sd) = found
    sigma = math.sqrt((rows * rows + columns * columns) / 2)
    return Blur(sigma, rows, columns, math.hypot(rows_sd, columns_sd) / 2)


def _fit_family(
    grey: Grey, pairs: list[tuple[Floats, Floats]]
) -> tuple[float, float] | None:
    """Standard deviation across one family of edges, and its error."""
    # spread over the picture, not its first rows
    chosen = pairs[:: max(1, len(pairs) // _MOST_EDGES)]
    edges = [edge for pair in chosen if (edge := _samples(grey, *pair)) is not None]
    if sum(len(away) for away, _ in edges) < _LEAST_SAMPLES:
        return None
    fits = []
    for gamma in GAMMAS:
        bins = _binned(*_pooled(edges, gamma))
        if bins is None:
            return None
        fits.append(fit_edge(*bins))
    sigma = min(fits, key=lambda fit: fit.misfit).sigma_px
    # the encoding is not known better than to a step of `GAMMAS`
    return sigma, 0.04 * sigma + 0.3 / math.sqrt(sum(len(away) for away, _ in edges))


def _samples(
    grey: Grey,
    a: Floats,
    b: Floats,
    *,
    reach_px: float | None = None,
    inner_share: float = _INNER_SHARE,
) -> tuple[Floats, Floats] | None:
    """Pixels beside an edge: signed distance from it in px, and brightness."""
    length = float(np.hypot(*(b - a)))
    reach = _REACH_SHARE * length if reach_px is None else reach_px
    if reach < 1.5:
        return None
    along, middle = (b - a) / length, (a + b) / 2
    half = inner_share / 2 * length
    box = np.abs(along) * half + np.abs(along[::-1]) * reach + 1
    left, top = np.floor(middle - box).astype(int)
    right, bottom = np.ceil(middle + box).astype(int) + 1
    if left < 0 or top < 0 or right > grey.shape[1] or bottom > grey.shape[0]:
        return None
    y, x = np.mgrid[top:bottom, left:right]
    dx, dy = x - middle[0], y - middle[1]
    away = dx * -along[1] + dy * along[0]
    near = (np.abs(dx * along[0] + dy * along[1]) <= half) & (np.abs(away) <= reach)
    level = grey[top:bottom, left:right][near].astype(np.float64)
    away = away[near]
    if level.size < 12 or np.ptp(level) < 20:
        return None
    bright_side = level[away > reach / 2].mean() > level[away < -reach / 2].mean()
    return (away if bright_side else -away), level


def _pooled(edges: list[tuple[Floats, Floats]], gamma: float) -> tuple[Floats, Floats]:
    """All edges from 0 to 1, each against its own dark and bright side."""
    aways, levels = [], []
    for away, level in edges:
        light = (level / 255) ** (1 / gamma)
        reach = np.abs(away).max()
        dark, bright = light[away < -0.7 * reach], light[away > 0.7 * reach]
        if dark.size < 2 or bright.size < 2:
            continue
        low, high = float(np.median(dark)), float(np.median(bright))
        if high - low < 0.02:
            continue
        aways.append(away)
        levels.append((light - low) / (high - low))
    if not aways:
        return np.zeros(0), np.zeros(0)
    return np.concatenate(aways), np.concatenate(levels)


def _binned(
    away: Floats, level: Floats, least: int = _LEAST_SAMPLES
) -> tuple[Floats, Floats, Floats] | None:
    """Mean level in steps of a tenth of a pixel, and the error of each mean."""
    if away.size < least:
        return None
    place = np.floor(away / _BIN_PX).astype(np.intp)
    place -= place.min()
    number = np.bincount(place)
    full = number >= (4 if least == _LEAST_SAMPLES else 1)
    if np.count_nonzero(full) < 12:
        return None
    number = np.maximum(number, 1)
    mean = np.bincount(place, level) / number
    spread = np.bincount(place, level**2) / number - mean**2
    # edges differ by a few thousandths, whatever their number
    error = np.sqrt(np.maximum(spread, 1e-6) / number + 0.004**2)
    where = np.bincount(place, away) / number
    return where[full], mean[full], error[full]


class EdgeFit(NamedTuple):
    """A blurred step.

    Parameters
    ----------
    sigma_px : px
        Standard deviation of the blur, at least .05.
    shift_px : px
        Where the step is, towards the bright side.
    misfit : float
        Mean square of what is left over, in units of the levels' errors.
    """

    sigma_px: float
    shift_px: float
    misfit: float


def edge_levels(
    grey: Grey, a: Floats, b: Floats, reach_px: float, gamma: float
) -> tuple[Floats, Floats, Floats] | None:
    """Levels across the edge from one point to another, ready to be fitted.

    Parameters
    ----------
    grey : (H, W) uint8
    a, b : (2,) px
        Ends of the part looked at, (x, y).
    reach_px : px
        To either side.
    gamma : float
        Bytes are light to this power.

    Returns
    -------
    away, level, error : (N,) float64, or None
        None where there is no edge.
    """
    edge = _samples(grey, a, b, reach_px=reach_px, inner_share=1.0)
    return None if edge is None else _binned(*_pooled([edge], gamma), least=40)


def fit_edge(away: Floats, level: Floats, error: Floats) -> EdgeFit:
    """Fit a blurred step to levels across an edge.

    Parameters
    ----------
    away : (N,) px
        Signed distance from the edge, roughly.
    level, error : (N,)
        0 far on the dark side, 1 far on the bright one, roughly; standard deviations.

    Returns
    -------
    EdgeFit
    """
    sigma, shift, low, high = 0.8, 0.0, 0.0, 1.0
    for _ in range(25):
        u = (away - shift) / sigma
        step = _normal(u)
        bell = np.exp(-u * u / 2) / math.sqrt(2 * math.pi)
        rest = level - (low + (high - low) * step)
        slope = (high - low) * bell / sigma
        jacobian = np.stack([-slope * u, -slope, 1 - step, step], axis=1)
        change = np.linalg.lstsq(jacobian / error[:, None], rest / error, rcond=None)[0]
        before = sigma
        sigma = max(float(np.clip(sigma + change[0], sigma / 2, sigma * 2)), 0.05)
        shift += float(np.clip(change[1], -0.5, 0.5))
        low, high = low + float(change[2]), high + float(change[3])
        if abs(sigma - before) < 1e-4:
            break
    rest = level - (low + (high - low) * _normal((away - shift) / sigma))
    return EdgeFit(sigma, shift, float(np.mean((rest / error) ** 2)))


def _normal(u: Floats) -> Floats:
    """Area of the normal distribution below `u`; Abramowitz & Stegun 7.1.26."""
    z = np.abs(u) / math.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    terms = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
    poly = np.zeros_like(z)
    for term in terms:
        poly = (poly + term) * t
    erf = 1 - poly * np.exp(-z * z)
    return np.asarray(0.5 * (1 + np.sign(u) * erf))
