"""Files that are whole or absent, whatever happens to the power."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

__all__ = [
    "TEMPORARY_SUFFIX",
    "flush_folder",
    "make_folder",
    "write_durably",
    "write_flushed",
]

TEMPORARY_SUFFIX = ".partial"
# Windows journals names itself and refuses to open a folder.
_FOLDERS_ARE_FLUSHED = os.name != "nt"


def flush_folder(folder: Path) -> None:
    """Flush a folder, so that the names in it survive a power cut."""
    if not _FOLDERS_ARE_FLUSHED:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder for this user's eyes only, and flush its name in its parent.

    Folders on the way that are missing are made alike: `mkdir` would leave those to the
    umask.
    """
    if not folder.is_dir():
        if not folder.parent.is_dir():
            make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        flush_folder(folder.parent)


def write_flushed(file: Path, content: bytes) -> None:
    """Write a new file, readable by this user only, and flush it; not its name.

    Raises
    ------
    OSError
        If it is there already, or the disk is full or cannot be written.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def write_durably(file: Path, content: bytes) -> None:
    """Write a file so that its name never stands for half of it.

    A temporary name in the same folder, write, flush the file, rename, flush the
    folder. Readable by this user only.

    Raises
    ------
    OSError
        If the disk is full or cannot be written: the temporary file is removed and
        what the name stood for before is untouched.
    """
    temporary = file.with_name(f"{file.name}.{secrets.token_hex(4)}{TEMPORARY_SUFFIX}")
    try:
        write_flushed(temporary, content)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    flush_folder(file.parent)
