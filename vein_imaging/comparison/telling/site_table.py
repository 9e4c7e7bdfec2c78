"""Treated sites read from a table; what became of them, and of a course, as rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from vein_imaging.comparison.following.course import Course
from vein_imaging.comparison.following.sites import SiteOutcome, TreatedSite
from vein_imaging.comparison.following.skin import SkinChange
from vein_imaging.comparison.result import Comparison
from vein_imaging.comparison.telling.table import Row, plain_row
from vein_imaging.words import translate as _

__all__ = ["course_rows", "read_sites", "site_rows"]

_NEEDED = ("site", "x_px", "y_px")
_AGENT = ("product", "strength")
_FARTHEST_PX = 1e5
"""No picture is wider; a line from here to there is followed in steps of 2 px."""


def read_sites(path: Path) -> tuple[TreatedSite, ...]:
    """Read treated sites from a CSV of points on BEFORE.

    Parameters
    ----------
    path : Path
        Columns site, x_px, y_px; product and strength may be left out. Rows of one site
        are the points of its line, in order.

    Returns
    -------
    tuple of TreatedSite

    Raises
    ------
    ValueError
        If a column is missing, or a row has no site or no numbers; the message names
        the row.
    """
    rows = _rows(path)
    points: dict[str, list[tuple[float, float]]] = {}
    agents: dict[str, tuple[str, str]] = {}
    for number, row in rows:
        name = (row["site"] or "").strip()
        place = _number(row["y_px"]), _number(row["x_px"])
        if not name or not np.isfinite(place).all():
            raise ValueError(
                _("{path}, line {number}: a site with x_px and y_px is needed").format(
                    path=path, number=number
                )
            )
        if max(map(abs, place)) > _FARTHEST_PX:
            raise ValueError(
                _("{path}, line {number}: no picture is {far:g} px wide").format(
                    path=path, number=number, far=max(map(abs, place))
                )
            )
        points.setdefault(name, []).append(place)
        product, strength = ((row.get(key) or "").strip() for key in _AGENT)
        agents.setdefault(name, (product, strength))
    return tuple(
        TreatedSite(name, np.array(places), *agents[name])
        for name, places in points.items()
    )


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Rows with the number of their line; in the encodings spreadsheets save."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            _("{path} is no table in UTF-8: save it as CSV UTF-8").format(path=path)
        ) from error
    heading = text.partition("\n")[0]
    # where a comma is the decimal mark, a spreadsheet puts semicolons between cells
    between = ";" if ";" in heading and "," not in heading else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=between)
    try:
        missing = [name for name in _NEEDED if name not in (rows.fieldnames or ())]
        if missing:
            raise ValueError(
                _(
                    "{path} has no column {missing}; it needs site, x_px and y_px"
                ).format(path=path, missing=", ".join(missing))
            )
        for row in rows:
            yield rows.line_num, row
    except csv.Error as error:
        raise ValueError(
            _("{path}, line {number}: no table: {error}").format(
                path=path, number=rows.line_num, error=error
            )
        ) from error


def _number(text: str | None) -> float:
    try:
        return float((text or "").replace(",", "."))
    except ValueError:
        return np.nan


def site_rows(
    comparison: Comparison,
    sites: Sequence[SiteOutcome],
    skin: Sequence[SkinChange],
) -> Iterator[Row]:
    """Make the rows of `change_sites.csv`, one site each.

    Parameters
    ----------
    comparison : Comparison
    sites, skin : of SiteOutcome, of SkinChange
        In the same order.

    Yields
    ------
    Row
    """
    mm = comparison.mm_per_pixel or np.nan
    for one, around in zip(sites, skin, strict=True):
        row, column = one.site.points_rc.mean(axis=0)
        told = one.fate != "cannot tell"
        there = one.after_rc.mean(axis=0) if len(one.after_rc) else (np.nan, np.nan)
        yield plain_row(
            {
                "site": one.site.name,
                "product": one.site.product,
                "strength": one.site.strength,
                "x_px": column,
                "y_px": row,
                "after_x_px": there[1],
                "after_y_px": there[0],
                "fate": one.fate,
                "why": one.why,
                # what cannot be told has no figure here either
                "clearance_pct": one.clearance_pct if told else None,
                "clearance_lo_pct": one.low_pct if told else None,
                "clearance_hi_pct": one.high_pct if told else None,
                "judged_mm": one.judged_px * mm,
                "unjudged_mm": one.unjudged_px * mm,
                "stained_mm": one.stained_px * mm,
                "skin": around.word,
                "redness_change_ln": around.redness,
                "redness_limit_ln": around.redness_limit,
                "pigmentation_change_ln": around.pigmentation,
                "pigmentation_limit_ln": around.pigmentation_limit,
                "skin_caution": around.caution,
            }
        )


def course_rows(course: Course) -> Iterator[Row]:
    """Make the rows of `course.csv`, one later visit each.

    Parameters
    ----------
    course : Course

    Yields
    ------
    Row
    """
    mm = course.mm_per_pixel or np.nan
    for visit in course.visits:
        row = visit.summary
        least, most = (np.nan, np.nan) if row is None else row.all_veins_pct
        yield plain_row(
            {
                "day": f"{visit.day}",
                "days_after_first": (visit.day - course.first_day).days,
                "verdict": visit.comparison.verdict,
                "alignment_verdict": visit.comparison.alignment_verdict,
                "clearance_pct": np.nan if row is None else row.clearance_pct,
                "clearance_lo_pct": np.nan if row is None else row.clearance_lo_pct,
                "clearance_hi_pct": np.nan if row is None else row.clearance_hi_pct,
                "repeat_error_pct": np.nan if row is None else row.repeat.floor_pct,
                "all_veins_lo_pct": least,
                "all_veins_hi_pct": most,
                "drift_px": visit.drift_px,
                "drift_mm": visit.drift_px * mm,
                "common_field_pct": 100 * float(course.common.mean()),
                "reasons": "; ".join(visit.reasons),
            }
        )
