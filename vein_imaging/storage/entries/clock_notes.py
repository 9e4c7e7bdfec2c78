"""What people said of a doubted clock: which of the ledger's times are to be believed.

`latest_at` in the ledger only grows. An entry that a wrong clock dated a year ahead
would make every entry of that year look as if its clock had been set back; a note that
the clock is right now says that the time in the ledger is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection, func, select

from vein_imaging.storage.database.schema import event
from vein_imaging.storage.entries.ledger import Head, StoredEvent, read_entries
from vein_imaging.storage.files.keys import Vault

__all__ = ["CLOCK", "clock_notes", "latest_believed", "times_called_wrong"]

CLOCK = "store.clock"


def clock_notes(connection: Connection, vault: Vault) -> Iterator[StoredEvent]:
    """Yield what was noted of the clock, in the order written."""
    return read_entries(connection, vault, event.c.kind == CLOCK)


def latest_believed(
    connection: Connection, vault: Vault, newest: Head
) -> datetime | None:
    """Return the latest time in the ledger that no note calls wrong.

    Parameters
    ----------
    connection : Connection
    vault : Vault
    newest : Head
        Of the ledger as it stands in this transaction.

    Returns
    -------
    datetime or None
        UTC; None in an empty ledger.
    """
    noted = None
    for note in clock_notes(connection, vault):
        if note.body.get("right") is True:
            noted = note
    if noted is None or newest.latest_at is None or newest.latest_at > noted.latest_at:
        return newest.latest_at
    since = select(func.max(event.c.at)).where(event.c.seq >= noted.seq)
    return datetime.fromisoformat(str(connection.execute(since).scalar_one()))


def times_called_wrong(entries: Iterable[StoredEvent]) -> frozenset[datetime]:
    """Return the latest times against which no entry's clock may be judged.

    Parameters
    ----------
    entries : iterable of StoredEvent
        The store's own.
    """
    return frozenset(
        entry.latest_at
        for entry in entries
        if entry.kind == CLOCK and entry.body.get("right") is True
    )
