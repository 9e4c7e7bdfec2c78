"""A report as one web page that needs nothing else: no script, no network, no fonts."""

from __future__ import annotations

import base64

import jinja2

from vein_imaging.report.document import Report, Tone
from vein_imaging.words import language, marked, translate

__all__ = ["render_html"]

_TONES: dict[Tone, str] = {
    "stop": marked("stop"),
    "warn": marked("warn"),
    "note": marked("note"),
    "good": marked("good"),
}


def _data_uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def render_html(report: Report) -> str:
    """Render as a self-contained page.

    Parameters
    ----------
    report : Report
        Every text in it is escaped: a name cannot become markup.

    Returns
    -------
    str
        HTML 5. Its content policy forbids scripts and every outside address.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("vein_imaging.report", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = translate
    environment.globals["tones"] = _TONES
    environment.globals["language"] = language()
    environment.filters["data_uri"] = _data_uri
    return environment.get_template("report.html.j2").render(report=report)
