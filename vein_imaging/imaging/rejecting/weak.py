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
"""Pixels to each side over which the score is averaged along the line."""
SHORTEST_GOOD_PX = 12.0
"""What is left between weak stretches must be that long: shorter ones are chance."""


def weak_runs(score: Image, trace: Trace, least_score: float) -> NDArray[np.bool_]:
    """Pixels of a trace about which the line does not reach a score.

    Parameters
    ----------
    score : (H, W) float32
        At the size of the trace.
    trace : Trace
    least_score : standard deviations of the background

    Returns
    -------
    (N,) bool
        For each of the trace's pixels.
    """
    chains = Chains.of(trace, WorkingSize.same(score.shape))
    along = chains.averaged(score[tuple(trace.pixels_rc.T)], _HALF)
    return ~drop_short_runs(along >= least_score, chains, SHORTEST_GOOD_PX)
