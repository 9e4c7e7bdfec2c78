"""Which sessions were begun lately, read from plain columns: nothing is opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from vein_imaging.storage.database.schema import event, patient_key
from vein_imaging.storage.entries.session_index import SESSION

__all__ = ["RecentSession", "recent_sessions"]


@dataclass(frozen=True, slots=True)
class RecentSession:
    """A session that was begun lately.

    Attributes
    ----------
    session_id, patient_id : str
    written_at : datetime
        When its beginning was written.
    signed : bool
        Whether it has a signature.
    """

    session_id: str
    patient_id: str
    written_at: datetime
    signed: bool


def recent_sessions(connection: Connection, since: datetime) -> Iterator[RecentSession]:
    """Yield the sessions begun since then, of patients who were not erased.

    Parameters
    ----------
    connection : Connection
    since : datetime
        With a zone.

    Yields
    ------
    RecentSession
        In the order in which they were begun.
    """
    signed = {
        row.session_id
        for row in connection.execute(
            select(event.c.session_id).where(event.c.kind == "signed")
        )
    }
    # written as UTC in one form, so that text is compared as time is
    first = since.astimezone(UTC).isoformat(timespec="microseconds")
    begun = connection.execute(
        select(event.c.session_id, event.c.patient_id, event.c.at)
        .join(patient_key, event.c.patient_id == patient_key.c.patient_id)
        .where(event.c.kind == SESSION, event.c.at >= first)
        .order_by(event.c.seq)
    )
    for row in begun:
        at = datetime.fromisoformat(row.at)
        yield RecentSession(
            row.session_id, row.patient_id, at, row.session_id in signed
        )
