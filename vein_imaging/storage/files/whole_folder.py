"""Folders that are whole or absent."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vein_imaging.durable import flush_folder, make_folder
from vein_imaging.words import translate as _

__all__ = ["built_folder"]


@contextmanager
def built_folder(folder: Path) -> Iterator[Path]:
    """Yield a hidden folder that takes the name `folder` when the block ends well.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty.

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
