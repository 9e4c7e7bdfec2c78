"""The limb of each picture drawn to one width: what the pose is measured in."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.transform import Affine
from vein_imaging.comparison.preparing.surface import View
from vein_imaging.imaging.arrays import Image, Mask, Plane

__all__ = [
    "LimbFrame",
    "Turn",
    "frame_of",
    "frames_of",
    "limb_width_px",
    "quarter_turns",
    "widths_differ",
]

Turn = int
"""Quarter turns of AFTER against the clock."""

_WIDEST = 1.33
"""Of two widths of one limb: further apart, one field has run onto what lies behind."""
_MEASURED_PX = 1000  # of the longer side: a width is told to a few px there
_NARROWEST_PX = 8.0  # of a limb: less is no limb, and no size to measure by
_ENLARGED = 1.6
"""At most: pixels made up between those of a small picture hold no more skin."""
_LONG = 1.5  # times as long as wide: from there on a limb has a direction
_LIGHT_WIDTHS = 0.06
"""Sigma of what counts as lighting: wider than a vein or a mole, narrower than the
shade of the limb's own roundness."""
_LEAST_SPREAD = 0.4
"""Of the usual local spread: a blank patch stays blank and is not made of noise."""
_LIMIT = 3.0  # local standard deviations; beyond it a mole outvotes the skin


