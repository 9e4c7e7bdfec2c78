"""The width of veins, sub-pixel, from the brightness across them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.profile import Profiles

__all__ = ["half_depth_widths"]


def half_depth_widths(profiles: Profiles) -> NDArray[np.float32]:
    """Full width at half depth of the dark line in each profile.

    Parameters
    ----------
    profiles : Profiles
        Centred on the line.

    Returns
    -------
    (N,) float32 px
        nan where the line has not two sides that rise above half its depth.
    """
    values = profiles.values
    count, samples = values.shape
    if count == 0:
        return np.zeros(0, np.float32)
    rows = np.arange(count)
    middle = np.clip(
        np.round(samples // 2 + profiles.shift_px / profiles.step_px), 2, samples - 3
    ).astype(np.intp)
    # a column or two off the middle is the same vein
    near = np.clip(middle[:, None] + np.arange(-2, 3), 0, samples - 1)
    centre = near[rows, np.take_along_axis(values, near, axis=1).argmin(axis=1)]
    floor = values[rows, centre]
    column = np.arange(samples) - centre[:, None]
    width = np.zeros(count)
    for sign in (-1, 1):
        outward = sign * column > 0
        # each side against its own brightness: light is seldom even across a vein
        top = np.where(outward, values, -np.inf).max(axis=1)
        level = (floor + top) / 2
        beyond = outward & (values > level[:, None])
        edge = beyond.argmax(axis=1)
        if sign < 0:
            edge = samples - 1 - beyond[:, ::-1].argmax(axis=1)
        inside = np.clip(edge - sign, 0, samples - 1)
        high, low = values[rows, edge], values[rows, inside]
        part = (level - low) / np.where(high > low, high - low, 1)
        found = beyond[rows, edge]
        width += np.where(found, sign * (inside - centre) + part, np.nan)
    return np.asarray(width * profiles.step_px, np.float32)
