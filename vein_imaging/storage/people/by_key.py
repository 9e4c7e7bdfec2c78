"""Opening a store by its own key, without a person: for upkeep, never to record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from vein_imaging.storage.errors import NotAllowedError
from vein_imaging.storage.files.keys import key_from_file
from vein_imaging.storage.opening import create_store, migrate_server, open_store
from vein_imaging.storage.people.roles import Action
from vein_imaging.storage.store import Store

__all__ = [
    "KEY_HOLDER",
    "key_from_file",
    "made_by_key",
    "migrate_server",
    "opened_by_key",
]

KEY_HOLDER = "key file"
"""Who is named in the store's own log where a program did the upkeep."""

_UPKEEP = frozenset({Action.VERIFY, Action.BACKUP})


@contextmanager
def opened_by_key(
    folder: Path, key: bytes, action: Action, *, read_only: bool = False
) -> Iterator[Store]:
    """Open a store for upkeep.

    Parameters
    ----------
    folder : Path
    key : 32 bytes
    action : Action
        What for: to verify, or to back up. Everything else needs a person.
    read_only : bool
        For a disk that cannot be written.

    Raises
    ------
    NotAllowedError
        If a person is needed.
    """
    if action not in _UPKEEP:
        raise NotAllowedError(
            f"the store's own key may not: {action}. It opens the store to be read,"
            " backed up and recovered; sign in with --user"
        )
    doubted = action is Action.VERIFY
    with open_store(folder, key, read_only=read_only, doubted=doubted) as store:
        yield store


def made_by_key(folder: Path, key: bytes, at: datetime) -> None:
    """Make a store that nobody is a user of yet.

    Raises
    ------
    FileExistsError
        If something is there.
    """
    create_store(folder, key, author=KEY_HOLDER, at=at).close()
