from __future__ import annotations

import numpy as np

from vein_imaging.imaging.rejecting.weak import weak_runs
from vein_imaging.imaging.tracing.centreline import trace_centrelines


def test_where_a_line_is_weak_over_a_stretch_it_goes_and_a_dip_is_bridged() -> None:
    mask = np.zeros((40, 200), bool)
    mask[19:22, 10:190] = True
    trace = trace_centrelines(mask)
    score = np.full(mask.shape, 6.0, np.float32)
    score[:, 60] = 0
    score[:, 100:130] = 3
    bad = weak_runs(score, trace, 4.0)
    columns = trace.pixels_rc[:, 1]
    assert not bad[columns < 95].any()
    assert bad[(columns > 103) & (columns < 127)].all()
    assert not bad[columns > 135].any()


def test_a_short_good_stretch_between_weak_ones_goes_too() -> None:
    mask = np.zeros((40, 200), bool)
    mask[19:22, 10:190] = True
    score = np.full(mask.shape, 3.0, np.float32)
    score[:, 100:103] = 7
    assert weak_runs(score, trace_centrelines(mask), 4.5).all()
