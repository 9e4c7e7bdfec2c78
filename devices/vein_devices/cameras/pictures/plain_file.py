"""Opening a file that is meant to hold a picture or a video: only a plain, finite one.

A pipe would be waited for without end, and a device such as /dev/zero never ends.
"""

from __future__ import annotations

import stat
from pathlib import Path

from vein_devices.cameras.pictures.kind import HEAD_BYTES
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceDataError,
    DevicePermissionError,
    DeviceUnsupportedError,
)

__all__ = ["read_bytes", "read_head"]

_LARGEST_PICTURE = 2 << 30
"""Bytes: the largest picture that is decoded, uncompressed in 16 bits, has 1.6 GB."""


def read_head(path: Path) -> bytes:
    """Read the first bytes of a file, by which its kind is told.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bytes
        `HEAD_BYTES`, or fewer where it has no more.

    Raises
    ------
    DeviceAbsentError, DevicePermissionError
        If it is not there or not to be read.
    DeviceUnsupportedError
        If it is no plain file.
    DeviceDataError
        If it cannot be read, or is empty.
    """
    return _read(path, HEAD_BYTES)


def read_bytes(path: Path) -> bytes:
    """Read a picture's file whole, or say why not.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bytes
        At least one.

    Raises
    ------
    DeviceError
        As `read_head`; also if it is larger than any picture.
    """
    return _read(path, None)


def _read(path: Path, count: int | None) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            kind = "a folder" if stat.S_ISDIR(found.st_mode) else "a device or a pipe"
            raise DeviceUnsupportedError(f"{path}: {kind}, where a file is wanted")
        if count is None and found.st_size > _LARGEST_PICTURE:
            raise DeviceUnsupportedError(
                f"{path}: {found.st_size >> 20} MB, more than any picture that is "
                f"read; save it smaller"
            )
        with path.open("rb") as file:
            data = file.read(_LARGEST_PICTURE if count is None else count)
    except FileNotFoundError:
        raise DeviceAbsentError(f"{path}: no such file") from None
    except PermissionError:
        raise DevicePermissionError(f"{path}: this user may not read it") from None
    except OSError as error:
        raise DeviceDataError(f"{path}: {error.strerror}") from error
    except ValueError as error:  # a name with a zero byte in it
        raise DeviceAbsentError(f"{path!s:.200}: no such file ({error})") from error
    if not data:
        raise DeviceDataError(f"{path}: the file is empty; copy it again")
    return data
