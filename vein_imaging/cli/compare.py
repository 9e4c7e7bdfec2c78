"""`vein-imaging compare`: what cleared between two visits, with its own error."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from vein_calibration.pixel_size import PixelSize
from vein_calibration.profile import Profile
from vein_calibration.profile_file import profile_id
from vein_imaging.cli.profiles import ProfileChoice, profile_options
from vein_imaging.cli.reading import (
    check_scales,
    days_to_come,
    one_picture,
    refuse_same_picture,
)
from vein_imaging.cli.result_files import (
    picture_file,
    refuse_unwritable,
    table_file,
    write_results,
)
from vein_imaging.comparison import Comparison, compare
from vein_imaging.comparison.following.sites import follow_sites
from vein_imaging.comparison.following.skin import skin_changes
from vein_imaging.comparison.judging.summary import days_between
from vein_imaging.comparison.preparing.surface import grey_levels
from vein_imaging.comparison.telling.difference import draw_difference
from vein_imaging.comparison.telling.picture import draw_change_map, draw_comparison
from vein_imaging.comparison.telling.site_table import read_sites, site_rows
from vein_imaging.comparison.telling.table import Identity, Row, piece_rows, summary_row
from vein_imaging.imaging.arrays import check_picture
from vein_imaging.pipeline.calibrated import chosen_scale
from vein_imaging.treatment.comparison_page import comparison_page
from vein_imaging.treatment.may_say import ComparedDays, Sayable, may_say
from vein_imaging.words import translate as _

__all__ = ["compare_command"]

_FILES = (
    "comparison.html", "comparison.png", "after_aligned.png", "difference.png",
    "change_map.png", "change_summary.csv", "change_pieces.csv", "change_sites.csv",
)  # fmt: skip
"""What an earlier run may have left, of another pair."""
_PICTURE = click.Path(exists=True, dir_okay=False, path_type=Path)
_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("compare")
@click.argument("before", type=_PICTURE)
@click.argument("after", type=_PICTURE)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for the tables and pictures; it is made if it does not exist.",
)
@click.option(
    "--mm-per-pixel",
    type=click.FloatRange(min=0, min_open=True),
    help="Size of one pixel on the skin in BEFORE, in mm; also in AFTER unless given.",
)
@click.option(
    "--after-mm-per-pixel",
    type=click.FloatRange(min=0, min_open=True),
    help="Size of one pixel on the skin in AFTER, in mm, if it differs.",
)
@profile_options
@click.option("--before-date", type=_DAY, help="Day of BEFORE, as YYYY-MM-DD.")
@click.option("--after-date", type=_DAY, help="Day of AFTER, as YYYY-MM-DD.")
@click.option(
    "--region",
    "regions",
    multiple=True,
    metavar="NAME=MASK",
    help="Add a row to the table for one part of BEFORE: the part that is white in the "
    "picture MASK, which has the size of BEFORE. May be given more than once.",
)
@click.option(
    "--sites",
    "sites_file",
    type=_PICTURE,
    help="Follow the treated sites of this CSV: columns site, x_px, y_px in BEFORE, "
    "and product, strength where known. More rows of one site make a line.",
)
@click.option(
    "--name",
    default="",
    help="Write this name on the page; without it no name is on it.",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print the rows of the change table as JSON.",
)
def compare_command(
    before: Path,
    after: Path,
    out: Path,
    mm_per_pixel: float | None,
    after_mm_per_pixel: float | None,
    before_date: datetime | None,
    after_date: datetime | None,
    regions: tuple[str, ...],
    sites_file: Path | None,
    name: str,
    as_json: bool,
    profile_choice: ProfileChoice,
) -> None:
    """Compare two pictures of one leg: measure what cleared, and give its error.

    Writes comparison.html (a page with a slider), comparison.png, change_summary.csv,
    change_pieces.csv, change_map.png, difference.png and after_aligned.png into the
    folder, and change_sites.csv with --sites. The exit status is 1 when nothing can be
    measured; the page and the table then say why, and show what could be aligned.
    """
    if after_mm_per_pixel is not None and mm_per_pixel is None:
        raise click.UsageError(_("--after-mm-per-pixel needs --mm-per-pixel as well"))
    refuse_unwritable(out)
    typed = mm_per_pixel, after_mm_per_pixel or mm_per_pixel
    profiles = profile_choice.find(before), profile_choice.find(after)
    days = _day(before_date), _day(after_date)
    try:
        apart = days_between(*days)
        marks = () if sites_file is None else read_sites(sites_file)
        pictures = _corrected(before, profiles[0]), _corrected(after, profiles[1])
        refuse_same_picture(pictures)
        scales = _scales(typed, profiles)
        check_scales(pictures, scales or ())
        masks = [_region(text, pictures[0].shape) for text in regions]
        result = compare(*pictures, mm_per_pixel=scales)
        parts = [result.in_region(*mask) for mask in masks]
        sheet = draw_comparison(
            pictures[0], pictures[1], result, before_date=days[0], after_date=days[1]
        )
    except (OSError, TypeError, ValueError) as error:
        raise click.UsageError(str(error)) from error
    said = may_say(result, ComparedDays(*days))
    doubts = tuple(days_to_come(*days))
    said = replace(said, reasons=(*said.reasons, *doubts))
    identity = _identity(before, after, apart, _source(typed[0], profiles))
    rows = [summary_row(result, part, identity) for part in (result.summary, *parts)]
    sites = follow_sites(result, marks, days_between=apart)
    skin = skin_changes(pictures[0], result, marks)
    page = comparison_page(
        *pictures, result, said, days=days, name=name, sites=sites, skin=skin
    )
    files = {
        "comparison.html": page.encode(),
        "comparison.png": picture_file(sheet),
        "change_summary.csv": table_file(rows),
        "change_pieces.csv": table_file(piece_rows(result), ["piece_id"]),
    }
    if sites:
        files["change_sites.csv"] = table_file(site_rows(result, sites, skin))
    write_results(out, files | _drawn(pictures[0], result), earlier=_FILES)
    click.echo(json.dumps(_nested(rows)) if as_json else _spoken(result, said, out))
    if result.verdict == "refused":
        reasons = "; ".join(result.reasons)
        refused = {
            "aligned": _("aligned, but not measured: {reasons}"),
            "doubtful": _("doubtfully aligned, and not measured: {reasons}"),
            "refused": _("not comparable: {reasons}"),
        }[result.alignment_verdict]
        click.echo(refused.format(reasons=reasons), err=True)
        raise SystemExit(1)


def _drawn(before: NDArray[Any], result: Comparison) -> dict[str, bytes]:
    """Only the pictures that mean something."""
    files = {}
    if result.alignment_verdict != "refused":
        files["after_aligned.png"] = picture_file(result.registered)
        files["difference.png"] = picture_file(draw_difference(before, result))
    if result.verdict != "refused":
        drawn = draw_change_map(before, result, width_px=before.shape[1])
        files["change_map.png"] = picture_file(drawn)
    return files


def _spoken(result: Comparison, said: Sayable, out: Path) -> str:
    aligned = {
        "aligned": _("aligned: {share:.0f} % of the skin in BEFORE was compared"),
        "doubtful": _(
            "doubtfully aligned: {share:.0f} % of the skin in BEFORE was compared"
        ),
        "refused": _("not aligned"),
    }[result.alignment_verdict]
    lines = [
        aligned.format(share=100 * result.compared_share),
        *(f"  {advice}" for advice in result.alignment_advice),
        _(said.verdict),
        *(f"  {reason}" for reason in said.reasons),
    ]
    lines += [line for line in (said.figure, said.all_veins) if line]
    if said.figure and said.assessment is not None:
        lines.append(_(said.assessment))
    return "\n".join(
        [*lines, _("the page, tables and pictures are in {out}").format(out=out)]
    )


def _nested(rows: list[Row]) -> dict[str, Any]:
    # the whole field's row, with the other regions inside it
    return {**rows[0], "regions": rows[1:]}


def _region(text: str, shape: tuple[int, ...]) -> tuple[NDArray[np.bool_], str]:
    name, _equals, path = text.partition("=")
    if not (name and path):
        raise ValueError(
            _("a region is NAME=MASK, such as treated=t.png, not {text!r}").format(
                text=text
            )
        )
    mask = grey_levels(one_picture(Path(path)).pixels)
    if mask.shape != shape[:2]:
        raise ValueError(
            _(
                "the mask {path} is {width} x {height} px and BEFORE {wide} x {high}: "
                "draw it on BEFORE"
            ).format(
                path=path,
                width=mask.shape[1],
                height=mask.shape[0],
                wide=shape[1],
                high=shape[0],
            )
        )
    return mask > 0.5, name


def _corrected(path: Path, profile: Profile | None) -> NDArray[Any]:
    picture = one_picture(path).pixels
    return picture if profile is None else profile.correct(check_picture(picture))


def _scales(
    typed: tuple[float | None, float | None],
    profiles: tuple[Profile | None, Profile | None],
) -> tuple[float | PixelSize, float | PixelSize] | None:
    """The scales of both pictures, or none of them."""
    before, after = map(chosen_scale, typed, profiles)
    if before is None and after is None:
        return None
    if before is None or after is None:
        raise ValueError(
            "only one picture has a scale: calibrate the other as well, or give "
            "--mm-per-pixel"
        )
    return before, after


def _source(typed: float | None, profiles: tuple[Profile | None, ...]) -> str:
    """Where the scales come from, for the table."""
    if typed is not None:
        return "given on the command line"
    names = [profile_id(one)[:12] for one in profiles if one is not None]
    return f"calibration {' and '.join(dict.fromkeys(names))}" if names else ""


def _identity(
    before: Path, after: Path, apart: int | None, calibration_source: str
) -> Identity:
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (before, after)]
    both = hashlib.sha256("".join(hashes).encode()).hexdigest()
    return Identity(
        comparison_id=both[:16],
        before_id=hashes[0],
        after_id=hashes[1],
        days_between=apart,
        calibration_source=calibration_source,
        software_version=version("vein-imaging"),
    )


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
