"""The `vein-imaging` command: one file per command group, loaded when it is called."""

from __future__ import annotations

import errno
import importlib
import inspect
from functools import cache
from typing import Any

import click

from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["main"]

# name: (module, attribute, one line of help). A command's libraries are imported only
# when it runs, so that `dose check` does not wait for napari.
_COMMANDS: dict[str, tuple[str, str, str]] = {
    "demo": (
        "vein_imaging.cli.demo",
        "demo",
        marked("Run the whole workflow on simulated devices and write a report."),
    ),
    "view": (
        "vein_imaging.cli.view",
        "view",
        marked("Show a camera live with its veins drawn in, and record injections."),
    ),
    "analyse": (
        "vein_imaging.cli.analyse",
        "analyse_command",
        marked("Find, measure and draw the veins in pictures or in a video."),
    ),
    "capture": (
        "vein_imaging.cli.capture",
        "capture",
        marked("Record the next frames of a camera without loss."),
    ),
    "compare": (
        "vein_imaging.cli.compare",
        "compare_command",
        marked("Measure what cleared between two visits, and give its error."),
    ),
    "batch": (
        "vein_imaging.cli.batch",
        "batch",
        marked("Measure many pictures or patients again, here or on a cluster."),
    ),
    "course": (
        "vein_imaging.cli.course",
        "course_command",
        marked("Follow three visits or more of one leg in one frame."),
    ),
    "guide": (
        "vein_imaging.cli.guide",
        "guide_command",
        marked("Say how well a picture repeats an earlier view, and what to change."),
    ),
    "devices": (
        "vein_imaging.cli.devices",
        "devices",
        marked("List cameras and lights, examine this machine, and try a camera."),
    ),
    "light": (
        "vein_imaging.cli.light",
        "light",
        marked("Show the state of the illuminator, and switch it."),
    ),
    "calibrate": (
        "vein_imaging.cli.calibrate",
        "calibrate",
        "Turn pixels into millimetres: target, lens, scale, light.",
    ),
    "dose": (
        "vein_imaging.cli.dose",
        "dose",
        marked("Check a dose against sourced maximum quantities, or list them."),
    ),
    "patient": (
        "vein_imaging.cli.patient",
        "patient",
        marked("Add, find, show and change patients."),
    ),
    "session": (
        "vein_imaging.cli.session",
        "session",
        marked("Start, fill in, sign and hand out the sessions of a patient."),
    ),
    "tables": (
        "vein_imaging.cli.tables",
        "tables",
        marked("Write injections, sites, vessels and changes as tables."),
    ),
    "import": (
        "vein_imaging.cli.photo_import",
        "import_command",
        marked("Import a folder of photographs into sessions: all of it, or nothing."),
    ),
    "verify": (
        "vein_imaging.cli.verify",
        "verify",
        marked("Check everything that a store holds, and say what is wrong and where."),
    ),
    "witness": (
        "vein_imaging.cli.witness",
        "witness",
        marked("Sign, on another computer, that a store's history only grew."),
    ),
    "store": (
        "vein_imaging.cli.store",
        "store",
        marked("Make, back up, restore and export a store, and erase a patient."),
    ),
    "user": (
        "vein_imaging.cli.user",
        "user",
        marked("Set up a clinic's store, and manage its users and their passwords."),
    ),
}


class _OneLineError(click.ClickException):
    """Any error of a command, in one line, with its own exit code."""

    def __init__(self, error: click.ClickException) -> None:
        super().__init__(" ".join(error.format_message().split()))
        self.exit_code = error.exit_code  # type: ignore[misc]  # click's own habit


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are called or asked for help."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            raise _OneLineError(error) from error

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            raise _OneLineError(error) from error
        except OSError as error:  # a full disk, a folder that may not be written
            if error.errno is None or error.errno == errno.EPIPE:
                raise
            told = click.ClickException(
                f"{error.filename}: {error.strerror}"
                if error.filename
                else f"{error.strerror}"
            )
            raise _OneLineError(told) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return _loaded(name) if name in _COMMANDS else None

    def get_help(self, ctx: click.Context) -> str:
        _translate_help(self)
        return super().get_help(ctx)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        with formatter.section("Commands"):
            rows = [(name, _(row[2])) for name, row in _COMMANDS.items()]
            formatter.write_dl(rows)


@cache
def _loaded(name: str) -> click.Command:
    """Import a command; its help texts are looked up in the catalogue, all of them."""
    module, attribute, _help = _COMMANDS[name]
    command: click.Command = getattr(importlib.import_module(module), attribute)
    _translate_help(command)
    return command


def _translate_help(command: click.Command) -> None:
    if command.help:
        command.help = _(inspect.cleandoc(command.help))
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = _(parameter.help)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _translate_help(inner)


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vein-imaging")
def main() -> None:
    """Show, measure and record leg veins treated by microsclerotherapy.

    The program shows, measures, checks and records. It does not diagnose, and it
    promises no result.
    """
