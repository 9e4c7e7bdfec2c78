"""The two engines of an open store, on whichever database it lies."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, create_engine, make_url

from vein_imaging.storage.database.landed import surely_written
from vein_imaging.storage.database.migrating import current_revision, migrate
from vein_imaging.storage.database.postgresql import (
    Server,
    grant_to_app,
    postgresql_engine,
)
from vein_imaging.storage.database.schema import HEAD_REVISION
from vein_imaging.storage.database.sqlcipher import sqlcipher_engine
from vein_imaging.storage.errors import (
    NoSuchStoreError,
    StoreBusyError,
    StoreReadOnlyError,
)
from vein_imaging.storage.files.keys import Vault
from vein_imaging.storage.files.layout import StoreLayout
from vein_imaging.words import translate as _

__all__ = ["Database", "engines", "make_tables", "open_database"]


@dataclass(frozen=True, slots=True)
class Database:
    """Two engines: a transaction of `write` is alone from its first statement on.

    A reader that took the write lock would hold up every writer.
    """

    write: Engine
    read: Engine

    def writing(self) -> AbstractContextManager[Connection]:
        """Give a transaction of `write` whose end is certain: see `surely_written`."""
        return surely_written(self.write)

    def settle_file(self, *, empty_log: bool) -> None:
        """Move what a file's write-ahead log holds into the file; a server does it.

        Raises
        ------
        StoreBusyError
            If others went on reading for too long, and the log was to be empty.
        """
        if self.read.dialect.name == "postgresql":
            return
        mode = "TRUNCATE" if empty_log else "PASSIVE"
        with self.read.connect() as connection:
            raw = connection.connection.cursor()
            busy = raw.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()[0]
        if busy and empty_log:
            raise StoreBusyError(
                _("Another program is reading the store; end what it does")
            )

    def dispose(self) -> None:
        """Close every connection."""
        self.read.dispose()
        self.write.dispose()


def make_tables(layout: StoreLayout, vault: Vault, server: Server | None) -> None:
    """Run all missing migrations in one transaction, as the tables' owner.

    Raises
    ------
    NoSuchStoreError
        If a newer release made the tables.
    """
    if server is None:
        layout.ledger_file.touch(mode=0o600)  # SQLite's own choice is open to all
        engine = sqlcipher_engine(layout.ledger_file, vault.database_key, guarded=False)
    else:
        engine = create_engine(server.owner_url)
    try:
        with engine.begin() as connection:
            migrate(connection)
            if server is not None:
                grant_to_app(connection, make_url(server.url).username or "")
    finally:
        engine.dispose()


def engines(layout: StoreLayout, vault: Vault, *, read_only: bool = False) -> Database:
    """Make the engines; no connection is opened yet."""
    if layout.database_url:
        return Database(
            postgresql_engine(layout.database_url),
            postgresql_engine(layout.database_url, writes=False),
        )
    file, key = layout.ledger_file, vault.database_key
    reader = sqlcipher_engine(file, key, writes=False, immutable=read_only)
    return Database(reader if read_only else sqlcipher_engine(file, key), reader)


def open_database(
    layout: StoreLayout, vault: Vault, *, read_only: bool = False
) -> Database:
    """Open the engines; a file of an earlier release is migrated first.

    Raises
    ------
    NoSuchStoreError
        If the ledger is not there, or a newer release made it, or it lies on a server
        and needs its owner for a migration.
    StoreReadOnlyError
        If it is to be read only, and some entries would not be shown or an earlier
        release made it.
    WrongKeyError
        If the key does not open the file.
    """
    if not layout.database_url and not layout.ledger_file.is_file():
        raise NoSuchStoreError(
            _("{ledger_file} is missing; restore the folder from a backup").format(
                ledger_file=layout.ledger_file
            )
        )
    log = layout.ledger_file.with_name(layout.ledger_file.name + "-wal")
    if read_only and log.exists() and log.stat().st_size:
        raise StoreReadOnlyError(
            _(
                "{log} holds entries that a read-only store cannot show. Copy the "
                "whole folder to a disk that can be written and open the copy"
            ).format(log=log)
        )
    database = engines(layout, vault, read_only=read_only)
    try:
        with database.read.begin() as connection:
            revision = current_revision(connection)
        if revision != HEAD_REVISION:
            _migrate(layout, vault, revision, read_only=read_only)
    except BaseException:
        database.dispose()
        raise
    return database


def _migrate(
    layout: StoreLayout, vault: Vault, revision: str | None, *, read_only: bool
) -> None:
    if read_only:
        raise StoreReadOnlyError(
            _(
                "The store is of another release (revision {revision}, this one reads "
                "{head_revision}) and would have to be changed. Copy the whole folder "
                "to a disk that can be written and open the copy"
            ).format(revision=revision, head_revision=HEAD_REVISION)
        )
    if layout.database_url:
        raise NoSuchStoreError(
            _(
                "The server's tables are of revision {revision}, this release wants "
                "{head_revision}. Their owner must run: vein-imaging store migrate"
            ).format(revision=revision, head_revision=HEAD_REVISION)
        )
    make_tables(layout, vault, None)
