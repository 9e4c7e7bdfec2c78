"""The printable sheets: what is drawn where, in mm, and as SVG at true size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

import numpy as np

from vein_calibration.errors import TargetError
from vein_calibration.target import SHEET, Target, marker_bits

__all__ = [
    "PAPERS_MM",
    "RULER_MM",
    "PrintedSheet",
    "RuledLine",
    "SheetText",
    "sticker_sheet",
    "svg_of",
    "target_sheet",
]

Paper = Literal["a4", "letter"]
PAPERS_MM: dict[str, tuple[float, float]] = {
    "a4": (210.0, 297.0),
    "letter": (215.9, 279.4),
}
RULER_MM = 150.0  # the longest that fits along both directions
_TOP_MM, _EDGE_MM = 10.0, 8.0
_STICKERS_MM = (10.0, 15.0, 20.0)  # for near, usual and far cameras


@dataclass(frozen=True, slots=True)
class RuledLine:
    """A line from (x0, y0) to (x1, y1), mm from the upper left of the page."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.15


@dataclass(frozen=True, slots=True)
class SheetText:
    """SheetText whose base line begins, or is centred, at (x, y) mm; its size in mm."""

    x: float
    y: float
    size: float
    words: str
    centred: bool = False


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """A page to be printed at 100 %.

    Parameters
    ----------
    size_mm : (width, height)
        Of the paper.
    title : str
    black : tuple of (x, y, width, height) mm
        Rectangles.
    lines : tuple of RuledLine
    texts : tuple of SheetText
    """

    size_mm: tuple[float, float]
    title: str
    black: tuple[tuple[float, float, float, float], ...]
    lines: tuple[RuledLine, ...]
    texts: tuple[SheetText, ...]


def target_sheet(target: Target = SHEET, paper: Paper = "a4") -> PrintedSheet:
    """Lay a target out on a page, with a ruler along each direction.

    Parameters
    ----------
    target : Target
    paper : "a4" or "letter"

    Returns
    -------
    PrintedSheet

    Raises
    ------
    TargetError
        If it does not fit.
    """
    page = PAPERS_MM[paper]
    width, height = target.size_mm
    left, below = (page[0] - width) / 2, _TOP_MM + height
    if left < _EDGE_MM or below > page[1] - 30:
        raise TargetError(
            f"a target of {width:g} x {height:g} mm does not fit on {paper} "
            f"({page[0]:g} x {page[1]:g} mm, with margins and rulers "
            f"{page[0] - 2 * _EDGE_MM:g} x {page[1] - 30 - _TOP_MM:g} mm); take fewer "
            "or smaller squares"
        )
    kind = "checkerboard" if target.is_plain else "ChArUco target"
    title = (
        f"vein-imaging {kind}, {target.columns} x {target.rows} squares of "
        f"{target.square_mm:g} mm"
    )
    if not target.is_plain:
        title += f", markers {target.marker_mm:g} mm ({target.dictionary})"
    lines, texts = _ruler((page[0] - RULER_MM) / 2, below + 6, along_x=True)
    if left >= 14:
        more = _ruler(page[0] - left + 4, _TOP_MM + 5, along_x=False)
        lines, texts = lines + more[0], texts + more[1]
    words = (
        title + ".",
        "Print at 100 % (actual size, not 'fit to page') on matt paper; glue it to "
        "something flat.",
        f"Measure both rulers with a real one. Where they are not {RULER_MM:g} mm, "
        "give what they are with --ruler-mm.",
    )
    texts += [
        SheetText(page[0] / 2, below + 18 + 4 * row, 2.6, line, centred=True)
        for row, line in enumerate(words)
    ]
    black = tuple((x + left, y + _TOP_MM, w, h) for x, y, w, h in target.black_mm())
    return PrintedSheet(page, title, black, tuple(lines), tuple(texts))


