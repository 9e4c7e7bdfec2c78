"""The store: sessions as they were written, never edited, checked as they are added."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from sqlalchemy import Column, ColumnElement, Connection, select

from vein_imaging.domain.session import Event
from vein_imaging.storage.database.engines import (
    Database,
)
from vein_imaging.storage.database.schema import event as event_table
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
    Head,
    StoredEvent,
    append_entry,
    head,
    key_of,
    make_key,
    read_entries,
)
from vein_imaging.storage.entries.patient_directory import (
    PATIENT,
    PatientDirectory,
    PatientRecord,
)
from vein_imaging.storage.errors import (
    MissingImageError,
    NoSuchSessionError,
    translated,
)
from vein_imaging.storage.files.images import ImageFolder
from vein_imaging.storage.files.keys import Vault
from vein_imaging.storage.files.layout import (
    StoreLayout,
)
from vein_imaging.words import translate as _

__all__ = ["SESSION", "Store"]

SESSION = "store.session"


class Store:
    """An open store. Use it in a `with`, or `close` it.

    Every method that writes returns after the entry is on the disk, and raises a
    `StoreError` when it is not there. Methods may be called from any thread.
    """

    def __init__(self, layout: StoreLayout, database: Database, vault: Vault) -> None:
        self.layout = layout
        self.images = ImageFolder(layout.image_folder)
        self.database = database
        self.vault = vault
        self._directory = PatientDirectory()
        self._directory_lock = threading.Lock()
        self._patient_of: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; nothing works any more after it."""
        self.database.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the package's other modules a transaction that is the only writer."""
        with translated(), self.database.write.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give the package's other modules a transaction that only reads."""
        with translated(), self.database.read.begin() as connection:
            yield connection

    def settle_file(self, *, empty_log: bool = False) -> None:
        """Move what the write-ahead log holds into the file itself.

        Parameters
        ----------
        empty_log : bool
            Wait for other readers and leave nothing in the log: what was deleted is
            nowhere then.
        """
        if not self.layout.database_url:
            mode = "TRUNCATE" if empty_log else "PASSIVE"
            with translated(), self.database.read.connect() as connection:
                raw = connection.connection.cursor()
                raw.execute(f"PRAGMA wal_checkpoint({mode})")

    # --- patients and sessions ---------------------------------------------------

    def add_patient(self, facts: Body, *, author: str, at: datetime) -> str:
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
        """
        patient_id = uuid.uuid4().hex
        draft = Draft(Entry(PATIENT, facts), at, author, patient_id)
        with self.writing() as connection:
            make_key(connection, self.vault, patient_id)
            append_entry(connection, self.vault, draft)
        return patient_id

    def change_patient(
        self, patient_id: str, facts: Body, *, author: str, at: datetime
    ) -> None:
        """Write changed facts; those not named stay. The earlier ones stay readable.

        Raises
        ------
        PatientErasedError
            If there is no such patient (any more).
        """
        draft = Draft(Entry(PATIENT, facts), at, author, patient_id)
        with self.writing() as connection:
            append_entry(connection, self.vault, draft)

    def patients(self, fragment: str = "") -> tuple[PatientRecord, ...]:
        """Return the patients whose name or number holds every word of `fragment`."""
        with self._directory_lock, self.reading() as connection:
            self._directory.refresh(connection, self.vault)
            return self._directory.find(fragment)

    def start_session(
        self,
        patient_id: str,
        *,
        author: str,
        at: datetime,
        session_id: str | None = None,
        facts: Body | None = None,
    ) -> str:
        """Begin a session of a patient and return its id.

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
            if self._find_patient(connection, session_id) is not None:
                raise ValueError(
                    _("session {session_id} exists; leave the id out").format(
                        session_id=session_id
                    )
                )
            draft = Draft(entry, at, author, patient_id, session_id)
            append_entry(connection, self.vault, draft)
        return session_id

    def sessions(self, patient_id: str) -> tuple[SessionHead, ...]:
        """Return a patient's sessions, the oldest first."""
        with self.reading() as connection:
            return tuple(self._heads(connection, event_table.c.patient_id, patient_id))

    def session_head(self, session_id: str) -> SessionHead:
        """Return one session's beginning; no other patient's entry is read for it.

        Raises
        ------
        NoSuchSessionError, PatientErasedError, StoreDamagedError
        """
        with self.reading() as connection:
            self._patient(connection, session_id)
            return next(self._heads(connection, event_table.c.session_id, session_id))

    def _heads(
        self, connection: Connection, column: Column[str], value: str
    ) -> Iterator[SessionHead]:
        # "+kind": the entries of one patient or session are looked up and their kinds
        # compared; by kind, SQLite would walk through every session of the clinic.
        beginning = (event_table.c.kind + "") == SESSION
        for e in read_entries(connection, self.vault, column == value, beginning):
            yield SessionHead(e.session_id, e.patient_id, e.at, e.author)

    def _find_patient(self, connection: Connection, session_id: str) -> str | None:
        if session_id not in self._patient_of:
            found = connection.execute(
                select(event_table.c.patient_id)
                .where(event_table.c.session_id == session_id)
                .limit(1)
            ).scalar_one_or_none()
            if found is None:
                return None
            self._patient_of[session_id] = found
        return self._patient_of[session_id]

    def _patient(self, connection: Connection, session_id: str) -> str:
        found = self._find_patient(connection, session_id)
        if found is None or not session_id:
            raise NoSuchSessionError(
                _(
                    "no session {session_id!r} in this store; begin it with "
                    "start_session"
                ).format(session_id=session_id)
            )
        return found

    def patient_of(self, session_id: str) -> str:
        """Return the id of a session's patient.

        Raises
        ------
        NoSuchSessionError
        """
        with self.reading() as connection:
            return self._patient(connection, session_id)

    # --- entries -----------------------------------------------------------------

    def append(
        self, session_id: str, event: Event | Entry, *, author: str, at: datetime
    ) -> StoredEvent:
        """Write a fact. Facts are never refused for their meaning.

        Parameters
        ----------
        session_id : str
        event : an event of `vein_imaging.domain.session`, or an Entry
            The kind must not begin with "store.", which is the store's own.
        author : str
        at : datetime
            Now, with a time zone.

        Raises
        ------
        NoSuchSessionError, PatientErasedError, InvalidBodyError
        MissingImageError
            If the body names a picture (`image_id`) that is not stored yet.
        DiskFullError, StoreReadOnlyError, StoreBusyError, StoreDamagedError
            With nothing written.
        """
        with self.writing() as connection:
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
    ) -> CheckedAppend[F]:
        """Check against everything written so far, then write, in one transaction.

        No other window, program or machine can write between the check and the
        entry, so two injections cannot both pass the last 0.1 mL.

        Parameters
        ----------
        event : an event, or a function of the findings that makes it
            So that the entry can carry what was found.
        check : function of the patient's past
            Pure and quick: the store is locked while it runs.
        refuses : bool
            Whether a finding of severity "stop" refuses the entry, as it does a plan.
            False for an injection that was given: facts are never refused.
        session_id, author, at
            As for `append`.

        Returns
        -------
        Checked
            `event` is None where a finding refused it.
        """
        with self.writing() as connection:
            patient_id = self._patient(connection, session_id)
            newest = head(connection)
            latest_at = max(newest.latest_at or at, at).astimezone(UTC)
            history = PatientHistory(self._history(connection, patient_id), latest_at)
            findings = tuple(check(history))
            if refuses and any(one.severity == "stop" for one in findings):
                return CheckedAppend(None, findings)
            made = event(findings) if callable(event) else event
            written = self.append_in(connection, session_id, made, author, at)
        return CheckedAppend(written, findings)

    def events(self, session_id: str) -> tuple[StoredEvent, ...]:
        """Return a session's entries in the order they were written.

        Raises
        ------
        NoSuchSessionError, PatientErasedError, StoreDamagedError
        """
        with self.reading() as connection:
            patient_id = self._patient(connection, session_id)
            key_of(connection, self.vault, patient_id)
            of_session = event_table.c.session_id == session_id
            return tuple(self._clinical(connection, of_session))

    def patient_events(self, patient_id: str) -> tuple[StoredEvent, ...]:
        """Return the entries of all sessions of a patient, in the order written."""
        with self.reading() as connection:
            return self._history(connection, patient_id)

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

    def head(self) -> Head:
        """Return the newest entry's sequence number, hash and time."""
        with self.reading() as connection:
            return head(connection)

    def _history(
        self, connection: Connection, patient_id: str
    ) -> tuple[StoredEvent, ...]:
        key_of(connection, self.vault, patient_id)
        of_patient = event_table.c.patient_id == patient_id
        return tuple(self._clinical(connection, of_patient))

    def _clinical(
        self, connection: Connection, condition: ColumnElement[bool]
    ) -> Iterator[StoredEvent]:
        not_own = event_table.c.kind.not_like("store.%")
        return read_entries(connection, self.vault, condition, not_own)

    def append_in(
        self,
        connection: Connection,
        session_id: str,
        event: Event | Entry,
        author: str,
        at: datetime,
    ) -> StoredEvent:
        """Do what `append` does, in a transaction of the package's other modules."""
        entry = entry_for(event)
        if entry.kind.startswith("store."):
            raise ValueError(f"kind {entry.kind!r}: 'store.' is the store's own")
        patient_id = self._patient(connection, session_id)
        key = key_of(connection, self.vault, patient_id)
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
            patient_id = self._patient(connection, session_id)
            return key_of(connection, self.vault, patient_id)
