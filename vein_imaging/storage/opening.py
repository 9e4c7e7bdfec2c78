"""Making a store, and opening one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from vein_imaging.storage.database.engines import (
    Database,
    engines,
    make_tables,
    open_database,
)
from vein_imaging.storage.database.postgresql import Server
from vein_imaging.storage.entries.ledger import (
    CLINIC,
    CREATED,
    Draft,
    Entry,
    append_entry,
    key_of,
    make_key,
)
from vein_imaging.storage.entries.wholeness import (
    check_identity,
    check_mark,
    renew_mark,
    settle_copy,
)
from vein_imaging.storage.errors import (
    NoSuchStoreError,
    StoreDamagedError,
    WrongKeyError,
    translated,
)
from vein_imaging.storage.files.keys import Vault, new_key
from vein_imaging.storage.files.layout import (
    StoreLayout,
    describe_store,
    find_store,
    new_store_id,
)
from vein_imaging.storage.files.whole_folder import built_folder
from vein_imaging.storage.store import Store
from vein_imaging.words import translate as _

__all__ = ["create_store", "migrate_server", "open_store"]


def create_store(
    folder: Path,
    key: bytes,
    *,
    author: str,
    at: datetime,
    server: Server | None = None,
) -> Store:
    """Make a new store and open it. The folder is a whole store, or not there.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty.
    key : 32 bytes
        Random: `vein_imaging.storage.new_key()`.
    server : Server
        Where many rooms share a PostgreSQL database; without it the ledger is an
        encrypted file in the folder.

    Raises
    ------
    FileExistsError
        If something is there.
    """
    vault = Vault(key)
    with built_folder(folder) as building:
        layout = StoreLayout(building, new_store_id(), server.url if server else "")
        facts = {"store_id": layout.store_id, "checkpoint_seed": new_key().hex()}
        created = Draft(Entry(CREATED, facts), at, author)
        with translated():
            make_tables(layout, vault, server)
            database = engines(layout, vault)
            try:
                with database.write.begin() as connection:
                    make_key(connection, vault, CLINIC)
                    append_entry(connection, vault, created)
            finally:
                database.dispose()
        describe_store(layout)
    return open_store(folder, key)


def open_store(
    folder: Path | str,
    key: bytes | bytearray,
    *,
    read_only: bool = False,
    doubted: bool = False,
) -> Store:
    """Open a store; a file of an earlier release is brought up to this one first.

    Parameters
    ----------
    folder : Path
        As given to `create_store`.
    key : 32 bytes
    read_only : bool
        For a disk that cannot be written, such as a burned backup.
    doubted : bool
        For `verify`, which says itself what is missing from the ledger.

    Raises
    ------
    NoSuchStoreError
        If the folder holds none, or one of a newer release.
    WrongKeyError
        If the key does not open it.
    StoreDamagedError
        If the ledger is another store's, or lacks entries that were acknowledged.
    StoreReadOnlyError
        If the folder cannot be written.
    """
    layout = find_store(Path(folder))
    vault = Vault(key)
    with translated():
        database = open_database(layout, vault, read_only=read_only)
        try:
            _open_clinic_key(database, vault)
            if not doubted and not read_only:
                settle_copy(database, layout, vault)
            with database.read.begin() as connection:
                check_identity(connection, layout, vault)
                if not doubted:
                    check_mark(connection, layout, vault)
                if not (read_only or doubted or layout.database_url):
                    renew_mark(connection, layout, vault)
        except BaseException:
            database.dispose()
            raise
    return Store(layout, database, vault)


def _open_clinic_key(database: Database, vault: Vault) -> None:
    """Raise unless the key is the store's: a server's file is not encrypted itself."""
    with database.read.begin() as connection:
        try:
            key_of(connection, vault, CLINIC)
        except StoreDamagedError as error:
            raise WrongKeyError(_("The key does not open this store")) from error


def migrate_server(folder: Path, key: bytes, owner_url: str) -> None:
    """Bring the tables on a server up to this release, as the role that owns them.

    Raises
    ------
    NoSuchStoreError
        If the folder holds no store of a server, or a newer release made it.
    """
    layout = find_store(folder)
    if not layout.database_url:
        raise NoSuchStoreError(
            _("{folder} is not on a server; opening it migrates it").format(
                folder=folder
            )
        )
    with translated():
        make_tables(layout, Vault(key), Server(layout.database_url, owner_url))
