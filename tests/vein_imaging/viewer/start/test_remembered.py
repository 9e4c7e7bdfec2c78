"""What is remembered of last time, and that a bad file stops nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from vein_imaging.viewer.start.remembered import Memory, Remembered


def test_what_was_kept_is_there_again(tmp_path: Path) -> None:
    file = tmp_path / "settings" / "window.json"
    Memory(file).keep(user="anna", theme="light", size_percent=150, toured=("anna",))
    again = Memory(file).now
    assert (again.user, again.theme, again.size_percent) == ("anna", "light", 150)
    assert again.toured == ("anna",)


@pytest.mark.parametrize(
    "content",
    ["", "no json", "[]", '{"user": 7}', '{"theme": "pink"}', '{"newer": 1}', "null"],
)
def test_a_file_that_cannot_be_read_counts_as_empty(
    tmp_path: Path, content: str
) -> None:
    file = tmp_path / "window.json"
    file.write_text(content)
    assert Memory(file).now == Remembered()


def test_what_is_offered_is_not_written(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "window.json")
    memory.offer(user="bert")
    assert memory.now.user == "bert"
    assert Memory(tmp_path / "window.json").now.user == ""


def test_a_disk_that_takes_nothing_is_said_and_holds_until_the_end(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("in the way")
    memory = Memory(tmp_path / "file" / "window.json")
    memory.keep(user="anna")
    assert memory.now.user == "anna"
    assert memory.problem != ""


def test_a_size_that_nobody_can_choose_is_refused() -> None:
    with pytest.raises(ValueError, match="size_percent"):
        Remembered(size_percent=90)
