"""The ledger's rows carried into another database, as they stand, gaps included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, insert, select

from vein_imaging.storage.database.engines import engines
from vein_imaging.storage.database.schema import event, patient_key
from vein_imaging.storage.database.sqlcipher import sqlcipher_engine
from vein_imaging.storage.entries.ledger import head
from vein_imaging.storage.errors import StoreDamagedError
from vein_imaging.storage.files.keys import Vault
from vein_imaging.storage.files.layout import StoreLayout
from vein_imaging.storage.store import Store
from vein_imaging.words import translate as _

__all__ = ["copy_ledger"]

_BATCH = 1000  # half a megabyte of entries at a time, however large the store is


def copy_ledger(store: Store, layout: StoreLayout, vault: Vault) -> list[str]:
    """Copy all keys and entries, as of one moment, in one transaction.

    Parameters
    ----------
    store : Store
    layout : StoreLayout
        Of the new store, whose tables are made and empty.
    vault : Vault
        Of the new store.

    Returns
    -------
    list of str
        The entries that could not be read.

    Raises
    ------
    StoreError
        If the keys cannot be read, or a server refuses a ledger with a gap.
    """
    lost: list[int] = []
    keys, last = _keys_and_last(store)
    with _filling(layout, vault) as write:
        for part in _parts(keys):
            rows = [_rewrapped(row, store.vault, vault) for row in part]
            write.execute(insert(patient_key), rows)
        for batch in _entries(store, last, lost):
            write.execute(insert(event), batch)
    return [
        _("entries {first} to {last} cannot be read").format(first=first, last=last)
        for first, last in _runs(lost)
    ]


def _keys_and_last(store: Store) -> tuple[list[dict[str, Any]], int | None]:
    """Return the keys and the newest entry's number (None: unreadable), of one moment.

    What the ledger holds up to that entry never changes: it needs no long transaction.
    """
    keys: list[dict[str, Any]] = []
    for with_head in (True, False):
        try:
            with store.reading() as read:
                last = head(read).seq if with_head else None
                keys = [dict(row._mapping) for row in read.execute(select(patient_key))]
                return keys, last
        except StoreDamagedError:
            store.database.read.dispose()
            if store.layout.database_url or not with_head:
                raise
    raise AssertionError("returned or raised above")


@contextmanager
def _filling(layout: StoreLayout, vault: Vault) -> Iterator[Connection]:
    """Give a transaction on the new store that takes the ledger as it is.

    A file's order trigger would refuse the entries after a gap, and they are what is
    left: it is put back before anything else can be written. A server's stays.
    """
    if layout.database_url:
        target = engines(layout, vault)
        try:
            with target.write.begin() as connection:
                yield connection
        finally:
            target.dispose()
        return
    file = sqlcipher_engine(layout.ledger_file, vault.database_key, guarded=False)
    try:
        with file.begin() as connection:
            name = "event_in_order"
            trigger = connection.exec_driver_sql(
                "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?",
                (name,),
            ).scalar_one()
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
            yield connection
            connection.exec_driver_sql(trigger)
    finally:
        file.dispose()


def _rewrapped(row: dict[str, Any], old: Vault, new: Vault) -> dict[str, object]:
    patient_id = row["patient_id"]
    key = old.unwrap(patient_id, row["wrapped"])
    return {"patient_id": patient_id, "wrapped": new.wrap(patient_id, key)}


def _parts(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), _BATCH):
        yield rows[start : start + _BATCH]


def _entries(
    store: Store, last: int | None, lost: list[int]
) -> Iterator[list[dict[str, Any]]]:
    """Yield the entries in order; around a damaged page, those that can be read.

    Parameters
    ----------
    last : int or None
        The newest one to copy. None: until a whole batch of numbers cannot be read.
    lost : list of int
        Takes the numbers of those that cannot be read.
    """
    after, size, in_a_row = 0, _BATCH, 0
    while last is None or after < last:
        query = select(event).where(event.c.seq > after)
        if last is not None:
            query = query.where(event.c.seq <= last)
        try:
            with store.reading() as read:
                rows = read.execute(query.order_by(event.c.seq).limit(size)).all()
        except StoreDamagedError:
            # A connection that met a bad page reads nothing more.
            store.database.read.dispose()
            if store.layout.database_url:
                raise
            if size == 1:
                after, in_a_row = after + 1, in_a_row + 1
                lost.append(after)
            if last is None and in_a_row == _BATCH:
                return
            size = max(size // 4, 1)
            continue
        if not rows:
            return
        yield [dict(row._mapping) for row in rows]
        after, size, in_a_row = rows[-1].seq, min(size * 4, _BATCH), 0


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    for _key, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        found = [number for _index, number in run]
        yield found[0], found[-1]
