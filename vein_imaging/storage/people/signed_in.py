"""The store for a signed-in person: with roles, a read log and a lock.

Windows and commands reach it through `vein_imaging.treatment`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from vein_imaging.storage.entries.recent_sessions import (
    RecentSession,
    recent_sessions,
)
from vein_imaging.storage.errors import (
    LockedError,
    PatientErasedError,
    WrongPasswordError,
)
from vein_imaging.storage.files.keys import wipe
from vein_imaging.storage.files.layout import find_store
from vein_imaging.storage.opening import open_store
from vein_imaging.storage.people.attempts import Attempts
from vein_imaging.storage.people.clinic import CLINIC_KIND, ClinicSettings, read_clinic
from vein_imaging.storage.people.clocks import Clocks, idle_clock
from vein_imaging.storage.people.desk import Desk
from vein_imaging.storage.people.importing import SessionToWrite, write_sessions
from vein_imaging.storage.people.key_slots import OpenedSlot, made_slot
from vein_imaging.storage.people.open_desk import OpenDesk
from vein_imaging.storage.people.register import store_register
from vein_imaging.storage.people.roles import Action, action_for_kind
from vein_imaging.storage.people.settling import settle_entry
from vein_imaging.storage.people.sign_in import (
    entered,
    refuse_forged,
    set_anew,
    unlocked,
    warnings_of,
)
from vein_imaging.storage.people.signing import Meaning, sign_session
from vein_imaging.storage.people.slot_changes import Author, set_slot
from vein_imaging.storage.upkeep.kept_checkpoints import kept_checkpoints, place_of
from vein_imaging.words import translate as _

__all__ = ["Clocks", "SignedInStore", "idle_clock", "sign_in"]

DEFAULT_IDLE_S = 600.0
"""Longer than washing hands and drawing up takes, and shorter than the next patient
needs to come in."""
_SHOWN_IN_LOG = 20
"""As many ids of a list as a person can have read are logged; the number found is
logged too."""


class SignedInStore(Desk):
    """A store in which one person is signed in. Made by `sign_in`; use it in a `with`.

    Attributes
    ----------
    latest_before : datetime or None
        The latest believed time of the ledger before this sign-in wrote its own.
    """

    latest_before: datetime | None = None

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

    def news(
        self, patient_id: str, known_seq: int
    ) -> tuple[int, PatientHistory | None]:
        """Return the ledger's newest number, and the history where it has grown.

        For a window that shows what others write: nobody has done anything, so the
        idle lock goes on counting. That the record is read is in the log already.

        Parameters
        ----------
        patient_id : str
        known_seq : int
            As last returned; below 0 where nothing is known.
        """
        if self.locked or (desk := self._desk) is None:
            raise LockedError(_("Locked: sign in again"))
        with self._logging_refusals(desk), desk.store.reading() as connection:
            desk.refuse_unless(connection, Action.READ)
            newest = head(connection).seq
            if newest == known_seq:
                return newest, None
            index = desk.store.index
            events = index.of_patient(connection, patient_id)
            latest_at = index.latest_at(connection, self.clocks.now())
        return newest, PatientHistory(events, latest_at)

    def recent_sessions(self, since: datetime) -> tuple[RecentSession, ...]:
        """Return the sessions begun since then; no record is opened for it."""
        with self._allowed(Action.READ).store.reading() as connection:
            return tuple(recent_sessions(connection, since))

    def listed(
        self, patient_ids: Sequence[str]
    ) -> tuple[tuple[PatientRecord, PatientHistory], ...]:
        """Return patients for a list of the day, each with what was written of them.

        Logged as one list, as a search is. One who was erased meanwhile is left out.
        """
        desk = self._allowed(Action.READ)
        store = desk.store
        found = []
        with store.reading() as connection:
            latest_at = store.index.latest_at(connection, self.clocks.now())
            for patient_id in patient_ids:
                try:
                    events = store.index.of_patient(connection, patient_id)
                except PatientErasedError:
                    continue
                found.append((patient_id, PatientHistory(events, latest_at)))
        known = {one.patient_id: one for one in store.patients()}
        ids = [patient_id for patient_id, _ in found if patient_id in known]
        if ids and ("list", ",".join(ids)) not in desk.seen_reads:
            body = {"found": len(ids), "first": ids[:_SHOWN_IN_LOG]}
            desk.log("list", body, self.clocks.now())
            desk.seen_reads.add(("list", ",".join(ids)))
        return tuple((known[one], history) for one, history in found if one in known)

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
        desk.signing = self._with_password(password).signing
        with self._logging_refusals(desk):
            signed = sign_session(
                desk, session_id, self.clocks.now(), meaning=meaning, entry_id=entry_id
            )
        self.keep_checkpoint()
        return signed

    def check_password(self, password: str) -> None:
        """Raise `WrongPasswordError` unless the one who signed in sits here."""
        self._with_password(password)

    def _with_password(self, password: str) -> OpenedSlot:
        desk = self._open_desk()
        attempts = Attempts(desk.store.layout, self.clocks, "sign")
        opened = unlocked(desk.store.layout, attempts, desk.user.name, password)
        refuse_forged(store_register(desk.store), opened)
        attempts.succeeded(desk.user.name)
        return opened

    def put_password(self, old: str, new: str) -> None:
        """Set another password of one's own, and log it."""
        opened = self._with_password(old)
        desk = self._open_desk()
        name, at = desk.user.name, self.clocks.now()
        fresh = made_slot(name, new, desk.user.roles, desk.data_key)
        author = Author(name, opened.signing)
        after = fresh.signing
        set_slot(desk.store, name, fresh.slot, author, at, signing_after=after)
        desk.signing = after
        desk.log("password", {"name": name}, at)


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
    ForgedSlotError
        If `users.json` was changed past the program.
    """
    clocks = clocks or Clocks()
    layout = find_store(folder)
    attempts = Attempts(layout, clocks)
    opened = unlocked(layout, attempts, name, password)
    try:
        store = open_store(folder, opened.data_key)
    except BaseException:
        wipe(opened.data_key)
        raise
    try:
        with store.reading() as connection:
            known_to = head(connection).seq
            before = latest_believed(connection, store.vault, head(connection))
        places = [place_of(f) for f in checkpoint_folders if kept_checkpoints(store, f)]
        register = entered(store, attempts, opened, code, clocks, places)
        anew = set_anew(store, register, opened, password, clocks)
        if anew is not opened:
            opened, register = anew, store_register(store)
        warnings = warnings_of(store, register, checkpoint_folders)
        user, signing = register.users[name], opened.signing
        desk = OpenDesk(store, opened.data_key, user, known_to, signing)
    except BaseException:
        store.close()
        wipe(opened.data_key)
        raise
    signed_in = SignedInStore(desk, clocks, idle_limit_s, checkpoint_folders, warnings)
    signed_in.latest_before = before
    return signed_in
