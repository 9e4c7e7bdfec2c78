"""Wide lines along the rim of the field: dropped before they replace anything."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vein_imaging.imaging.arrays import Mask
from vein_imaging.imaging.rejecting.distractors import settle_runs
from vein_imaging.imaging.rejecting.outlines import find_rim
from vein_imaging.imaging.tracing.chains import Chains
from vein_imaging.imaging.tracing.wide_veins import WideLine
from vein_imaging.imaging.working_size import WorkingSize

__all__ = ["wide_lines_off_rim"]

_SHORTEST_POINTS = 4
"""A line needs a direction; as many as `trace_wide` gives at the least."""


def wide_lines_off_rim(
    lines: Sequence[WideLine], field: Mask, size: WorkingSize
) -> tuple[WideLine, ...]:
    """Stretches of wide lines of which both sides are in the field.

    The light that falls off at a limb's outline is a wide line for one draw of the
    camera's noise and none for another. Put into the skeleton it would take the place
    of what was found there, and pieces of that would stay when it is rejected.

    Parameters
    ----------
    lines : sequence of WideLine
        At the working size.
    field : (H, W) bool
        At full size.
    size : WorkingSize

    Returns
    -------
    tuple of WideLine
    """
    if not lines:
        return ()
    chains = _chains(lines, size)
    good = ~settle_runs(find_rim(chains, field), chains)
    kept = []
    for line, first in zip(lines, np.unique(chains.first), strict=True):
        own = good[first : first + len(line.points_rc)]
        edges = np.flatnonzero(np.diff(np.pad(own.view(np.int8), 1)))
        kept += [
            WideLine(line.points_rc[start:stop], line.radius_px[start:stop])
            for start, stop in zip(edges[::2], edges[1::2], strict=True)
            if stop - start >= _SHORTEST_POINTS
        ]
    return tuple(kept)


def _chains(lines: Sequence[WideLine], size: WorkingSize) -> Chains:
    """Wide lines as chains at full size."""
    sizes = np.array([len(line.points_rc) for line in lines])
    stop = np.repeat(np.cumsum(sizes), sizes)
    points = size.to_full(np.concatenate([line.points_rc for line in lines]))
    radius = np.concatenate([line.radius_px for line in lines])
    steps = np.hypot(*np.diff(points, axis=0).T)
    return Chains(
        points_rc=points.astype(np.float32),
        radius_px=radius * np.float32(size.scale),
        first=stop - np.repeat(sizes, sizes),
        stop=stop,
        # between two lines it is far: the middle one is a step along one
        spacing_px=float(np.median(steps)),
    )
