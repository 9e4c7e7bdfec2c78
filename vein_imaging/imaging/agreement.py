"""How well found centrelines agree with true ones, where the truth is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

__all__ = ["CentrelineAgreement", "Line", "centreline_agreement"]

Line = tuple[NDArray[np.floating], NDArray[np.floating]]
"""One vessel: points_rc (N, 2) in px, and the diameter at each point (N,)."""

_STEP_PX = 1.0
"""A pixel: lengths are counted in such points, finer than any tolerance worth
asking."""


@dataclass(frozen=True, slots=True)
class CentrelineAgreement:
    """Lengths found, missed and invented, and how far the widths are off.

    Parameters
    ----------
    true_length_px, found_length_px : px
        Total length of either set.
    recall : [0, 1] or nan
        Share of the true length that has a found centreline within the tolerance.
    precision : [0, 1] or nan
        Share of the found length that has a true centreline within the tolerance.
    diameter_bias, diameter_sd : unit of the diameters given
        Mean and standard deviation of found minus true over the agreeing found length
        with a known width; nan where there is none.
    """

    true_length_px: float
    found_length_px: float
    recall: float
    precision: float
    diameter_bias: float
    diameter_sd: float


def centreline_agreement(
    found: Iterable[Line], true: Iterable[Line], *, tolerance_px: float = 2.0
) -> CentrelineAgreement:
    """Compare two sets of centrelines by length.

    Parameters
    ----------
    found, true : iterable of (points_rc (N, 2) px, diameter (N,))
        Diameters of both in one unit; nan where unknown.
    tolerance_px : px, > 0
        How far apart two lines may run and still agree.

    Returns
    -------
    CentrelineAgreement
        Recall is nan without any true line, precision without any found one.

    Raises
    ------
    ValueError
        If the tolerance is not positive or a line's arrays do not match.
    """
    if not tolerance_px > 0:
        raise ValueError(f"the tolerance must be above 0 px, not {tolerance_px!r}")
    found_rc, found_width = _samples(found)
    true_rc, true_width = _samples(true)
    recall = _covered(true_rc, found_rc, tolerance_px)[0]
    precision, agrees, nearest = _covered(found_rc, true_rc, tolerance_px)
    errors = found_width[agrees] - true_width[nearest[agrees]]
    errors = errors[np.isfinite(errors)]
    return CentrelineAgreement(
        true_length_px=len(true_rc) * _STEP_PX,
        found_length_px=len(found_rc) * _STEP_PX,
        recall=recall,
        precision=precision,
        diameter_bias=float(errors.mean()) if errors.size else float("nan"),
        diameter_sd=float(errors.std()) if errors.size else float("nan"),
    )


def _samples(lines: Iterable[Line]) -> Line:
    """Points one step apart along every line, so that a count is a length."""
    points: list[NDArray[np.floating]] = [np.empty((0, 2))]
    widths: list[NDArray[np.floating]] = [np.empty(0)]
    for line_rc, width in lines:
        if line_rc.ndim != 2 or line_rc.shape[1:] != (2,) or len(line_rc) != len(width):
            raise ValueError(
                f"a line is points (N, 2) and widths (N,), not {line_rc.shape} and "
                f"{width.shape}"
            )
        if len(line_rc) < 2:
            continue
        along = np.r_[0.0, np.hypot(*np.diff(line_rc, axis=0).T).cumsum()]
        at = np.arange(0.5 * _STEP_PX, along[-1], _STEP_PX)
        columns = [np.asarray(np.interp(at, along, line_rc[:, k])) for k in (0, 1)]
        points.append(np.stack(columns, axis=1))
        widths.append(np.asarray(np.interp(at, along, width)))
    return np.concatenate(points), np.concatenate(widths)


def _covered(
    line_rc: NDArray[np.floating], other_rc: NDArray[np.floating], tolerance_px: float
) -> tuple[float, NDArray[np.bool_], NDArray[np.intp]]:
    """Share of one set near the other, which samples those are, and their nearest."""
    if not len(line_rc) or not len(other_rc):
        none = np.zeros(len(line_rc), np.intp)
        return (0.0 if len(line_rc) else float("nan")), none.astype(bool), none
    distance, index = cKDTree(other_rc).query(line_rc)
    near = np.asarray(distance) <= tolerance_px
    return float(near.mean()), near, np.asarray(index, np.intp)
