"""`vein-imaging analyse`: pictures or a video in; drawings, tables and totals out."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from vein_calibration.profile import Profile
from vein_calibration.profile_file import profile_id
from vein_imaging.cli.profiles import ProfileChoice, profile_options
from vein_imaging.cli.reading import NamedPicture, pictures_of_file
from vein_imaging.durable import make_folder
from vein_imaging.imaging.arrays import Mask, check_picture
from vein_imaging.imaging.branch_rows import branch_rows
from vein_imaging.imaging.overlay import draw_overlay
from vein_imaging.imaging.plane import Channel
from vein_imaging.imaging.vein_map import VeinMap
from vein_imaging.pipeline import AnalysisSettings, analyse
from vein_imaging.pipeline.calibrated import calibrated_settings, chosen_scale
from vein_imaging.pipeline.hidden_pixels import corrected_hidden, field_that_shows
from vein_imaging.pipeline.scale_check import scale_doubt
from vein_imaging.pipeline.settings import Polarity, Quality
from vein_imaging.words import translate as _

__all__ = ["analyse_command"]

_Rgb = NDArray[Any]


@click.command("analyse")
@click.argument(
    "images",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the results; it is made if it does not exist.",
)
@click.option(
    "--mm-per-pixel",
    type=float,
    help="Size of one pixel on the skin, in mm, taken as exact. Without it, the "
    "calibration decides.",
)
@profile_options
@click.option("--camera", help="Address of the camera that the pictures are from.")
@click.option(
    "--quality",
    type=click.Choice(get_args(Quality)),
    default="full",
    help="Use fast for a live view and full for a record.",
)
@click.option(
    "--sensitivity",
    type=click.FloatRange(-1, 1),
    default=0.0,
    help="Above 0, fainter veins are found, and more marks that are not veins.",
)
@click.option(
    "--channel",
    type=click.Choice(get_args(Channel)),
    default="auto",
    help="Colour channel to search; auto chooses the best one for the picture.",
)
@click.option(
    "--polarity",
    type=click.Choice(get_args(Polarity)),
    default="dark",
    help="Whether the veins are darker or brighter than the skin.",
)
@click.option(
    "--every",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="In a video, analyse every N-th frame only.",
)
@click.option(
    "--box",
    nargs=4,
    type=click.IntRange(min=0),
    metavar="LEFT TOP RIGHT BOTTOM",
    help="Look only in this box, in px. Without it, skin is looked for.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the totals as JSON.")
def analyse_command(
    images: tuple[Path, ...],
    out: Path,
    mm_per_pixel: float | None,
    quality: Quality,
    sensitivity: float,
    channel: Channel,
    polarity: Polarity,
    every: int,
    box: tuple[int, int, int, int] | None,
    as_json: bool,
    camera: str | None,
    profile_choice: ProfileChoice,
) -> None:
    """Find the veins in IMAGES (pictures or videos), measure them and draw them.

    For each picture NAME four files are written into the folder: NAME-overlay.png,
    NAME-mask.png, NAME-branches.csv and NAME-summary.json.
    """
    settings = AnalysisSettings(
        quality=quality, sensitivity=sensitivity, channel=channel, polarity=polarity
    )
    _refuse_same_names(images)
    make_folder(out)
    summaries = []
    choice = replace(profile_choice, camera=camera)
    profiles = {path.parent: choice.find(path) for path in images}
    for path in images:
        profile = profiles[path.parent]
        scale = chosen_scale(mm_per_pixel, profile)
        for named in pictures_of_file(path, every):
            name = named.name
            try:
                picture, hidden = _corrected(named, profile)
                found = analyse(
                    picture,
                    mm_per_pixel=scale,
                    field=_field(box, picture, hidden),
                    settings=calibrated_settings(settings, profile),
                )
            except (TypeError, ValueError) as error:
                raise click.UsageError(f"{name}: {error}") from error
            summary = {"name": name, **found.summary()}
            if profile is not None:
                summary["calibration"] = profile_id(profile)
            doubt = scale_doubt(picture.shape, scale)
            if doubt:
                summary["scale_doubt"] = doubt
            _write_results(out, name, picture, found, summary)
            summaries.append(summary)
            if not as_json:
                click.echo(_line(summary))
            _advise(name, doubt)
            if found.advice:
                _advise(name, _("{advice} (option --box)").format(advice=found.advice))
    if as_json:
        click.echo(json.dumps(summaries, indent=2, allow_nan=False))


def _advise(name: str, advice: str) -> None:
    if advice:
        words = _("{name}: {advice}").format(name=name, advice=advice)
        click.echo(words, err=True)


def _corrected(
    named: NamedPicture, profile: Profile | None
) -> tuple[NDArray[np.uint8], Mask | None]:
    """The picture as its camera's calibration corrects it, and what is hidden in it."""
    picture = check_picture(named.pixels)
    if profile is None:
        return picture, named.hidden
    return profile.correct(picture), corrected_hidden(named.hidden, profile)


