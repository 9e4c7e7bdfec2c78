"""What is said to have cleared, held against what the phantom took away.

The figures over many seeds and conditions are in benchmarks/comparison.jsonl.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from vein_imaging import Comparison, compare
from vein_imaging.comparison.judging.change import Piece
from vein_phantom import (
    PhantomBranch,
    PhantomSettings,
    PhantomTruth,
    draw_frame,
)

LEG = PhantomSettings(seed=3, width_px=640, height_px=360, mm_per_pixel=0.125)
SAME_DAY = replace(LEG, treated_share=0.0, stain=0.0)


def compared(
    before: PhantomSettings,
) -> tuple[Comparison, PhantomTruth, PhantomTruth]:
    first, truth = draw_frame(before)
    second, later = draw_frame(replace(before, visit="after"))
    result = compare(first, second, mm_per_pixel=before.mm_per_pixel)
    return result, truth, later


def share_on(pieces: Sequence[Piece], branches: Sequence[PhantomBranch]) -> float:
    """Share of the pieces' length within 0.6 mm of these veins."""
    tree = cKDTree(np.concatenate([branch.points_rc for branch in branches]))
    near = [
        piece.length_px * (np.median(tree.query(piece.points_rc)[0]) < 5)
        for piece in pieces
    ]
    return sum(near) / sum(piece.length_px for piece in pieces)


def test_what_cleared_was_taken_away_and_what_stays_was_not() -> None:
    result, truth, later = compared(LEG)
    assert result.verdict == "comparable", result.reasons
    gone_ids = {branch.branch_id for branch in later.gone}
    gone = [branch for branch in truth.branches if branch.branch_id in gone_ids]
    kept = [branch for branch in truth.branches if not branch.treated]
    cleared = [piece for piece in result.pieces if piece.change == "cleared"]
    stayed = [piece for piece in result.pieces if piece.change == "persistent"]
    assert len(cleared) > 5 and share_on(cleared, gone) > 0.85
    assert len(stayed) > 20 and share_on(stayed, kept) > 0.85


def test_on_the_same_day_nothing_clears_though_every_hair_has_moved() -> None:
    result, _, _ = compared(SAME_DAY)
    assert result.verdict == "comparable", result.reasons
    assert result.summary.clearance_pct < 3
    assert result.summary.clearance_lo_pct == 0


def test_out_of_focus_moved_hairs_are_still_not_cleared_veins() -> None:
    result, _, _ = compared(replace(SAME_DAY, defocus_px=1.5))
    assert result.verdict in ("comparable", "doubtful"), result.reasons
    assert result.summary.clearance_pct < 5


def test_so_few_faint_veins_that_the_interval_rests_on_little_are_doubtful() -> None:
    result, _, _ = compared(replace(SAME_DAY, contrast=0.5, depth=1.6))
    assert result.verdict != "comparable"


def test_a_vein_that_only_became_thinner_beside_its_stain_did_not_clear() -> None:
    # of such veins 38 of 90 px were called cleared
    result, truth, later = compared(replace(LEG, seed=4, treated_share=1.0))
    gone = {branch.branch_id for branch in later.gone}
    thin = [b for b in truth.branches if b.treated and b.branch_id not in gone]
    cleared = [piece for piece in result.pieces if piece.change == "cleared"]
    assert len(cleared) > 10
    assert share_on(cleared, thin) < 0.05
