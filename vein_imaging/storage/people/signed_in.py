"""The store for a signed-in person: with roles, a read log and a lock.

Windows and commands reach it through `vein_imaging.treatment`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from vein_imaging.domain.session import Event
from vein_imaging.storage.entries.admission import amends
from vein_imaging.storage.entries.canonical import Body
from vein_imaging.storage.entries.checked_append import (
    CheckedAppend,
    F,
    PatientHistory,
    Proposal,
    SessionHead,
    entry_for,
)
from vein_imaging.storage.entries.clock_notes import clock_notes, latest_believed
from vein_imaging.storage.entries.ledger import Entry, StoredEvent, head
from vein_imaging.storage.entries.patient_directory import PATIENT, PatientRecord
from vein_imaging.storage.errors import LockedError, WrongPasswordError
from vein_imaging.storage.files.layout import find_store
from vein_imaging.storage.opening import open_store
from vein_imaging.storage.people.clinic import CLINIC_KIND, ClinicSettings, read_clinic
from vein_imaging.storage.people.importing import SessionToWrite, write_sessions
from vein_imaging.storage.people.open_desk import (
    Clocks,
    LeftError,
    OpenDesk,
    RefusedError,
    idle_clock,
)
from vein_imaging.storage.people.passwords import KeyWraps
from vein_imaging.storage.people.roles import Action, action_for_kind
from vein_imaging.storage.people.settling import settle_entry
from vein_imaging.storage.people.sign_in import identified, unlocked_key
from vein_imaging.storage.people.signing import Meaning, sign_session
from vein_imaging.storage.people.users import User
from vein_imaging.storage.store import Store
from vein_imaging.storage.upkeep.checkpoint import (
    checkpoint_warnings,
    write_checkpoints,
)
from vein_imaging.words import translate as _

__all__ = ["Clocks", "SignedInStore", "idle_clock", "sign_in"]

DEFAULT_IDLE_S = 600.0
"""Longer than washing hands and drawing up takes, and shorter than the next patient
needs to come in."""
_SHOWN_IN_LOG = 20
"""As many ids of a list as a person can have read are logged; the number found is
logged too."""


class SignedInStore:
    """A store in which one person is signed in. Made by `sign_in`; use it in a `with`.

    Attributes
    ----------
    warnings : tuple of str
        What the checkpoints kept elsewhere say against this store; to be shown.
    clocks : Clocks
    latest_before : datetime or None
        The latest believed time of the ledger before this sign-in wrote its own.

    Every method raises `LockedError` after too long without any call, and
    `NotAllowedError` (logged) where the person's roles do not allow it.
    """

    def __init__(
        self,
        desk: OpenDesk,
        clocks: Clocks,
        idle_limit_s: float,
        checkpoint_folders: Sequence[Path] = (),
        latest_before: datetime | None = None,
    ) -> None:
        self.warnings = checkpoint_warnings(desk.store, checkpoint_folders)
        self.clocks = clocks
        self.latest_before = latest_before
        self._checkpoint_folders = checkpoint_folders
        self._desk: OpenDesk | None = desk
        self._idle_limit_s = idle_limit_s
        self._last_used_s = clocks.idle()

    def __enter__(self) -> SignedInStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.lock("signed out")

    # --- who is here -------------------------------------------------------------

    @property
    def locked(self) -> bool:
        """Whether the desk is locked; locks it when it was left alone too long."""
        idle_s = self.clocks.idle() - self._last_used_s
        if self._desk and not 0 <= idle_s < self._idle_limit_s:
            self.lock("left alone")
        return self._desk is None

    @property
    def user(self) -> User:
        """Who signed in."""
        return self._open_desk().user

    def touch(self) -> None:
        """Say that the person is there: the window calls it on every key and click."""
        if not self.locked:
            self._last_used_s = self.clocks.idle()

    def lock(self, why: str = "locked") -> None:
        """Forget the keys and close the store; signing in again opens it."""
        desk, self._desk = self._desk, None
        if desk:
            try:
                body = {"name": desk.user.name, "why": why}
                desk.log("logout", body, self.clocks.now())
                if not self.warnings:
                    write_checkpoints(desk.store, self._checkpoint_folders)
            finally:
                desk.store.close()

    def _open_desk(self) -> OpenDesk:
        if self.locked or self._desk is None:
            raise LockedError(_("Locked: sign in again"))
        self._last_used_s = self.clocks.idle()
        return self._desk

    @contextmanager
    def _logging_refusals(self, desk: OpenDesk) -> Iterator[None]:
        try:
            yield
        except LeftError:
            self.lock("left")
            raise
        except RefusedError as refused:
            body = {"name": desk.user.name, "action": str(refused.action)}
            desk.log("denied", body, self.clocks.now())
            raise

    def _allowed(self, action: Action) -> OpenDesk:
        desk = self._open_desk()
        with self._logging_refusals(desk), desk.store.reading() as connection:
            desk.refuse_unless(connection, action)
        return desk

    def _log_read(self, desk: OpenDesk, what: str, patient_id: str) -> None:
        """Log the first read of a thing since signing in."""
        if (what, patient_id) not in desk.seen_reads:
            desk.log("read", {"what": what}, self.clocks.now(), patient_id)
            desk.seen_reads.add((what, patient_id))

    def require(self, action: Action) -> None:
        """Ask whether the person may; a refusal is logged."""
        self._allowed(action)

    def allowed_store(self, action: Action) -> Store:
        """Return the store itself for one action of the owner's or auditor's."""
        return self._allowed(action).store

    def allowed_key(self, action: Action) -> bytes:
        """Return the data key, for a backup or a new user's password."""
        return self._allowed(action).data_key

    def log_own(self, kind: str, body: Body, patient_id: str = "") -> None:
        """Write one of the store's own entries."""
        self._open_desk().log(kind, body, self.clocks.now(), patient_id)

    # --- reading -----------------------------------------------------------------

    def patients(self, fragment: str = "") -> tuple[PatientRecord, ...]:
        """Return patients by a fragment of name or number; the search is logged."""
        desk = self._allowed(Action.READ)
        found = desk.store.patients(fragment)
        if ("search", fragment) not in desk.seen_reads:
            # the words typed may be a name: what they found says as much, in ids
            ids = [patient.patient_id for patient in found[:_SHOWN_IN_LOG]]
            body = {"found": len(found), "first": ids}
            desk.log("search", body, self.clocks.now())
            desk.seen_reads.add(("search", fragment))
        return found

    def patient(self, patient_id: str) -> PatientRecord:
        """Return one patient.

        Raises
        ------
        PatientErasedError
            If there is no such patient (any more).
        """
        desk = self._allowed(Action.READ)
        self._log_read(desk, "patient", patient_id)
        return desk.store.patient(patient_id)

    def sessions(self, patient_id: str) -> tuple[SessionHead, ...]:
        """Return a patient's sessions, the oldest first."""
        desk = self._allowed(Action.READ)
        self._log_read(desk, "sessions", patient_id)
        return desk.store.sessions(patient_id)

    def session_head(self, session_id: str) -> SessionHead:
        """Return one session's beginning."""
        return self._allowed(Action.READ).store.session_head(session_id)

    def events(self, session_id: str) -> tuple[StoredEvent, ...]:
        """Return a session's entries."""
        desk = self._allowed(Action.READ)
        self._log_read(desk, f"session {session_id}", desk.store.patient_of(session_id))
        return desk.store.events(session_id)

    def history(self, patient_id: str) -> PatientHistory:
        """Return all that was written about a patient, and the ledger's latest time."""
        desk = self._allowed(Action.READ)
        self._log_read(desk, "record", patient_id)
        with desk.store.reading() as connection:
            index = desk.store.index
            events = index.of_patient(connection, patient_id)
            latest_at = index.latest_at(connection, self.clocks.now())
        return PatientHistory(events, latest_at)

    def image(self, session_id: str, sha256: str) -> bytes:
        """Return a picture of the session's patient, checked."""
        desk = self._allowed(Action.READ)
        patient_id = desk.store.patient_of(session_id)
        self._log_read(desk, f"image {sha256}", patient_id)
        return desk.store.image(session_id, sha256)

    def log(self) -> tuple[StoredEvent, ...]:
        """Return who signed in, was refused, read and changed what.

        Patients' facts are left out: reading the log is not reading patients.
        """
        entries = self._allowed(Action.READ_LOG).store.own_entries()
        return tuple(replace(e, body={}) if e.kind == PATIENT else e for e in entries)

    def clinic(self) -> ClinicSettings | None:
        """Return what the owner last wrote about the clinic, or None."""
        return read_clinic(self._open_desk().store)

    def clock_notes(self) -> tuple[StoredEvent, ...]:
        """Return what was noted of the clock, in the order written."""
        store = self._open_desk().store
        with store.reading() as connection:
            return tuple(clock_notes(connection, store.vault))

    # --- writing -----------------------------------------------------------------

    def set_clinic(self, settings: ClinicSettings) -> None:
        """Write the clinic's region, zone and own limits, for every room."""
        self._allowed(Action.LIMITS).log(CLINIC_KIND, settings.body, self.clocks.now())

    def add_patient(self, facts: Body, *, patient_id: str | None = None) -> str:
        """Write a new patient and return the random id."""
        desk = self._allowed(Action.PREPARE)
        with self._logging_refusals(desk):
            return desk.store.add_patient(
                facts,
                author=desk.user.name,
                at=self.clocks.now(),
                patient_id=patient_id,
                guard=desk.guard(Action.PREPARE),
            )

    def change_patient(self, patient_id: str, facts: Body) -> None:
        """Write changed facts; those not named stay."""
        desk = self._allowed(Action.PREPARE)
        now, guard = self.clocks.now(), desk.guard(Action.PREPARE)
        with self._logging_refusals(desk):
            desk.store.change_patient(
                patient_id, facts, author=desk.user.name, at=now, guard=guard
            )

    def start_session(
        self,
        patient_id: str,
        facts: Body | None = None,
        *,
        session_id: str | None = None,
        opened: Event | Entry | None = None,
    ) -> str:
        """Begin a session and return its id."""
        desk = self._allowed(Action.PREPARE)
        with self._logging_refusals(desk):
            return desk.store.start_session(
                patient_id,
                author=desk.user.name,
                at=self.clocks.now(),
                session_id=session_id,
                facts=facts,
                opened=opened,
                guard=desk.guard(Action.PREPARE),
            )

    def put_image(self, session_id: str, png: bytes) -> str:
        """Store a picture of the session's patient; return its SHA-256."""
        return self._allowed(Action.CAPTURE).store.put_image(session_id, png)

    def write_sessions(self, sessions: Sequence[SessionToWrite], facts: Body) -> int:
        """Write many entries of many sessions at once: all of them, or none."""
        with self._logging_refusals(desk := self._open_desk()):
            return write_sessions(desk, sessions, facts, self.clocks.now())

    def append(self, session_id: str, event: Event | Entry) -> StoredEvent:
        """Write a fact, of any kind but a signature."""
        entry = entry_for(event)
        desk, guard = self._may_write(entry.kind)
        with self._logging_refusals(desk):
            return desk.store.append(
                session_id,
                entry,
                author=desk.user.name,
                at=self.clocks.now(),
                guard=guard,
            )

    def check_and_append(
        self,
        session_id: str,
        kind: str,
        event: Proposal[F],
        *,
        check: Callable[[PatientHistory], Sequence[F]],
        refuses: bool = True,
        entry_id: str = "",
    ) -> CheckedAppend[F]:
        """Do what `Store.check_and_append` does, as the one who signed in.

        `kind` is of the entry that `event` makes or amends: it decides who may.
        """
        desk, guard = self._may_write(kind)

        def of_that_kind(findings: tuple[F, ...]) -> Entry:
            entry = entry_for(event(findings) if callable(event) else event)
            if kind not in (entry.kind, amends(entry)):
                raise ValueError(f"wanted a {kind!r} entry, got {entry.kind!r}")
            return entry

        with self._logging_refusals(desk):
            return desk.store.check_and_append(
                session_id,
                of_that_kind,
                check=check,
                author=desk.user.name,
                at=self.clocks.now(),
                refuses=refuses,
                entry_id=entry_id,
                guard=guard,
            )

    def _may_write(self, kind: str) -> tuple[OpenDesk, Callable[..., None]]:
        action = action_for_kind(kind)
        desk = self._open_desk()
        if action is Action.SIGN:
            self._allowed(action)
            raise WrongPasswordError("A signature needs the password: use `sign`")
        return desk, desk.guard(action)

    def settle(self, session_id: str, entry_id: str) -> StoredEvent | None:
        """Find out what became of a write that broke off: see `settle_entry`."""
        desk = self._open_desk()
        now = self.clocks.now()
        name = desk.user.name
        return settle_entry(desk.store, session_id, entry_id, author=name, at=now)

    def sign(
        self,
        session_id: str,
        password: str,
        *,
        meaning: Meaning = "performed",
        entry_id: str = "",
    ) -> StoredEvent:
        """Sign exactly the entries so far; a wrong password slows down and is told."""
        desk = self._allowed(Action.SIGN)
        self.check_password(password)
        with self._logging_refusals(desk):
            return sign_session(
                desk, session_id, self.clocks.now(), meaning=meaning, entry_id=entry_id
            )

    def check_password(self, password: str) -> None:
        """Raise `WrongPasswordError` unless the one who signed in sits here."""
        desk = self._open_desk()
        now = self.clocks.now()
        unlocked_key(desk.store.layout, desk.user.name, password, now)

    def put_password(self, new: str) -> None:
        """Wrap the data key for another password of one's own, and log it."""
        desk = self._open_desk()
        KeyWraps(desk.store.layout).put(desk.user.name, new, desk.data_key)
        desk.log("password", {"name": desk.user.name}, self.clocks.now())


