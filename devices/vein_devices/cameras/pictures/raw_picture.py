"""A picture as its decoder gives it, before its values are put on one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["RawPicture"]


@dataclass(frozen=True, slots=True, eq=False)
class RawPicture:
    """One page.

    Parameters
    ----------
    values : (H, W) or (H, W, 3)
        Grey or RGB of any kind of number, upright, black at 0.
    hidden : (H, W) bool or None
        Transparent pixels.
    remarks : tuple of str
        What whoever measures in it should know.
    """

    values: NDArray[Any]
    hidden: NDArray[np.bool_] | None = None
    remarks: tuple[str, ...] = ()
