"""The store for a signed-in person: with roles, a read log and a lock.

The window and the commands use this; only programs without a user use `Store` itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from vein_imaging.domain.session import Event
from vein_imaging.storage.entries.canonical import Body
from vein_imaging.storage.entries.checked_append import (
    CheckedAppend,
    F,
    PatientHistory,
    Proposal,
    SessionHead,
    entry_for,
)
from vein_imaging.storage.entries.ledger import (
    Draft,
    Entry,
    StoredEvent,
    append_entry,
)
from vein_imaging.storage.entries.patient_directory import PATIENT, PatientRecord
from vein_imaging.storage.errors import (
    LockedError,
    NotAllowedError,
    WrongPasswordError,
)
from vein_imaging.storage.files.layout import find_store
from vein_imaging.storage.opening import open_store
from vein_imaging.storage.people.passwords import KeyWraps, checked_password
from vein_imaging.storage.people.roles import Action, action_for_kind, may
from vein_imaging.storage.people.sign_in import identified, unlocked_key
from vein_imaging.storage.people.users import User, changed_since, users
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


def idle_clock() -> float:
    """Return seconds that go on while the computer sleeps, where the system can."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two clocks, as arguments: the time of day, and seconds for the idle lock."""

    now: Callable[[], datetime] = _utc_now
    idle: Callable[[], float] = idle_clock


@dataclass(slots=True)
class _OpenStore:
    """What is forgotten when the desk locks."""

    store: Store
    data_key: bytes
    user: User
    known_to: int  # sequence number of the last change of anybody's roles that was read
    seen_reads: set[tuple[str, str]] = field(default_factory=set)


