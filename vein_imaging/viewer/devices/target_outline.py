"""The target drawn over the picture that it was found in."""

from __future__ import annotations

import cv2
import numpy as np

from vein_calibration.sighting import Sighting
from vein_devices.frame import Pixels

__all__ = ["draw_target"]

# Amber for what is seen, Okabe and Ito's blue-green for what was kept: on skin and on
# paper both are told apart, by the colour blind too.
_SEEN_RGB, _TAKEN_RGB = (255, 176, 0), (0, 158, 115)
_DOT_SHARE, _LINE_SHARE = 1 / 240, 1 / 320  # of the width


def draw_target(
    picture: Pixels, view: Sighting | None, *, taken: bool = False
) -> Pixels:
    """Draw the outline and the corners of a target over a picture.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8 RGB
        As the camera gave it.
    view : Sighting, optional
        Nothing is drawn without one.
    taken : bool
        It was kept just now: drawn in another colour.

    Returns
    -------
    (H, W, 3) uint8 RGB, of its own
    """
    if picture.ndim == 3:
        drawn = picture.copy()
    else:
        drawn = np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB), np.uint8)
    if view is None or view.size_px != (picture.shape[1], picture.shape[0]):
        return drawn
    colour = _TAKEN_RGB if taken else _SEEN_RGB
    width = drawn.shape[1]
    thick = max(2, round(width * _LINE_SHARE))
    hull = cv2.convexHull(view.corners_xy.astype(np.float32))
    cv2.polylines(drawn, [np.rint(hull).astype(np.int32)], True, colour, thick)
    for x, y in np.rint(view.corners_xy).astype(int).tolist():
        cv2.circle(drawn, (x, y), max(2, round(width * _DOT_SHARE)), colour, -1)
    return drawn
