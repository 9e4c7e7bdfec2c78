"""A report as a PDF for the printer and the archive."""

from __future__ import annotations

from datetime import date
from typing import Any

from vein_imaging.report.document import BeforeAfter, Figure, Report, Section, Table
from vein_imaging.report.html import TONES
from vein_imaging.report.pictures import kind_of_picture
from vein_imaging.report.qr_code import qr_code
from vein_imaging.report.typeset import typeset
from vein_imaging.words import translate as _

__all__ = ["render_pdf"]

_NO_DATE = date(1970, 1, 1)  # a PDF/A states some date: the report states none


def render_pdf(report: Report) -> bytes:
    """Typeset as PDF/A on A4 pages.

    Parameters
    ----------
    report : Report
        Markup in its texts stays text.

    Returns
    -------
    bytes
        The same report gives the same bytes.

    Raises
    ------
    TypesetError
        If it could not be set.
    """
    pictures: dict[str, bytes] = {}

    def file_of(picture: bytes) -> str:
        name = f"{len(pictures):04}.{kind_of_picture(picture)}"
        pictures[name] = picture
        return name

    def figure(one: Figure) -> dict[str, Any]:
        return {"caption": one.caption, "file": file_of(one.image), "wide": one.wide}

    def drawn(two: BeforeAfter) -> dict[str, Any]:
        labels = f"{two.before_label}. {two.after_label}. {two.caption}"
        return {"caption": labels, "file": file_of(two.drawn), "wide": True}

    def section(one: Section) -> dict[str, Any]:
        return {
            "title": one.title,
            "text": one.text,
            "notices": [
                {"tone": n.tone, "word": _(TONES[n.tone]), "text": n.text}
                for n in one.notices
            ],
            "figures": [
                *(figure(each) for each in one.figures),
                *(drawn(each) for each in one.sliders),
            ],
            "legend": [
                {"colour": each.colour, "label": each.label, "dashed": each.dashed}
                for each in one.legend
            ],
            "tables": [_table(each) for each in one.tables],
            "to_sign": one.to_sign,
        }

    facts = {
        "title": report.title,
        "subtitle": report.subtitle,
        "sections": [section(one) for one in report.sections],
        "footer": report.footer,
        "checkpoint": report.checkpoint.strip().split("\n"),
        "qr": file_of(qr_code(report.checkpoint)) if report.checkpoint else "",
        "words": {
            "purpose": _(
                "This page shows, measures, checks and records. It does not diagnose,"
                " and it promises no result."
            ),
            "checkpoint": _("Checkpoint of the record, to be checked with"),
            "qr": _("The checkpoint as a QR code"),
            "page": _("Page {page} of {pages}"),
        },
    }
    return typeset("report.typ", facts, report.as_of or _NO_DATE, pictures)


def _table(table: Table) -> dict[str, Any]:
    return {
        "caption": table.caption,
        "note": table.note,
        "columns": table.columns,
        "rows": table.rows,
        "numeric": sorted(table.numeric),
        "widths": [
            _share(texts) for texts in zip(table.columns, *table.rows, strict=True)
        ],
    }


def _share(texts: tuple[str, ...]) -> float:
    """How wide a column of text is beside the others; 0 for as wide as it needs."""
    longest = max(map(len, texts))
    return 0.0 if longest <= _SHORT else float(round(longest**0.5, 2))


_SHORT = 14  # letters: such a column never breaks its lines
