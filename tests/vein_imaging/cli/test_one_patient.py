"""The story in docs/one-patient.md, run line by line as a person would type it.

In this process, with a clock that the test moves between the two days.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from vein_imaging.cli import main
from vein_imaging.storage import Server
from vein_imaging.storage.people.clocks import Clocks

PAGE = Path(__file__).parents[3] / "docs" / "one-patient.md"
FIRST_DAY = datetime(2026, 11, 25, 10, tzinfo=UTC)
EIGHT_WEEKS = timedelta(weeks=8)


def parts() -> list[list[str]]:
    """The page's commands: of the first day, and of the second."""
    days: list[list[str]] = [[]]
    for section in re.split("^## ", PAGE.read_text("utf-8"), flags=re.M):
        if section.startswith("Eight weeks later"):
            days.append([])
        for block in re.findall("```sh\n(.*?)```", section, re.S):
            days[-1] += block.strip().splitlines()
    return days


class Shell:
    """So much of a shell as the page uses: variables, $(...), printf into a pipe."""

    def __init__(self, folder: Path) -> None:
        self.values = {"VEIN_IMAGING_STORE": "clinic"}
        self.folder = folder
        self.said: list[tuple[str, str]] = []

    def _fill_in(self, word: str) -> str:
        return re.sub(r"\$(\w+)", lambda found: self.values[found[1]], word)

    def run(self, line: str) -> None:
        line, _, remark = line.partition(" # ")
        if line.startswith("export "):
            for word in shlex.split(line)[1:]:
                name, _, value = word.partition("=")
                self.values[name] = value
            return
        kept = re.fullmatch(r"(\w+)=\$\((.*)\)", line)
        command = kept[2] if kept else line
        typed = ""
        if command.startswith("printf "):
            before, _, command = command.partition(" | ")
            lines = [self._fill_in(word) for word in shlex.split(before)[2:]]
            typed = "".join(f"{one}\n" for one in lines)
        words = [self._fill_in(word) for word in shlex.split(command)]
        assert words[0] == "vein-imaging"
        result = CliRunner().invoke(main, words[1:], env=self.values, input=typed)
        wanted = 1 if remark == "stops" else 0
        assert result.exit_code == wanted, (line, result.output, result.exception)
        self.said.append((line, result.stdout))
        if kept:
            self.values[kept[1]] = result.stdout.strip().splitlines()[-1]

    def answer(self, *words: str) -> str:
        result = CliRunner().invoke(main, list(words), env=self.values)
        assert result.exit_code == 0, result.output
        return result.stdout


@pytest.fixture(params=["file", "server"])
def shell(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shell]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(
        "vein_imaging.storage.people.passwords.ARGON2ID_COST", (32, 1, 4)
    )
    shell = Shell(tmp_path)
    if request.param == "server":
        server: Server = request.getfixturevalue("server")
        real = Shell.run

        def on_server(self: Shell, line: str) -> None:
            where = f" --server '{server.url}' --server-owner '{server.owner_url}'"
            real(self, line + where if "user set-up" in line else line)

        monkeypatch.setattr(Shell, "run", on_server)
    yield shell


def test_the_story_of_one_patient(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = {"now": FIRST_DAY}

    def now() -> datetime:
        clock["now"] += timedelta(seconds=20)
        return clock["now"]

    def idle_s() -> float:
        return clock["now"].timestamp()

    clocks = Clocks(now, idle_s)
    people = "vein_imaging.storage.people.signed_in.Clocks"
    monkeypatch.setattr(people, lambda: clocks)
    monkeypatch.setattr("vein_imaging.cli.user._now", now)
    first_day, second_day = parts()
    for line in first_day:
        shell.run(line)
    clock["now"] = FIRST_DAY + EIGHT_WEEKS
    for line in second_day:
        shell.run(line)
    heard = "\n".join(said for _, said in shell.said)
    assert "All is as it was written." in heard
    sessions = json.loads(
        shell.answer("session", "list", shell.values["ANNE"], "--json")
    )
    assert [one["signed"] for one in sessions] == [True, True]
    assert [one["injections"] for one in sessions] == [2, 1]
    page = (shell.folder / "second.html").read_text("utf-8")
    assert "% cleared" in page and "95 % interval" in page
    assert "A DRAWING" in page
