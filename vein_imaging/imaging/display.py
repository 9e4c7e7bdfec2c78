"""A picture as vein projectors show it: inverted, in one colour of light, outlined."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Picture
from vein_imaging.imaging.overlay import CLASS_STYLES, draw_overlay
from vein_imaging.imaging.vein_map import Branch, VeinMap

__all__ = ["Display", "GroundMode", "LineMode", "draw_display", "in_width_range"]

GroundMode = Literal[
    "camera", "inverted", "green", "green inverse", "amber", "amber inverse"
]
"""The picture under the lines. In a colour of light, veins are filled to their width:
dark on light, or, inverse, light on dark."""
LineMode = Literal["classes", "outline", "none"]
"""Middle lines in the colour of their class, both edges in it, or nothing."""

_LIGHTS = {"green": (70, 255, 90), "amber": (255, 170, 40)}  # as projectors have them
_SKIN_FROM, _SKIN_TO = 70, 235  # the skin stays seen, and darker veins stand out
_FAINT_TO = 80  # the skin of an inverse picture: veins alone are bright
_UNKNOWN_PX = 3.0  # a vein whose width is not known is drawn as a thin one
_SMOOTH = 15  # points: an edge turns with the vein, not with each step of its middle
_FIXED = 8  # points are drawn in 1/8 px


@dataclass(frozen=True, slots=True)
class Display:
    """How a picture and its veins are shown.

    Parameters
    ----------
    ground : GroundMode
    lines : LineMode
    opacity : [0, 1]
        Of the lines.
    width_range_mm : (least, most), mm
        Only veins as wide as this are drawn; those whose width is not known always.
    """

    ground: GroundMode = "camera"
    lines: LineMode = "classes"
    opacity: float = 0.8
    width_range_mm: tuple[float, float] = (0.0, math.inf)

    def __post_init__(self) -> None:
        if self.ground not in get_args(GroundMode):
            raise ValueError(f"there is no ground {self.ground!r}")
        if self.lines not in get_args(LineMode):
            raise ValueError(f"there are no lines {self.lines!r}")
        if not 0 <= self.opacity <= 1:
            raise ValueError(f"opacity is 0 to 1, not {self.opacity!r}")
        least, most = self.width_range_mm
        if not 0 <= least <= most:
            raise ValueError(f"a range of widths goes up: {self.width_range_mm!r}")

    @property
    def plain(self) -> bool:
        """Whether it is the camera's picture with every line in its class's colour."""
        every = self.width_range_mm == (0.0, math.inf)
        return self.ground == "camera" and self.lines == "classes" and every


def in_width_range(
    vein_map: VeinMap, width_range_mm: tuple[float, float]
) -> tuple[Branch, ...]:
    """The veins of these widths, and those whose width in mm is not known.

    Parameters
    ----------
    vein_map : VeinMap
    width_range_mm : (least, most), mm
    """
    least, most = width_range_mm
    return tuple(
        branch
        for branch in vein_map.branches
        if not math.isfinite(branch.median_diameter_mm)
        or least <= branch.median_diameter_mm <= most
    )


def draw_display(
    picture: Picture, vein_map: VeinMap, display: Display
) -> NDArray[np.uint8]:
    """Draw a picture and its veins as a display asks.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) RGB uint8
        The one that was analysed.
    vein_map : VeinMap
    display : Display

    Returns
    -------
    (H, W, 3) uint8 RGB
    """
    branches = in_width_range(vein_map, display.width_range_mm)
    ground = _ground(picture, branches, display.ground)
    if display.lines == "none" or display.opacity == 0:
        return ground
    if display.lines == "classes":
        lines = draw_overlay(ground, _with(vein_map, branches), opacity=1.0)
    else:
        lines = ground.copy()
        _draw_edges(lines, branches, max(1, round(min(lines.shape[:2]) / 480)))
    mixed = cv2.addWeighted(lines, display.opacity, ground, 1 - display.opacity, 0)
    return np.asarray(mixed, np.uint8)


def _ground(
    picture: NDArray[np.uint8], branches: tuple[Branch, ...], mode: GroundMode
) -> NDArray[np.uint8]:
    if mode in ("camera", "inverted"):
        rgb = picture
        if picture.ndim == 2:
            rgb = np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB), np.uint8)
        return 255 - rgb if mode == "inverted" else rgb.copy()
    name, _space, inverse = mode.partition(" ")
    grey = picture if picture.ndim == 2 else picture[..., 1]  # veins are darkest there
    low, high = np.percentile(grey[::8, ::8], (2, 98))
    level = np.clip((np.arange(256) - low) / max(1.0, high - low), 0, 1)
    top = _FAINT_TO if inverse else _SKIN_TO
    foot = 0 if inverse else _SKIN_FROM
    skin = cv2.LUT(grey, np.rint(foot + level * (top - foot)).astype(np.uint8))
    filled = [polygon for branch in branches for polygon in _filled(branch)]
    value = 255 if inverse else 0
    for polygon in filled:  # one by one: where two overlap, both are filled
        cv2.fillPoly(skin, [polygon], (value,), cv2.LINE_AA, _FIXED.bit_length() - 1)
    table = np.outer(np.arange(256) / 255, _LIGHTS[name])
    coloured = np.rint(table).astype(np.uint8)
    return np.ascontiguousarray(coloured[skin])


def _edges(branch: Branch) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Both edges of a vein, (x, y) in fixed point; half its width from the middle."""
    points = branch.points_rc.astype(np.float64)
    if len(points) < 2:
        empty = np.zeros((0, 2), np.int32)
        return empty, empty
    along = np.gradient(cv2.blur(points, (1, _SMOOTH)), axis=0)
    along /= np.maximum(np.hypot(*along.T), 1e-6)[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    width = np.where(
        np.isfinite(branch.diameter_px), branch.diameter_px, _UNKNOWN_PX
    ).astype(np.float64)
    half = cv2.blur(width.reshape(-1, 1), (1, _SMOOTH)) / 2
    sides = (points + across * half, points - across * half)
    left, right = (np.round(side[:, ::-1] * _FIXED).astype(np.int32) for side in sides)
    return left, right


def _filled(branch: Branch) -> list[NDArray[np.int32]]:
    left, right = _edges(branch)
    # in pieces: a vein that turns back on itself is filled all the same
    return [
        np.concatenate([left[at : at + 12], right[at : at + 12][::-1]])
        for at in range(0, max(0, len(left) - 1), 8)
    ]


def _draw_edges(
    canvas: NDArray[np.uint8], branches: tuple[Branch, ...], thick: int
) -> None:
    shift = _FIXED.bit_length() - 1
    for branch in branches:
        sides = [side for side in _edges(branch) if len(side)]
        colour = CLASS_STYLES[branch.vein_class].colour
        cv2.polylines(canvas, sides, False, (0, 0, 0), thick + 2, cv2.LINE_8, shift)
        cv2.polylines(canvas, sides, False, colour, thick, cv2.LINE_AA, shift)


def _with(vein_map: VeinMap, branches: tuple[Branch, ...]) -> VeinMap:
    """The same map with other branches; its large arrays are still made late."""
    names = ("vesselness", "mask", "field", "junctions_rc")
    return VeinMap.later(
        {name: partial(getattr, vein_map, name) for name in names},
        branches=branches,
        mm_per_pixel=vein_map.mm_per_pixel,
        channel=vein_map.channel,
        scale_error=vein_map.scale_error,
        advice=vein_map.advice,
    )
