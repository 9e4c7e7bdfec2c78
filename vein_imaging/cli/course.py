"""`vein-imaging course`: three visits or more in one frame, and what is left."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

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
from vein_imaging.comparison.following.course import follow_course
from vein_imaging.comparison.telling.course_picture import course_lines, draw_course
from vein_imaging.comparison.telling.site_table import course_rows
from vein_imaging.words import translate as _

__all__ = ["course_command"]

_FILES = ("course.png", "course.csv", "aligned_[0-9]*.png")
"""What an earlier run may have left, of other pictures."""


@click.command("course")
@click.argument(
    "pictures",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--date",
    "dates",
    multiple=True,
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="Day of a picture, as YYYY-MM-DD; once for each, in the same order.",
)
@click.option(
    "--mm-per-pixel",
    "scales",
    multiple=True,
    type=click.FloatRange(min=0, min_open=True),
    help="Size of one pixel on the skin in mm: once for all, or once for each picture.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for the table and the pictures; it is made if it does not exist.",
)
def course_command(
    pictures: tuple[Path, ...],
    dates: tuple[datetime, ...],
    scales: tuple[float, ...],
    out: Path,
) -> None:
    """Follow three visits or more of one leg in the first picture's frame.

    Writes course.png (all visits, the curve of what is left with its interval, and
    drift), course.csv and one aligned_N.png for each visit that could be aligned. The
    exit status is 1 when no visit could be measured.
    """
    refuse_unwritable(out)
    days = [moment.date() for moment in dates]
    if len(scales) == 1:
        scales = scales * len(pictures)
    try:
        read = [one_picture(path).pixels for path in pictures]
        refuse_same_picture(read)
        check_scales(read, scales)
        course = follow_course(
            read,
            days,
            mm_per_pixel=scales or None,
        )
    except (OSError, TypeError, ValueError) as error:
        raise click.UsageError(str(error)) from error
    list(days_to_come(*days))
    files = {
        "course.png": picture_file(draw_course(course)),
        "course.csv": table_file(course_rows(course)),
    }
    for number, visit in enumerate(course.visits, 2):
        if visit.comparison.alignment_verdict != "refused":
            aligned = picture_file(visit.comparison.registered)
            files[f"aligned_{number}.png"] = aligned
    write_results(out, files, earlier=_FILES)
    for line in course_lines(course):
        click.echo(line)
    click.echo(_("the table and pictures are in {out}").format(out=out))
    if all(visit.summary is None for visit in course.visits):
        raise SystemExit(1)
