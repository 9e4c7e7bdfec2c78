"""Which patient a session is of, and all that was written about either."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Column, ColumnElement, Connection, select

from vein_imaging.storage.database.schema import event
from vein_imaging.storage.entries.checked_append import SessionHead
from vein_imaging.storage.entries.clock_notes import latest_believed
from vein_imaging.storage.entries.ledger import (
    StoredEvent,
    head,
    key_of,
    read_entries,
)
from vein_imaging.storage.errors import NoSuchSessionError
from vein_imaging.storage.files.keys import Vault
from vein_imaging.words import translate as _

__all__ = ["SESSION", "SessionIndex"]

SESSION = "store.session"
"""The kind of the entry that begins a session."""


class SessionIndex:
    """Clinical entries by session and by patient, inside a caller's transaction.

    Parameters
    ----------
    vault : Vault
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def find_patient(self, connection: Connection, session_id: str) -> str | None:
        """Return the id of a session's patient, or None where there is no session."""
        # asked each time: a transaction that fails takes its sessions back
        return connection.execute(
            select(event.c.patient_id).where(event.c.session_id == session_id).limit(1)
        ).scalar_one_or_none()

    def patient(self, connection: Connection, session_id: str) -> str:
        """Return the id of a session's patient.

        Raises
        ------
        NoSuchSessionError
        """
        found = self.find_patient(connection, session_id)
        if found is None or not session_id:
            raise NoSuchSessionError(
                _(
                    "no session {session_id!r} in this store; begin it with "
                    "start_session"
                ).format(session_id=session_id)
            )
        return found

    def of_session(
        self, connection: Connection, session_id: str
    ) -> tuple[StoredEvent, ...]:
        """Return a session's entries in the order they were written.

        Raises
        ------
        NoSuchSessionError, PatientErasedError
        """
        patient_id = self.patient(connection, session_id)
        key_of(connection, self._vault, patient_id)
        return tuple(self._clinical(connection, event.c.session_id == session_id))

    def of_patient(
        self, connection: Connection, patient_id: str
    ) -> tuple[StoredEvent, ...]:
        """Return the entries of all sessions of a patient, in the order written.

        Raises
        ------
        PatientErasedError
        """
        key_of(connection, self._vault, patient_id)
        return tuple(self._clinical(connection, event.c.patient_id == patient_id))

    def _clinical(
        self, connection: Connection, condition: ColumnElement[bool]
    ) -> Iterator[StoredEvent]:
        not_own = event.c.kind.not_like("store.%")
        return read_entries(connection, self._vault, condition, not_own)

    def latest_at(self, connection: Connection, at: datetime) -> datetime:
        """Return the latest time that is believed of the ledger, or `at` if later."""
        latest = latest_believed(connection, self._vault, head(connection))
        return max(latest or at, at).astimezone(UTC)

    def heads(
        self, connection: Connection, column: Column[str], value: str
    ) -> Iterator[SessionHead]:
        """Yield the beginnings of the sessions whose column has this value."""
        # "+kind": the entries of one patient or session are looked up and their kinds
        # compared; by kind, SQLite would walk through every session of the clinic.
        beginning = (event.c.kind + "") == SESSION
        for e in read_entries(connection, self._vault, column == value, beginning):
            yield SessionHead(e.session_id, e.patient_id, e.at, e.author)
