"""A limb is round: how the scale falls off towards its outline, and where that decides.

Formulas: a cylinder of radius R whose nearest line is at distance Z. At u, the offset
from its middle over R, the surface lies deeper by R (1 - sqrt(1 - u^2)) and leans away
by arcsin(u). So a pixel is 1 + R (1 - sqrt(1 - u^2)) / Z times as large along the limb,
and that over sqrt(1 - u^2) across it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["LimbScale", "limb_scale", "undecided_from"]

Floats = NDArray[np.float64]
LimbScale = tuple[Floats, Floats]
"""Along the limb, across it: factors on the mm per pixel of its nearest line."""


def limb_scale(
    offset: Floats, radius_mm: float = 50.0, distance_mm: float = math.inf
) -> LimbScale:
    """How much larger a pixel is on a round limb than on its nearest line.

    Parameters
    ----------
    offset : (...), -1 to 1
        Distance from the limb's middle over its half width, as the picture shows it.
    radius_mm, distance_mm : mm, > 0
        Of the limb; from the camera to its nearest line.

    Returns
    -------
    along, across : (...) float64, >= 1
        Infinite across at the outline itself.

    Raises
    ------
    ValueError
        If an offset is beyond the outline, or a length not positive.
    """
    u = np.asarray(offset, np.float64)
    if np.any(np.abs(u) > 1) or not np.isfinite(u).all():
        raise ValueError("offsets from a limb's middle lie between -1 and 1")
    if not (radius_mm > 0 and distance_mm > 0):
        raise ValueError(
            f"radius and distance are above 0 mm, not {radius_mm!r} and {distance_mm!r}"
        )
    facing = np.sqrt(1 - u * u)
    along = 1 + radius_mm * (1 - facing) / distance_mm
    with np.errstate(divide="ignore"):
        return along, along / facing


def undecided_from(
    diameter_mm: float,
    relative_error: float,
    *,
    limits_mm: Sequence[float] = (1.0, 3.0),
    times: float = 2.0,
) -> float:
    """Offset from a limb's middle from which a vein along it has no certain class.

    Parameters
    ----------
    diameter_mm : mm
        As it would read on the nearest line.
    relative_error : >= 0
        One standard deviation of that, as a share.
    limits_mm : mm
        Between classes.
    times : float
        Standard deviations to either side that must stay within a class.

    Returns
    -------
    0 to 1
        1 where even at the outline no limit is reached, 0 where it is undecided
        everywhere.
    """
    low = diameter_mm * (1 - times * relative_error)
    high = diameter_mm * (1 + times * relative_error)
    above = [limit for limit in limits_mm if limit >= low]
    if not above:
        return 1.0
    facing = high / min(above)
    return 0.0 if facing >= 1 else math.sqrt(1 - facing * facing)
