"""The branches of a vein map as rows of a table."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from vein_imaging.imaging.vein_map import VeinMap

__all__ = ["branch_rows"]


def branch_rows(found: VeinMap) -> list[dict[str, object]]:
    """One row for each branch, column names with their units.

    Parameters
    ----------
    found : VeinMap

    Returns
    -------
    list of dict
        Empty text where a value is unknown.
    """
    return [
        {
            "branch": number,
            "class": branch.vein_class,
            "length_mm": _number(branch.length_mm),
            "median_diameter_mm": _number(branch.median_diameter_mm),
            "diameter_uncertainty_mm": _number(branch.diameter_sd_mm),
            "length_px": _number(branch.length_px),
            "median_diameter_px": _number(branch.median_diameter_px),
            "diameter_uncertainty_px": _number(branch.diameter_sd_px),
            "tortuosity": _number(branch.tortuosity),
            "start_row_px": _number(branch.points_rc[0, 0]),
            "start_column_px": _number(branch.points_rc[0, 1]),
            "end_row_px": _number(branch.points_rc[-1, 0]),
            "end_column_px": _number(branch.points_rc[-1, 1]),
        }
        for number, branch in enumerate(found.branches, start=1)
    ]


def _number(value: float | np.floating[Any] | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.3f}"
