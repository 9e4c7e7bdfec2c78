"""The store: sessions as they were written, never edited, checked as they are added."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from vein_imaging.domain.session import Event
from vein_imaging.storage.database.engines import Database
from vein_imaging.storage.database.schema import event as event_table
from vein_imaging.storage.entries.admission import (
    admitted,
    find_written,
    refuse_over_newer,
)
from vein_imaging.storage.entries.canonical import Body
from vein_imaging.storage.entries.checked_append import (
    CheckedAppend,
    F,
    PatientHistory,
    Proposal,
    SessionHead,
    entry_for,
    named_images,
)
from vein_imaging.storage.entries.ledger import (
    Draft,
    Entry,
    StoredEvent,
    append_entry,
    has_key,
    key_of,
    make_key,
    read_entries,
)
from vein_imaging.storage.entries.patient_directory import (
    PATIENT,
    PatientDirectory,
    PatientRecord,
    checked_facts,
)
from vein_imaging.storage.entries.session_index import SESSION, SessionIndex
from vein_imaging.storage.entries.transactions import Transactions
from vein_imaging.storage.errors import MissingImageError
from vein_imaging.storage.files.images import ImageFolder
from vein_imaging.storage.files.keys import Vault
from vein_imaging.storage.files.layout import StoreLayout
from vein_imaging.words import translate as _

__all__ = ["SESSION", "Guard", "Store", "unguarded"]

Guard = Callable[[Connection], None]


def unguarded(_: Connection) -> None:
    """Let anyone write who holds the store itself."""


class Store(Transactions):
    """An open store. Use it in a `with`, or `close` it.

    Every method that writes returns after the entry is on the disk, and raises a
    `StoreError` when it is not there. Methods may be called from any thread.
    """

    def __init__(self, layout: StoreLayout, database: Database, vault: Vault) -> None:
        super().__init__(layout, database, vault)
        self.images = ImageFolder(layout.image_folder)
        self._directory = PatientDirectory()
        self._directory_lock = threading.Lock()
        self.index = SessionIndex(vault)

    def close(self) -> None:
        """Close the database, overwrite the keys and forget what was read."""
        super().close()
        self._directory = PatientDirectory()

    # --- patients and sessions ---------------------------------------------------

    def add_patient(
        self,
        facts: Body,
        *,
        author: str,
        at: datetime,
        patient_id: str | None = None,
        guard: Guard = unguarded,
    ) -> str:
        """Write a new patient and return the random id.

        Parameters
        ----------
        facts : mapping
            `name`, and what else the clinic knows (`born`, `number`, ...): JSON
            values, no floats.
        author : str
            Who writes.
        at : datetime
            Now, with a time zone.
        patient_id : str, optional
            Made before the first try: one that is there is not written again.
        """
        patient_id = patient_id or uuid.uuid4().hex
        draft = Draft(Entry(PATIENT, checked_facts(facts)), at, author, patient_id)
        with self.writing() as connection:
            guard(connection)
            if has_key(connection, patient_id):
                return patient_id
            make_key(connection, self.vault, patient_id)
            append_entry(connection, self.vault, draft)
        return patient_id

    def change_patient(
        self,
        patient_id: str,
        facts: Body,
        *,
        author: str,
        at: datetime,
        guard: Guard = unguarded,
    ) -> None:
        """Write changed facts; those not named stay. The earlier ones stay readable.

        Raises
        ------
        PatientErasedError
            If there is no such patient (any more).
        """
        draft = Draft(Entry(PATIENT, checked_facts(facts)), at, author, patient_id)
        with self.writing() as connection:
            guard(connection)
            append_entry(connection, self.vault, draft)

    def patients(self, fragment: str = "") -> tuple[PatientRecord, ...]:
        """Return the patients whose name or number holds every word of `fragment`."""
        with self._directory_lock, self.reading() as connection:
            self._directory.refresh(connection, self.vault)
            return self._directory.find(fragment)

    def patient(self, patient_id: str) -> PatientRecord:
        """Return one patient, or raise `PatientErasedError`."""
        with self._directory_lock, self.reading() as connection:
            key_of(connection, self.vault, patient_id)
            self._directory.refresh(connection, self.vault)
            return self._directory.one(patient_id)

    def start_session(
        self,
        patient_id: str,
        *,
        author: str,
        at: datetime,
        session_id: str | None = None,
        facts: Body | None = None,
        opened: Event | Entry | None = None,
        guard: Guard = unguarded,
    ) -> str:
        """Begin a session of a patient and return its id.

        Parameters
        ----------
        opened : event, optional
            The session's first entry, written in the same transaction.

        Raises
        ------
        PatientErasedError
            If there is no such patient (any more).
        ValueError
            If a session of that id exists.
        """
        session_id = session_id or uuid.uuid4().hex
        entry = Entry(SESSION, facts or {})
        with self.writing() as connection:
            guard(connection)
            if self.index.find_patient(connection, session_id) is not None:
                raise ValueError(
                    _("session {session_id} exists; leave the id out").format(
                        session_id=session_id
                    )
                )
            draft = Draft(entry, at, author, patient_id, session_id)
            append_entry(connection, self.vault, draft)
            if opened is not None:
                self.append_in(connection, session_id, opened, author, at, ())
        return session_id

    def sessions(self, patient_id: str) -> tuple[SessionHead, ...]:
        """Return a patient's sessions, the oldest first."""
        with self.reading() as connection:
            return tuple(
                self.index.heads(connection, event_table.c.patient_id, patient_id)
            )

    def session_head(self, session_id: str) -> SessionHead:
        """Return one session's beginning; no other patient's entry is read for it."""
        with self.reading() as connection:
            self.index.patient(connection, session_id)
            return next(
                self.index.heads(connection, event_table.c.session_id, session_id)
            )

    def patient_of(self, session_id: str) -> str:
        """Return the id of a session's patient.

        Raises
        ------
        NoSuchSessionError
        """
        with self.reading() as connection:
            return self.index.patient(connection, session_id)

    # --- entries -----------------------------------------------------------------

    def append(
        self,
        session_id: str,
        event: Event | Entry,
        *,
        author: str,
        at: datetime,
        guard: Guard = unguarded,
    ) -> StoredEvent:
        """Write a fact. Facts are never refused for their meaning.

        Parameters
        ----------
        session_id : str
        event : an event of `vein_imaging.domain.session`, or an Entry
            An entry whose `entry_id` stands in the session already is not written
            again: the one that stands there is returned.
        author : str
        at : datetime
            Now, with a time zone.
        guard : function of the transaction
            Raises where the author may not, as of this very moment.

        Raises
        ------
        NoSuchSessionError, PatientErasedError, DiskFullError, StoreReadOnlyError
        InvalidBodyError
            If it could not be read back.
        EntryIdTakenError
            If its id stands for another entry.
        NotAllowedError
            If it is a signature, or voids another person's.
        MissingImageError
            If it names a picture that is not stored yet.
        """
        with self.writing() as connection:
            guard(connection)
            return self.append_in(connection, session_id, event, author, at)

    def check_and_append(
        self,
        session_id: str,
        event: Proposal[F],
        *,
        check: Callable[[PatientHistory], Sequence[F]],
        author: str,
        at: datetime,
        refuses: bool = True,
        entry_id: str = "",
        guard: Guard = unguarded,
    ) -> CheckedAppend[F]:
        """Check against everything written so far, then write: nobody can between.

        Parameters
        ----------
        event : an event, or a function of the findings that makes it
        check : function of the patient's past
            Quick: the store is locked while it runs.
        refuses : bool
            Whether a finding of severity "stop" refuses the entry.
        entry_id : str
            Of the entry, where it may have been tried before: one that stands there is
            neither checked nor written again.
        session_id, author, at, guard
            As for `append`.

        Returns
        -------
        CheckedAppend
            `event` is None where a finding refused it.
        """
        with self.writing() as connection:
            guard(connection)
            patient_id = self.index.patient(connection, session_id)
            events = self.index.of_patient(connection, patient_id)
            of_session = [one for one in events if one.session_id == session_id]
            tried = find_written(entry_id, of_session) if entry_id else None
            history = PatientHistory(events, self.index.latest_at(connection, at))
            if tried is None:
                refuse_over_newer(history.newer)
                findings = tuple(check(history))
                if refuses and any(one.severity == "stop" for one in findings):
                    return CheckedAppend(None, findings)
            else:
                findings = ()
            made = event(findings) if callable(event) else event
            if tried is not None:
                find_written(entry_id, [tried], wanted=entry_for(made))
                return CheckedAppend(tried, (), repeated=True)
            written = self.append_in(
                connection, session_id, made, author, at, of_session
            )
        return CheckedAppend(written, findings)

    def events(self, session_id: str) -> tuple[StoredEvent, ...]:
        """Return a session's entries in the order they were written.

        Raises
        ------
        NoSuchSessionError, PatientErasedError, StoreDamagedError
        """
        with self.reading() as connection:
            return self.index.of_session(connection, session_id)

    def patient_events(self, patient_id: str) -> tuple[StoredEvent, ...]:
        """Return the entries of all sessions of a patient, in the order written."""
        with self.reading() as connection:
            return self.index.of_patient(connection, patient_id)

    def append_own(
        self, kind: str, body: Body, *, author: str, at: datetime, patient_id: str = ""
    ) -> None:
        """Write one of the store's own entries: a sign-in, a read, an export."""
        draft = Draft(Entry(f"store.{kind}", body), at, author, patient_id)
        with self.writing() as connection:
            append_entry(connection, self.vault, draft)

    def own_entries(self) -> tuple[StoredEvent, ...]:
        """Return the store's own entries: sign-ins, reads, refusals, users, erasures.

        Those of erased patients are left out: nobody can open them.
        """
        own = event_table.c.kind.like("store.%")
        with self.reading() as connection:
            return tuple(read_entries(connection, self.vault, own, skip_erased=True))

    def append_in(
        self,
        connection: Connection,
        session_id: str,
        event: Event | Entry,
        author: str,
        at: datetime,
        of_session: Sequence[StoredEvent] | None = None,
        *,
        signing: bool = False,
    ) -> StoredEvent:
        """Do what `append` does, in a transaction of the package's other modules."""
        entry = entry_for(event)
        patient_id = self.index.patient(connection, session_id)
        key = key_of(connection, self.vault, patient_id)
        if of_session is None:
            of_session = self.index.of_session(connection, session_id)
            refuse_over_newer(PatientHistory(tuple(of_session), at).newer)
        written = admitted(entry, author, of_session, signing=signing)
        if written is not None:
            return written
        for sha256 in named_images(entry.body):
            if not self.images.holds(key, sha256):
                raise MissingImageError(
                    f"the entry names image {sha256}, which is not stored: store the"
                    " picture first, then the entry that names it"
                )
        draft = Draft(entry, at, author, patient_id, session_id)
        return append_entry(connection, self.vault, draft)

    # --- pictures ----------------------------------------------------------------

    def put_image(self, session_id: str, png: bytes) -> str:
        """Store a picture of a session's patient; return its SHA-256 in hex.

        The entry that names it (`image_id`) is written after, by `append`.

        Parameters
        ----------
        png : bytes
            A whole PNG file.
        """
        return self.images.write(self._image_key(session_id), png)

    def image(self, session_id: str, sha256: str) -> bytes:
        """Return a picture as it was stored, checked.

        Raises
        ------
        MissingImageError, DamagedImageError
        """
        return self.images.read(self._image_key(session_id), sha256)

    def _image_key(self, session_id: str) -> bytes:
        with self.reading() as connection:
            patient_id = self.index.patient(connection, session_id)
            return key_of(connection, self.vault, patient_id)
