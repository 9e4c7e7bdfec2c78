"""The second derivative across a line, averaged along it, best direction kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["Scale", "vesselness"]


@dataclass(frozen=True, slots=True)
class Scale:
    """One width of vein that is searched.

    Parameters
    ----------
    octave : int, >= 0
        The picture is halved this often first.
    sigma_px : px of that octave
        Blur across the vein.
    half_length_px : px of that octave
        Half the length of the line along which the response is averaged.
    weight : float
        Weight in the sum.
    """

    octave: int
    sigma_px: float
    half_length_px: int
    weight: float = 1.0


_DARK_WEIGHT = 0.3


def vesselness(
    contrast: Image, inner: Mask, *, scales: Sequence[Scale], directions: int
) -> Image:
    """Vesselness as a robust z-score: 0 is background, 1 one standard deviation of it.

    Parameters
    ----------
    contrast : (H, W) float32
        Vessels negative; from `local_contrast`.
    inner : (H, W) bool
        Where the background is measured.
    scales : sequence of Scale
        Order does not matter.
    directions : int
        Directions searched over the half turn.

    Returns
    -------
    (H, W) float32
    """
    size = contrast.shape[1], contrast.shape[0]
    total = -0.3 * np.minimum(cv2.GaussianBlur(contrast, (0, 0), 0.8), 0)
    pyramid = [contrast]
    for scale in sorted(scales, key=lambda scale: scale.octave):
        while len(pyramid) <= scale.octave:
            pyramid.append(np.asarray(cv2.pyrDown(pyramid[-1]), np.float32))
        response = _line_response(pyramid[scale.octave], scale, directions)
        total += scale.weight * cv2.resize(response, size)
    return _robust_score(total, inner)


def _line_response(image: Image, scale: Scale, directions: int) -> Image:
    sigma = scale.sigma_px
    radius = int(np.ceil(3.5 * sigma))
    x = np.arange(-radius, radius + 1)
    smooth = np.exp(-0.5 * (x / sigma) ** 2)
    smooth /= smooth.sum()
    first = -x / sigma * smooth
    second = (x * x / sigma**2 - 1) * smooth
    second -= second.mean()

    def filtered(across: Image, down: Image) -> Image:
        return np.asarray(cv2.sepFilter2D(image, cv2.CV_32F, across, down))

    xx, xy, yy = (
        filtered(second, smooth),
        filtered(first, first),
        filtered(smooth, second),
    )
    pad = scale.half_length_px + 1
    best: Image | None = None
    taps = np.unique(np.round(np.linspace(0, scale.half_length_px, 4)[1:]))
    weights = np.exp(-0.5 * (taps / scale.half_length_px / 0.8) ** 2)
    for k in range(directions):
        angle = np.pi * k / directions
        c, s = np.cos(angle), np.sin(angle)
        across = (s * s) * xx - (2 * s * c) * xy + (c * c) * yy
        padded = cv2.copyMakeBorder(across, pad, pad, pad, pad, cv2.BORDER_REFLECT)
        line = across.copy()
        for tap, weight in zip(taps, weights, strict=True):
            dx, dy = round(tap * c), round(tap * s)
            for sign in (-1, 1):
                top, left = pad + sign * dy, pad + sign * dx
                view = padded[top : top + line.shape[0], left : left + line.shape[1]]
                cv2.scaleAdd(view, float(weight), line, line)
        best = line if best is None else cv2.max(best, line, best)
    assert best is not None
    return np.asarray(best / (1 + 2 * weights.sum()), np.float32)


def _robust_score(response: Image, inner: Mask) -> Image:
    sample = response[::2, ::2][inner[::2, ::2]]
    if sample.size == 0:
        return np.zeros_like(response)
    middle = float(np.median(sample))
    spread = 1.4826 * float(np.median(np.abs(sample - middle)))
    if spread <= 0:
        return np.zeros_like(response)
    score = (response - middle) / spread
    return np.where(inner, score, np.minimum(score, 0)).astype(np.float32)
