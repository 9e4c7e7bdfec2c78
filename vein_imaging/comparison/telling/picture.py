"""Before, after and what changed, on one sheet a tired reader takes in at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.judging.change import Change, Piece
from vein_imaging.comparison.judging.summary import (
    ASSESSABLE_AFTER_DAYS,
    assess,
    days_between,
)
from vein_imaging.comparison.result import Comparison
from vein_imaging.comparison.telling.lettering import Lettering, title_bands, write
from vein_imaging.imaging.arrays import Mask, Picture, check_picture
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = [
    "CHANGE_STYLES",
    "ChangeStyle",
    "draw_change_map",
    "draw_comparison",
    "legend_lines",
]

Sheet = NDArray[np.uint8]

_WIDTH_PX, _GAP_PX = 1600, 20
_COLUMN_PX = 480  # the longest sentence of the table breaks once or twice in it
_LONGEST_PX = 4000  # of the column: every reason at once, in the longest language
_TITLE = Lettering(26, bold=True)
_SHARE = Lettering(22, bold=True)
_TEXT = Lettering(20)
_NOTE = Lettering(17, colour=(90, 90, 90))
_ALARM = (190, 30, 30)
"""Dark red on white; in a grey print its bold letters set it apart from black."""


@dataclass(frozen=True, slots=True)
class ChangeStyle:
    """How what became of a vein is drawn: by colour and by dashes.

    Parameters
    ----------
    colour : RGB, 0 to 255
        Okabe and Ito's palette, which every common kind of colour blindness can tell
        apart.
    label : str
    dash_px, gap_px : px
        0 and 0 for a solid line.
    width_px : px
    """

    colour: tuple[int, int, int]
    label: str
    dash_px: int = 0
    gap_px: int = 0
    width_px: int = 4


STAIN_STYLE = ChangeStyle((230, 159, 0), marked("Stain left where a vein was"), 2, 6, 9)
"""Dots of brown under a line: the vein's own fate is drawn over them."""
MARK_STYLE = ChangeStyle(
    (150, 150, 150), marked("Mole, crease or old stain: not counted"), 2, 6, 2
)
CHANGE_STYLES: dict[Change, ChangeStyle] = {
    "cleared": ChangeStyle((86, 190, 255), marked("Cleared"), 12, 9),
    "faded": ChangeStyle((240, 228, 66), marked("Faded"), 5, 5),
    "persistent": ChangeStyle((255, 110, 30), marked("Remaining")),
    "new": ChangeStyle((255, 130, 215), marked("New"), width_px=7),
    "unjudged": ChangeStyle(
        (200, 200, 200),
        marked("Not judged: faint, stain, bruise, hair or glare"),
        width_px=1,
    ),
}


def draw_comparison(
    before: Picture,
    after: Picture,
    comparison: Comparison,
    *,
    before_date: date | None = None,
    after_date: date | None = None,
    why_no_figure: str = "",
) -> Sheet:
    """Draw the sheet: BEFORE, AFTER aligned to it, the change map, figures and legend.

    Parameters
    ----------
    before, after : (H, W) or (H, W, 3) RGB
        The pictures that were compared.
    comparison : Comparison
    before_date, after_date : date, optional
        Printed beside BEFORE and AFTER; under eight weeks apart the sheet says that
        nothing can be assessed yet.
    why_no_figure : str
        Why no percentage may be printed, where who asks knows more than these dates.

    Returns
    -------
    (H, W, 3) uint8 RGB, 1600 px wide

    Raises
    ------
    ValueError
        If a picture has not the size of the one compared, or AFTER is dated earlier.
    """
    if before.shape[:2] != comparison.overlap.shape:
        raise ValueError(
            f"BEFORE is {before.shape[:2]}, the comparison {comparison.overlap.shape}: "
            "draw the pictures that were compared"
        )
    days = days_between(before_date, after_date)
    aligned = comparison.alignment_verdict != "refused"
    second = comparison.registered if aligned else after
    note = _(", aligned to BEFORE") if aligned else _(", not aligned")
    shown = [
        (_rgb(before), _titled(_("BEFORE"), before_date)),
        (_rgb(second), _titled(_("AFTER"), after_date) + note),
    ]
    measured = comparison.verdict != "refused"
    tall = before.shape[0] > before.shape[1]
    wide = _WIDTH_PX - 3 * _GAP_PX - _COLUMN_PX
    if measured and tall:
        third = _across(3)
        drawn = draw_change_map(before, comparison, width_px=third)
        shown.append((drawn, _("CHANGE")))
    row = _row(_panels(shown, _across(len(shown))))
    if not measured or tall:
        column = _column(comparison, days, _across(1), why_no_figure)
        return np.vstack([row, _row([column])])
    drawn = draw_change_map(before, comparison, width_px=wide)
    column = _column(comparison, days, _COLUMN_PX, why_no_figure)
    return np.vstack([row, _row([*_panels([(drawn, _("CHANGE"))], wide), column])])


def _across(count: int) -> int:
    """Width of each of so many panels in a row."""
    return (_WIDTH_PX - (count + 1) * _GAP_PX) // count