def sign_in(
    folder: Path,
    name: str,
    password: str,
    *,
    code: str = "",
    idle_limit_s: float = DEFAULT_IDLE_S,
    clocks: Clocks | None = None,
    checkpoint_folders: Sequence[Path] = (),
) -> SignedInStore:
    """Open a store as one of its users.

    Parameters
    ----------
    folder : Path
        The store.
    name, password : str
    code : str
        Six digits of the second factor, where the user has one.
    idle_limit_s : float
        Seconds without any call after which the desk locks itself.
    clocks : Clocks
        The machine's when left out.
    checkpoint_folders : paths
        Where the newest hash is kept as well, not beside the store: compared now, and
        written at each sign-out.

    Raises
    ------
    WrongPasswordError
        If user, password or code do not fit; which one is not told.
    TooManyAttemptsError
        After several of them.
    """
    clocks = clocks or Clocks()
    now = clocks.now()
    data_key = unlocked_key(find_store(folder), name, password, now)
    store = open_store(folder, data_key)
    try:
        with store.reading() as connection:
            known_to = head(connection).seq
            before = latest_believed(connection, store.vault, head(connection))
        user = identified(store, name, code, now)
        desk = OpenDesk(store, data_key, user, known_to)
    except BaseException:
        store.close()
        raise
    return SignedInStore(desk, clocks, idle_limit_s, checkpoint_folders, before)
