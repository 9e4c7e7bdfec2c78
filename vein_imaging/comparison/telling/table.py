"""The change table as rows: column names in words, each with its unit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from vein_imaging.comparison.judging.summary import ChangeSummary, assess
from vein_imaging.comparison.result import Comparison
from vein_imaging.imaging.vein_map import VeinMap

__all__ = ["Identity", "Row", "piece_rows", "plain_row", "summary_row"]

Row = dict[str, str | int | float | None]
"""One line of a table; None where a value does not exist."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a row says about where its pictures come from.

    Parameters
    ----------
    comparison_id, before_id, after_id : str
        Hashes of the pictures, or the clinic's own names.
    days_between : days or None
    calibration_source : str
    software_version : str
    """

    comparison_id: str = ""
    before_id: str = ""
    after_id: str = ""
    days_between: int | None = None
    calibration_source: str = ""
    software_version: str = ""


def summary_row(
    comparison: Comparison, summary: ChangeSummary, identity: Identity
) -> Row:
    """Make one row of `change_summary.csv`: one region of one comparison.

    Parameters
    ----------
    comparison : Comparison
    summary : ChangeSummary
        `comparison.summary`, or of one of its regions.
    identity : Identity

    Returns
    -------
    Row
        Columns in mm are None where the size of a pixel is not known; the same lengths
        in px stand beside them. Before eight weeks no percentage is there, and in doubt
        no conclusion, as on the page.
    """
    mm = comparison.mm_per_pixel
    scale = math.nan if mm is None else mm
    exposure = comparison.exposure
    lengths = {
        "vein_len_before": summary.before.length_px,
        "vein_len_after": summary.after.length_px,
        "judged": summary.judged_px,
        "unjudged": summary.unjudged_px,
        "cleared": summary.cleared_px,
        "faded": summary.faded_px,
        "persistent": summary.persistent_px,
        "new": summary.new_px,
        "mean_diam_persistent_before": summary.diameter_before_px,
    }
    row: Row = {
        "comparison_id": identity.comparison_id,
        "before_id": identity.before_id,
        "after_id": identity.after_id,
        "days_between": identity.days_between,
        "region": summary.region,
        "verdict": comparison.verdict,
        "reasons": "; ".join(comparison.reasons),
        "alignment_verdict": comparison.alignment_verdict,
        "alignment_reasons": "; ".join(comparison.alignment_reasons),
    }
    row |= _clearance(comparison, summary, identity.days_between)
    row |= {
        "len_change_pct": _change_pct(
            summary.before.length_px, summary.after.length_px
        ),
        "area_change_pct": _change_pct(summary.before.area_px, summary.after.area_px),
    }
    row |= {f"{name}_mm": length * scale for name, length in lengths.items()}
    row |= {f"{name}_px": length for name, length in lengths.items()}
    row |= {
        "vein_area_before_mm2": summary.before.area_px * scale**2,
        "vein_area_after_mm2": summary.after.area_px * scale**2,
        "mm_per_px_before": mm,
        "mm_per_px_after": comparison.after_map.mm_per_pixel,
        "mm_per_px_before_sd": _sd(comparison.before_map),
        "mm_per_px_after_sd": _sd(comparison.after_map),
        "calibration_source": identity.calibration_source,
    } | _alignment(comparison, scale)
    row |= {
        "brightness_ratio": None if exposure is None else exposure.brightness_ratio,
        "texture_gain": None if exposure is None else exposure.texture_gain,
        "texture_fineness": None if exposure is None else exposure.fineness,
        "clinician_grade_1_5": None,
        "graded_by": None,
        "software_version": identity.software_version,
    }
    return plain_row(row)


def _clearance(comparison: Comparison, summary: ChangeSummary, days: int | None) -> Row:
    assessment = assess(summary, days)
    early = assessment == "not yet assessable"
    doubtful = comparison.verdict == "doubtful" and not early
    told = comparison.verdict != "refused" and not early
    least, most = summary.all_veins_pct
    return {
        "assessment": "" if doubtful else assessment,
        "clearance_pct": summary.clearance_pct if told else None,
        "clearance_lo_pct": summary.clearance_lo_pct if told else None,
        "clearance_hi_pct": summary.clearance_hi_pct if told else None,
        "repeat_error_pct": summary.repeat.floor_pct,
        "repeat_pairs": summary.repeat.pairs,
        "meets_75pct": summary.meets_75pct if told else "",
        "all_veins_lo_pct": least if told else None,
        "all_veins_hi_pct": most if told else None,
        "new_pct": summary.new_pct if told else None,
    }


def _alignment(comparison: Comparison, scale: float) -> Row:
    registration = comparison.registration
    evidence = registration.evidence
    return {
        "reg_seed": registration.seed,
        "reg_matcher": registration.matcher,
        "reg_confirmed_pct": None if evidence is None else 100 * evidence.hit_share,
        "reg_inliers": registration.inliers,
        "reg_blocks": registration.blocks,
        "reg_error_median_mm": registration.error_median_px * scale,
        "reg_error_p90_mm": registration.error_p90_px * scale,
        "common_field_mm2": np.count_nonzero(comparison.overlap) * scale**2,
        "common_field_pct": 100 * float(comparison.overlap.mean()),
        "compared_skin_pct": 100 * comparison.compared_share,
    }


def piece_rows(comparison: Comparison) -> Iterable[Row]:
    """Make the rows of `change_pieces.csv`, one piece of vein each.

    Parameters
    ----------
    comparison : Comparison

    Yields
    ------
    Row
        Places are of the piece's middle point, from the upper left corner of BEFORE.
    """
    mm = comparison.mm_per_pixel
    scale = math.nan if mm is None else mm
    tree = cKDTree(comparison.registration.blocks_rc)
    for piece in comparison.pieces:
        row, column = piece.points_rc[len(piece.points_rc) // 2]
        yield plain_row(
            {
                "piece_id": piece.piece_id,
                "branch": piece.branch,
                "vein_class": piece.vein_class,
                "x_px": column,
                "y_px": row,
                "x_mm": column * scale,
                "y_mm": row * scale,
                "length_px": piece.length_px,
                "length_mm": piece.length_px * scale,
                "diameter_px": piece.diameter_px,
                "diameter_mm": piece.diameter_px * scale,
                "diameter_scale_sd_mm": piece.diameter_px
                * scale
                * comparison.before_map.scale_error,
                "dip_sigma_px": piece.sigma_px,
                "dip_sigma_mm": piece.sigma_px * scale,
                "contrast_before_ln": piece.contrast_before,
                "contrast_after_ln": piece.contrast_after,
                "noise_ln": piece.noise,
                "ratio": piece.ratio,
                "change": piece.change,
                "seen_as": piece.seen_as,
                "support_distance_px": float(tree.query((row, column))[0]),
                "decided_by_person": "Y" if piece.overridden else "N",
            }
        )


def _sd(found: VeinMap) -> float:
    """Standard deviation of the mm per pixel; nan without one."""
    mm = found.mm_per_pixel
    return math.nan if mm is None else mm * found.scale_error


def _change_pct(before: float, after: float) -> float:
    return 100 * (after / before - 1) if before > 0 else math.nan


def plain_row(row: Row) -> Row:
    """Make numbers Python's own, rounded where no one can measure further.

    Parameters
    ----------
    row : Row

    Returns
    -------
    Row
        What is not a finite number does not exist: None.
    """
    plain: Row = {}
    for name, value in row.items():
        if isinstance(value, (float, np.floating)):
            number = float(value)
            plain[name] = float(f"{number:.6g}") if math.isfinite(number) else None
        else:
            plain[name] = int(value) if isinstance(value, np.integer) else value
    return plain
