"""Hairs: dark lines on the skin, sharper than any vein below it.

A hair that was shaved or moved between two visits looks exactly like a vein that
cleared, so the skin under it is not compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image, Mask

__all__ = ["Hair", "mask_hairs"]

_HAIR_MM, _VEIN_MM = 0.08, 0.24  # sigmas; a vein at .25 mm depth is .43 mm wide
_FINEST_PX = 2.0  # sigma of a hair that a picture is reduced to at most
_LEAST_PX = (1.0, 3.0)
"""Below these widths, the pixel grid itself looks like a hair or a vein."""
_LINE_SIGMA_MM, _LINE_SIGMA_PX = 0.15, 1.15  # a dark line narrower than this is hair
_STRONG, _WEAK = 5.0, 3.0  # noise standard deviations
_FAINT = 0.008  # a response that no hair is below: a dip of 2 %
_TILE_MM, _TILE_SEEN = 4.0, 0.3
_LENGTH_MM = 1.5  # a pore is shorter, and so is the tip of a vein
_FILLED = 0.35  # of its length squared: a line, not a speck
_COVER_PX = 2  # a hair's blurred rim darkens so many pixels beside it
_ENOUGH_MM = 5.0  # of hair, to know its width


@dataclass(frozen=True, slots=True, eq=False)
class Hair:
    """Hairs of a picture.

    Parameters
    ----------
    mask : (H, W) bool
        2 px wider on each side than their core.
    sigma_px : px
        Their median width, 0 where the camera sharpened them; nan where less than 5 mm
        of hair was found. A hair is much finer than the blur of the lens, so this width
        shows how sharp the picture is.
    """

    mask: Mask
    sigma_px: float


def mask_hairs(log: Image, skin: Mask, px_per_mm: float) -> Hair:
    """Find hairs by their width.

    For a line of Gaussian profile of sigma w the scale-normalised second derivative at
    sigma s is s^2 w (w^2 + s^2)^-3/2 times its contrast: at a fine and a coarse scale
    the two differ in ratio by w alone, whatever the contrast.

    Parameters
    ----------
    log : (H, W) float32
        Logarithm of intensity.
    skin : (H, W) bool
    px_per_mm : px/mm, > 0

    Returns
    -------
    Hair
    """
    factor = int(_HAIR_MM * px_per_mm / _FINEST_PX)
    if factor > 1:
        return _found_smaller(log, skin, px_per_mm, factor)
    inner = cv2.erode(skin.astype(np.uint8), np.ones((9, 9))).astype(np.bool_)
    if not inner.any():
        return Hair(np.zeros(log.shape, np.bool_), np.nan)
    scales = [
        max(least, size * px_per_mm)
        for least, size in zip(_LEAST_PX, (_HAIR_MM, _VEIN_MM), strict=True)
    ]
    fine, coarse = (_ridge(log, sigma) for sigma in scales)
    noise = np.maximum(_local_noise(fine, inner, px_per_mm), _FAINT / _STRONG)
    width = max(_LINE_SIGMA_PX, _LINE_SIGMA_MM * px_per_mm)
    narrow = inner & (fine > _ratio_at(width, *scales) * coarse)
    weak = narrow & (fine > _WEAK * noise)
    strong = narrow & (fine > _STRONG * noise)
    joined = cv2.morphologyEx(weak.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    length = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    kept = (length >= _LENGTH_MM * px_per_mm) & (
        stats[:, cv2.CC_STAT_AREA] <= _FILLED * length**2
    )
    kept &= np.bincount(labels[strong], minlength=count) > 0
    kept[0] = False
    lines = kept[labels]
    crest = lines & strong & (fine >= 0.95 * cv2.dilate(fine, np.ones((3, 3))))
    sigma_px = np.nan
    if np.count_nonzero(crest) > _ENOUGH_MM * px_per_mm:
        sigma_px = _width_at(float(np.median(coarse[crest] / fine[crest])), *scales)
    side = 2 * _COVER_PX + 1
    mask = cv2.dilate(lines.astype(np.uint8), np.ones((side, side))).astype(np.bool_)
    return Hair(mask, sigma_px)


def _found_smaller(log: Image, skin: Mask, px_per_mm: float, factor: int) -> Hair:
    height, width = log.shape
    size = max(1, width // factor), max(1, height // factor)
    small, seen = (
        np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.float32)
        for part in (log, skin.astype(np.float32))
    )
    times = width / size[0]
    found = mask_hairs(small, seen > 0.5, px_per_mm / times)
    mask = cv2.resize(
        found.mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST
    )
    return Hair(mask.astype(np.bool_), found.sigma_px * times)


def _local_noise(fine: Image, inner: Mask, px_per_mm: float) -> Image:
    # 1.4826 times the median of each tile: dark skin and coarse compression are noisier
    # than the rest, and what is usual there is no hair
    side = max(8, round(_TILE_MM * px_per_mm))
    height, width = fine.shape
    rows, columns = -(-height // side), -(-width // side)
    padded = np.full((rows * side, columns * side), np.nan, np.float32)
    padded[:height, :width] = np.where(inner, np.abs(fine), np.nan)
    tiles = padded.reshape(rows, side, columns, side).swapaxes(1, 2)
    flat = tiles.reshape(rows, columns, side * side)
    usual = float(np.nanmedian(padded))
    known = np.isfinite(flat).mean(axis=2) > _TILE_SEEN
    medians = np.full((rows, columns), usual, np.float32)
    medians[known] = np.nanmedian(flat[known], axis=1)
    spread = cv2.resize(medians, (columns * side, rows * side))[:height, :width]
    return np.asarray(1.4826 * np.maximum(spread, usual), np.float32)


def _ratio_at(width_px: float, fine_px: float, coarse_px: float) -> float:
    # of the responses of the two scales to a line of that sigma
    fine = fine_px**2 * (width_px**2 + fine_px**2) ** -1.5
    coarse = coarse_px**2 * (width_px**2 + coarse_px**2) ** -1.5
    return float(fine / coarse)


def _width_at(share: float, fine_px: float, coarse_px: float) -> float:
    # The inverse of `_ratio_at`, of the coarse response as a share of the fine one. On
    # a hair the fine one is above 0; the coarse one is not where a camera sharpened it
    # and left bright rims beside it. Below the share of a line without width, 0.
    if share <= fine_px / coarse_px:
        return 0.0
    power = ((coarse_px / fine_px) ** 2 / share) ** (2 / 3)
    square = (coarse_px**2 - power * fine_px**2) / (power - 1)
    return float(np.sqrt(square))


def _ridge(log: Image, sigma: float) -> Image:
    # larger eigenvalue of the Hessian, times sigma squared: dark lines positive
    half = int(4 * sigma)
    x = np.arange(-half, half + 1, dtype=np.float32)
    smooth = np.exp(-0.5 * (x / sigma) ** 2)
    smooth /= smooth.sum()
    first: NDArray[np.float32] = -x / sigma**2 * smooth
    second: NDArray[np.float32] = (x**2 / sigma**4 - 1 / sigma**2) * smooth
    xx = cv2.sepFilter2D(log, cv2.CV_32F, second, smooth)
    yy = cv2.sepFilter2D(log, cv2.CV_32F, smooth, second)
    xy = cv2.sepFilter2D(log, cv2.CV_32F, first, first)
    root = np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    return np.asarray(sigma**2 * ((xx + yy) / 2 + root), dtype=np.float32)
