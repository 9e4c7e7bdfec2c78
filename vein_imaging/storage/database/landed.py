"""Whether what was inserted is there: asked of the database, in the same transaction.

A rule or a trigger that its owner added can swallow a row, put it elsewhere or change
it, and answer as if all was well.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Insert, select
from sqlalchemy.event import listens_for

from vein_imaging.storage.database.schema import event, patient_key, tile
from vein_imaging.storage.errors import (
    NotKeptError,
    StoreUnreachableError,
    translated,
)
from vein_imaging.words import translate as _

__all__ = ["read_back_inserts", "surely_written"]

RETURN_S = 30.0
"""A server's restart takes a few seconds; its recovery after a power cut longer."""
_BETWEEN_S = 0.2  # a server that starts refuses at once: not asked more often
_CHECKED = (event, patient_key, tile)
_NEWEST = "newest entry inserted"


def read_back_inserts(engine: Engine) -> None:
    """Have every insert's row count checked, and its last row read back.

    Raises, at the insert
    ------
    NotKeptError
    """

    @listens_for(engine, "after_cursor_execute")
    def _read_back(
        connection: Connection,
        cursor: Any,
        _statement: str,
        _parameters: object,
        context: Any,
        _many: bool,
    ) -> None:
        clause = getattr(context.compiled, "statement", None)
        if not isinstance(clause, Insert) or clause.table not in _CHECKED:
            return
        rows = context.compiled_parameters
        newest = rows[-1]
        (key,) = clause.table.primary_key
        # By hand: SQLAlchemy takes a millisecond, and every entry passes here.
        back = cursor.connection.cursor()
        back.execute(
            f"SELECT {', '.join(newest)} FROM {clause.table.name} WHERE {key.name} = "
            + ("%s" if connection.dialect.name == "postgresql" else "?"),
            (newest[key.name],),
        )
        kept = back.fetchall() == [tuple(newest.values())]
        if not kept or cursor.rowcount != len(rows):
            raise NotKeptError(
                _(
                    "The database did not keep what it was given ({table}), so nothing "
                    "was recorded. Its owner changed a rule or a trigger: run "
                    "`vein-imaging verify`"
                ).format(table=clause.table.name)
            )
        if clause.table is event:
            connection.info[_NEWEST] = newest["seq"], newest["hash"]


@contextmanager
def surely_written(engine: Engine) -> Iterator[Connection]:
    """Give a transaction whose end is found out where the server broke off.

    A server that goes down while it answers a commit may have written it. Then it is
    asked again, as the only writer: whatever was under way has ended by then.

    Raises
    ------
    StoreError
        Where nothing was written.
    StoreUnreachableError
        Where the server does not come back; it says that it is not known.
    """
    written = None
    try:
        with translated(), engine.begin() as connection:
            connection.info.pop(_NEWEST, None)
            yield connection
            written = connection.info.get(_NEWEST)
    except StoreUnreachableError as error:
        if written is None:  # it broke off before it was told to commit
            raise
        engine.dispose()
        if not _is_there(engine, *written):
            raise StoreUnreachableError(
                _("{error}. Nothing was recorded").format(error=error)
            ) from error


def _is_there(engine: Engine, seq: int, entry_hash: bytes) -> bool:
    last_s = time.monotonic() + RETURN_S
    while True:
        try:
            with translated(), engine.begin() as connection:
                found = select(event.c.hash).where(event.c.seq == seq)
                return connection.execute(found).scalar_one_or_none() == entry_hash
        except StoreUnreachableError as error:
            if time.monotonic() > last_s:
                raise StoreUnreachableError(
                    _("{error}. Whether it was recorded is not known yet").format(
                        error=error
                    )
                ) from error
            time.sleep(_BETWEEN_S)
