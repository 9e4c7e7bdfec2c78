"""Black bars round a picture, above and below or at the sides: they are no ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["inside_bars"]

BLACK, NOISE = 10, 2
"""Grey levels: a bar is 0 and no brighter than the darkest lit pixel of all
(`small_picture.DARKEST_LEVEL`); what is behind it exceeds its own brightest pixel."""
FULL_SHARE, RINGING_PX = 0.9, 12
"""A picture ends as a straight line from side to side: so much of a line behind the bar
is brighter than it, after no more lines than a JPEG blurs it over (8 by blocks, and
half as many). A limb before black does not end so ..."""
SHARP_SHARE, STEP_PX, BEYOND_PX = 0.6, 2, 8
"""... or is blurred and turns away from the light: so near its outline it has not that
share of the brightness further in."""
SHORTEST = 16  # px; a smaller picture is not looked at


def inside_bars(picture: NDArray[np.uint8]) -> tuple[slice, slice]:
    """Rows and columns of a picture that lie between its bars.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8

    Returns
    -------
    (slice, slice)
        All of it where there are none.
    """
    height, width = picture.shape[:2]
    edges = picture[0], picture[-1], picture[:, 0], picture[:, -1]
    if min(height, width) < SHORTEST or all(edge.max() > BLACK for edge in edges):
        return slice(0, height), slice(0, width)  # nearly every picture: no more to do
    level = np.asarray(picture if picture.ndim == 2 else picture.max(axis=2), np.uint8)
    rows = _between(level)
    return rows, _between(level[rows].T)


def _between(lines: NDArray[np.uint8]) -> slice:
    first, last = _bar(lines), _bar(lines[::-1])
    if len(lines) - first - last < SHORTEST:
        return slice(0, len(lines))
    return slice(first, len(lines) - last)


def _bar(lines: NDArray[np.uint8]) -> int:
    """How many lines at the beginning are a bar."""
    if lines[0].max() > BLACK:
        return 0
    lit = lines > lines[0].max() + NOISE
    lit = lit[:, lit.any(axis=0)]  # less the bars at the other sides
    share = lit.mean(axis=1) if lit.size else np.zeros(len(lines))
    full = np.flatnonzero(share >= FULL_SHARE)
    if not full.size:
        return 0
    first, begins = int(full[0]), int(np.flatnonzero(share)[0])
    if first - begins > RINGING_PX or first + BEYOND_PX >= len(lines):
        return 0
    near, far = (float(np.median(lines[first + px])) for px in (STEP_PX, BEYOND_PX))
    return first if near >= SHARP_SHARE * far else 0
