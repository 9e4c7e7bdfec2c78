"""A report as one web page that needs nothing else: no network, no fonts."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources

import jinja2
from markupsafe import Markup

from vein_imaging.domain.plain_text import plain_text
from vein_imaging.report.document import Report, Tone
from vein_imaging.report.pictures import kind_of_picture
from vein_imaging.report.qr_code import qr_code
from vein_imaging.words import language, marked, translate

__all__ = ["TONES", "render_html"]

TONES: dict[Tone, str] = {
    "stop": marked("stop"),
    "warn": marked("warn"),
    "note": marked("note"),
    "good": marked("good"),
}
"""How urgent a line is, in the word that stands before it."""

_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "svg": "image/svg+xml"}


def _data_uri(picture: bytes) -> Markup:
    kind = _TYPES[kind_of_picture(picture)]
    return Markup(f"data:{kind};base64,{base64.b64encode(picture).decode('ascii')}")


def _shown(value: object) -> object:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return plain_text(value)


def render_html(report: Report) -> str:
    """Render as a self-contained page.

    Parameters
    ----------
    report : Report
        Every text in it is escaped: a name cannot become markup.

    Returns
    -------
    str
        HTML 5. Its content policy forbids every outside address and every script; only
        a page with a slider has one, which moves it.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("vein_imaging.report", ""),
        autoescape=True,
        finalize=_shown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = translate
    environment.globals["tones"] = TONES
    environment.globals["language"] = language()
    environment.filters["data_uri"] = _data_uri
    script = ""
    if any(two.laid_over for one in report.sections for two in one.sliders):
        script = (resources.files(__package__) / "slider.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.get_template("report.html.j2").render(
        report=report,
        qr=qr_code(report.checkpoint) if report.checkpoint else b"",
        slider_script=Markup(script),
        slider_hash=Markup(f"sha256-{digest}"),
    )