class SignedInStore:
    """A store in which one person is signed in. Made by `sign_in`; use it in a `with`.

    Attributes
    ----------
    warnings : tuple of str
        What contradicts this store in the checkpoints that were kept elsewhere; show
        it.

    Every method raises `LockedError` after too long without any call, and
    `NotAllowedError` (logged) where the person's roles do not allow it.
    """

    def __init__(
        self,
        desk: _OpenStore,
        clocks: Clocks,
        idle_limit_s: float,
        checkpoint_folders: Sequence[Path] = (),
    ) -> None:
        self.warnings = checkpoint_warnings(desk.store, checkpoint_folders)
        self._checkpoint_folders = checkpoint_folders
        self._desk: _OpenStore | None = desk
        self._clocks = clocks
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
        idle_s = self._clocks.idle() - self._last_used_s
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
            self._last_used_s = self._clocks.idle()

    def lock(self, why: str = "locked") -> None:
        """Forget the keys and close the store; signing in again opens it."""
        desk, self._desk = self._desk, None
        if desk:
            try:
                self._log(desk, "logout", {"name": desk.user.name, "why": why})
                if not self.warnings:
                    write_checkpoints(desk.store, self._checkpoint_folders)
            finally:
                desk.store.close()

    def _open_desk(self) -> _OpenStore:
        if self.locked or self._desk is None:
            raise LockedError(_("Locked: sign in again"))
        self._last_used_s = self._clocks.idle()
        return self._desk

    def _allowed(self, action: Action) -> _OpenStore:
        desk = self._open_desk()
        with desk.store.reading() as connection:
            changed = changed_since(connection, desk.known_to)
            if changed:
                desk.user = users(connection, desk.store.vault)[desk.user.name]
                desk.known_to = changed
        if not desk.user.roles:
            self.lock("left")
            raise LockedError(
                _("{name} is no user any more").format(name=desk.user.name)
            )
        if not may(desk.user.roles, action):
            body = {"name": desk.user.name, "action": str(action)}
            self._log(desk, "denied", body)
            roles = ", ".join(sorted(desk.user.roles)) or "none"
            raise NotAllowedError(
                _("{name} ({roles}) may not: {action}. Ask the owner").format(
                    name=desk.user.name, roles=roles, action=action
                )
            )
        return desk

    def _log(
        self, desk: _OpenStore, kind: str, body: Body, patient_id: str = ""
    ) -> None:
        now, author = self._clocks.now(), desk.user.name
        desk.store.append_own(kind, body, author=author, at=now, patient_id=patient_id)

    def _log_read(self, desk: _OpenStore, what: str, patient_id: str) -> None:
        """Log the first read of a thing since signing in."""
        if (what, patient_id) not in desk.seen_reads:
            self._log(desk, "read", {"what": what}, patient_id)
            desk.seen_reads.add((what, patient_id))

    def allowed_store(self, action: Action) -> Store:
        """Return the store itself for one action of the owner's or auditor's.

        Raises
        ------
        NotAllowedError, LockedError
        """
        return self._allowed(action).store

    def allowed_key(self, action: Action) -> bytes:
        """Return the data key, for a backup or a new user's password."""
        return self._allowed(action).data_key

    def log_own(self, kind: str, body: Body) -> None:
        """Write one of the store's own entries, for the package's administration."""
        self._log(self._open_desk(), kind, body)

    # --- reading -----------------------------------------------------------------

    def patients(self, fragment: str = "") -> tuple[PatientRecord, ...]:
        """Return patients by a fragment of name or number; the search is logged."""
        desk = self._allowed(Action.READ)
        found = desk.store.patients(fragment)
        if ("search", fragment) not in desk.seen_reads:
            # the words typed may be a name: what they found says as much, in ids
            ids = [patient.patient_id for patient in found[:_SHOWN_IN_LOG]]
            self._log(desk, "search", {"found": len(found), "first": ids})
            desk.seen_reads.add(("search", fragment))
        return found

    def sessions(self, patient_id: str) -> tuple[SessionHead, ...]:
        """Return a patient's sessions, the oldest first."""
        desk = self._allowed(Action.READ)
        self._log_read(desk, "sessions", patient_id)
        return desk.store.sessions(patient_id)

    def events(self, session_id: str) -> tuple[StoredEvent, ...]:
        """Return a session's entries."""
        desk = self._allowed(Action.READ)
        self._log_read(desk, f"session {session_id}", desk.store.patient_of(session_id))
        return desk.store.events(session_id)

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

    # --- writing -----------------------------------------------------------------

    def add_patient(self, facts: Body) -> str:
        """Write a new patient and return the random id."""
        desk = self._allowed(Action.PREPARE)
        now = self._clocks.now()
        return desk.store.add_patient(facts, author=desk.user.name, at=now)

    def change_patient(self, patient_id: str, facts: Body) -> None:
        """Write changed facts; those not named stay."""
        desk = self._allowed(Action.PREPARE)
        now = self._clocks.now()
        desk.store.change_patient(patient_id, facts, author=desk.user.name, at=now)

    def start_session(self, patient_id: str, facts: Body | None = None) -> str:
        """Begin a session and return its id."""
        desk = self._allowed(Action.PREPARE)
        return desk.store.start_session(
            patient_id, author=desk.user.name, at=self._clocks.now(), facts=facts
        )

    def put_image(self, session_id: str, png: bytes) -> str:
        """Store a picture of the session's patient; return its SHA-256."""
        return self._allowed(Action.CAPTURE).store.put_image(session_id, png)

    def append(self, session_id: str, event: Event | Entry) -> StoredEvent:
        """Write a fact, of any kind but a signature."""
        entry = entry_for(event)
        desk, now = self._may_write(entry.kind), self._clocks.now()
        return desk.store.append(session_id, entry, author=desk.user.name, at=now)

    def check_and_append(
        self,
        session_id: str,
        kind: str,
        event: Proposal[F],
        *,
        check: Callable[[PatientHistory], Sequence[F]],
        refuses: bool = True,
    ) -> CheckedAppend[F]:
        """Check against everything written so far, then write, in one transaction.

        Parameters
        ----------
        kind : str
            Of the entry that `event` is or makes: decides who may write it.
        session_id, event, check, refuses
            As for `Store.check_and_append`.
        """
        desk = self._may_write(kind)

        def of_that_kind(findings: tuple[F, ...]) -> Entry:
            entry = entry_for(event(findings) if callable(event) else event)
            if entry.kind != kind:
                raise ValueError(f"wanted a {kind!r} entry, got {entry.kind!r}")
            return entry

        return desk.store.check_and_append(
            session_id,
            of_that_kind,
            check=check,
            author=desk.user.name,
            at=self._clocks.now(),
            refuses=refuses,
        )

    def _may_write(self, kind: str) -> _OpenStore:
        action = action_for_kind(kind)
        desk = self._allowed(action)
        if action is Action.SIGN:
            raise WrongPasswordError("A signature needs the password: use `sign`")
        return desk

    def sign(self, session_id: str, event: Event | Entry, password: str) -> StoredEvent:
        """Write a signature, after the password was given again.

        Raises
        ------
        WrongPasswordError
            Logged, and slowed down like a sign-in.
        """
        desk = self._allowed(Action.SIGN)
        self.check_password(password)
        entry, now = entry_for(event), self._clocks.now()
        store, author = desk.store, desk.user.name
        with store.writing() as connection:
            signed = store.append_in(connection, session_id, entry, author, now)
            body = {"entry": signed.seq, "hash": signed.hash.hex(), "by": "password"}
            seal = Entry("store.signature", body)
            draft = Draft(seal, now, author, signed.patient_id)
            append_entry(connection, store.vault, draft)
        return signed

    def check_password(self, password: str) -> None:
        """Make sure that the person here is the one who signed in.

        Raises
        ------
        WrongPasswordError
        """
        desk = self._open_desk()
        now = self._clocks.now()
        unlocked_key(desk.store.layout, desk.user.name, password, now)

    def change_password(self, old: str, new: str) -> None:
        """Change one's own password; the data key stays the same.

        Raises
        ------
        WrongPasswordError
            If `old` does not fit.
        ValueError
            If `new` is too weak.
        """
        desk = self._open_desk()
        self.check_password(old)
        checked_password(desk.user.name, new)
        KeyWraps(desk.store.layout).put(desk.user.name, new, desk.data_key)
        self._log(desk, "password", {"name": desk.user.name})


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
        known_to = store.head().seq
        user = identified(store, name, code, now)
        desk = _OpenStore(store, data_key, user, known_to)
    except BaseException:
        store.close()
        raise
    return SignedInStore(desk, clocks, idle_limit_s, checkpoint_folders)
