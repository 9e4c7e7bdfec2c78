"""Pages for people: what was seen, planned, checked, recorded and compared."""

from vein_imaging.report.document import (
    BeforeAfter,
    Figure,
    LegendEntry,
    Notice,
    Report,
    Section,
    Table,
    Tone,
)
from vein_imaging.report.html import render_html
from vein_imaging.report.pdf import render_pdf
from vein_imaging.report.pictures import encode_jpeg, encode_png
from vein_imaging.report.site_map import NumberedSite, draw_sites

__all__ = [
    "BeforeAfter",
    "Figure",
    "LegendEntry",
    "Notice",
    "NumberedSite",
    "Report",
    "Section",
    "Table",
    "Tone",
    "draw_sites",
    "encode_jpeg",
    "encode_png",
    "render_html",
    "render_pdf",
]
