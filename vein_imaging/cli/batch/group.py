"""The group, and the analysis of many pictures."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import click

from vein_imaging.batch import picture_paths, picture_tasks
from vein_imaging.cli.batch.comparing import compare_patients
from vein_imaging.cli.batch.running import (
    Engine,
    beside,
    engine_options,
    leave,
    run_tasks,
    tasks_of_store,
)
from vein_imaging.cli.batch.stored import photograph_tasks
from vein_imaging.cli.batch.tables import picture_rows, write_rows
from vein_imaging.cli.profiles import BESIDE, ProfileChoice, profile_options
from vein_imaging.cli.store_access import StoreAccess, store_options
from vein_imaging.imaging.plane import Channel
from vein_imaging.pipeline import AnalysisSettings
from vein_imaging.pipeline.settings import Polarity, Quality
from vein_imaging.words import translate as _

__all__ = ["batch"]

_DEFAULT = "analyse"


class _BatchGroup(click.Group):
    """A group whose first command need not be typed: `batch PATHS`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


@click.group(cls=_BatchGroup)
def batch() -> None:
    """Measure many pictures or patients again, here or on a cluster.

    `batch PATHS` and `batch --patients all` are short for `batch analyse ...`. What was
    measured before with this version and these settings is not measured again, so a
    batch that was stopped or killed goes on where it was.
    """


def _analysis_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command what decides how pictures are searched as one `settings`."""

    @functools.wraps(command)
    def with_settings(
        *args: Any,
        quality: Quality,
        sensitivity: float,
        channel: Channel,
        polarity: Polarity,
        **kwargs: Any,
    ) -> Any:
        settings = AnalysisSettings(
            quality=quality, sensitivity=sensitivity, channel=channel, polarity=polarity
        )
        return command(*args, settings=settings, **kwargs)

    for name, kind, default in (
        ("--polarity", click.Choice(get_args(Polarity)), "dark"),
        ("--channel", click.Choice(get_args(Channel)), "auto"),
        ("--sensitivity", click.FloatRange(-1, 1), 0.0),
        ("--quality", click.Choice(get_args(Quality)), "full"),
    ):
        option = click.option(
            name, type=kind, default=default, help="As for `analyse`."
        )
        with_settings = option(with_settings)
    return with_settings


@batch.command("analyse")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--patients",
    "whom",
    multiple=True,
    metavar="all|ID",
    help="Instead of PATHS, every photograph of these patients. May be given more than "
    "once.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the results; for patients, beside the store when left out.",
)
@click.option(
    "--mm-per-pixel",
    type=click.FloatRange(min=0, min_open=True),
    help="Size of one pixel on the skin in PATHS, in mm, taken as exact.",
)
@profile_options
@_analysis_options
@engine_options
@functools.partial(store_options, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def analyse_batch(
    paths: tuple[Path, ...],
    whom: tuple[str, ...],
    out: Path | None,
    mm_per_pixel: float | None,
    profile_choice: ProfileChoice,
    settings: AnalysisSettings,
    engine: Engine,
    access: StoreAccess | None,
    as_json: bool,
) -> None:
    """Analyse every picture in PATHS (files or folders), or of --patients.

    Writes pictures.csv, failures.csv and, for each picture, one file of its figures,
    into a folder that names the version and settings. The exit status is 1 when a
    picture could not be measured; the others are.
    """
    if bool(paths) == bool(whom):
        raise click.UsageError(_("name PATHS or --patients: one of the two"))
    if whom:
        if mm_per_pixel is not None or profile_choice != ProfileChoice():
            raise click.UsageError(
                _("the record says how --patients were calibrated: leave that out")
            )
        tasks, engine = tasks_of_store(access, engine, whom, settings, photograph_tasks)
        assert access is not None
        done = run_tasks(tasks, len(tasks), beside(access, out), settings, engine)
    else:
        if out is None:
            raise click.UsageError(_("name a folder for the results with --out"))
        found = picture_paths(paths)
        files = picture_tasks(
            found,
            _profile_files(profile_choice),
            mm_per_pixel=mm_per_pixel,
            settings=settings,
        )
        done = run_tasks(files, len(found), out, settings, engine)
    rows = picture_rows(done.finished, done.results)
    write_rows(done.results.folder / "pictures.csv", rows)
    if as_json:
        click.echo(json.dumps(done.as_json(), indent=2, ensure_ascii=False))
    else:
        done.say()
    leave(done)


def _profile_files(choice: ProfileChoice) -> Callable[[Path], Path | None]:
    """From a picture to the file of its profile; each is read and checked once."""

    @functools.cache
    def of_folder(folder: Path) -> Path | None:
        if choice.find(folder / "any") is None:
            return None
        return (choice.file or folder / BESIDE).absolute()

    return lambda picture: of_folder(picture.parent)


batch.add_command(compare_patients)
