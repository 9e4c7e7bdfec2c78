"""Folders that are whole or absent."""

from __future__ import annotations

import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from vein_imaging.durable import flush_folder, make_folder
from vein_imaging.words import translate as _

__all__ = ["built_folder"]


# Waits until its input ends, which it does when the program ends, however it ends.
_CLEAR_AWAY = "import shutil, sys; sys.stdin.read(); shutil.rmtree(sys.argv[1], True)"


@contextmanager
def built_folder(folder: Path, *, plain: bool = False) -> Iterator[Path]:
    """Yield a hidden folder that takes the name `folder` when the block ends well.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty.
    plain : bool
        Whether what is written can be read by anyone: then a second process removes
        the hidden folder if this one is killed.

    Raises
    ------
    FileExistsError
        If something is there.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(
            _("{folder} is not empty; choose a new folder").format(folder=folder)
        )
    building = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.new")
    with _cleared_away(building) if plain else nullcontext():
        make_folder(building)
        try:
            yield building
            flush_folder(building)
            if folder.exists():
                folder.rmdir()
            building.rename(folder)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
    flush_folder(folder.parent)


@contextmanager
def _cleared_away(building: Path) -> Iterator[None]:
    """Have a folder removed that is still there when the block, or the program, ends.

    The other process is in a session of its own, so that what is typed at a terminal,
    or its closing, ends this one only.
    """
    other = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _CLEAR_AWAY, str(building.absolute())],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        cwd=building.anchor or "/",
    )
    try:
        yield
    finally:
        other.communicate()
