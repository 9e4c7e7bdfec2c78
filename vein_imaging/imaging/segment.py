"""From vesselness to a mask: hysteresis on the noise-tied score, no small parts."""

from __future__ import annotations

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["segment"]

STRONG_SCORE = 4.5
"""Of `fast`; `full` has one for each kind of picture (`pipeline/recipe.py`)."""
SENSITIVITY_SPAN = 0.4
"""Full sensitivity lowers both thresholds by this share; none raises them by it."""
SMALLEST_PART_PX = 60
"""At the working size: 20 px of a vein 3 px wide. A smaller part is dropped as
noise."""


def segment(
    score: Image,
    *,
    weak_score: float = 2.6,
    strong_score: float = STRONG_SCORE,
    sensitivity: float = 0.0,
    smallest_px: int = SMALLEST_PART_PX,
) -> Mask:
    """Pixels of veins.

    Parameters
    ----------
    score : (H, W) float32
        Vesselness in standard deviations of the background.
    weak_score : standard deviations
        A vein goes on while its score is above this...
    strong_score : standard deviations
        ... if it rises above this somewhere.
    sensitivity : float in [-1, 1]
        Higher finds more, and more that is none.
    smallest_px : px
        Parts of fewer pixels are dropped.

    Returns
    -------
    (H, W) bool
    """
    factor = 1 - SENSITIVITY_SPAN * sensitivity
    weak = score > weak_score * factor
    flat = np.flatnonzero(weak)
    # labels of 16 bits take half the time; there are no more parts than pixels
    kind = cv2.CV_16U if flat.size < np.iinfo(np.uint16).max else cv2.CV_32S
    count, labels = cv2.connectedComponents(
        weak.view(np.uint8), connectivity=8, ltype=kind
    )
    # counted here, where it is done for the few weak pixels only
    label = labels.ravel()[flat].astype(np.intp)
    strong = label[score.ravel()[flat] > strong_score * factor]
    kept = np.bincount(strong, minlength=count) > 0
    kept &= np.bincount(label, minlength=count) >= smallest_px
    mask = np.zeros(score.shape, np.bool_)
    mask.ravel()[flat] = kept[label]
    return mask
