"""A signed-in person at work: every window and command reaches the record here."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from vein_imaging.domain.limits import load_limits
from vein_imaging.domain.moments import local_date, zone_from_text
from vein_imaging.domain.session import Opened
from vein_imaging.storage import PatientRecord, SessionHead
from vein_imaging.storage.entries.clock_notes import times_called_wrong
from vein_imaging.storage.people.clinic import ClinicSettings
from vein_imaging.storage.people.importing import SessionToWrite, keep_image
from vein_imaging.storage.people.roles import Action
from vein_imaging.storage.people.signed_in import SignedInStore
from vein_imaging.storage.upkeep.checkpoint import signed_checkpoint
from vein_imaging.treatment.clock_doubt import ClockDoubt, ClockWatch
from vein_imaging.treatment.patients import (
    LooksLikeError,
    checked_person,
    lookalikes,
)
from vein_imaging.treatment.photographs import Photographs
from vein_imaging.treatment.rights import why_not
from vein_imaging.treatment.session_record import SessionRecord
from vein_imaging.treatment.visit import Visit
from vein_imaging.treatment.worklist import WorklistRow, worklist

__all__ = ["AtWork", "NoClinicError"]

_NAMES = uuid.UUID("6f9d2d5e-6a0f-5a86-9f43-0a3f6c7f6f10")  # of ids made from entry ids


class NoClinicError(ValueError):
    """Whose limits hold, and which calendar, was never said."""

    def __init__(self) -> None:
        super().__init__(
            "whose limits hold was never said: the owner writes it once with `store"
            " clinic REGION TIMEZONE`, or say --region and --timezone"
        )


class AtWork:
    """What one signed-in person does. The author is who signed in, nobody else.

    Parameters
    ----------
    signed_in : SignedInStore
    fallback : ClinicSettings, optional
        Region and zone where the owner has written none.
    new_id : callable
        Names an entry before its first try.
    """

    def __init__(
        self,
        signed_in: SignedInStore,
        *,
        fallback: ClinicSettings | None = None,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._signed_in = signed_in
        self._clinic = signed_in.clinic() or fallback
        self._new_id = new_id
        self._watch = ClockWatch(signed_in)

    # --- who and when ------------------------------------------------------------

    @property
    def name(self) -> str:
        """Who signed in."""
        return self._signed_in.user.name

    @property
    def locked(self) -> bool:
        """Whether it was left alone too long; the store is closed then."""
        return self._signed_in.locked

    @property
    def left_alone(self) -> bool:
        """Whether nobody was here for too long; answers at once, asks no store."""
        return self._signed_in.left_alone

    @property
    def warnings(self) -> tuple[str, ...]:
        """What speaks against the store since before this sign-in; to be shown."""
        return tuple(self._signed_in.warnings)

    @property
    def late_warnings(self) -> tuple[str, ...]:
        """What could not be done besides, such as keeping a checkpoint."""
        return self._signed_in.late_warnings

    def leave(self, why: str = "signed out") -> None:
        """Sign out: the keys are forgotten, and nothing works any more."""
        self._signed_in.lock(why)

    def why_not(self, action: Action) -> str:
        """Say why the person may not; empty where the person may. Nothing is logged."""
        user = self._signed_in.user
        return why_not(user.name, user.roles, action)

    def touch(self) -> None:
        """Say that the person is there."""
        self._signed_in.touch()

    def require(self, action: Action) -> None:
        """Ask whether the person may; a refusal is logged.

        Raises
        ------
        NotAllowedError, LockedError
        """
        self._signed_in.require(action)

    @property
    def clinic(self) -> ClinicSettings:
        """Region, zone and own limits.

        Raises
        ------
        NoClinicError
        """
        if self._clinic is None:
            raise NoClinicError
        return self._clinic

    @property
    def times_called_wrong(self) -> frozenset[datetime]:
        """Times of the ledger that a person has called wrong."""
        return times_called_wrong(self._signed_in.clock_notes())

    @property
    def clock_doubt(self) -> ClockDoubt | None:
        """What is odd about the computer's clock and was not answered yet."""
        return self._watch.doubt()

    def answer_clock(self, *, right: bool, reason: str) -> None:
        """Write down whether the clock is right now; it is not asked again."""
        self._watch.answer(right=right, reason=reason)

    def checkpoint(self) -> str:
        """The store's newest hash, signed, fit for print."""
        return signed_checkpoint(self._signed_in.allowed_store(Action.VERIFY))

    # --- patients ----------------------------------------------------------------

    def find_patients(self, fragment: str = "") -> tuple[PatientRecord, ...]:
        """Patients by a fragment of name, number or birth date."""
        return self._signed_in.patients(fragment)

    def worklist(self) -> tuple[WorklistRow, ...]:
        """Whom to see today; what must be gone on with first.

        Read again every minute by itself, so it keeps no desk from locking.
        """
        with self._signed_in.unattended():
            now = self._signed_in.clocks.now()
            return worklist(self._signed_in, now, self._zone, self.clinic.region)

    def patient(self, patient_id: str) -> PatientRecord:
        """One patient."""
        return self._signed_in.patient(patient_id)

    def add_patient(
        self,
        facts: Mapping[str, str],
        *,
        another_person: bool = False,
        entry_id: str = "",
    ) -> PatientRecord:
        """Add a patient who is not there yet.

        Parameters
        ----------
        facts : mapping
            See `patients.PERSONAL`; a name at least.
        another_person : bool
            The person who asks has looked: it is none of those who look alike.
        entry_id : str
            Made before the first try; a second one adds nobody.

        Raises
        ------
        LooksLikeError
            If one has the same name, number or birth date.
        ValueError
            If a fact cannot be.
        """
        self._signed_in.require(Action.PREPARE)
        person = checked_person({"name": "", **facts}, self.today)
        patient_id = uuid.uuid5(_NAMES, entry_id).hex if entry_id else uuid.uuid4().hex
        others = lookalikes(person, self._signed_in.patients())
        tried = any(one.patient_id == patient_id for one, _ in others)
        if others and not tried and not another_person:
            raise LooksLikeError(others)
        self._signed_in.add_patient(person, patient_id=patient_id)
        return PatientRecord(patient_id, dict(person))

    def change_patient(
        self, patient_id: str, facts: Mapping[str, str], *, another_person: bool = False
    ) -> PatientRecord:
        """Change what is written of a patient; what is not named stays.

        Raises
        ------
        LooksLikeError, ValueError
            As `add_patient`.
        """
        self._signed_in.require(Action.PREPARE)
        self._signed_in.patient(patient_id)
        person = checked_person(facts, self.today)
        known = self._signed_in.patients()
        others = lookalikes(person, (p for p in known if p.patient_id != patient_id))
        if others and not another_person:
            raise LooksLikeError(others)
        self._signed_in.change_patient(patient_id, person)
        return self._signed_in.patient(patient_id)

    # --- sessions ----------------------------------------------------------------

    def sessions(self, patient_id: str) -> tuple[SessionHead, ...]:
        """A patient's sessions, the oldest first."""
        return self._signed_in.sessions(patient_id)

    def start_session(
        self,
        patient_id: str,
        *,
        needle: str = "",
        resuscitation_kit: bool | None = None,
        entry_id: str = "",
    ) -> Visit:
        """Begin a session of the plan.

        Parameters
        ----------
        patient_id : str
        needle : str
            Syringe and needle gauge.
        resuscitation_kit : bool, optional
            Whether it is at hand; None where nobody looked.
        entry_id : str
            Made before the first try; a second one begins no other session.

        Raises
        ------
        NoClinicError
            If region and zone are not known.
        PatientErasedError, NotAllowedError
        """
        clinic, now = self.clinic, self._signed_in.clocks.now()
        before = self._signed_in.sessions(patient_id)
        session_id = uuid.uuid5(_NAMES, entry_id).hex if entry_id else self._new_id()
        if any(one.session_id == session_id for one in before):
            return self.reopen(session_id)
        visit: Literal["first", "follow-up"] = "follow-up" if before else "first"
        opened = Opened(
            entry_id=entry_id or self._new_id(),
            started=now.astimezone(zone_from_text(clinic.timezone)),
            patient_id=patient_id,
            region=clinic.region,
            timezone=clinic.timezone,
            limits_version=load_limits(clinic.region, clinic.limits or None).version,
            visit=visit,
            needle=needle,
            resuscitation_kit=resuscitation_kit,
        )
        self._signed_in.start_session(patient_id, session_id=session_id, opened=opened)
        return self.reopen(session_id)

    def reopen(self, session_id: str) -> Visit:
        """Go on with a session, or read it.

        Raises
        ------
        NoSuchSessionError
        """
        head = self._signed_in.session_head(session_id)
        clinic = self._clinic or ClinicSettings("US", "UTC")
        return Visit(self._signed_in, head, clinic, self._watch, self._new_id)

    def photographs(self, patient_id: str) -> Photographs | None:
        """A patient's photographs, to be read; None where there is no session yet."""
        heads = self._signed_in.sessions(patient_id)
        if not heads:
            return None
        record = SessionRecord(self._signed_in, heads[-1])
        return Photographs(record, self._zone)

    def todays_session(
        self,
        patient_id: str,
        *,
        needle: str = "",
        resuscitation_kit: bool | None = None,
    ) -> Visit:
        """The patient's session of today, not signed yet; else a new one.

        Parameters
        ----------
        patient_id : str
        needle, resuscitation_kit
            Of a new one, as `start_session`.

        Raises
        ------
        NoClinicError, NotAllowedError
        """
        zone, today = zone_from_text(self.clinic.timezone), self.today
        for head in reversed(self._signed_in.sessions(patient_id)):
            if local_date(head.started_at, zone) == today:
                visit = self.reopen(head.session_id)
                # one that was imported today is of the day of its pictures
                began = local_date(visit.started, zone)
                if began == today and not visit.session.is_signed:
                    return visit
        return self.start_session(
            patient_id, needle=needle, resuscitation_kit=resuscitation_kit
        )

    # --- import ------------------------------------------------------------------

    @property
    def today(self) -> date:
        """The clinic's calendar day now; in UTC where the zone was never said."""
        return local_date(self._signed_in.clocks.now(), self._zone)

    def log_export(self, facts: dict[str, object]) -> None:
        """Note in the store's log what left it."""
        self.require(Action.EXPORT)
        self._signed_in.log_own("export", facts)

    def put_patient_image(self, patient_id: str, png: bytes) -> str:
        """Store a picture of a patient for `write_sessions`; give its name."""
        store = self._signed_in.allowed_store(Action.CAPTURE)
        return keep_image(store, patient_id, png)

    def write_sessions(
        self, sessions: Sequence[SessionToWrite], facts: dict[str, object]
    ) -> int:
        """Write many entries of many sessions at once: all of them, or none."""
        return self._signed_in.write_sessions(sessions, facts)

    @property
    def _zone(self) -> ZoneInfo:
        return zone_from_text(self._clinic.timezone if self._clinic else "UTC")
