"""The store's own entries: who signed in, was refused, read and changed what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, Row, select

from vein_imaging.storage.database.schema import event, patient_key
from vein_imaging.storage.entries.ledger import StoredEvent, entry_of
from vein_imaging.storage.files.keys import Vault

__all__ = ["own_log"]


def own_log(connection: Connection, vault: Vault) -> Iterator[StoredEvent]:
    """Yield the store's own entries in the order written.

    Of an erased patient there is still who did what and when, under the patient's
    random id; the body, sealed with the destroyed key, is empty.

    Raises
    ------
    StoreDamagedError
        At an entry that does not open.
    """
    with_keys = event.outerjoin(
        patient_key, event.c.patient_id == patient_key.c.patient_id
    )
    rows = connection.execute(
        select(event, patient_key.c.wrapped)
        .select_from(with_keys)
        .where(event.c.kind.like("store.%"))
        .order_by(event.c.seq)
    )
    for row in rows:
        if row.wrapped is None:
            yield _without_body(row)
        else:
            yield entry_of(row, vault.unwrap(row.patient_id, row.wrapped))


def _without_body(row: Row[tuple[object, ...]]) -> StoredEvent:
    return StoredEvent(
        row.seq,
        datetime.fromisoformat(row.at),
        datetime.fromisoformat(row.latest_at),
        row.author,
        row.patient_id,
        row.session_id,
        row.kind,
        {},
        row.hash,
    )
