"""The order of flushes, seen at the operating system's border.

Whether that order is enough is shown by `benchmarks/crash.py` on a file system that
keeps only what was flushed; here each single flush is shown to be there.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from vein_imaging.durable import make_folder, write_durably


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of files and folders as they are flushed and renamed, in order."""
    seen: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        target = Path(f"/proc/self/fd/{descriptor}").readlink()
        seen.append(f"flush {'folder' if target.is_dir() else target.suffix}")
        real_fsync(descriptor)

    def replace(self: Path, target: Path) -> Path:
        seen.append(f"rename to {target.name}")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    return seen


def test_a_file_is_flushed_renamed_and_its_folder_flushed(
    tmp_path: Path, calls: list[str]
) -> None:
    write_durably(tmp_path / "image", b"content")
    assert calls == ["flush .partial", "rename to image", "flush folder"]
    assert (tmp_path / "image").read_bytes() == b"content"


def test_a_new_folder_is_flushed_into_its_parent(
    tmp_path: Path, calls: list[str]
) -> None:
    make_folder(tmp_path / "images")
    assert calls == ["flush folder"]


def test_only_this_user_may_read(tmp_path: Path) -> None:
    make_folder(tmp_path / "images")
    write_durably(tmp_path / "images" / "one", b"x")
    assert (tmp_path / "images").stat().st_mode & 0o077 == 0
    assert (tmp_path / "images" / "one").stat().st_mode & 0o077 == 0


def test_a_full_disk_leaves_what_was_there_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "users.json"
    write_durably(file, b"before")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_durably(file, b"after")
    assert file.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [file]
