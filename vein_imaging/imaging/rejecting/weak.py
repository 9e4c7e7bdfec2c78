"""Stretches of traced lines whose score is too low for a vein."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image
from vein_imaging.imaging.tracing.centreline import Trace
from vein_imaging.imaging.tracing.chains import Chains, drop_short_runs
from vein_imaging.imaging.working_size import WorkingSize

__all__ = ["weak_runs"]

_HALF = 3
SHORTEST_GOOD_PX = 12.0


def weak_runs(score: Image, trace: Trace, least: float) -> NDArray[np.bool_]:
    """Pixels of a trace where the line about them does not reach a score."""
    chains = Chains.of(trace, WorkingSize.same(score.shape))
    along = chains.averaged(score[tuple(trace.pixels_rc.T)], _HALF)
    return ~drop_short_runs(along >= least, chains, SHORTEST_GOOD_PX)
