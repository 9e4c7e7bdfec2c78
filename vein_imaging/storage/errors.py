"""The kinds of failure of the store that a caller can tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlcipher3
from sqlalchemy import exc

from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = [
    "DamagedImageError",
    "DiskFullError",
    "EntryIdTakenError",
    "ForgedSlotError",
    "InvalidBodyError",
    "LockedError",
    "MissingImageError",
    "NoSuchSessionError",
    "NoSuchStoreError",
    "NotAllowedError",
    "PatientErasedError",
    "StoreBusyError",
    "StoreDamagedError",
    "StoreError",
    "StoreReadOnlyError",
    "StoreUnreachableError",
    "TooManyAttemptsError",
    "WrongKeyError",
    "WrongPasswordError",
    "translated",
]


class StoreError(Exception):
    """Anything the store refuses or cannot do; the message says what to do next."""


class NoSuchStoreError(StoreError):
    """The folder holds no store, or one of a newer release."""


class WrongKeyError(StoreError):
    """The key does not open this store, or the file is no store at all."""


class StoreDamagedError(StoreError):
    """What is on the disk is not what was written."""


class StoreReadOnlyError(StoreError):
    """The folder cannot be written."""


class StoreBusyError(StoreError):
    """Another program held the store for longer than the deadline."""


class StoreUnreachableError(StoreError):
    """The database server does not answer."""


class DiskFullError(StoreError):
    """There is no room; nothing of the refused entry was written."""


class NotAllowedError(StoreError):
    """The user's roles do not allow it; the refusal was logged."""


class LockedError(StoreError):
    """Nobody is signed in, or nothing was done for too long: sign in again."""


class WrongPasswordError(StoreError):
    """User, password or code do not fit; the message does not say which one."""


class ForgedSlotError(StoreError):
    """A key slot is not the one that the ledger knows: `users.json` was changed."""


class TooManyAttemptsError(WrongPasswordError):
    """Wrong passwords came too fast."""


class InvalidBodyError(StoreError):
    """An entry's body cannot be written canonically (a float, a wrong type)."""


class EntryIdTakenError(StoreError):
    """The id given to an entry stands for another one already."""


class NoSuchSessionError(StoreError):
    """No session, or no patient, of that id was ever started."""


class PatientErasedError(StoreError):
    """The patient's key was destroyed on lawful request."""


class MissingImageError(StoreError):
    """An image that the log names is not in the image folder."""


class DamagedImageError(StoreError):
    """An image file is not, byte for byte, what was recorded."""


_FULL = (DiskFullError, marked("The disk is full. Make room, then try again"))
_READ_ONLY = (
    StoreReadOnlyError,
    marked("The store cannot be written. Check the folder's permissions and the disk"),
)
_CANNOT_OPEN = (
    StoreReadOnlyError,
    marked(
        "The store's file cannot be opened for writing. Check the folder's permissions "
        "and whether the disk is read-only; --read-only opens it for reading only"
    ),
)
_BUSY = (
    StoreBusyError,
    marked("Another program held the store for too long. Close it, then try again"),
)
_WRONG_KEY = (
    WrongKeyError,
    marked("The key does not open this store, or its file is damaged at the start"),
)
_DAMAGED = (
    StoreDamagedError,
    marked(
        "The store's file is damaged. Write nothing more to it, run `vein-imaging "
        "verify`, and restore the last good backup"
    ),
)
_DISK = (
    StoreDamagedError,
    marked(
        "The disk could not be read or written. Check the disk, then run `vein-imaging "
        "verify`"
    ),
)
_NO_ANSWER = (
    StoreUnreachableError,
    marked("The database server does not answer. Check the network and the server"),
)
_WENT_AWAY = (
    StoreUnreachableError,
    marked("The database server closed the connection"),
)

_Meaning = tuple[type[StoreError], str]

# Primary result codes: sqlite.org/rescode.html
_SQLITE: dict[int, _Meaning] = {
    sqlcipher3.SQLITE_BUSY: _BUSY,
    sqlcipher3.SQLITE_LOCKED: _BUSY,
    sqlcipher3.SQLITE_READONLY: _READ_ONLY,
    sqlcipher3.SQLITE_IOERR: _DISK,
    sqlcipher3.SQLITE_CORRUPT: _DAMAGED,
    sqlcipher3.SQLITE_FULL: _FULL,
    sqlcipher3.SQLITE_CANTOPEN: _CANNOT_OPEN,
    sqlcipher3.SQLITE_NOTADB: _WRONG_KEY,
}

# SQLSTATE, or its class of two signs: PostgreSQL's manual, appendix A
_POSTGRESQL: dict[str, _Meaning] = {
    "08": _WENT_AWAY,
    "25006": _READ_ONLY,
    "53100": _FULL,
    "55P03": _BUSY,
    "57P01": _WENT_AWAY,
    "57P02": _WENT_AWAY,
    "57P03": _NO_ANSWER,
    "58030": _DISK,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}


def _meaning(error: exc.DBAPIError) -> _Meaning:
    """By code, never by words, which change with language and release."""
    unknown = (StoreError, marked("The database refused"))
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF, unknown)  # the rest of an extended code
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2], unknown)
    # Without a connection there is nobody to give a code.
    if error.connection_invalidated:
        return _WENT_AWAY
    return _NO_ANSWER if hasattr(error.orig, "sqlstate") else unknown


@contextmanager
def translated() -> Iterator[None]:
    """Turn the database library's exceptions into ours, at this one border.

    Raises
    ------
    StoreError
        The kind that fits, with the library's own words at the end of the message.
    """
    try:
        yield
    except exc.DBAPIError as error:
        kind, message = _meaning(error)
        raise kind(f"{_(message)}. ({str(error.orig).strip()})") from error