def _field(
    box: tuple[int, int, int, int] | None,
    picture: NDArray[np.uint8],
    hidden: Mask | None,
) -> Mask | None:
    """Where to look, if not everywhere: in the box, and nowhere that is hidden."""
    field = None if box is None else _inside(box, picture.shape[:2])
    return field_that_shows(picture, hidden, field)


def _inside(box: tuple[int, int, int, int], shape: tuple[int, int]) -> Mask:
    """The field that is a box: from left and top up to right and bottom."""
    left, top, right, bottom = box
    height, width = shape
    if not (left < right <= width and top < bottom <= height):
        raise ValueError(
            f"the box {left} {top} {right} {bottom} does not lie in the picture, which "
            f"is {width} px wide and {height} px high; give LEFT TOP RIGHT BOTTOM"
        )
    field = np.zeros(shape, bool)
    field[top:bottom, left:right] = True
    return field


def _refuse_same_names(paths: tuple[Path, ...]) -> None:
    stems = [path.stem for path in paths]
    twice = sorted({stem for stem in stems if stems.count(stem) > 1})
    if twice:
        raise click.UsageError(
            _(
                "several pictures are named {twice}, and their results would overwrite "
                "each other; analyse them into different folders"
            ).format(twice=", ".join(twice))
        )


def _write_results(
    out: Path, name: str, picture: _Rgb, found: VeinMap, summary: dict[str, Any]
) -> None:
    overlay = draw_overlay(picture, found)
    files = {
        "overlay.png": _png(cv2.cvtColor(overlay, cv2.COLOR_RGB2BGR)),
        "mask.png": _png(found.mask.astype(np.uint8) * 255),
        "branches.csv": _table(branch_rows(found)),
        "summary.json": json.dumps(summary, indent=2, allow_nan=False).encode(),
    }
    for kind, content in files.items():
        part = out / f"{name}-{kind}.part"
        part.write_bytes(content)
        part.replace(out / f"{name}-{kind}")


def _png(picture: NDArray[Any]) -> bytes:
    _, encoded = cv2.imencode(".png", picture)
    return encoded.tobytes()


_COLUMNS = (
    "branch",
    "class",
    "length_mm",
    "median_diameter_mm",
    "diameter_uncertainty_mm",
    "length_px",
    "median_diameter_px",
    "diameter_uncertainty_px",
    "tortuosity",
    "start_row_px",
    "start_column_px",
    "end_row_px",
    "end_column_px",
)


def _table(rows: list[dict[str, object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=_COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _line(summary: dict[str, Any]) -> str:
    if summary["mm_per_pixel"] is None:
        length = f"{summary['length_px']:.0f} px"
    else:
        length = f"{summary['length_mm']:.0f} mm"
    return _(
        "{name}: {branch_count} branches, {length} of vein, {junction_count} junctions"
    ).format(
        name=summary["name"],
        branch_count=summary["branch_count"],
        length=length,
        junction_count=summary["junction_count"],
    )
