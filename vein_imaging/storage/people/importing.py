"""Many entries of many sessions in one transaction: all of them, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from vein_imaging.domain.session import Event, Opened, Signed
from vein_imaging.storage.entries.admission import refuse_over_newer
from vein_imaging.storage.entries.canonical import Body
from vein_imaging.storage.entries.checked_append import PatientHistory
from vein_imaging.storage.entries.ledger import (
    Draft,
    Entry,
    StoredEvent,
    append_entry,
    key_of,
)
from vein_imaging.storage.errors import StoreError
from vein_imaging.storage.people.open_desk import OpenDesk
from vein_imaging.storage.people.roles import Action
from vein_imaging.storage.store import SESSION, Store
from vein_imaging.words import translate as _

__all__ = ["AlreadyThereError", "SessionToWrite", "keep_image", "write_sessions"]


class AlreadyThereError(StoreError):
    """What was to be written anew has been written or signed meanwhile."""


@dataclass(frozen=True, slots=True)
class SessionToWrite:
    """Entries of one session.

    Parameters
    ----------
    session_id, patient_id : str
    opened : Opened or None
        Its first entry, where it is a new session; None adds to one that is there.
    events : tuple of Event
        In order; their pictures are stored already.
    """

    session_id: str
    patient_id: str
    opened: Opened | None
    events: tuple[Event, ...]


def keep_image(store: Store, patient_id: str, png: bytes) -> str:
    """Store a patient's picture before any session of it is there; give its name.

    Without an entry that names it, it is no part of the record: `verify` counts it, and
    upkeep removes it in time.
    """
    with store.reading() as connection:
        key = key_of(connection, store.vault, patient_id)
    return store.images.write(key, png)


def write_sessions(
    desk: OpenDesk, sessions: Sequence[SessionToWrite], facts: Body, at: datetime
) -> int:
    """Write sessions in one transaction, with a note of it in the store's own log.

    Parameters
    ----------
    desk : OpenDesk
    sessions : sequence of SessionToWrite
    facts : mapping
        Of the note: what was imported.
    at : datetime
        Now, with a time zone.

    Returns
    -------
    int
        How many entries were written.

    Raises
    ------
    AlreadyThereError
        If a new session is there already, or one that is added to is signed.
    StoreError
        With nothing written.
    """
    store, written = desk.store, 0
    with store.writing() as connection:
        for action in (Action.PREPARE, Action.CAPTURE):
            desk.refuse_unless(connection, action)
        for one in sessions:
            known = _begun(desk, connection, one, at)
            for event in one.events:
                known.append(
                    store.append_in(
                        connection, one.session_id, event, desk.user.name, at, known
                    )
                )
                written += 1
        draft = Draft(Entry("store.imported", facts), at, desk.user.name, "")
        append_entry(connection, store.vault, draft)
    return written


def _begun(
    desk: OpenDesk, connection: Connection, one: SessionToWrite, at: datetime
) -> list[StoredEvent]:
    """Begin a new session, or read one that is there; give its entries."""
    store, author = desk.store, desk.user.name
    if one.opened is None:
        known = list(store.index.of_session(connection, one.session_id))
        refuse_over_newer(PatientHistory(tuple(known), at).newer)
        if any(entry.kind == Signed.kind for entry in known):
            raise AlreadyThereError(
                _("session {session_id} is signed: nothing was imported").format(
                    session_id=one.session_id
                )
            )
        return known
    if store.index.find_patient(connection, one.session_id) is not None:
        raise AlreadyThereError(
            _("session {session_id} is there already: nothing was imported").format(
                session_id=one.session_id
            )
        )
    draft = Draft(Entry(SESSION, {}), at, author, one.patient_id, one.session_id)
    append_entry(connection, store.vault, draft)
    opened = store.append_in(connection, one.session_id, one.opened, author, at, ())
    return [opened]
