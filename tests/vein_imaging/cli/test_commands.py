"""The table of commands, their help, and the page that names them."""

import errno
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import vein_imaging.cli as cli
from vein_imaging.cli import main

ROOT = Path(__file__).resolve().parents[3]
NAMES = main.list_commands(click.Context(main))


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command and sub-command with its full name."""
    context = click.Context(main)
    for name in NAMES:
        command = main.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from (
                (f"{name} {below}", command.commands[below])
                for below in command.commands
            )


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_command_says_what_it_does(name: str, command: click.Command) -> None:
    assert command.help, name
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.name}"


@pytest.mark.parametrize("name", NAMES)
def test_help_is_printed(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith("Usage:")


def test_the_page_of_commands_names_them_all() -> None:
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    missing = [name for name, _ in commands() if f"`vein-imaging {name}" not in page]
    assert missing == []


def test_every_file_of_commands_is_in_the_table() -> None:
    folder = Path(str(cli.__file__)).parent
    modules = {folder / m.rsplit(".")[-1] for m, _, _ in cli._COMMANDS.values()}
    files = {file for file in folder.rglob("*.py") if file.name not in ("__init__.py",)}
    defines = {
        # a group of many commands is a folder
        file.with_suffix("") if file.parent == folder else file.parent
        for file in files
        if "@click.command" in file.read_text("utf-8")
        or "@click.group" in file.read_text("utf-8")
    }
    assert defines == modules


@pytest.mark.parametrize(
    "arguments",
    [["heal"], ["--colour"], ["analyse"], ["dose", "check"], ["compare", "a", "b"]],
)
def test_bad_usage_is_one_line_on_stderr_and_exit_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1


def test_asking_for_help_imports_neither_napari_nor_opencv() -> None:
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from vein_imaging.cli import main\n"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0\n"
        "print(*{'napari', 'cv2', 'skimage', 'sqlalchemy'} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        PermissionError(errno.EACCES, "Permission denied", "/out/leg.png"),
        OSError(errno.ENAMETOOLONG, "File name too long", "/out/" + "a" * 250),
    ],
)
def test_a_disk_that_does_not_take_it_is_one_line(
    error: OSError, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`analyse`, `compare` and others ended in a traceback on a full disk."""

    def full(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("vein_imaging.cli.analyse.make_folder", full)
    picture = ROOT / "sample_images" / "leg-plain.png"
    result = CliRunner().invoke(main, ["analyse", str(picture), "--out", "o"])
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert str(error.strerror) in result.stderr
    assert not error.filename or error.filename in result.stderr
