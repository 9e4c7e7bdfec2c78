"""The two engines of an open store, on whichever database it lies."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from vein_imaging.storage.errors import NoSuchStoreError
from vein_imaging.storage.migrating import current_revision, migrate
from vein_imaging.storage.place import StorePlace
from vein_imaging.storage.schema import HEAD_REVISION
from vein_imaging.storage.sqlcipher import sqlcipher_engine
from vein_imaging.storage.vault import Vault

__all__ = ["Database", "create_database", "open_database"]


@dataclass(frozen=True, slots=True)
class Database:
    """Two engines: a transaction of `write` is alone from its first statement on.

    A reader that took the write lock would hold up every writer.
    """

    write: Engine
    read: Engine

    def dispose(self) -> None:
        """Close every connection."""
        self.read.dispose()
        self.write.dispose()


def create_database(place: StorePlace, vault: Vault) -> Database:
    """Make the tables and open the engines."""
    _migrate(place, vault)
    return _engines(place, vault)


def open_database(place: StorePlace, vault: Vault) -> Database:
    """Open the engines, after the migrations that are missing.

    Raises
    ------
    NoSuchStoreError
        If the ledger's file is not there, or a newer release made it.
    """
    if not place.ledger_file.is_file():
        raise NoSuchStoreError(
            f"{place.ledger_file} is missing; restore the folder from a backup"
        )
    database = _engines(place, vault)
    with database.read.begin() as connection:
        revision = current_revision(connection)
    if revision != HEAD_REVISION:
        database.dispose()
        _migrate(place, vault)
    return database


def _engines(place: StorePlace, vault: Vault) -> Database:
    file, key = place.ledger_file, vault.database_key
    return Database(
        sqlcipher_engine(file, key), sqlcipher_engine(file, key, writes=False)
    )


def _migrate(place: StorePlace, vault: Vault) -> None:
    engine = sqlcipher_engine(place.ledger_file, vault.database_key, guarded=False)
    with engine.begin() as connection:
        migrate(connection)
