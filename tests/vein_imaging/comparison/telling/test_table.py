"""The rows of a comparison say no more than its page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vein_imaging.comparison import Comparison, Identity, compare, summary_row
from vein_phantom import PhantomSettings, draw_frame

LEG = PhantomSettings(seed=1, width_px=640, height_px=360, mm_per_pixel=0.12)


@pytest.fixture(scope="module")
def compared() -> Comparison:
    before, after = (
        draw_frame(replace(LEG, visit=visit))[0] for visit in ("before", "after")
    )
    return compare(before, after, mm_per_pixel=0.12)


def test_before_eight_weeks_no_percentage_is_in_the_table(compared: Comparison) -> None:
    told = summary_row(compared, compared.summary, Identity(days_between=60))
    early = summary_row(compared, compared.summary, Identity(days_between=55))
    figures = [
        name for name in told if name.startswith(("clearance", "all_veins", "new_pct"))
    ]
    assert len(figures) == 6
    assert all(isinstance(told[name], float) for name in figures)
    assert all(early[name] is None for name in figures)
    assert (early["assessment"], early["meets_75pct"]) == ("not yet assessable", "")


def test_a_doubtful_figure_is_not_summed_up_in_a_word(compared: Comparison) -> None:
    doubtful = replace(compared, verdict="doubtful", reasons=("light",))
    row = summary_row(doubtful, compared.summary, Identity(days_between=60))
    assert row["assessment"] == "" and row["clearance_pct"] is not None


def test_all_vein_of_before_is_accounted_for(compared: Comparison) -> None:
    """What lies beside a hair or far from a patch found again is not left out."""
    pieces = [piece for piece in compared.pieces if piece.change != "new"]
    told = sum(piece.length_px for piece in pieces)
    assert told == pytest.approx(compared.summary.before.length_px, rel=0.12)
    unmeasured = [one for one in pieces if not np.isfinite(one.contrast_before)]
    assert {one.change for one in unmeasured} <= {"unjudged"}
    least, most = compared.summary.all_veins_pct
    whole = compared.summary.judged_px + compared.summary.unjudged_px
    assert most - least >= 100 * compared.summary.unjudged_px / whole
