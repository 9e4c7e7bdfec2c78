"""measure: paths and the widths along them made branches, with their class.

All branches at once: a picture has a hundred, most of them short.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.tracing.centreline import Path
from vein_imaging.imaging.tracing.diameter import without_blur
from vein_imaging.imaging.vein_map import Branch, VeinClass, vein_class_of

__all__ = ["Widths", "class_by_width", "make_branches"]

TYPICAL_BLUR_PX, BLUR_SPREAD_PX = 1.0, 0.5
"""Blur of a focused camera where nobody measured it, and how far it may be off."""
SAMPLING_BLUR_PX = 0.6
"""What interpolating and averaging profiles adds to a blur that was measured: with it
bars of 2 to 4 px come out right (benchmarks/calibration_chain.py)."""
MEASURED_SPREAD_PX = 0.1
"""How far a measured blur may be off: it differs over the picture."""
INDEPENDENT_PX = 30.0
"""Widths nearer to each other along a vein share their profiles: one sample each."""
SHAPE_ERROR_SHARE = 0.04
"""A vein is neither quite round nor quite flat: see `half_depth_widths`."""
WIDE_MM, WIDE_ERROR_SHARE = 2.0, 0.1
"""Wide veins lie deep, where scattering hides their edge; on the phantom those of 3 to
5 mm read .5 mm too narrow. Called reticular they would not be referred."""
COVERAGE = 2.0
"""A class holds if it holds this many standard deviations to both sides."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Widths:
    """Widths at points of chains.

    Parameters
    ----------
    measured_px : (N,) float32 px
        Full width at half depth.
    diameter_px : (N,) float32 px
        Without the blur; nan where it cannot be told.
    blur_error_px : (N,) float32 px
        How far the diameter may be off because the blur is not known.
    """

    measured_px: Floats
    diameter_px: Floats
    blur_error_px: Floats

    @classmethod
    def of(cls, measured_px: Floats, blur_sigma_px: float | None) -> Widths:
        """Correct widths for the blur of the optics.

        Parameters
        ----------
        measured_px : (N,) float32 px
        blur_sigma_px : px or None
            None where it was not measured.
        """
        blur_px, spread_px = TYPICAL_BLUR_PX, BLUR_SPREAD_PX
        if blur_sigma_px is not None:
            blur_px = math.hypot(blur_sigma_px, SAMPLING_BLUR_PX)
            spread_px = MEASURED_SPREAD_PX
        diameter = without_blur(measured_px, blur_px)
        sharper = without_blur(measured_px, blur_px - spread_px)
        softer = without_blur(measured_px, blur_px + spread_px)
        # too narrow for the softer blur: it might be next to nothing
        softer = np.where(np.isnan(softer), 0, softer)
        return cls(measured_px, diameter, ((sharper - softer) / 2).astype(np.float32))


def make_branches(
    paths: Sequence[Path],
    points_rc: Floats,
    widths: Widths,
    index: NDArray[np.intp],
    mm_per_pixel: float | None,
) -> tuple[Branch, ...]:
    """Gather what is known along paths.

    Parameters
    ----------
    paths : sequence of Path
    points_rc : (M, 2) float32 px
    widths : Widths
        At the same M points.
    index : (N,) int
        For each pixel of the trace its row in the two above.
    mm_per_pixel : mm or None

    Returns
    -------
    tuple of Branch
        One for each path.
    """
    if not paths:
        return ()
    mm = mm_per_pixel
    rows, owner = _rows_of(paths, index)
    stops = np.cumsum(np.bincount(owner, minlength=len(paths))).tolist()
    points, diameter = points_rc[rows], widths.diameter_px[rows]
    lengths = _lengths_px(points, owner, len(paths))
    errors = _uncertainties_px(diameter, widths.blur_error_px[rows], owner, lengths)
    middles = _middles(diameter, owner, len(paths))
    measured = _middles(widths.measured_px[rows], owner, len(paths))
    diameter_mm = None if mm is None else diameter * np.float32(mm)
    branches: list[Branch] = []
    for i, (path, start, stop) in enumerate(
        zip(paths, [0, *stops], stops, strict=False)
    ):
        vein_class: VeinClass = "unknown"
        if mm is not None:
            vein_class = class_by_width(
                middles[i] * mm, errors[i] * mm, measured[i] * mm
            )
        branches.append(
            Branch(
                points_rc=points[start:stop],
                diameter_px=diameter[start:stop],
                diameter_sd_px=errors[i],
                diameter_mm=None if diameter_mm is None else diameter_mm[start:stop],
                vein_class=vein_class,
                length_px=lengths[i],
                length_mm=None if mm is None else lengths[i] * mm,
                start_node=path.start_node,
                end_node=path.end_node,
            )
        )
    return tuple(branches)


