"""The files a command leaves: of one run, whole, and harmless in a spreadsheet."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import click
import numpy as np
import pytest

from vein_imaging.cli.result_files import (
    picture_file,
    refuse_unwritable,
    table_file,
    write_results,
)

EARLIER = ("map.png", "aligned_[0-9].png")


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_pictures_of_an_earlier_pair_do_not_stay_beside_new_figures(
    tmp_path: Path,
) -> None:
    first = {"page.html": b"one", "map.png": b"one", "aligned_2.png": b"one"}
    write_results(tmp_path, first, earlier=EARLIER)
    (tmp_path / "mine.txt").write_text("not of this program")
    write_results(tmp_path, {"page.html": b"two"}, earlier=EARLIER)
    assert names(tmp_path) == {"page.html", "mine.txt"}
    assert (tmp_path / "page.html").read_bytes() == b"two"


def test_a_full_disk_leaves_the_earlier_files_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_results(tmp_path, {"a": b"one", "map.png": b"one"}, earlier=EARLIER)
    written: list[int] = []

    def full(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(click.ClickException, match="No space left"):
        write_results(tmp_path, {"a": b"two", "b": b"two"}, earlier=EARLIER)
    assert names(tmp_path) == {"a", "map.png"}
    assert (tmp_path / "a").read_bytes() == b"one"


def test_a_folder_in_a_file_s_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "page.html").mkdir()
    with pytest.raises(click.ClickException, match=r"page\.html is a folder"):
        write_results(tmp_path, {"page.html": b"one"}, earlier=())
    assert names(tmp_path) == {"page.html"}


def test_a_place_that_cannot_be_written_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_unwritable(tmp_path / "new" / "folder")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(click.UsageError, match="choose another place"):
        refuse_unwritable(tmp_path / "new")
    (tmp_path / "file").write_text("")
    monkeypatch.undo()
    with pytest.raises(click.UsageError, match="cannot be written"):
        refuse_unwritable(tmp_path / "file" / "below")


def test_a_picture_of_no_known_kind_is_refused_in_words() -> None:
    with pytest.raises(click.UsageError, match=r"end its name in \.png"):
        picture_file(np.zeros((4, 4), np.uint8), "")
    with pytest.raises(click.UsageError, match="xyz"):
        picture_file(np.zeros((4, 4), np.uint8), ".xyz")


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", " =1", "\t=1", "\uff1d1"])
def test_no_cell_is_a_formula(text: str) -> None:
    table = table_file([{"site": text, "figure": -1.5}]).decode()
    assert f"'{text}" in table
    assert table.splitlines()[-1].endswith(",-1.5")
