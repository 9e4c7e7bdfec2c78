"""One window at a time changes a file, and what stands in the way is said."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from vein_imaging.storage.errors import (
    DiskFullError,
    StoreBusyError,
    StoreError,
    StoreReadOnlyError,
)
from vein_imaging.storage.files import held_file
from vein_imaging.storage.files.held_file import HeldFile


def test_threads_change_a_file_one_after_the_other(tmp_path: Path) -> None:
    file = tmp_path / "number"
    file.write_text("0")

    def count() -> None:
        for _ in range(20):
            with HeldFile(file).held():
                file.write_text(str(int(file.read_text()) + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert file.read_text() == "80"


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFullError),
        (errno.EROFS, StoreReadOnlyError),
        (errno.EACCES, StoreReadOnlyError),
    ],
)
def test_a_disk_that_takes_nothing_is_said_in_words(
    tmp_path: Path, number: int, kind: type[StoreError]
) -> None:
    with pytest.raises(kind, match="users"), HeldFile(tmp_path / "users").held():
        raise OSError(number, "no")


def test_another_error_of_the_block_passes(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="pulled"), HeldFile(tmp_path / "users").held():
        raise OSError("pulled out")


def test_one_that_is_held_for_too_long_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_file, "_WAIT_S", 0.0)
    with (
        FileLock(tmp_path / "users.lock"),
        pytest.raises(StoreBusyError, match="for too long"),
        HeldFile(tmp_path / "users").held(),
    ):
        raise AssertionError("it was not held")
