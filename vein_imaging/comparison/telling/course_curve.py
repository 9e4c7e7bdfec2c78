"""What is left over time, drawn: points with their intervals, and words apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.telling.lettering import Lettering, write
from vein_imaging.words import translate as _

__all__ = ["CurvePoint", "draw_curve"]

Sheet = NDArray[np.uint8]
Box = tuple[int, int, int, int]

_HIGH_PX, _LEFT_PX, _RIGHT_PX, _TOP_PX = 400, 90, 110, 84
_TITLE, _TEXT = Lettering(24, bold=True), Lettering(19)
_NOTE = Lettering(17, colour=(90, 90, 90))
_LINE, _GRID = (0, 114, 178), (220, 225, 230)
"""Okabe and Ito's blue; every point has its figure beside it as well."""
_APART_PX = 12  # between two words in a row


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What is left on one day.

    Parameters
    ----------
    day : date
    left, low, high : %, optional
        Of the veins of the first picture, with the 95 % interval; None where there is
        no figure.
    doubtful : bool
        Drawn hollow.
    """

    day: date
    left: float | None = None
    low: float = 0.0
    high: float = 0.0
    doubtful: bool = False


def draw_curve(points: Sequence[CurvePoint], width_px: int) -> Sheet:
    """Draw what is left of the first picture's veins, with its interval, by day.

    Parameters
    ----------
    points : of CurvePoint
        By day; the first picture's is 100 %.
    width_px : px

    Returns
    -------
    (H, width_px, 3) uint8 RGB
        As high as the days' names need: those that are near stand below each other.
    """
    days = [(point.day - points[0].day).days for point in points]
    across = (width_px - _LEFT_PX - _RIGHT_PX) / max(1, *days)
    x_of = [round(_LEFT_PX + across * day) for day in days]
    names = _names(points, x_of, width_px)
    rows = 1 + max(row for _text, _x, row in names)
    bottom = _TOP_PX + _HIGH_PX - 46
    canvas = np.full((bottom + 24 + rows * _NOTE.line_px, width_px, 3), 255, np.uint8)
    _axes(canvas, bottom, points)
    for text, x, row in names:
        write(canvas, text, (x, bottom + 12 + row * _NOTE.line_px), _NOTE)
    every = zip(points, x_of, strict=True)
    known = [(point, x) for point, x in every if point.left is not None]
    places = [(x, _y(point.left or 0.0, bottom)) for point, x in known]
    cv2.polylines(canvas, [np.array(places, np.int32)], False, _LINE, 3, cv2.LINE_AA)
    for (point, _x), place in zip(known, places, strict=True):
        _mark(canvas, point, place, bottom)
    _figures(canvas, known, bottom)
    return canvas


def _y(percent: float, bottom: int) -> int:
    return round(bottom - (bottom - _TOP_PX) * percent / 100)


def _axes(canvas: Sheet, bottom: int, points: Sequence[CurvePoint]) -> None:
    title = _("What is left of the veins of the first picture, % (bars: 95 % interval)")
    if any(point.doubtful for point in points):
        title += _("; hollow: doubtful")
    write(canvas, title, (20, 4), _TITLE)
    right = canvas.shape[1] - _RIGHT_PX
    for percent in (0, 25, 50, 75, 100):
        y = _y(percent, bottom)
        cv2.line(canvas, (_LEFT_PX, y), (right, y), _GRID, 1)
        write(canvas, str(percent), (_LEFT_PX - 54, y - 12), _NOTE)


def _names(
    points: Sequence[CurvePoint], x_of: Sequence[int], width_px: int
) -> list[tuple[str, int, int]]:
    """Days as words, where each begins, and in which row it has room."""
    ends: list[int] = []  # of each row, so far
    found = []
    for point, x in zip(points, x_of, strict=True):
        text = f"{point.day:%d %b %Y}"
        if point.left is None:
            text += ": " + _("no figure")
        wide = _NOTE.width_px(text)
        start = max(4, min(x - wide // 2, width_px - wide - 4))
        free = (row for row, end in enumerate(ends) if end + _APART_PX <= start)
        row = next(free, len(ends))
        ends[row : row + 1] = [start + wide]
        found.append((text, start, row))
    return found


def _mark(
    canvas: Sheet, point: CurvePoint, place: tuple[int, int], bottom: int
) -> None:
    ends = [(place[0], _y(percent, bottom)) for percent in (point.low, point.high)]
    if point.low < point.high:
        cv2.line(canvas, ends[0], ends[1], _LINE, 2, cv2.LINE_AA)
        for x, y in ends:
            cv2.line(canvas, (x - 9, y), (x + 9, y), _LINE, 2, cv2.LINE_AA)
    cv2.circle(canvas, place, 7, _LINE, -1, cv2.LINE_AA)
    if point.doubtful:
        cv2.circle(canvas, place, 4, (255, 255, 255), -1, cv2.LINE_AA)


def _figures(
    canvas: Sheet, known: Sequence[tuple[CurvePoint, int]], bottom: int
) -> None:
    """Each figure beside its interval, on white, where no other figure stands."""
    taken: list[Box] = [
        (x - 9, _y(point.high, bottom), x + 9, _y(point.low, bottom))
        for point, x in known
    ]
    for point, x in known:
        text = f"{point.left:.0f}"
        if point.low < point.high:
            text += f" ({point.low:.0f}-{point.high:.0f})"
        box = _room(_TEXT.width_px(text), x, point, bottom, taken, canvas.shape[1])
        taken.append(box)
        left, top, right, low = box
        canvas[top:low, left - 3 : right + 3] = 255
        write(canvas, text, (left, top), _TEXT)


def _room(
    wide: int, x: int, point: CurvePoint, bottom: int, taken: list[Box], width_px: int
) -> Box:
    high = _TEXT.line_px
    above, below = _y(point.high, bottom) - high - 10, _y(point.low, bottom) + 6
    middle = _y(point.left or 0.0, bottom) - high // 2
    wanted = [
        (x - wide // 2, above),
        (x + 16, middle),
        (x - 16 - wide, middle),
        (x + 16, middle - 2 * high),
        (x - 16 - wide, middle + high),
        (x - wide // 2, below),
        *((x - wide // 2, above - more * high) for more in range(1, 8)),
    ]
    boxes = [
        (left, max(0, top), left + wide, max(0, top) + high)
        for left, top in (
            (max(_LEFT_PX, min(left, width_px - wide - 4)), min(top, bottom - high))
            for left, top in wanted
        )
    ]
    return next((box for box in boxes if not _meets(box, taken)), boxes[0])


def _meets(box: Box, taken: list[Box]) -> bool:
    return any(
        box[0] < other[2]
        and other[0] < box[2]
        and box[1] < other[3]
        and other[1] < box[3]
        for other in taken
    )
