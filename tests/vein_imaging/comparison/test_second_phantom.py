"""Clearance against the truth on legs that other code draws, with stain and bruise.

The alignment is given as drawn: it has tests of its own. A small version of
benchmarks/clearance.py, whose table is in benchmarks/results.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.clearance import CONDITIONS, Outcome, run_pair, true_registration
from benchmarks.second_phantom import LegPlan, bruise_od, draw_pair
from vein_imaging.comparison import compare

BRUISED = 503  # veins run under its bruises


def small(kind: str, cleared: float) -> LegPlan:
    return replace(
        CONDITIONS[kind],
        seed=502,
        cleared=cleared,
        height_px=440,
        width_px=800,
        mm_per_pixel=0.1,
    )


def outcome(kind: str, cleared: float) -> Outcome:
    return run_pair(kind, small(kind, cleared), true_map=True)


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


def test_under_a_bruise_nothing_is_judged_and_elsewhere_there_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = replace(small("colour", 0.5), seed=BRUISED, bruise=1.5)
    drawn = draw_pair(plan)
    known = true_registration(drawn)
    module = sys.modules["vein_imaging.comparison.compare"]
    monkeypatch.setattr(module, "register", lambda *_, **__: known)
    result = compare(drawn.before, drawn.after, mm_per_pixel=plan.mm_per_pixel)
    rows, columns = (np.rint(part).astype(int) for part in drawn.to_skin["before"])
    density = bruise_od(plan)[rows, columns] / bruise_od(plan).max()
    under, bare = [], []
    for piece in result.pieces:
        at = tuple(np.rint(piece.points_rc).astype(int).T)
        if density[at].min() > 0.6:
            under.append((piece.seen_as, piece.change))
        elif density[at].max() < 0.05:
            bare.append(piece.seen_as)
    assert {change for _, change in under} == {"unjudged"}
    assert "bruise" in {seen_as for seen_as, _ in under}
    assert bare and "bruise" not in bare
