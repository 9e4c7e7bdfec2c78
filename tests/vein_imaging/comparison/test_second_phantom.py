"""Clearance against the truth on legs that other code draws, with stain and bruise.

The alignment is given as drawn: it has tests of its own. A small version of
benchmarks/clearance.py, whose table is in benchmarks/results.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.clearance import CONDITIONS, Outcome, run_pair


def outcome(kind: str, cleared: float) -> Outcome:
    plan = replace(
        CONDITIONS[kind],
        seed=502,
        cleared=cleared,
        height_px=440,
        width_px=800,
        mm_per_pixel=0.1,
    )
    return run_pair(kind, plan, true_map=True)


@pytest.mark.parametrize(
    ("kind", "cleared"),
    [("grey", 0.0), ("grey", 0.5), ("grey", 1.0), ("colour", 0.5), ("colour", 1.0)],
)
def test_stain_is_not_read_as_vein_that_stayed(kind: str, cleared: float) -> None:
    found = outcome(kind, cleared)
    assert found.verdict != "refused", found.reasons
    assert abs(found.shown_pct - found.true_judged_pct) < 6, found
    assert found.low_pct - 1 <= found.true_judged_pct <= found.high_pct + 1
    assert found.all_low_pct - 1 <= found.true_all_pct <= found.all_high_pct + 1