def _rows_of(
    paths: Sequence[Path], index: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of all paths' points, each once in a row, and the path that each is of."""
    sizes = np.array([len(path.members) for path in paths])
    owner = np.repeat(np.arange(len(paths)), sizes)
    rows = index[np.concatenate([path.members for path in paths])]
    fresh = np.append(True, (rows[1:] != rows[:-1]) | (owner[1:] != owner[:-1]))
    return rows[fresh], owner[fresh]


def _lengths_px(points: Floats, owner: NDArray[np.intp], count: int) -> list[float]:
    steps = points[1:] - points[:-1]
    within = owner[1:] == owner[:-1]
    length = np.hypot(steps[:, 0], steps[:, 1]) * within
    total: list[float] = np.bincount(owner[1:], length, count).tolist()
    return total


def class_by_width(
    diameter_mm: float, uncertainty_mm: float, measured_mm: float
) -> VeinClass:
    """Class of a vein by its width, with what is known of the errors of wide ones.

    Parameters
    ----------
    diameter_mm : mm
        nan where it is narrower than the blur.
    uncertainty_mm : mm
        One standard deviation.
    measured_mm : mm
        Width before the blur was taken out.

    Returns
    -------
    VeinClass
    """
    if math.isnan(diameter_mm) and measured_mm <= 1.0:
        # narrower than the blur, and even the blurred line is a telangiectasia
        return "telangiectasia"
    if diameter_mm > WIDE_MM:
        uncertainty_mm = max(uncertainty_mm, WIDE_ERROR_SHARE * diameter_mm)
    return vein_class_of(diameter_mm, COVERAGE * uncertainty_mm)


def _uncertainties_px(
    diameter: Floats, blur_error: Floats, owner: NDArray[np.intp], lengths: list[float]
) -> list[float]:
    """Standard deviation of each branch's median diameter; nan where unknown."""
    known = np.isfinite(diameter)
    widths, owner = diameter[known].astype(np.float64), owner[known]
    number = np.bincount(owner, minlength=len(lengths)).astype(np.float64)
    number[number == 0] = math.nan

    def mean(values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        return np.bincount(owner, values, len(lengths)) / number

    middle = mean(widths)
    spread = np.sqrt(mean((widths - middle[owner]) ** 2))
    independent = np.maximum(1.0, np.array(lengths) / INDEPENDENT_PX)
    random = spread / np.sqrt(independent)
    blur = mean(blur_error[known]) / COVERAGE
    total: list[float] = np.sqrt(
        random**2 + blur**2 + (SHAPE_ERROR_SHARE * middle) ** 2
    ).tolist()
    return total


def _middles(values: Floats, owner: NDArray[np.intp], count: int) -> list[float]:
    """Of each branch the (upper) middle one of the known values; nan without any."""
    known = np.isfinite(values)
    values, owner = values[known], owner[known]
    number = np.bincount(owner, minlength=count)
    ordered = values[np.lexsort((values, owner))]
    index = np.cumsum(number) - number + number // 2
    middles = np.full(count, np.nan)
    middles[number > 0] = ordered[index[number > 0]]
    total: list[float] = middles.tolist()
    return total
