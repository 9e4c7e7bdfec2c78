"""Best paths through a stack of strips, from the first column to the last."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["best_paths", "trace_back"]

STRAIGHT_GAIN = 0.15
"""A step straight on is worth that much strength: outlines are smooth."""

Floats = NDArray[np.float32]


def best_paths(strength: Floats, seen: Floats) -> tuple[Floats, NDArray[np.int8]]:
    """Follow the strongest places, at most one row up or down a column.

    Parameters
    ----------
    strength : (V, ..., R, C) float32
    seen : (V, C) float32
        0 for columns that do not count.

    Returns
    -------
    score : (V, ..., R) float32
        Of the best path to each row of the last column.
    back : (V, ..., R, C) int8
        From which row before, relative.
    """
    columns = strength.shape[-1]
    weights = seen.T.reshape(columns, -1, *(1,) * (strength.ndim - 2))
    # columns first: each one is then a block of memory
    by_column = np.ascontiguousarray(np.moveaxis(strength, -1, 0)) * weights
    straight_gain = np.float32(STRAIGHT_GAIN) * weights
    back = np.zeros(by_column.shape, np.int8)
    total = by_column[0]
    padded = np.full((*total.shape[:-1], total.shape[-1] + 2), -1e6, np.float32)
    for column in range(1, columns):
        padded[..., 1:-1] = total
        above, below = padded[..., :-2], padded[..., 2:]
        up, aside = above >= below, np.maximum(above, below)
        straight = total + straight_gain[column]
        back[column] = (aside > straight) * (1 - 2 * up.view(np.int8))
        total = np.maximum(aside, straight) + by_column[column]
    return total, np.moveaxis(back, 0, -1)


def trace_back(back: NDArray[np.int8], row: int) -> NDArray[np.intp]:
    """Rows of the path that ends in a row, one for each column.

    Parameters
    ----------
    back : (R, C) int8
        As `best_paths` gives it for one strip.
    row : int
    """
    rows = np.zeros(back.shape[1], np.intp)
    rows[-1] = row
    for column in range(back.shape[1] - 1, 0, -1):
        row += int(back[row, column])
        rows[column - 1] = row
    return rows
