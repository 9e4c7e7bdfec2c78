"""measure: a path and the widths along it made a branch, with its class."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.centreline import Path
from vein_imaging.imaging.diameter import without_blur
from vein_imaging.imaging.vein_map import Branch, CeapClass, ceap_class_of

__all__ = ["Widths", "make_branch"]

TYPICAL_BLUR_PX, BLUR_SPREAD_PX = 1.0, 0.5
"""Blur of a focused camera where nobody measured it, and how far it may be off."""
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
        if blur_sigma_px is not None:
            diameter = without_blur(measured_px, blur_sigma_px)
            return cls(measured_px, diameter, np.zeros_like(diameter))
        diameter = without_blur(measured_px, TYPICAL_BLUR_PX)
        sharper = without_blur(measured_px, TYPICAL_BLUR_PX - BLUR_SPREAD_PX)
        softer = without_blur(measured_px, TYPICAL_BLUR_PX + BLUR_SPREAD_PX)
        # too narrow for the softer blur: it might be next to nothing
        softer = np.where(np.isnan(softer), 0, softer)
        return cls(measured_px, diameter, ((sharper - softer) / 2).astype(np.float32))


def make_branch(
    path: Path,
    points_rc: Floats,
    widths: Widths,
    place: NDArray[np.intp],
    mm_per_pixel: float | None,
) -> Branch:
    """Gather what is known along a path.

    Parameters
    ----------
    path : Path
    points_rc : (M, 2) float32 px
    widths : Widths
        At the same M points.
    place : (N,) int
        For each pixel of the trace its row in the two above.
    mm_per_pixel : mm or None

    Returns
    -------
    Branch
    """
    rows = place[path.members]
    rows = rows[np.append(True, rows[1:] != rows[:-1])]
    points = points_rc[rows]
    steps = points[1:] - points[:-1]
    length = float(np.sqrt((steps * steps).sum(axis=1)).sum())
    diameter = widths.diameter_px[rows]
    uncertainty = _uncertainty_px(diameter, widths.blur_error_px[rows], length)
    mm = mm_per_pixel
    ceap_class: CeapClass = "unknown"
    if mm is not None:
        measured = _middle(widths.measured_px[rows])
        ceap_class = _class(_middle(diameter) * mm, uncertainty * mm, measured * mm)
    return Branch(
        points_rc=points,
        diameter_px=diameter,
        diameter_sd_px=uncertainty,
        diameter_mm=None if mm is None else diameter * np.float32(mm),
        ceap_class=ceap_class,
        length_px=length,
        length_mm=None if mm is None else length * mm,
        start_node=path.start_node,
        end_node=path.end_node,
    )


def _class(diameter_mm: float, uncertainty_mm: float, measured_mm: float) -> CeapClass:
    if math.isnan(diameter_mm) and measured_mm <= 1.0:
        # narrower than the blur, and even the blurred line is a telangiectasia
        return "telangiectasia"
    if diameter_mm > WIDE_MM:
        uncertainty_mm = max(uncertainty_mm, WIDE_ERROR_SHARE * diameter_mm)
    return ceap_class_of(diameter_mm, COVERAGE * uncertainty_mm)


def _uncertainty_px(diameter: Floats, blur_error: Floats, length_px: float) -> float:
    """Standard deviation of the branch's median diameter."""
    known = np.isfinite(diameter)
    if not known.any():
        return math.nan
    independent = max(1.0, length_px / INDEPENDENT_PX)
    random = float(diameter[known].std()) / math.sqrt(independent)
    blur = float(blur_error[known].mean()) / COVERAGE
    shape = SHAPE_ERROR_SHARE * float(diameter[known].mean())
    return math.hypot(random, blur, shape)


def _middle(values: Floats) -> float:
    known = np.sort(values[np.isfinite(values)])
    return float(known[known.size // 2]) if known.size else math.nan
