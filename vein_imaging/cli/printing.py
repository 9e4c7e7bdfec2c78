"""Sheets into files that print at true size: SVG, PDF, and PNG to look at."""

from __future__ import annotations

from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from vein_calibration.sheet import PrintedSheet, svg_of
from vein_imaging.words import translate as _

__all__ = ["draw_sheet", "pdf_of", "write_sheet"]

_POINTS_PER_MM = 72 / 25.4  # PDF counts in points


def write_sheet(sheet: PrintedSheet, path: Path, dpi: int = 300) -> None:
    """Write a sheet; the file's ending says how.

    Parameters
    ----------
    sheet : PrintedSheet
    path : Path
        .svg, .pdf or .png.
    dpi : 1/inch
        Of a PNG.

    Raises
    ------
    click.UsageError
        If it has another ending.
    """
    ending = path.suffix.lower()
    if ending == ".svg":
        data = svg_of(sheet).encode()
    elif ending == ".pdf":
        data = pdf_of(sheet)
    elif ending == ".png":
        # the density is written into the file, so that it prints at true size
        how = [
            cv2.IMWRITE_PNG_COMPRESSION, 9, cv2.IMWRITE_PNG_BILEVEL, 0,
        ]  # fmt: skip
        data = cv2.imencode(".png", draw_sheet(sheet, dpi), how)[1].tobytes()
    else:
        raise click.UsageError(
            _("{path}: a sheet ends in .pdf, .svg or .png").format(path=path)
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def pdf_of(sheet: PrintedSheet) -> bytes:
    """Write a sheet as PDF; the same sheet gives the same bytes.

    Parameters
    ----------
    sheet : PrintedSheet
    """
    import io

    from reportlab.pdfgen.canvas import Canvas

    file = io.BytesIO()
    k, (width, height) = _POINTS_PER_MM, sheet.size_mm
    canvas = Canvas(
        file, pagesize=(width * k, height * k), invariant=1, pageCompression=1
    )
    canvas.setTitle(sheet.title)
    # viewers ask for 'actual size' of their own accord
    canvas.setViewerPreference("PrintScaling", "None")
    path = canvas.beginPath()
    for x, y, w, h in sheet.black:
        path.rect(x * k, (height - y - h) * k, w * k, h * k)
    canvas.drawPath(path, stroke=0, fill=1)
    for line in sheet.lines:
        canvas.setLineWidth(line.width * k)
        canvas.line(
            line.x0 * k, (height - line.y0) * k, line.x1 * k, (height - line.y1) * k
        )
    for text in sheet.texts:
        canvas.setFont("Helvetica", text.size * k)
        draw = canvas.drawCentredString if text.centred else canvas.drawString
        draw(text.x * k, (height - text.y) * k, text.words)
    canvas.save()
    return file.getvalue()


def draw_sheet(sheet: PrintedSheet, dpi: int = 300) -> NDArray[np.uint8]:
    """Draw a sheet as a picture.

    Parameters
    ----------
    sheet : PrintedSheet
    dpi : 1/inch

    Returns
    -------
    (H, W) uint8
    """
    k, (width, height) = dpi / 25.4, sheet.size_mm
    page = np.full((round(height * k), round(width * k)), 255, np.uint8)
    for x, y, w, h in sheet.black:
        page[round(y * k) : round((y + h) * k), round(x * k) : round((x + w) * k)] = 0
    for line in sheet.lines:
        start, end = (
            (round(x * k), round(y * k))
            for x, y in ((line.x0, line.y0), (line.x1, line.y1))
        )
        cv2.line(page, start, end, 0, max(1, round(line.width * k)), cv2.LINE_8)
    for text in sheet.texts:
        size = text.size * k / 30
        (wide, _), _ = cv2.getTextSize(text.words, cv2.FONT_HERSHEY_SIMPLEX, size, 1)
        x = text.x * k - (wide / 2 if text.centred else 0)
        place = (round(x), round(text.y * k))
        cv2.putText(
            page, text.words, place, cv2.FONT_HERSHEY_SIMPLEX, size, 0,
            max(1, round(size)), cv2.LINE_AA,
        )  # fmt: skip
    return page