def _row(panels: list[Sheet]) -> Sheet:
    """Panels side by side on white, as wide as the sheet."""
    height = max(panel.shape[0] for panel in panels) + _GAP_PX
    row = np.full((height, _WIDTH_PX, 3), 255, np.uint8)
    left = _GAP_PX
    for panel in panels:
        _paste(row, panel, _GAP_PX // 2, left)
        left += panel.shape[1] + _GAP_PX
    return row


def draw_change_map(before: Picture, comparison: Comparison, *, width_px: int) -> Sheet:
    """Draw what became of each vein over BEFORE; what was not compared is hatched.

    Parameters
    ----------
    before : (H, W) or (H, W, 3) RGB
    comparison : Comparison
    width_px : px
        Of the drawing.

    Returns
    -------
    (H', width_px, 3) uint8 RGB
    """
    scale = width_px / before.shape[1]
    size = (width_px, max(1, round(before.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    grey = cv2.cvtColor(_rgb(before), cv2.COLOR_RGB2GRAY)
    base = cv2.resize(grey, size, interpolation=way)
    canvas = np.repeat((0.75 * base).astype(np.uint8)[:, :, None], 3, axis=2)
    compared = cv2.resize(
        comparison.overlap.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST
    )
    _hatch(canvas, compared == 0)
    for style, pieces in _drawn(comparison):
        for piece in pieces:
            _line(canvas, (piece.points_rc[:, ::-1] + 0.5) * scale - 0.5, style)
    if comparison.mm_per_pixel is not None:
        _scale_bar(canvas, comparison.mm_per_pixel / scale)
    return canvas


def _drawn(comparison: Comparison) -> list[tuple[ChangeStyle, list[Piece]]]:
    """Styles with their pieces, what is drawn below first."""
    pieces = comparison.pieces
    stained = [piece for piece in pieces if piece.seen_as == "stain"]
    marks = [piece for piece in pieces if not piece.counts]
    order: tuple[Change, ...] = ("unjudged", "persistent", "faded", "cleared", "new")
    fates = [
        (
            CHANGE_STYLES[change],
            [piece for piece in pieces if piece.change == change and piece.counts],
        )
        for change in order
    ]
    return [(MARK_STYLE, marks), (STAIN_STYLE, stained), *fates]


def legend_lines(comparison: Comparison) -> list[tuple[Sheet, str]]:
    """How each kind of line is drawn, and what it is with its length.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    list of ((h, 85, 3) uint8 RGB, str)
    """
    mm = comparison.mm_per_pixel
    unit = "px" if mm is None else "mm"
    pieces = {style.label: found for style, found in _drawn(comparison)}
    lines = []
    for style in (*CHANGE_STYLES.values(), STAIN_STYLE, MARK_STYLE):
        found = pieces[style.label]
        if not found and style in (STAIN_STYLE, MARK_STYLE):
            continue
        swatch = np.full((_TEXT.line_px - 2, 85, 3), 70, np.uint8)
        middle = np.full(73, swatch.shape[0] // 2)
        _line(swatch, np.column_stack([np.arange(6, 79), middle]), style)
        length = sum(piece.length_px for piece in found) * (mm or 1)
        lines.append((swatch, f"{_(style.label)}  {length:.0f} {unit}"))
    _hatch(swatch := np.full((_TEXT.line_px - 2, 85, 3), 70, np.uint8), None)
    lines.append((swatch, _("Not compared (outside, hair, glare)")))
    return lines


def _column(
    comparison: Comparison, days: int | None, width: int, why_no_figure: str
) -> Sheet:
    canvas = np.full((_LONGEST_PX, width, 3), 255, np.uint8)
    y = 0
    alarm = Lettering(30, True, _ALARM)
    early = days is not None and days < ASSESSABLE_AFTER_DAYS
    if comparison.verdict != "comparable":
        y = write(canvas, _headline(comparison), (0, y), alarm, width_px=width)
        for reason in (*comparison.reasons, *comparison.alignment_advice):
            y = write(canvas, f"- {reason}", (0, y), _TEXT, width_px=width)
        y += 10
    if comparison.alignment_verdict != "refused":
        text = _("{share:.0f} % of the skin in BEFORE is compared").format(
            share=100 * comparison.compared_share
        )
        y = write(canvas, text, (0, y), _SHARE, width_px=width) + 6
    if comparison.verdict == "refused":
        return canvas[: y + 8]
    if early or why_no_figure:
        y = write(canvas, _("NOT YET ASSESSABLE"), (0, y), alarm)
        text = why_no_figure or _(
            "{days} days apart; clearance is assessed after eight weeks or more."
        ).format(days=days)
        y = write(canvas, text, (0, y), _TEXT, width_px=width)
    else:
        y = _figure(canvas, comparison, days, y)
    y = _legend(canvas, comparison, y + 14)
    return canvas[: min(y + 8, len(canvas))]


def _headline(comparison: Comparison) -> str:
    """Why the figure does not simply stand: the measurement, and the alignment."""
    if comparison.verdict != "refused":
        return _("DOUBTFUL")
    if comparison.alignment_verdict == "refused":
        return _("NOT COMPARABLE")
    if comparison.alignment_verdict == "doubtful":
        return _("DOUBTFULLY ALIGNED, NOT MEASURED: compare by eye")
    return _("ALIGNED, BUT NOT MEASURED: compare by eye")


def _figure(canvas: Sheet, comparison: Comparison, days: int | None, y: int) -> int:
    summary, width = comparison.summary, canvas.shape[1]
    certain = comparison.verdict == "comparable"
    text = _("{clearance_pct:.0f} % cleared").format(
        clearance_pct=summary.clearance_pct
    )
    y = write(canvas, text, (0, y), Lettering(40 if certain else 24, bold=True)) + 4
    text = _("95 % interval {clearance_lo_pct:.0f} to {clearance_hi_pct:.0f} %").format(
        clearance_lo_pct=summary.clearance_lo_pct,
        clearance_hi_pct=summary.clearance_hi_pct,
    )
    y = write(canvas, text, (0, y), Lettering(24, bold=True))
    y = write(canvas, summary.repeat.describe(), (0, y), _NOTE, width_px=width)
    y = write(canvas, summary.all_veins_text(), (0, y + 6), _TEXT, width_px=width)
    if certain:  # a doubtful figure is not summed up in a word
        text = _("In sum: {assess}.").format(assess=_(assess(summary, days)))
        y = write(canvas, text, (0, y + 6), _TEXT, width_px=width)
    return y


def _legend(canvas: Sheet, comparison: Comparison, y: int) -> int:
    for swatch, text in legend_lines(comparison):
        canvas[y : y + len(swatch), :85] = swatch
        width = canvas.shape[1] - 98
        y = write(canvas, text, (98, y), _TEXT, width_px=width)
    return y


def _line(canvas: Sheet, points_xy: NDArray[np.floating], style: ChangeStyle) -> None:
    steps = np.hypot(*np.diff(points_xy, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    period = style.dash_px + style.gap_px
    starts = np.arange(0, along[-1], period) if period else np.zeros(1)
    parts = []
    for start in starts:
        end = min(start + style.dash_px, along[-1]) if period else along[-1]
        at = np.linspace(start, end, max(2, int(end - start)))
        x, y = (np.interp(at, along, points_xy[:, axis]) for axis in (0, 1))
        parts.append(np.rint(16 * np.column_stack([x, y])).astype(np.int32))
    halo = (0, 0, 0)
    if style.width_px > 1:
        cv2.polylines(canvas, parts, False, halo, style.width_px + 3, cv2.LINE_AA, 4)
    cv2.polylines(canvas, parts, False, style.colour, style.width_px, cv2.LINE_AA, 4)
    if style.width_px > 5:  # a thick line with a dark core: known without its colour
        cv2.polylines(canvas, parts, False, halo, 1, cv2.LINE_AA, 4)


def _hatch(canvas: Sheet, where: Mask | None) -> None:
    rows, columns = np.indices(canvas.shape[:2])
    stripes: Mask = np.asarray((rows + columns) % 12 < 2, np.bool_)
    if where is not None:
        canvas[where] //= 2
        stripes = stripes & where
    canvas[stripes] = 120


def _scale_bar(canvas: Sheet, mm_per_pixel: float) -> None:
    room_mm = 0.25 * canvas.shape[1] * mm_per_pixel
    fits = [size for size in (1, 2, 5, 10, 20, 50, 100) if size <= room_mm]
    if not fits:
        return
    length = round(fits[-1] / mm_per_pixel)
    lettering = Lettering(20, bold=True, colour=(255, 255, 255))
    height, width = canvas.shape[:2]
    left, bottom = width - length - 16, height - 16
    canvas[bottom - 44 : bottom + 10, left - 10 : width - 6] //= 3
    cv2.rectangle(canvas, (left, bottom - 5), (left + length, bottom), (255,) * 3, -1)
    write(canvas, f"{fits[-1]} mm", (left, bottom - 36), lettering)


def _panels(shown: Sequence[tuple[Sheet, str]], width: int) -> list[Sheet]:
    """Pictures at one width, their titles over them."""
    bands = title_bands([title for _picture, title in shown], width, _TITLE)
    panels = []
    for (picture, _title), band in zip(shown, bands, strict=True):
        scale = width / picture.shape[1]
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        size = (width, max(1, round(picture.shape[0] * scale)))
        panels.append(np.vstack([band, cv2.resize(picture, size, interpolation=way)]))
    return panels


def _titled(name: str, day: date | None) -> str:
    return f"{name}  {day:%d %b %Y}" if day else name


def _rgb(picture: Picture) -> Sheet:
    plain = check_picture(picture)
    return plain if plain.ndim == 3 else np.repeat(plain[:, :, None], 3, axis=2)


def _paste(sheet: Sheet, part: Sheet, row: int, column: int) -> None:
    sheet[row : row + part.shape[0], column : column + part.shape[1]] = part
