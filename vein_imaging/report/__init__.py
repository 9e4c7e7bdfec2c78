"""Pages for people: what was seen, planned, checked, recorded and compared."""

from vein_imaging.report.document import Figure, Notice, Report, Section, Table, Tone
from vein_imaging.report.html import render_html
from vein_imaging.report.pictures import encode_png

__all__ = [
    "Figure",
    "Notice",
    "Report",
    "Section",
    "Table",
    "Tone",
    "encode_png",
    "render_html",
]