def sticker_sheet(paper: Paper = "a4", dictionary: str = "4x4_50") -> PrintedSheet:
    """Lay out stickers of 10, 15 and 20 mm, each with its number, to be cut out.

    Parameters
    ----------
    paper : "a4" or "letter"
    dictionary : str

    Returns
    -------
    PrintedSheet
    """
    page = PAPERS_MM[paper]
    black: list[tuple[float, float, float, float]] = []
    lines, texts = _ruler((page[0] - RULER_MM) / 2, page[1] - 22, along_x=True)
    y, number = _TOP_MM, 0
    for side in _STICKERS_MM:
        # a marker is found by the white around it
        pitch = round(1.8 * side)
        count = min(8, int((page[0] - 2 * _EDGE_MM) // pitch))
        for column in range(count):
            x = (page[0] - count * pitch) / 2 + column * pitch
            inset = (pitch - side) / 2
            black += _marker(dictionary, number, x + inset, y + inset, side)
            label = f"{number}: {side:g} mm"
            texts.append(
                SheetText(x + pitch / 2, y + pitch - 0.8, 1.8, label, centred=True)
            )
            number += 1
        for edge in range(count + 1):
            x = (page[0] - count * pitch) / 2 + edge * pitch
            lines.append(RuledLine(x, y, x, y + pitch, 0.05))
        y += pitch + 4
    title = f"vein-imaging scale stickers ({dictionary})"
    texts.append(SheetText(page[0] / 2, y + 6, 2.6, title, centred=True))
    hint = (
        "Cut with the white margin; use one number at a time, on skin that faces you."
    )
    texts.append(SheetText(page[0] / 2, y + 10, 2.6, hint, centred=True))
    return PrintedSheet(page, title, tuple(black), tuple(lines), tuple(texts))


def _marker(
    dictionary: str, number: int, x: float, y: float, side: float
) -> list[tuple[float, float, float, float]]:
    bits = marker_bits(dictionary, number)
    module = side / len(bits)
    return [
        (x + column * module, y + row * module, module, module)
        for row, column in np.argwhere(~bits).tolist()
    ]


def _ruler(
    x: float, y: float, *, along_x: bool
) -> tuple[list[RuledLine], list[SheetText]]:
    """150 mm in whole millimetres; numbers at the centimetres."""

    def line(at: float, length: float) -> RuledLine:
        if along_x:
            return RuledLine(x + at, y, x + at, y + length)
        return RuledLine(x, y + at, x + length, y + at)

    end = (x + RULER_MM, y) if along_x else (x, y + RULER_MM)
    lines = [RuledLine(x, y, *end)]
    texts = []
    for mm in range(int(RULER_MM) + 1):
        lines.append(line(mm, 4.0 if mm % 10 == 0 else 3.0 if mm % 5 == 0 else 2.0))
        if mm % 10 == 0:
            at = (x + mm, y + 7.0) if along_x else (x + 7.0, y + mm + 0.8)
            texts.append(SheetText(*at, 2.2, str(mm), centred=True))
    return lines, texts


def svg_of(sheet: PrintedSheet) -> str:
    """Write a sheet as SVG, one unit one millimetre.

    Parameters
    ----------
    sheet : PrintedSheet
    """
    width, height = sheet.size_mm
    path = "".join(
        f"M{_n(x)} {_n(y)}h{_n(w)}v{_n(h)}h-{_n(w)}z" for x, y, w, h in sheet.black
    )
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}mm" '
        f'height="{_n(height)}mm" viewBox="0 0 {_n(width)} {_n(height)}">',
        f"<title>{escape(sheet.title)}</title>",
        f'<rect width="{_n(width)}" height="{_n(height)}" fill="#fff"/>',
        f'<path d="{path}" fill="#000" shape-rendering="crispEdges"/>',
    ]
    parts += [
        f'<line x1="{_n(row.x0)}" y1="{_n(row.y0)}" x2="{_n(row.x1)}" '
        f'y2="{_n(row.y1)}" stroke="#000" stroke-width="{_n(row.width)}"/>'
        for row in sheet.lines
    ]
    parts += [
        f'<text x="{_n(row.x)}" y="{_n(row.y)}" font-size="{_n(row.size)}" '
        f'font-family="Helvetica, Arial, sans-serif" '
        f'text-anchor="{"middle" if row.centred else "start"}">'
        f"{escape(row.words)}</text>"
        for row in sheet.texts
    ]
    return "\n".join([*parts, "</svg>", ""])


def _n(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")
