"""The embedded database: SQLCipher, its promises read back from each connection."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import sqlcipher3
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import NullPool, QueuePool

from vein_imaging.storage.errors import LockedError, StoreError, WrongKeyError
from vein_imaging.storage.files.keys import wipe
from vein_imaging.words import translate as _

__all__ = ["SAFE_SQLITE", "sqlcipher_engine"]

# SQLite 3.7.0 to 3.51.2 can corrupt a WAL database that two connections write and
# checkpoint at once (sqlite.org, fixed in 3.51.3 of March 2026).
SAFE_SQLITE = (3, 51, 3)
BUSY_TIMEOUT_S = 20.0
"""A backup or a large write takes seconds; a writer that hangs is reported instead of
waited for."""

_PRAGMAS = (
    ("journal_mode", "WAL", "wal"),
    # NORMAL survives a crash of the program, not a power cut: acknowledged entries go.
    ("synchronous", "FULL", 2),
    ("recursive_triggers", "ON", 1),
    ("secure_delete", "ON", 1),  # a destroyed key must not stay in a free page
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
)

_REFUSED = frozenset(
    {
        sqlcipher3.SQLITE_ALTER_TABLE,
        sqlcipher3.SQLITE_ATTACH,
        sqlcipher3.SQLITE_DETACH,
        sqlcipher3.SQLITE_CREATE_INDEX,
        sqlcipher3.SQLITE_CREATE_TABLE,
        sqlcipher3.SQLITE_CREATE_TRIGGER,
        sqlcipher3.SQLITE_CREATE_VIEW,
        sqlcipher3.SQLITE_CREATE_VTABLE,
        sqlcipher3.SQLITE_DROP_INDEX,
        sqlcipher3.SQLITE_DROP_TABLE,
        sqlcipher3.SQLITE_DROP_TRIGGER,
        sqlcipher3.SQLITE_DROP_VIEW,
        sqlcipher3.SQLITE_DROP_VTABLE,
    }
)


# The pragmas with an argument that change nothing.
_ASKING = {
    "cipher_memory_security",
    "table_info",
    "table_xinfo",
    "integrity_check",
    "wal_checkpoint",
}


def _guard(action: int, first: str | None, second: str | None, *_: object) -> int:
    """Deny what the program never does: changing the schema, or the ledger."""
    refused = (
        action in _REFUSED
        or action == sqlcipher3.SQLITE_UPDATE
        or (action == sqlcipher3.SQLITE_DELETE and first in ("event", "sqlite_master"))
        or (
            action == sqlcipher3.SQLITE_PRAGMA
            and second is not None
            and first not in _ASKING
        )
    )
    return int(sqlcipher3.SQLITE_DENY if refused else sqlcipher3.SQLITE_OK)


def _set_and_read_back(connection: Any, name: str, value: str, wanted: object) -> None:
    connection.execute(f"PRAGMA {name}={value}").fetchall()
    got = connection.execute(f"PRAGMA {name}").fetchone()[0]
    if got != wanted:
        raise StoreError(
            _(
                "SQLite did not accept {name}={value} (it says {got!r}): without it "
                "entries could be lost. Put the store on a local disk"
            ).format(name=name, value=value, got=got)
        )


def _unlock(connection: Any, key: bytes | bytearray) -> None:
    """Give the key, and overwrite the texts that it is given in.

    SQLite's own copies of the statement are freed as they are when the connection
    closes. `cipher_memory_security` overwrites them, and makes an append with its check
    1.37 times as slow (benchmarks/append_checked.py).
    """
    digits = key.hex()
    statement = f"PRAGMA key=\"x'{digits}'\""
    connection.execute(statement)
    wipe(digits)
    wipe(statement)


def _connect(
    file: Path, key: bytes | bytearray, *, guarded: bool, immutable: bool
) -> Any:
    if not any(key):
        raise LockedError(_("Locked: sign in again"))
    # rwc only through `guarded=False`: a mistyped path must not become a new store
    mode = (
        "immutable=1&mode=ro" if immutable else ("mode=rw" if guarded else "mode=rwc")
    )
    connection = sqlcipher3.connect(
        f"{file.resolve().as_uri()}?{mode}",
        uri=True,
        isolation_level=None,  # SQLAlchemy's begin event begins, not the driver
        check_same_thread=False,
        timeout=BUSY_TIMEOUT_S,
    )
    try:
        connection.execute("PRAGMA cipher_log_level=NONE")
        _unlock(connection, key)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlcipher3.DatabaseError as error:
            if error.sqlite_errorcode != sqlcipher3.SQLITE_NOTADB:
                raise
            raise WrongKeyError(
                _("The key does not open {file}, or its first page is damaged").format(
                    file=file
                )
            ) from error
        if not immutable:
            for name, value, wanted in _PRAGMAS:
                _set_and_read_back(connection, name, value, wanted)
            if sys.platform == "darwin":
                _set_and_read_back(connection, "fullfsync", "ON", 1)
        if guarded:
            connection.set_authorizer(_guard)
    except BaseException:
        connection.close()
        raise
    return connection


def sqlcipher_engine(
    file: Path,
    key: bytes | bytearray,
    *,
    writes: bool = True,
    guarded: bool = True,
    immutable: bool = False,
) -> Engine:
    """Make an engine on an encrypted file.

    Parameters
    ----------
    file : Path
        Made when it does not exist and the connection is not guarded.
    key : 32 bytes
        SQLCipher's raw key: no derivation, so opening takes milliseconds.
    writes : bool
        Whether a transaction takes the write lock at its beginning, so that what was
        read before an append is still true when it is written.
    guarded : bool
        Whether the connection refuses to change schema or ledger. Only migrations,
        backups and maintenance go without.
    immutable : bool
        For a read-only disk: nothing is locked, and the write-ahead log is not read.

    Raises
    ------
    StoreError
        If the SQLite inside is too old to be safe.
    """
    if sqlcipher3.sqlite_version_info < SAFE_SQLITE:
        raise StoreError(
            _(
                "sqlcipher3 brings SQLite {sqlite_version}, which can corrupt a store "
                "that two programs write. Install sqlcipher3 0.6.4 or newer"
            ).format(sqlite_version=sqlcipher3.sqlite_version)
        )
    pool = {"poolclass": QueuePool, "pool_size": 2} if guarded else {}
    engine = create_engine(
        "sqlite+pysqlite://",
        module=sqlcipher3,
        creator=lambda: _connect(file, key, guarded=guarded, immutable=immutable),
        **(pool or {"poolclass": NullPool}),
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
