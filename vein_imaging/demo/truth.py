"""Compares what was found with what the phantom drew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison import Comparison
from vein_imaging.demo.visit import SeenVisit
from vein_imaging.imaging.agreement import (
    CentrelineAgreement,
    Line,
    centreline_agreement,
)
from vein_imaging.imaging.arrays import Mask
from vein_imaging.imaging.vein_map import VeinMap
from vein_phantom import PhantomBranch, PhantomTruth, before_to_after_rc

__all__ = ["ComparisonTruth", "agreement_with_truth", "comparison_truth"]

# Thinner or fainter than this nobody sees a vein in the drawing either.
_LEAST_MM = 0.5
_GRID_PX = 24
"""Gives a few hundred points; between neighbours the displacement of the skin hardly
changes."""


def agreement_with_truth(seen: SeenVisit) -> CentrelineAgreement:
    """Recall and precision of the centrelines, and the error of the widths in mm.

    Parameters
    ----------
    seen : SeenVisit

    Returns
    -------
    CentrelineAgreement
        Within 2 px. Recall counts veins of 0.5 mm and more inside the field; a found
        vein is true also where it lies on a thinner one.
    """
    found = _found_lines(seen.veins)
    field = seen.veins.field
    thick = _true_lines(seen.truth, field, least_mm=_LEAST_MM)
    every = _true_lines(seen.truth, field, least_mm=0.0)
    recalled = centreline_agreement(found, thick)
    precise = centreline_agreement(found, every)
    return CentrelineAgreement(
        true_length_px=recalled.true_length_px,
        found_length_px=recalled.found_length_px,
        recall=recalled.recall,
        precision=precise.precision,
        diameter_bias=precise.diameter_bias,
        diameter_sd=precise.diameter_sd,
    )


def _found_lines(veins: VeinMap) -> list[Line]:
    return [
        (
            branch.points_rc,
            np.full(len(branch.points_rc), np.nan)
            if branch.diameter_mm is None
            else branch.diameter_mm,
        )
        for branch in veins.branches
    ]


def _true_lines(truth: PhantomTruth, field: Mask, *, least_mm: float) -> list[Line]:
    """The drawn veins, cut where they leave the field or are too thin."""
    lines: list[Line] = []
    for branch in truth.branches:
        keep = _lies_in(field, branch) & (branch.diameter_mm >= least_mm)
        edges = np.flatnonzero(np.diff(np.r_[False, keep, False].astype(np.int8)))
        lines += [
            (branch.points_rc[a:b], branch.diameter_mm[a:b])
            for a, b in zip(edges[::2], edges[1::2], strict=True)
        ]
    return lines


def _lies_in(area: Mask, branch: PhantomBranch) -> NDArray[np.bool_]:
    """For each point of a vein whether it lies in an area of the picture."""
    at = np.rint(branch.points_rc).astype(np.intp)
    in_picture = np.asarray((at >= 0).all(axis=1) & (at < area.shape).all(axis=1))
    row, column = np.where(in_picture[:, None], at, 0).T
    return np.asarray(in_picture & area[row, column])


@dataclass(frozen=True, slots=True)
class ComparisonTruth:
    """Compares the measured change with what the phantom did to the leg.

    Parameters
    ----------
    cleared_share : [0, 1]
        True share of the vein length in the overlap that is gone, of 0.5 mm and more.
    alignment_median_mm, alignment_p95_mm : mm
        Distance from where the comparison puts skin to where it is, over a grid in the
        overlap; nan where nothing was aligned.
    """

    cleared_share: float
    alignment_median_mm: float
    alignment_p95_mm: float


def comparison_truth(
    before: PhantomTruth, after: PhantomTruth, comparison: Comparison
) -> ComparisonTruth:
    """Check a comparison against the truth of both visits.

    Parameters
    ----------
    before, after : PhantomTruth
    comparison : Comparison
        Of frames with these truths.

    Returns
    -------
    ComparisonTruth
    """
    overlap = comparison.overlap
    gone_ids = {branch.branch_id for branch in after.gone}
    total = gone = 0.0
    for branch in before.branches:
        counted = _lies_in(overlap, branch) & (branch.diameter_mm >= _LEAST_MM)
        steps = np.r_[0.0, np.hypot(*np.diff(branch.points_rc, axis=0).T)]
        length = float(steps[counted].sum())
        total += length
        gone += length if branch.branch_id in gone_ids else 0.0
    errors_mm = _alignment_errors_mm(before, after, comparison)
    return ComparisonTruth(
        cleared_share=gone / total if total else float("nan"),
        alignment_median_mm=float(np.median(errors_mm)),
        alignment_p95_mm=float(np.percentile(errors_mm, 95)),
    )


def _alignment_errors_mm(
    before: PhantomTruth, after: PhantomTruth, comparison: Comparison
) -> NDArray[np.float64]:
    points_rc = np.argwhere(comparison.overlap[::_GRID_PX, ::_GRID_PX]) * _GRID_PX
    if comparison.transform is None or not len(points_rc):
        return np.array([np.nan])
    true_rc = before_to_after_rc(points_rc.astype(np.float64), before, after)
    found_rc = comparison.transform.to_after(points_rc.astype(np.float64))
    return np.asarray(
        np.hypot(*(np.asarray(found_rc) - true_rc).T) * after.mm_per_pixel
    )
