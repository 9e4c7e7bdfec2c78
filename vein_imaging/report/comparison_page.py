"""Before and after as one web page with a slider: no network, no other file."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files

import cv2
import jinja2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.report.document import Table, Tone
from vein_imaging.words import language
from vein_imaging.words import translate as _

__all__ = [
    "WIDEST_PX",
    "ComparisonAnswer",
    "ComparisonPage",
    "LegendItem",
    "picture_uri",
    "render_comparison",
]

WIDEST_PX = 1600
"""Enough for a screen; two pictures of a phone whole would make a page of 60 MB."""
_QUALITY = 92  # of JPEG: what a person looks at, not what is measured


@dataclass(frozen=True, slots=True)
class ComparisonAnswer:
    """One of the two answers: of the alignment, of the measurement.

    Parameters
    ----------
    tone : Tone
    headline : str
    lines, reasons : tuple of str
        What is said, and what speaks against it.
    """

    tone: Tone
    headline: str
    lines: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LegendItem:
    """How one kind of vein is drawn: the line as a picture's address, and words."""

    swatch: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonPage:
    """What is on the page. Pictures are addresses from `picture_uri`.

    Parameters
    ----------
    title, subtitle, foot : str
    name : str
        The patient's; empty unless it was asked for.
    answers : tuple of ComparisonAnswer
    before, after : str
    before_caption, after_caption : str
    aligned : bool
        AFTER lies in BEFORE's frame: it can be swiped, blinked and subtracted.
    difference, difference_caption : str
    changes, changes_caption : str
        Empty where nothing was measured.
    legend : tuple of LegendItem
    tables : tuple of Table
    """

    title: str
    answers: tuple[ComparisonAnswer, ...]
    before: str
    after: str
    before_caption: str
    after_caption: str
    aligned: bool
    subtitle: str = ""
    name: str = ""
    foot: str = ""
    difference: str = ""
    difference_caption: str = ""
    changes: str = ""
    changes_caption: str = ""
    legend: tuple[LegendItem, ...] = ()
    tables: tuple[Table, ...] = ()


def picture_uri(picture: NDArray[np.uint8], *, exact: bool = False) -> str:
    """Put a picture into an address.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8 RGB
    exact : bool
        As PNG in its own size; otherwise as JPEG, at most 1600 px long.
    """
    shown = picture
    scale = WIDEST_PX / max(picture.shape[:2])
    if not exact and scale < 1:
        size = [max(1, round(scale * side)) for side in picture.shape[1::-1]]
        shown = np.asarray(
            cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8
        )
    bgr = shown if shown.ndim == 2 else cv2.cvtColor(shown, cv2.COLOR_RGB2BGR)
    kind, options = (
        (".png", []) if exact else (".jpg", [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    )
    _done, coded = cv2.imencode(kind, bgr, options)
    name = "png" if exact else "jpeg"
    return f"data:image/{name};base64," + base64.b64encode(coded.tobytes()).decode()


def render_comparison(page: ComparisonPage) -> str:
    """Render as a self-contained page.

    Parameters
    ----------
    page : ComparisonPage
        Every text in it is escaped: a name cannot become markup.

    Returns
    -------
    str
        HTML 5. Its content policy allows its own script alone, and no outside address.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("vein_imaging.report", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = (files("vein_imaging.report") / "comparison.js").read_text("utf-8")
    digest = hashlib.sha256(script.encode()).digest()
    environment.globals["_"] = _
    environment.globals["language"] = language()
    return environment.get_template("comparison.html.j2").render(
        page=page,
        modes=_modes(page),
        words=json.dumps(_words(page)),
        script=script,
        script_hash="sha256-" + base64.b64encode(digest).decode(),
    )


def _modes(page: ComparisonPage) -> list[tuple[str, str]]:
    shown = [("side", _("Side by side"))]
    if page.aligned:
        shown += [
            ("swipe", _("Swipe")),
            ("ghost", _("Ghost")),
            ("blink", _("Blink")),
            ("difference", _("Difference")),
        ]
    if page.changes:
        shown.append(("changes", _("Changes")))
    return shown


def _words(page: ComparisonPage) -> dict[str, str]:
    return {
        "before": page.before_caption,
        "after": page.after_caption,
        "swipe": _("{before} left of the line, {after} right of it").format(
            before=page.before_caption, after=page.after_caption
        ),
        "ghost": _("{after} over {before}").format(
            before=page.before_caption, after=page.after_caption
        ),
        "swipe slider": _("Dividing line"),
        "ghost slider": _("Opacity of AFTER"),
    }
