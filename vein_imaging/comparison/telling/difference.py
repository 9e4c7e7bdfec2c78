"""What became darker and what lighter, as one picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.result import Comparison
from vein_imaging.imaging.arrays import Picture

__all__ = ["draw_difference"]

_LIGHTER = np.array([0, 114, 178], np.float32)
_DARKER = np.array([213, 94, 0], np.float32)
"""Okabe and Ito's blue and vermilion: apart for every common kind of colour blindness,
and one is darker in a grey print."""
_FULL_LN = 0.25  # a change of a quarter has the whole colour; a vein is about that dark
_LIGHT_SHARE = 1 / 48  # of the longer side: what is smoother than that is lighting
_SMALL_SIGMA_PX = 8.0  # of the light, where it is averaged
_PLAIN = 235.0  # of 255: skin that did not change


def draw_difference(before: Picture, comparison: Comparison) -> NDArray[np.uint8]:
    """Draw what lightened blue and what darkened orange, in BEFORE's frame.

    Lighting is taken out of both: a vein that cleared is a blue line, and a stain or a
    new vein an orange one. What was not compared is grey.

    Parameters
    ----------
    before : (H, W) or (H, W, 3) RGB
        The picture that was compared.
    comparison : Comparison

    Returns
    -------
    (H, W, 3) uint8 RGB
    """
    compared = comparison.overlap
    change = _flat(comparison.registered, compared) - _flat(before, compared)
    # grain of a camera is no change of the skin
    smooth = cv2.GaussianBlur(change, (0, 0), max(1.0, max(change.shape) / 1000))
    share = np.clip(np.asarray(smooth) / _FULL_LN, -1, 1)[..., None]
    colour = np.where(share > 0, _LIGHTER, _DARKER)
    drawn = _PLAIN + np.abs(share) * (colour - _PLAIN)
    drawn[~compared] = 150
    return np.asarray(np.rint(drawn), np.uint8)


def _flat(picture: Picture, inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Logarithm minus its mean around, over what was compared only."""
    whole = 1.0 if picture.dtype.kind == "f" else float(np.iinfo(picture.dtype).max)
    grey = picture[..., 1] if picture.ndim == 3 else picture
    log = np.log1p(255 * (grey.astype(np.float32) / np.float32(whole)))
    weight = inside.astype(np.float32)
    height, width = log.shape
    # what is as smooth as light is found in a small picture: whole, 12 megapixels
    # took 14 s of CPU for each of both
    small = max(1.0, _LIGHT_SHARE * max(log.shape) / _SMALL_SIGMA_PX)
    size = (max(1, round(width / small)), max(1, round(height / small)))
    light, here = (
        cv2.GaussianBlur(
            cv2.resize(plane, size, interpolation=cv2.INTER_AREA),
            (0, 0),
            _LIGHT_SHARE * max(size),
        )
        for plane in (log * weight, weight)
    )
    mean = cv2.resize(light / np.maximum(here, 1e-3), (width, height))
    return np.asarray((log - mean) * weight, np.float32)
