"""Gaps in a vein bridged: two ends that point at each other are one vein."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.tracing.centreline import Path, join_paths

__all__ = ["bridge_gaps"]

LONGEST_GAP_PX = 14.0
"""At the working size: what a hair across a vein takes out of it, twice over."""
STRAIGHT_COSINE = math.cos(math.radians(35))
_BACK_PIXELS = 8
"""Pixels of a path that tell the direction of its end."""

Floats = NDArray[np.float64]


def bridge_gaps(paths: Sequence[Path], pixels_rc: NDArray[np.intp]) -> tuple[Path, ...]:
    """Join paths whose free ends lie near and point at each other.

    Parameters
    ----------
    paths : sequence of Path
    pixels_rc : (N, 2) int px
        Of the trace.

    Returns
    -------
    tuple of Path
        The nearest pairs first; each end is used once.
    """
    meeting = Counter(node for p in paths for node in (p.start_node, p.end_node))
    ends = [
        (index, at_end)
        for index, path in enumerate(paths)
        for at_end, node in ((False, path.start_node), (True, path.end_node))
        if meeting[node] == 1 and len(path.members) > _BACK_PIXELS
    ]
    if len(ends) < 2:
        return tuple(paths)
    tips, outward = _tips(paths, ends, pixels_rc)
    renamed: dict[tuple[int, bool], int] = {}
    fresh = max(meeting) + 1
    for a, b in _facing(tips, outward):
        if ends[a] in renamed or ends[b] in renamed or ends[a][0] == ends[b][0]:
            continue
        renamed[ends[a]] = renamed[ends[b]] = fresh
        fresh += 1
    return tuple(
        join_paths(
            [
                Path(
                    path.members,
                    renamed.get((index, False), path.start_node),
                    renamed.get((index, True), path.end_node),
                )
                for index, path in enumerate(paths)
            ]
        )
    )


def _tips(
    paths: Sequence[Path], ends: list[tuple[int, bool]], pixels_rc: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """Place of each end, and the unit vector by which its path would go on."""
    tips, backs = np.empty((len(ends), 2)), np.empty((len(ends), 2))
    for row, (index, at_end) in enumerate(ends):
        members = paths[index].members
        tip, back = (-1, -1 - _BACK_PIXELS) if at_end else (0, _BACK_PIXELS)
        tips[row], backs[row] = pixels_rc[members[tip]], pixels_rc[members[back]]
    outward = tips - backs
    return tips, outward / np.maximum(np.hypot(*outward.T), 1e-9)[:, None]


def _facing(tips: Floats, outward: Floats) -> list[tuple[int, int]]:
    """Pairs of ends that point at each other, the nearest first."""
    apart = tips[None] - tips[:, None]
    distance = np.hypot(apart[..., 0], apart[..., 1])
    towards = np.einsum("ijk,ik->ij", apart, outward) / np.maximum(distance, 1e-9)
    fits = (distance <= LONGEST_GAP_PX) & (towards >= STRAIGHT_COSINE)
    first, second = np.nonzero(np.triu(fits & fits.T, 1))
    order = np.argsort(distance[first, second], kind="stable")
    return list(zip(first[order].tolist(), second[order].tolist(), strict=True))
