"""The injection map: a picture with numbered sites."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["NumberedSite", "draw_sites"]

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_WHITE, _BLACK, _DOT = (255, 255, 255), (0, 0, 0), (230, 60, 30)
_LETTERS = 0.8  # of the font: read on a picture that is half a page wide
_TURNS = 16  # directions in which there may be room for a number
_RINGS = (2.2, 3.4, 4.8, 6.6, 9.0)  # how far off, in heights of a number


@dataclass(frozen=True, slots=True)
class NumberedSite:
    """Where a number stands.

    Parameters
    ----------
    label : str
        Its number in the table.
    points_rc : tuple of (row, column), px
        A point, a line or the corners of an area.
    closed : bool
    void : bool
        The entry does not hold: drawn with a cross.
    """

    label: str
    points_rc: tuple[tuple[float, float], ...]
    closed: bool = False
    void: bool = False


def draw_sites(
    pixels: NDArray[np.uint8], sites: Sequence[NumberedSite]
) -> NDArray[np.uint8]:
    """Draw numbered sites on a picture; no number covers another or a site.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3) uint8
        Grey, or RGB.
    sites : sequence of NumberedSite

    Returns
    -------
    (H, W, 3) uint8 RGB
    """
    if pixels.ndim == 3:
        canvas = pixels.copy()
    else:
        canvas = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), np.uint8)
    unit = max(0.6, min(canvas.shape[:2]) / 480)
    dots = [_middle(site) for site in sites]
    taken = [_square(dot, 8 * unit) for dot in dots]
    boxes = []
    for site, dot in zip(sites, dots, strict=True):
        scale = _LETTERS * unit
        (wide, high), _ = cv2.getTextSize(site.label, _FONT, scale, round(2 * unit))
        box = _room(dot, (wide + 8 * unit, high + 8 * unit), taken, canvas.shape)
        taken.append(box)
        boxes.append(box)
        _draw_leader(canvas, dot, box, unit)
    for site, dot, box in zip(sites, dots, boxes, strict=True):
        _draw_mark(canvas, site, dot, unit)
        _draw_label(canvas, site.label, box, unit)
    return canvas


_Box = tuple[float, float, float, float]  # left, top, right, bottom


def _middle(site: NumberedSite) -> tuple[float, float]:
    rows, columns = zip(*site.points_rc, strict=True)
    return sum(columns) / len(columns), sum(rows) / len(rows)


def _square(dot: tuple[float, float], half: float) -> _Box:
    return dot[0] - half, dot[1] - half, dot[0] + half, dot[1] + half


def _room(
    dot: tuple[float, float],
    size: tuple[float, float],
    taken: Sequence[_Box],
    shape: tuple[int, ...],
) -> _Box:
    """The nearest free place for a number; the least covered one where none is."""
    wide, high = size
    places = []
    for ring in _RINGS:
        for turn in range(_TURNS):
            angle = 2 * math.pi * turn / _TURNS - math.pi / 4
            x = dot[0] + math.cos(angle) * (ring * high + wide / 2)
            y = dot[1] + math.sin(angle) * ring * high
            x = min(max(x, wide / 2 + 1), shape[1] - wide / 2 - 1)
            y = min(max(y, high / 2 + 1), shape[0] - high / 2 - 1)
            box = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
            covered = sum(_common(box, other) for other in taken)
            if covered == 0:
                return box
            places.append((covered, box))
    return min(places)[1]


def _common(one: _Box, other: _Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0.0) * max(high, 0.0)


def _draw_mark(
    canvas: NDArray[np.uint8],
    site: NumberedSite,
    dot: tuple[float, float],
    unit: float,
) -> None:
    if len(site.points_rc) > 1:
        corners = np.array([[c, r] for r, c in site.points_rc]).round().astype(np.int32)
        for colour, thick in ((_BLACK, 4 * unit), (_WHITE, 2 * unit)):
            cv2.polylines(
                canvas, [corners], site.closed, colour, round(thick), cv2.LINE_AA
            )
    at = round(dot[0]), round(dot[1])
    if site.void:
        for colour, thick in ((_BLACK, 5 * unit), (_WHITE, 2 * unit)):
            cv2.drawMarker(
                canvas, at, colour, cv2.MARKER_TILTED_CROSS, round(14 * unit),
                max(1, round(thick)), cv2.LINE_AA,
            )  # fmt: skip
        return
    for colour, radius in ((_BLACK, 6), (_WHITE, 5), (_DOT, 3)):
        cv2.circle(canvas, at, max(1, round(radius * unit)), colour, -1, cv2.LINE_AA)


def _draw_leader(
    canvas: NDArray[np.uint8], dot: tuple[float, float], box: _Box, unit: float
) -> None:
    left, top, right, bottom = box
    near = min(max(dot[0], left), right), min(max(dot[1], top), bottom)
    ends = (round(dot[0]), round(dot[1])), (round(near[0]), round(near[1]))
    for colour, thick in ((_BLACK, 3 * unit), (_WHITE, unit)):
        cv2.line(canvas, *ends, colour, max(1, round(thick)), cv2.LINE_AA)


def _draw_label(canvas: NDArray[np.uint8], label: str, box: _Box, unit: float) -> None:
    left, top, right, bottom = (round(side) for side in box)
    cv2.rectangle(canvas, (left, top), (right, bottom), _WHITE, cv2.FILLED)
    cv2.rectangle(canvas, (left, top), (right, bottom), _BLACK, max(1, round(unit)))
    place = round(left + 4 * unit), round(bottom - 4 * unit)
    cv2.putText(
        canvas, label, place, _FONT, _LETTERS * unit, _BLACK, max(1, round(2 * unit)),
        cv2.LINE_AA,
    )  # fmt: skip
