"""Finding out whether an entry is there whose writing broke off."""

from __future__ import annotations

from datetime import datetime

from vein_imaging.storage.entries.admission import find_written
from vein_imaging.storage.entries.ledger import (
    Draft,
    Entry,
    StoredEvent,
    append_entry,
)
from vein_imaging.storage.store import Store

__all__ = ["SETTLED", "settle_entry"]

SETTLED = "store.settled"


def settle_entry(
    store: Store, session_id: str, entry_id: str, *, author: str, at: datetime
) -> StoredEvent | None:
    """Find out, as the only writer, and write down what was found.

    After that an entry that is not there can no longer come: neither from a server's
    unfinished transaction, which held the lock, nor out of a log whose flush had
    failed, which the new entry overwrites.

    Returns
    -------
    StoredEvent or None
        None: it was not recorded and will not be.

    Raises
    ------
    StoreError
        If the store does not answer; it is not known yet then.
    """
    store.database.dispose()  # a connection that broke is not asked
    with store.writing() as connection:
        patient_id = store.index.patient(connection, session_id)
        found = find_written(entry_id, store.index.of_session(connection, session_id))
        body = {"entry_id": entry_id, "found": found is not None}
        settled = Draft(Entry(SETTLED, body), at, author, patient_id)
        append_entry(connection, store.vault, settled)
    return found
