"""Hair told from veins without a scale: by its colour, its smoothness, its score.

Hair is an opaque line on the skin. Its melanin takes more from blue than from green,
while blood takes as much from both; it is sharp, narrow and bends evenly, and where it
is dark it scores higher than a vein. None of these tells alone; together they do.
Ratios of contrasts (differences of logarithms) do not depend on the white balance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.tracing.centreline import Path
from vein_imaging.imaging.tracing.chains import Chains
from vein_imaging.imaging.tracing.profile import take_profiles

__all__ = ["without_hair"]

BLUE_OVER_GREEN = 1.15
"""Contrast in blue over contrast in green. Of the hair looked at all is above, of veins
a quarter (their median is 1.09)."""
SHARPNESS = 0.5
"""Depth `NEAR_PX` from the middle over depth twice as far out: hair's edge is sharp."""
NEAR_PX = 2.0
"""A hair is 1 to 3 px wide where it is seen as a line at all."""
WIDEST_PX = 5.0
"""Of a hair, as wide as the mask has it."""
DARK_SCORE = 8.0
"""Nineteen of twenty veins score less than 9.5 on average, dark hairs 10 to 15."""
LONG_PX, EVEN_TURN = 60.0, 0.2
"""A line with all of these is a hair for sure if it scores so high, or if it is so long
and turns so evenly: by fewer radians from one piece to the next. Half of all veins turn
by more than .27."""
CONTINUED_PX = 20.0
"""So near to an end of a sure hair, a line with the rest is a piece of it."""
_PIECE = 3
"""Points of a piece: the skeleton's staircase is no bend."""
_OFFSET = 4.0
"""Grey levels added before the logarithm: no noise blown up in the dark."""

Floats = NDArray[np.float64]


def without_hair(
    picture: NDArray[np.uint8],
    paths: Sequence[Path],
    chains: Chains,
    index: NDArray[np.intp],
    score: NDArray[np.floating[Any]],
) -> tuple[Path, ...]:
    """Leave out paths that are hairs.

    Parameters
    ----------
    picture : (H, W, 3) uint8 RGB
    paths : sequence of Path
    chains : Chains
        Points along the lines, at the picture's size.
    index : (N,) int
        For each pixel of the trace its row in `chains`.
    score : (N,) float
        At each pixel of the trace.

    Returns
    -------
    tuple of Path
    """
    if not paths:
        return ()
    rows = [index[path.members][::2] for path in paths]
    lines = _whole(chains, rows)
    starts = np.append(0, np.cumsum([len(row) for row in rows]))[:-1]

    def mean(values: NDArray[Any]) -> Floats:
        return np.add.reduceat(values, starts) / [len(row) for row in rows]

    green, near, far = map(mean, _depths(picture[..., 1], lines))
    blue, _, _ = map(mean, _depths(picture[..., 2], lines))
    could = (blue > BLUE_OVER_GREEN * green) & (near > SHARPNESS * far)
    could &= 2 * mean(lines.radius_px) < WIDEST_PX
    heights = np.array([score[path.members].mean() for path in paths])
    turns, lengths = np.array(
        [_turn(lines.points_rc, row, n) for row, n in zip(rows, starts, strict=True)]
    ).T
    sure = could & (
        (heights > DARK_SCORE) | ((lengths > LONG_PX) & (turns < EVEN_TURN))
    )
    tips = np.stack([chains.points_rc[row[[0, -1]]] for row in rows])
    hair = _continued(sure, could, tips)
    return tuple(path for path, is_hair in zip(paths, hair, strict=True) if not is_hair)


def _whole(chains: Chains, rows: Sequence[NDArray[np.intp]]) -> Chains:
    """The points of whole paths as chains of their own."""
    sizes = np.array([len(row) for row in rows])
    stop = np.repeat(np.cumsum(sizes), sizes)
    row = np.concatenate(rows)
    return Chains(
        chains.points_rc[row],
        chains.radius_px[row],
        stop - np.repeat(sizes, sizes),
        stop,
        chains.spacing_px,
    )


def _depths(plane: NDArray[np.uint8], lines: Chains) -> tuple[Floats, Floats, Floats]:
    """Contrast of each point against its sides; at two distances from its middle."""
    profiles = take_profiles(np.asarray(plane, np.float32), lines)
    profiles = replace(profiles, values=np.log(profiles.values + _OFFSET))
    middle = profiles.at(0.0)
    near, far = (
        (profiles.at(px) + profiles.at(-px)) / 2 - middle
        for px in (NEAR_PX, 2 * NEAR_PX)
    )
    left, right = profiles.sides(lines.radius_px)
    return (left + right) / 2 - middle, near, far


def _turn(
    points: NDArray[np.float32], row: NDArray[np.intp], first: int
) -> tuple[float, float]:
    """By how much a path turns from piece to piece, radians, and its length, px."""
    steps = np.diff(points[first : first + len(row)][::_PIECE], axis=0)
    angles = np.arctan2(*steps.T)
    turn = np.abs((np.diff(angles) + np.pi) % (2 * np.pi) - np.pi)
    return float(turn.mean()) if turn.size else np.pi, float(np.hypot(*steps.T).sum())


def _continued(
    sure: NDArray[np.bool_], could: NDArray[np.bool_], tips: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Sure hairs and what, piece by piece, continues them; tips (N, 2 ends, 2)."""
    hair = sure
    while True:
        known = tips[hair].reshape(-1, 2)
        apart = np.linalg.norm(tips[:, :, None] - known, axis=3)
        nearby = (apart <= CONTINUED_PX).any(axis=(1, 2))
        more = hair | (could & nearby)
        if np.array_equal(more, hair):
            return hair
        hair = more
