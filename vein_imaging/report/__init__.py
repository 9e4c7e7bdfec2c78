"""Pages for people: what was seen, planned, checked, recorded and compared."""

from vein_imaging.report.document import (
    BeforeAfter,
    Figure,
    Notice,
    Report,
    Section,
    Table,
    Tone,
)
from vein_imaging.report.html import render_html
from vein_imaging.report.pdf import render_pdf
from vein_imaging.report.pictures import encode_jpeg, encode_png

__all__ = [
    "BeforeAfter",
    "Figure",
    "Notice",
    "Report",
    "Section",
    "Table",
    "Tone",
    "encode_jpeg",
    "encode_png",
    "render_html",
    "render_pdf",
]
