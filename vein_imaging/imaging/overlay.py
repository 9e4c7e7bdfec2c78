"""The vein map drawn on its picture: class colours, legend, scale bar."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Picture, check_picture
from vein_imaging.imaging.vein_map import Branch, VeinClass, VeinMap

__all__ = ["CLASS_STYLES", "ClassStyle", "draw_overlay"]


@dataclass(frozen=True, slots=True)
class ClassStyle:
    """How a class of vein is drawn.

    Parameters
    ----------
    colour : RGB, 0 to 255
    label : str
        Its line in the legend.
    dashed : bool
    """

    colour: tuple[int, int, int]
    label: str
    dashed: bool = False


# Okabe and Ito's palette: told apart with every common kind of colour blindness, and
# bright enough for dark skin. Undecided differs by its dashes, not by colour alone.
CLASS_STYLES: dict[VeinClass, ClassStyle] = {
    "telangiectasia": ClassStyle((240, 228, 66), "Telangiectasia, to 1 mm"),
    "reticular": ClassStyle((86, 190, 255), "Reticular, 1-3 mm"),
    "varicose": ClassStyle((255, 110, 30), "Varicose, over 3 mm: refer"),
    "undecided": ClassStyle((255, 255, 255), "Class undecided", dashed=True),
    "unknown": ClassStyle((255, 255, 255), "Width unknown"),
}
_UNCALIBRATED = ClassStyle((86, 190, 255), "Vein (no scale)")

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_FIXED = 8
"""Points are drawn in 1/8 px."""
_OFF_BY_PX = 0.25
"""A line is drawn through fewer points, off the others by a quarter of a pixel at
most."""
_DASH_POINTS, _GAP_POINTS = 10, 7
_BAR_SHARE = 0.2
"""The scale bar is at most this share of the picture's width."""


def draw_overlay(
    image: Picture, vein_map: VeinMap, *, opacity: float = 0.85, legend: bool = True
) -> NDArray[np.uint8]:
    """Draw the veins, coloured by class, on their picture.

    Parameters
    ----------
    image : (H, W) or (H, W, 3) RGB
        The picture that was analysed.
    vein_map : VeinMap
    opacity : float in [0, 1]
        Of the drawn lines.
    legend : bool
        Whether to draw legend and scale bar.

    Returns
    -------
    (H, W, 3) uint8 RGB

    Raises
    ------
    ValueError
        If `image` is not as large as the map, or `opacity` lies outside [0, 1].
    """
    picture = check_picture(image)
    if picture.shape[:2] != vein_map.field.shape:
        raise ValueError(
            f"the picture is {picture.shape[:2]}, its map {vein_map.field.shape}: "
            "draw on the picture that was analysed"
        )
    if not 0 <= opacity <= 1:
        raise ValueError(f"opacity must lie in [0, 1], not {opacity!r}")
    canvas = _rgb(picture)
    unit = max(0.5, min(canvas.shape[:2]) / 720)
    _draw_branches(canvas, vein_map, unit)
    if opacity < 1:
        bare = picture if picture.ndim == 3 else _rgb(picture)
        cv2.addWeighted(canvas, opacity, bare, 1 - opacity, 0, dst=canvas)
    if legend:
        _draw_legend(canvas, vein_map, unit)
        _draw_scale_bar(canvas, vein_map.mm_per_pixel, unit)
    return canvas


