"""The blur of a camera from views of the target."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vein_calibration.edges import Blur, blur_of_edges
from vein_calibration.sighting import Sighting, grey_of

__all__ = ["blur_in", "typical_blur"]


def typical_blur(
    views: Sequence[tuple[Sighting, NDArray[np.uint8]]],
) -> Blur | None:
    """The blur of the middle one of the views in which nothing moved.

    Parameters
    ----------
    views : sequence of (Sighting, picture)

    Returns
    -------
    Blur or None
        None where in every view something moved, or too few edges are seen.
    """
    found = [
        blur for view, picture in views
        if (blur := blur_in(view, picture)) is not None and not blur.moved
    ]  # fmt: skip
    return (
        sorted(found, key=lambda blur: blur.sigma_px)[len(found) // 2]
        if found
        else None
    )


def blur_in(view: Sighting, picture: NDArray[np.uint8]) -> Blur | None:
    """Measure the blur at the target's edges in one view.

    Parameters
    ----------
    view : Sighting
    picture : (H, W) or (H, W, 3) uint8
        That it was found in.
    """
    across = view.target.columns - 1
    return blur_of_edges(grey_of(picture), across, view.ids, view.corners_xy)
