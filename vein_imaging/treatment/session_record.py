"""One session of a patient in the store: read whole, added to, never edited."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.domain.dose import Finding
from vein_imaging.domain.moments import local_date
from vein_imaging.domain.session import Amended, Change, Event, Session
from vein_imaging.report import encode_png
from vein_imaging.storage import PatientHistory, SessionHead, StoredEvent, StoreError
from vein_imaging.storage.entries.admission import find_written
from vein_imaging.storage.errors import (
    EntryIdTakenError,
    InvalidBodyError,
    LockedError,
    MissingImageError,
    NoSuchSessionError,
    NotAllowedError,
    NotKeptError,
    PatientErasedError,
    StoreBusyError,
    StoreReadOnlyError,
)
from vein_imaging.storage.people.signed_in import SignedInStore
from vein_imaging.treatment.clock_doubt import ClockWatch

__all__ = [
    "NotKnownYetError",
    "RecordError",
    "Refused",
    "SessionRecord",
    "Written",
    "decode_picture",
]

Pixels = NDArray[np.uint8]
# Raised before anything is written: no entry can be there.
_BEFORE_WRITING = (
    EntryIdTakenError,
    InvalidBodyError,
    LockedError,
    MissingImageError,
    NoSuchSessionError,
    NotAllowedError,
    NotKeptError,
    PatientErasedError,
    StoreBusyError,
    StoreReadOnlyError,
)


class RecordError(Exception):
    """Nothing was recorded, which is certain; the message says why and what to do."""


class NotKnownYetError(RecordError):
    """The store does not answer: whether it was recorded is not known yet.

    Parameters
    ----------
    entry_id : str
        To be tried again with.
    """

    def __init__(self, entry_id: str, why: str) -> None:
        super().__init__(
            f"{why}. Whether it was recorded is NOT KNOWN YET: it is looked for when"
            " the store answers again; trying again writes nothing twice"
        )
        self.entry_id = entry_id


@dataclass(frozen=True, slots=True)
class Written:
    """It is in the record.

    Parameters
    ----------
    entry : StoredEvent
    repeated : bool
        It was there already, from an earlier try.
    """

    entry: StoredEvent
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """It is not in the record: a reason is needed first.

    Parameters
    ----------
    findings : tuple of Finding
        What stands against it.
    signed : bool
        The session is signed: what is added is an amendment.
    """

    findings: tuple[Finding, ...]
    signed: bool = False


class _SignedMeanwhileError(Exception):
    """Leaves the transaction: the session is signed and no reason was given."""


def decode_picture(png: bytes, image_id: str) -> Pixels:
    """Make a stored PNG a picture again.

    Parameters
    ----------
    png : bytes
    image_id : str
        Named where it cannot be read.

    Returns
    -------
    (H, W) or (H, W, 3) uint8 RGB

    Raises
    ------
    RecordError
    """
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise RecordError(f"the stored picture {image_id} cannot be read")
    if pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
    return np.asarray(pixels, np.uint8)


class SessionRecord:
    """What a visit reads from and writes to the store.

    Parameters
    ----------
    signed_in : SignedInStore
        Who reads and writes; rights are asked each time.
    head : SessionHead
        The session that is written to.
    """

    def __init__(self, signed_in: SignedInStore, head: SessionHead) -> None:
        self._signed_in = signed_in
        self._watch: ClockWatch | None = None
        self._kept: tuple[Pixels, str] | None = None
        self._known_seq = -1
        self.head = head
        """The session that is written to."""
        self.read()

    def watch_clock(self, watch: ClockWatch, zone: ZoneInfo) -> None:
        """Say beside every check what is odd about the clock.

        A gap is explained where this patient's plan names today.
        """
        self._watch = watch
        watch.explained_by(self.sessions.values(), local_date(self.now(), zone))

    def now(self) -> datetime:
        """The time, with a zone."""
        return self._signed_in.clocks.now()

    def read(self) -> None:
        """Read the patient's sessions as the store holds them now."""
        self.take_up(self._signed_in.history(self.head.patient_id))

    def look_for_news(self) -> PatientHistory | None:
        """Read what others have written meanwhile, where anything was written.

        Touches nothing here: give it to `take_up_news`. It is no sign of a person, so
        a desk that is left alone locks all the same.

        Raises
        ------
        StoreError
            Also where the desk is locked.
        """
        patient_id = self.head.patient_id
        self._known_seq, found = self._signed_in.news(patient_id, self._known_seq)
        return found

    def forget_news(self) -> None:
        """Read everything at the next look: this window has written itself."""
        self._known_seq = -1

    def take_up_news(self, history: PatientHistory) -> bool:
        """Show it, unless something newer is shown; whether anything changed."""
        if len(history.events) <= len(self.history.events):
            return False  # nothing is ever taken out of a record
        self.take_up(history)
        return True

    def take_up(self, history: PatientHistory) -> None:
        """Show what was read inside a transaction."""
        self.history = history
        """The patient's entries as last read."""
        sessions = dict(history.sessions())
        sessions.setdefault(self.head.session_id, Session())
        self.sessions: Mapping[str, Session] = sessions
        """Every session of the patient, by its id; this one too while it is empty."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What of this record cannot be read by this release."""
        return tuple(one.warning for one in self.history.unread)

    @property
    def session(self) -> Session:
        """The session that is written to, as it stands."""
        return self.sessions[self.head.session_id]

    def entry(self, entry_id: str) -> Event | None:
        """The entry of that id in this session, or None."""
        own = self.head.session_id
        of_session = (one for one in self.history.events if one.session_id == own)
        found = find_written(entry_id, of_session)
        return None if found is None else found.value

    def holds(self, entry_id: str) -> bool:
        """Whether this session has an entry of that id."""
        return self.entry(entry_id) is not None

    def clock_findings(self, product: str) -> tuple[Finding, ...]:
        """What is odd about the clock, as a finding beside the others."""
        doubt = self._watch.doubt() if self._watch else None
        return () if doubt is None else (doubt.finding(product),)

    def write(
        self,
        kind: str,
        entry_id: str,
        make: Callable[[tuple[Finding, ...]], Change],
        *,
        check: Callable[[PatientHistory], Sequence[Finding]] = lambda history: (),
        reason: str = "",
        refuses: bool = True,
    ) -> Written | Refused:
        """Check and write in one transaction; after signing as an amendment.

        Parameters
        ----------
        kind : str
            Of the entry: decides who may write it.
        entry_id : str
            Made before the first try; a second one finds what the first has written.
        make : function of the findings
            Makes the entry.
        check : function of the patient's history
        reason : str
            With one, no finding refuses the entry, and a signed session is amended.
        refuses : bool
            Whether a stop refuses the entry.

        Returns
        -------
        Written or Refused

        Raises
        ------
        RecordError
            It is certain that nothing was recorded.
        NotKnownYetError
            It cannot be known yet.
        """
        seen: list[PatientHistory] = []

        def checked(history: PatientHistory) -> Sequence[Finding]:
            seen.append(history)
            if self._is_signed(history) and not reason:
                raise _SignedMeanwhileError
            return check(history)

        def made(findings: tuple[Finding, ...]) -> Change | Amended:
            change = make(findings)
            if not (seen and self._is_signed(seen[-1])):
                return change
            amends = f"{change.entry_id}-amends"
            return Amended(entry_id=amends, reason=reason, change=change)

        try:
            done = self._signed_in.check_and_append(
                self.head.session_id,
                kind,
                made,
                check=checked,
                refuses=refuses and not reason,
                entry_id=entry_id,
            )
        except _SignedMeanwhileError:
            self.take_up(seen[-1])
            return Refused((), signed=True)
        except _BEFORE_WRITING as error:
            raise RecordError(str(error)) from error
        except StoreError as error:
            return self.settle(entry_id, str(error))
        if done.event is None:
            self.take_up(seen[-1])
            return Refused(tuple(done.findings))
        if done.repeated:
            self._read_after(done.event)
        else:
            self._add(seen[-1], done.event)
        return Written(done.event, done.repeated)

    def settle(self, entry_id: str, why: str) -> Written:
        """Find out what became of a write that broke off.

        Raises
        ------
        RecordError
            It was not recorded, and will not be.
        NotKnownYetError
            The store does not answer.
        """
        try:
            found = self._signed_in.settle(self.head.session_id, entry_id)
        except StoreError as error:
            raise NotKnownYetError(entry_id, str(error)) from error
        if found is None:
            raise RecordError(why)
        self._read_after(found)
        return Written(found, repeated=True)

    def _read_after(self, written: StoredEvent) -> None:
        """Read again; an entry that is stored is no failure where that cannot be."""
        try:
            self.read()
        except StoreError:
            self._add(self.history, written)

    def _add(self, before: PatientHistory, written: StoredEvent) -> None:
        events = [one for one in before.events if one.seq != written.seq]
        latest_at = max(before.latest_at, written.at)
        self.take_up(PatientHistory((*events, written), latest_at))

    def _is_signed(self, history: PatientHistory) -> bool:
        session = history.sessions().get(self.head.session_id)
        return session is not None and session.is_signed

    def sign(self, password: str, meaning: str, entry_id: str = "") -> StoredEvent:
        """Sign exactly the entries so far."""
        signed = self._signed_in.sign(
            self.head.session_id,
            password,
            meaning="reviewed" if meaning == "reviewed" else "performed",
            entry_id=entry_id or uuid.uuid4().hex,
        )
        self._read_after(signed)
        return signed

    def keep(self, pixels: Pixels) -> str:
        """Store a picture as the camera gave it, losslessly and once; give its name.

        Raises
        ------
        RecordError
            If the store did not take it.
        """
        if self._kept is None or self._kept[0] is not pixels:
            try:
                png = encode_png(pixels)
                name = self._signed_in.put_image(self.head.session_id, png)
            except StoreError as error:
                raise RecordError(str(error)) from error
            self._kept = (pixels, name)
        return self._kept[1]

    def picture(self, image_id: str) -> Pixels:
        """Give a stored picture of this patient back.

        Returns
        -------
        (H, W) or (H, W, 3) uint8 RGB

        Raises
        ------
        RecordError
            If it is missing or damaged.
        """
        try:
            png = self._signed_in.image(self.head.session_id, image_id)
        except StoreError as error:
            raise RecordError(str(error)) from error
        return decode_picture(png, image_id)
