"""Whether a database's file is sound and its schema the one that this release made.

A migration tool that rebuilds a table drops its triggers without a message, and so does
someone who wants to edit the ledger. Both are noticed here.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlcipher3
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.pool import StaticPool

from vein_imaging.storage.database.append_only import POSTGRESQL_0001, POSTGRESQL_0002
from vein_imaging.storage.database.migrating import current_revision, migrate
from vein_imaging.storage.database.schema import HEAD_REVISION
from vein_imaging.words import translate as _

__all__ = ["shape_problems"]


def shape_problems(connection: Connection) -> Iterator[str]:
    """Yield what is wrong with the file's pages or with the schema.

    Parameters
    ----------
    connection : in a transaction that reads
    """
    revision = current_revision(connection)
    if revision != HEAD_REVISION:
        yield _("the schema is of revision {revision}, wanted {head_revision}").format(
            revision=revision, head_revision=HEAD_REVISION
        )
    if connection.dialect.name == "postgresql":
        yield from _postgresql_problems(connection)
    else:
        for row in connection.execute(text("PRAGMA cipher_integrity_check")):
            yield _("page check: {row}").format(row=row[0])
        for row in connection.execute(text("PRAGMA integrity_check(100)")):
            if row[0] != "ok":
                yield _("integrity check: {row}").format(row=row[0])
        yield from _differences(_sqlite_schema(connection), _wanted_sqlite_schema())


def _differences(got: dict[str, str], wanted: dict[str, str]) -> Iterator[str]:
    for name in sorted(got.keys() | wanted.keys()):
        if name not in got:
            yield _("{name} is missing from the schema").format(name=name)
        elif name not in wanted:
            yield _("{name} does not belong into the schema").format(name=name)
        elif got[name] != wanted[name]:
            yield _("{name} was changed").format(name=name)


def _sqlite_schema(connection: Connection) -> dict[str, str]:
    rows = connection.execute(
        text("SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql NOT NULL")
    )
    return {str(row[0]): str(row[1]) for row in rows}


def _wanted_sqlite_schema() -> dict[str, str]:
    """Run all migrations in memory: what they make is what a store should have."""
    engine = create_engine(
        "sqlite+pysqlite://",
        module=sqlcipher3,
        creator=lambda: sqlcipher3.connect(":memory:", isolation_level=None),
        poolclass=StaticPool,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    try:
        with engine.begin() as connection:
            migrate(connection)
            return _sqlite_schema(connection)
    finally:
        engine.dispose()


_TRIGGERS = text(
    """
    SELECT t.tgname, t.tgenabled, p.prosrc
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgrelid IN ('event'::regclass, 'tile'::regclass) AND NOT t.tgisinternal
    """
)
_WANTED_TRIGGERS = (
    "event_no_change",
    "event_no_truncate",
    "event_in_order",
    "tile_no_change",
    "tile_no_truncate",
)


def _postgresql_problems(connection: Connection) -> Iterator[str]:
    found = {row.tgname: row for row in connection.execute(_TRIGGERS)}
    texts = "".join([*POSTGRESQL_0001.values(), *POSTGRESQL_0002.values()])
    for name in _WANTED_TRIGGERS:
        if name not in found:
            yield _("trigger {name} is missing from the schema").format(name=name)
        elif found[name].tgenabled != "A":
            yield _("trigger {name} is switched off").format(name=name)
        elif found[name].prosrc not in texts:
            yield _("trigger {name} was changed").format(name=name)
    checks = connection.execute(
        text(
            "SELECT conname FROM pg_constraint"
            " WHERE conrelid IN ('event'::regclass, 'tile'::regclass)"
        )
    )
    wanted = {
        "event_pk",
        "event_prev_is_sha256",
        "event_hash_is_sha256",
        "event_latest_at_not_before_at",
        "event_commitment_is_sha256",
        "tile_pk",
        "tile_root_is_sha256",
    }
    for name in sorted(wanted.difference(checks.scalars())):
        yield _("constraint {name} is missing from the schema").format(name=name)
