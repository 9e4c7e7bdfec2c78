"""One at a time for a file that several windows read, edit and write back."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from vein_imaging.storage.errors import (
    DiskFullError,
    StoreBusyError,
    StoreReadOnlyError,
)
from vein_imaging.words import translate as _

__all__ = ["HeldFile"]

_WAIT_S = 60.0
"""A change takes milliseconds, a dozen passwords tried at once some seconds."""


class HeldFile:
    """A file that is held, by this thread alone, while it is changed.

    Parameters
    ----------
    file : Path
        `FILE.lock` is made beside it and stays.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = FileLock(f"{file}.lock", timeout=_WAIT_S, mode=0o600)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the file; what the block writes must be whole at its end.

        Raises
        ------
        StoreBusyError
            If others hold it for too long.
        StoreReadOnlyError, DiskFullError
            If the folder cannot be written.
        """
        try:
            with self._lock:
                yield
        except Timeout as error:
            raise StoreBusyError(
                _("Another program held {file} for too long").format(file=self._file)
            ) from error
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFullError(
                    _("The disk of {file} is full. Make room, then try again").format(
                        file=self._file
                    )
                ) from error
            if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
                raise
            raise StoreReadOnlyError(
                _(
                    "{file} cannot be written ({strerror}). Check the folder's "
                    "permissions and the disk"
                ).format(file=self._file, strerror=error.strerror)
            ) from error
