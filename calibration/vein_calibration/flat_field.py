"""Uneven light, dark level and dead pixels: learned from a card and a capped lens."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_calibration.errors import CardError

__all__ = ["FlatField", "fit_flat_field"]

Pixels = NDArray[np.uint8]
Coarse = NDArray[np.float32]

LEAST_FRAMES = 4  # halves the noise
SIDE = 8
"""Light varies slowly: it is kept at an eighth of the size."""
MOST_GAIN = 4.0  # beyond it, dark corners are noise
MOST_CLIPPED_SHARE = 0.001  # a few hot pixels may be
LEAST_LEVEL = 40.0  # below, rounding alone is over a per cent
MOST_STRUCTURE = 0.03
"""Of the level: a card has none but its own grain."""
HOT_LEVEL = 24.0  # far above any dark noise
DEAD_SHARE = 0.5  # no dust takes half
_BAND_BYTES = 1 << 19  # fits the second cache


@dataclass(frozen=True, slots=True, eq=False)
class FlatField:
    """The light of one illuminator channel on one camera.

    Parameters
    ----------
    light : str
        Name of the channel; "" for the only one.
    size_px : (width, height)
    level : (h, w) or (h, w, 3) float32
        Brightness of the even card, at an eighth of the size.
    dark : (h, w) or (h, w, 3) float32
        Brightness without light, likewise.
    bad_rc : (N, 2) int
        Hot and dead pixels.

    Raises
    ------
    CardError
        If the parts do not fit each other, or the level is not above the dark.
    """

    light: str
    size_px: tuple[int, int]
    level: Coarse
    dark: Coarse
    bad_rc: NDArray[np.intp]

    def __post_init__(self) -> None:
        width, height = self.size_px
        wanted = (max(1, height // SIDE), max(1, width // SIDE))
        if self.level.shape[:2] != wanted or self.dark.shape != self.level.shape:
            raise CardError(
                f"a flat field of {width} x {height} px has {wanted} values, not "
                f"{self.level.shape} and {self.dark.shape}"
            )
        if not (np.isfinite(self.level).all() and (self.level > self.dark + 1).all()):
            raise CardError("a flat field's level is everywhere above its dark level")

    @property
    def unevenness(self) -> float:
        """Standard deviation of the light over its mean."""
        light = self.level - self.dark
        return float(light.std(axis=(0, 1)).max() / light.mean())

    @property
    def gain(self) -> Coarse:
        """(h, w[, 3]) factor that evens the light out; about 1 on average."""
        light = self.level - self.dark
        return np.asarray(light.mean(axis=(0, 1)) / light, np.float32)

    def correct(self, picture: Pixels) -> Pixels:
        """Take the dark level off, even the light out, and fill bad pixels, in place.

        Parameters
        ----------
        picture : (H, W) or (H, W, 3) uint8
            Changed; of the size and kind the flat field was made with.

        Returns
        -------
        the same array

        Raises
        ------
        CardError
            If it is another size or kind, or may not be written to.
        """
        self._refuse(picture)
        maps = _full_maps(self)
        height, row_bytes = picture.shape[0], picture[0].nbytes
        step = max(1, _BAND_BYTES // row_bytes)
        for top in range(0, height, step):
            part = slice(top, top + step)
            band = picture[part]
            if maps.dark is not None:
                cv2.subtract(band, maps.dark[part], dst=band)
            cv2.multiply(band, maps.gain[part], dst=band, scale=1 / maps.one)
        return self.fill_bad(picture)

    def fill_bad(self, picture: Pixels) -> Pixels:
        """Fill hot and dead pixels, in place, and leave the light as it is.

        Parameters
        ----------
        picture : (H, W) or (H, W, 3) uint8

        Returns
        -------
        the same array

        Raises
        ------
        CardError
            As `correct`.
        """
        self._refuse(picture)
        if len(self.bad_rc):
            _fill(picture, self.bad_rc)
        return picture

    def _refuse(self, picture: Pixels) -> None:
        wanted = (self.size_px[1], self.size_px[0], *self.level.shape[2:])
        if picture.shape != wanted or picture.dtype != np.uint8:
            raise CardError(
                f"the flat field is for pictures {wanted} uint8, not {picture.shape} "
                f"{picture.dtype}"
            )
        if not picture.flags.writeable:
            raise CardError("correct() works in place: hand over a copy of the picture")


@dataclass(frozen=True, slots=True, eq=False)
class _Maps:
    """A flat field at full size, in bytes: `gain / one` is the factor."""

    gain: Pixels
    one: float
    dark: Pixels | None


@functools.lru_cache(maxsize=4)
def _full_maps(flat: FlatField) -> _Maps:
    gain = cv2.resize(flat.gain, flat.size_px, interpolation=cv2.INTER_CUBIC)
    dark = np.rint(cv2.resize(flat.dark, flat.size_px)).clip(0, 255).astype(np.uint8)
    # bytes: a step of the largest gain over 255 is finer than the picture's own
    one = 255 / float(gain.max())
    whole = np.rint(gain * one).clip(1, 255).astype(np.uint8)
    return _Maps(whole, one, dark if dark.any() else None)


def _fill(picture: Pixels, bad_rc: NDArray[np.intp]) -> None:
    """Give bad pixels the median of their neighbours."""
    height, width = picture.shape[:2]
    around = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if r or c]
    rows = np.clip(bad_rc[:, :1] + [r for r, _ in around], 0, height - 1)
    columns = np.clip(bad_rc[:, 1:] + [c for _, c in around], 0, width - 1)
    middle = np.median(picture[rows, columns], axis=1)
    picture[bad_rc[:, 0], bad_rc[:, 1]] = middle.astype(np.uint8)


def fit_flat_field(
    card: Sequence[NDArray[Any]], dark: Sequence[NDArray[Any]] = (), light: str = ""
) -> FlatField:
    """Learn the light from pictures of an even card, and of darkness.

    Parameters
    ----------
    card : 4 or more pictures, (H, W) or (H, W, 3) uint8
        Of a white or skin-toned card that fills the picture, out of focus at best; no
        part of it saturated.
    dark : pictures of the same kind
        With the lens capped, or the light off in a dark room. Without them the dark
        level is taken to be 0 and no hot pixel is found.
    light : str
        Name of the illuminator's channel.

    Returns
    -------
    FlatField

    Raises
    ------
    CardError
        If a picture is of another kind, saturated, too dark, or shows something.

    Notes
    -----
    Bytes are light to some power, and a power of a product is the product of powers: an
    uneven light is taken out of the bytes as well as out of the light itself. What a
    camera's own curve does beyond a power stays.
    """
    whole = _mean(card, "card", LEAST_FRAMES)
    clipped = max(float(np.mean(np.asarray(frame) >= 254)) for frame in card)
    if clipped > MOST_CLIPPED_SHARE:
        raise CardError(
            f"{100 * clipped:.1f} % of the card is saturated: expose shorter, until "
            "its brightest part is well below white"
        )
    off = _mean(dark, "dark", 1) if len(dark) else np.zeros_like(whole)
    if off.shape != whole.shape:
        raise CardError(
            f"card pictures are {whole.shape}, dark ones {off.shape}; take both with "
            "one camera at one setting"
        )
    size = whole.shape[1], whole.shape[0]
    lit = whole - off
    if float(np.median(lit)) < LEAST_LEVEL:
        raise CardError(
            f"the card is too dark ({np.median(lit):.0f} of 255 above the dark level): "
            "expose longer, or give more light"
        )
    level, rough = _smooth(whole)
    quiet, _ = _smooth(off)
    full = np.asarray(
        cv2.resize(level - quiet, size, interpolation=cv2.INTER_CUBIC), np.float32
    )
    bad = _bad_pixels(lit, full, off)
    if rough > MOST_STRUCTURE:
        raise CardError(
            f"the card is not even ({100 * rough:.1f} % of structure, "
            f"{100 * MOST_STRUCTURE:.0f} % at most): something lies on it, its edge is "
            "in view, or it is in focus and grained; move it, or hold it out of focus"
        )
    spread = float((level - quiet).mean() / (level - quiet).min())
    if not 0 < spread <= MOST_GAIN:
        raise CardError(
            f"the darkest corner gets {spread:.1f} times less light than the mean, "
            f"{MOST_GAIN:g} times at most can be evened out; move the light"
        )
    return FlatField(light, size, level, quiet, bad)


def _mean(frames: Sequence[NDArray[Any]], what: str, least: int) -> Coarse:
    if len(frames) < least:
        raise CardError(f"{len(frames)} {what} pictures, {least} are needed: take more")
    first = np.asarray(frames[0])
    total = np.zeros(first.shape, np.float32)
    for frame in frames:
        good = frame.dtype == np.uint8 and frame.ndim in (2, 3) and frame.size
        if not good or frame.shape != first.shape:
            raise CardError(
                f"{what} pictures are of one size and uint8: {first.shape} and "
                f"{frame.shape} {frame.dtype}"
            )
        total += frame
    return np.asarray(total / len(frames), np.float32)


def _smooth(mean: Coarse) -> tuple[Coarse, float]:
    """The slow part at an eighth of the size, and how much structure is beside it."""
    width, height = max(1, mean.shape[1] // SIDE), max(1, mean.shape[0] // SIDE)
    small = cv2.resize(mean, (width, height), interpolation=cv2.INTER_AREA)
    # a speck is no light
    calm = cv2.medianBlur(small, 5)
    level = cv2.GaussianBlur(calm, (0, 0), 1.0, borderType=cv2.BORDER_REFLECT_101)
    rest = np.abs(small - level)
    rough = float(np.percentile(rest, 99)) / max(float(level.mean()), 1.0)
    return np.asarray(level, np.float32), rough


def _bad_pixels(lit: Coarse, level: Coarse, off: Coarse) -> NDArray[np.intp]:
    dead = lit < DEAD_SHARE * level
    hot = off > np.median(off) + HOT_LEVEL
    bad = np.asarray(dead | hot)
    found = np.argwhere(np.any(bad.reshape(*bad.shape[:2], -1), axis=2))
    if len(found) > 0.001 * bad.size:
        raise CardError(
            f"{len(found)} pixels seem hot or dead: the lens was not capped, or the "
            "card shows something"
        )
    return found