def _rgb(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Three channels, in memory of its own."""
    if picture.ndim == 3:
        return picture.copy()
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB), np.uint8)


def _style(branch: Branch, calibrated: bool) -> ClassStyle:
    return CLASS_STYLES[branch.vein_class] if calibrated else _UNCALIBRATED


def _draw_branches(canvas: NDArray[np.uint8], vein_map: VeinMap, unit: float) -> None:
    calibrated = vein_map.mm_per_pixel is not None
    thick = max(1, round(2 * unit))
    lines: dict[ClassStyle, list[NDArray[np.int32]]] = {}
    for branch in vein_map.branches:
        points = np.round(branch.points_rc[:, ::-1] * _FIXED).astype(np.int32)
        style = _style(branch, calibrated)
        # each segment costs two round caps: a third of the points draw the same line
        lines.setdefault(style, []).extend(
            np.asarray(cv2.approxPolyDP(part, _OFF_BY_PX * _FIXED, False), np.int32)
            for part in _dashes(points, style.dashed)
        )
    parts = [part for same in lines.values() for part in same]
    shift = _FIXED.bit_length() - 1
    cv2.polylines(canvas, parts, False, (0, 0, 0), thick + 2, cv2.LINE_8, shift)
    for style, same in lines.items():
        cv2.polylines(canvas, same, False, style.colour, thick, cv2.LINE_AA, shift)


def _dashes(points: NDArray[np.int32], dashed: bool) -> list[NDArray[np.int32]]:
    if not dashed:
        return [points]
    period = _DASH_POINTS + _GAP_POINTS
    return [points[i : i + _DASH_POINTS] for i in range(0, len(points), period)]


def _draw_legend(canvas: NDArray[np.uint8], vein_map: VeinMap, unit: float) -> None:
    """A panel at the lower left with the classes that occur and their length."""
    mm = vein_map.mm_per_pixel
    lengths: dict[ClassStyle, float] = {}
    for branch in vein_map.branches:
        style = _style(branch, mm is not None)
        lengths[style] = lengths.get(style, 0.0) + branch.length_px
    order = [
        style for style in (*CLASS_STYLES.values(), _UNCALIBRATED) if style in lengths
    ]
    rows = [
        f"{style.label}: {length * (mm or 1):.0f} {'px' if mm is None else 'mm'}"
        for style, length in ((style, lengths[style]) for style in order)
    ] or ["No vein found"]
    scale, thick = 0.55 * unit, max(1, round(unit))
    widths = [cv2.getTextSize(row, _FONT, scale, thick)[0][0] for row in rows]
    line, margin, swatch = round(24 * unit), round(10 * unit), round(34 * unit)
    top = canvas.shape[0] - len(rows) * line - 2 * margin
    right = max(widths) + swatch + 3 * margin
    _darken(canvas, slice(max(0, top), None), slice(0, right))
    for i, row in enumerate(rows):
        base = top + margin + (i + 1) * line - round(7 * unit)
        middle = base - round(6 * unit)
        if order:
            ends = (margin, middle), (margin + swatch, middle)
            _swatch(canvas, ends, order[i], max(2, round(4 * unit)))
        place = (2 * margin + swatch, base)
        cv2.putText(
            canvas, row, place, _FONT, scale, (255, 255, 255), thick, cv2.LINE_AA
        )


def _swatch(
    canvas: NDArray[np.uint8],
    ends: tuple[tuple[int, int], tuple[int, int]],
    style: ClassStyle,
    thick: int,
) -> None:
    (x, y), (far, _) = ends
    third = (far - x) // 3
    pieces = ((x, x + third), (far - third, far)) if style.dashed else ((x, far),)
    for start, stop in pieces:
        cv2.line(canvas, (start, y), (stop, y), style.colour, thick)


def _draw_scale_bar(canvas: NDArray[np.uint8], mm: float | None, unit: float) -> None:
    """A bar of a round length at the lower right."""
    height, width = canvas.shape[:2]
    length = _round_length(_BAR_SHARE * width * (mm or 1))
    pixels = round(length / (mm or 1))
    text = f"{length:g} {'px' if mm is None else 'mm'}"
    scale, thick = 0.55 * unit, max(1, round(unit))
    (text_width, text_height), _ = cv2.getTextSize(text, _FONT, scale, thick)
    margin, bar = round(10 * unit), max(2, round(4 * unit))
    right, bottom = width - 2 * margin, height - 2 * margin
    wide = max(pixels, text_width)
    top = bottom - bar - margin - text_height - margin
    _darken(
        canvas, slice(max(0, top), None), slice(max(0, right - wide - 2 * margin), None)
    )
    cv2.rectangle(
        canvas,
        (right - pixels, bottom - bar),
        (right, bottom),
        (255, 255, 255),
        cv2.FILLED,
    )
    place = (right - (wide + text_width) // 2, bottom - bar - margin)
    cv2.putText(canvas, text, place, _FONT, scale, (255, 255, 255), thick, cv2.LINE_AA)


def _round_length(most: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not above `most`."""
    power = 10.0 ** np.floor(np.log10(most))
    return float(max(step * power for step in (1, 2, 5) if step * power <= most))


def _darken(canvas: NDArray[np.uint8], rows: slice, columns: slice) -> None:
    canvas[rows, columns] //= 4