@dataclass(frozen=True, slots=True, eq=False)
class LimbFrame:
    """A picture drawn so that the limb is so many px wide.

    Parameters
    ----------
    picture : (h, w, 3) uint8 RGB
    flat : (h, w) float32
        The surface without hair, its local mean taken off, in local standard
        deviations; 0 where it is not seen.
    skin : (h, w) bool
    seen : (h, w) bool
        Skin that is neither glaring nor black.
    width_px : px
        Of the limb.
    scale : float
        Px of this frame per px of the picture.
    """

    picture: NDArray[np.uint8]
    flat: Image
    skin: Mask
    seen: Mask
    width_px: float
    scale: float

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in px."""
        height, width = self.skin.shape
        return int(height), int(width)

    def turned(self, turn: Turn) -> LimbFrame:
        """Turn it by quarters against the clock.

        Parameters
        ----------
        turn : int
        """
        return LimbFrame(
            np.rot90(self.picture, turn).copy(),
            np.rot90(self.flat, turn).copy(),
            np.rot90(self.skin, turn).copy(),
            np.rot90(self.seen, turn).copy(),
            self.width_px,
            self.scale,
        )

    def turned_back(self, turn: Turn) -> Affine:
        """Give the map from this frame, turned, back to this frame.

        Parameters
        ----------
        turn : int

        Returns
        -------
        (2, 3) float64
        """
        height, width = self.shape
        last_x, last_y = width - 1.0, height - 1.0
        return np.array(
            (
                ((1, 0, 0), (0, 1, 0)),
                ((0, -1, last_x), (1, 0, 0)),
                ((-1, 0, last_x), (0, -1, last_y)),
                ((0, 1, 0), (-1, 0, last_y)),
            )[turn % 4],
            np.float64,
        )

    def skin_at(self, like: Mask) -> Mask:
        """Draw its skin at the size of a picture.

        Parameters
        ----------
        like : (H, W) bool
            Of that size.
        """
        skin, size = self.skin.astype(np.uint8), like.shape[::-1]
        grown = cv2.resize(skin, size, interpolation=cv2.INTER_NEAREST)
        return np.asarray(grown > 0)

    def reduced(self, share: float) -> LimbFrame:
        """Draw it smaller.

        Parameters
        ----------
        share : in (0, 1]
        """
        planes = self.picture, self.flat, self.skin, self.seen
        return _framed(*planes, self.width_px, share, self.scale)


def limb_width_px(skin: Mask) -> float:
    """Width of the limb: twice the 99th percentile of the distance to the edge.

    The picture's border counts as an edge: what lies beyond it cannot be matched.

    Parameters
    ----------
    skin : (H, W) bool

    Returns
    -------
    px
        0 where there is no skin.
    """
    shrunk = max(1, max(skin.shape) // _MEASURED_PX)
    closed: Plane = np.pad(skin[::shrunk, ::shrunk].astype(np.uint8), 1)
    distance = cv2.distanceTransform(closed, cv2.DIST_L2, 5)
    inside = distance[distance > 0]
    return 2 * shrunk * float(np.percentile(inside, 99)) if inside.size else 0.0


def frames_of(
    before: View, after: View, width_px: float
) -> tuple[LimbFrame, LimbFrame]:
    """Draw both limbs to one width.

    Parameters
    ----------
    before, after : View
    width_px : px
        The limb's in the frames.

    Returns
    -------
    LimbFrame, LimbFrame
    """
    widths = [limb_width_px(skin) for skin in (before.skin, after.skin)]
    if widths_differ(*widths):
        widths = [min(widths)] * 2
    one, other = (
        frame_of(view, view.skin, width, width_px)
        for view, width in zip((before, after), widths, strict=True)
    )
    return one, other


def widths_differ(one: float, other: float) -> bool:
    """Whether two widths of one limb are so far apart that one field is wrong."""
    return max(one, other) > _WIDEST * max(min(one, other), _NARROWEST_PX)


def frame_of(view: View, skin: Mask, limb_px: float, width_px: float) -> LimbFrame:
    """Draw one limb of a picture to a width.

    Parameters
    ----------
    view : View
    skin : (H, W) bool
        Of that limb.
    limb_px, width_px : px
        Its width in the picture and in the frame.

    Returns
    -------
    LimbFrame
    """
    width = max(limb_px, _NARROWEST_PX)
    return _framed(
        view.picture,
        view.surface.flat,
        skin,
        view.surface.usable & skin,
        *(width, width_px / width, 1.0),
    )


def quarter_turns(before: LimbFrame, after: LimbFrame) -> tuple[Turn, ...]:
    """Which quarter turns of AFTER may bring its limb to lie as in BEFORE.

    Parameters
    ----------
    before, after : LimbFrame

    Returns
    -------
    tuple of int
        0 first; all four where one of the limbs has no direction.
    """
    axes = [_axis_deg(frame.skin) for frame in (before, after)]
    if axes[0] is None or axes[1] is None:
        return (0, 1, 3, 2)
    # turning against the clock by 90 degrees takes an axis at angle a to a - 90
    apart = (axes[1] - axes[0]) % 180
    return (0, 2) if min(apart, 180 - apart) < 45 else (0, 1, 3)


def _axis_deg(skin: Mask) -> float | None:
    rows, columns = np.nonzero(skin[::4, ::4])
    if rows.size < 3:
        return None
    spread, axes = np.linalg.eigh(np.cov(columns, rows))
    if spread[1] < _LONG**2 * spread[0]:
        return None
    return float(np.degrees(np.arctan2(axes[1, 1], axes[0, 1])))


def _framed(
    picture: NDArray[np.uint8],
    flat: Image,
    skin: Mask,
    seen: Mask,
    width: float,
    share: float,
    scale: float,
) -> LimbFrame:
    share = min(share, _ENLARGED / scale)
    height, across = skin.shape
    size = max(8, round(across * share)), max(8, round(height * share))
    how = cv2.INTER_AREA if share < 1 else cv2.INTER_CUBIC
    small, plane = (
        cv2.resize(part, size, interpolation=how) for part in (picture, flat)
    )
    whole, clear = (
        cv2.resize(part.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
        for part in (skin, seen)
    )
    level = _levelled(np.asarray(plane, np.float32), clear, share * width)
    return LimbFrame(
        np.asarray(small, np.uint8), level, whole, clear, share * width, scale * share
    )


def _levelled(plane: Image, seen: Mask, width_px: float) -> Image:
    sigma = _LIGHT_WIDTHS * width_px
    weight = seen.astype(np.float32)
    level = plane - _mean(plane, weight, sigma)
    spread = np.sqrt(_mean(level * level, weight, 2 * sigma))
    usual = float(np.median(spread[seen])) if seen.any() else 1.0
    level /= np.maximum(spread, max(_LEAST_SPREAD * usual, 1e-3))
    return np.asarray(np.clip(level, -_LIMIT, _LIMIT) * weight, np.float32)


def _mean(plane: Image, weight: Image, sigma: float) -> Image:
    part, whole = (
        cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
        for image in (plane * weight, weight)
    )
    return np.asarray(part / np.maximum(whole, 1e-3), np.float32)
