"""What can go wrong with the store, in a few kinds that a caller can tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

__all__ = [
    "DamagedImageError",
    "DiskFullError",
    "EntryIdTakenError",
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
    """Nobody is signed in, or too long nothing was done: sign in again."""


class WrongPasswordError(StoreError):
    """User, password or code do not fit; which one is not told."""


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


_MESSAGES: tuple[tuple[str, type[StoreError], str], ...] = (
    ("disk is full", DiskFullError, "The disk is full. Make room, then try again"),
    ("no space left", DiskFullError, "The disk is full. Make room, then try again"),
    (
        "readonly database",
        StoreReadOnlyError,
        "The store cannot be written. Check the folder's permissions and the disk",
    ),
    (
        "unable to open database file",
        StoreReadOnlyError,
        "The store's file cannot be opened for writing. Check the folder's permissions"
        " and whether the disk is read-only; --read-only opens it to look at it",
    ),
    (
        "database is locked",
        StoreBusyError,
        "Another program held the store for too long. Close it, then try again",
    ),
    (
        "lock timeout",
        StoreBusyError,
        "Another program held the store for too long. Close it, then try again",
    ),
    (
        "connection to server",
        StoreUnreachableError,
        "The database server does not answer. Check the network and the server",
    ),
    (
        "server closed the connection",
        StoreUnreachableError,
        "The database server went away",
    ),
    (
        "terminating connection",
        StoreUnreachableError,
        "The database server is stopping",
    ),
    (
        "file is not a database",
        WrongKeyError,
        "The key does not open this store, or its file is damaged at the start",
    ),
    (
        "malformed",
        StoreDamagedError,
        "The store's file is damaged. Write nothing more to it, run"
        " `vein-imaging verify`, and restore the last good backup",
    ),
    (
        "disk i/o error",
        StoreDamagedError,
        "The disk could not be read or written. Check the disk, then run"
        " `vein-imaging verify`",
    ),
)


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
        said = str(error.orig).strip()
        for sign, kind, message in _MESSAGES:
            if sign in said.lower():
                raise kind(f"{message}. ({said})") from error
        raise StoreError(f"The database refused: {said}") from error
