"""One session of a patient in the store: read whole, added to, never edited. No Qt."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

import cv2
import numpy as np

from vein_devices.frame import Frame, Pixels
from vein_imaging.domain.dose import Finding
from vein_imaging.domain.session import (
    Amended,
    Injected,
    Photographed,
    Session,
    Voided,
    event_from_body,
    event_to_body,
    fold,
)
from vein_imaging.storage import (
    Entry,
    PatientHistory,
    SessionHead,
    Store,
    StoredEvent,
    StoreError,
)
from vein_imaging.words import translate as _

__all__ = ["RecordError", "SessionRecord"]


class RecordError(Exception):
    """Nothing was recorded; the message says why and what to do."""


class SessionRecord:
    """What the window reads from and writes to the store.

    Parameters
    ----------
    store : Store
        Open.
    head : SessionHead
        The session that is written to.
    author : str
        Who writes.
    now : callable
        The time, with a zone.
    """

    def __init__(
        self,
        store: Store,
        head: SessionHead,
        *,
        author: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._author = author
        self._kept: tuple[Frame, str] | None = None
        self.head = head
        """The session that is written to."""
        self.now = now
        """The time, with a zone."""
        self.read()

    def read(self) -> None:
        """Read the patient's sessions as the store holds them now."""
        self.sessions: Mapping[str, Session] = self.fold(
            self._store.patient_events(self.head.patient_id)
        )
        """Every session of the patient, by its id; this one too while it is empty."""

    def fold(self, events: Iterable[StoredEvent]) -> dict[str, Session]:
        """Turn a patient's events into sessions, by session id; this one always too."""
        by_session: dict[str, list[StoredEvent]] = {self.head.session_id: []}
        for event in events:
            by_session.setdefault(event.session_id, []).append(event)
        return {
            session_id: fold(event_from_body(e.kind, e.body) for e in own)
            for session_id, own in by_session.items()
        }

    @property
    def session(self) -> Session:
        """The session that is written to, as it stands."""
        return self.sessions[self.head.session_id]

    def write(self, event: Injected | Voided | Photographed, reason: str = "") -> None:
        """Write a fact; after signing as an amendment with its reason.

        Raises
        ------
        RecordError
            If the store did not take it; it is not recorded then.
        """
        change: Injected | Voided | Photographed | Amended = event
        if self.session.is_signed:
            change = Amended(
                entry_id=uuid.uuid4().hex,
                reason=reason or "added after signing",
                change=event,
            )
        try:
            self._store.append(
                self.head.session_id,
                Entry(change.kind, event_to_body(change)),
                author=self._author,
                at=self.now(),
            )
        except StoreError as error:
            raise RecordError(str(error)) from error
        self.read()

    def write_checked(
        self, event: Injected, check: Callable[[PatientHistory], Sequence[Finding]]
    ) -> bool:
        """Write an injection unless a finding says stop, in one transaction.

        Returns
        -------
        bool
            Whether it was written.

        Raises
        ------
        RecordError
            If the store did not take it; it is not recorded then.
        """
        try:
            checked = self._store.check_and_append(
                self.head.session_id,
                Entry(event.kind, event_to_body(event)),
                check=check,
                author=self._author,
                at=event.injection.at,
            )
        except StoreError as error:
            raise RecordError(str(error)) from error
        self.read()
        return checked.event is not None

    def keep(self, frame: Frame) -> str:
        """Store a frame as the camera gave it, losslessly and once; give its name.

        Raises
        ------
        RecordError
            If the store did not take it.
        """
        if self._kept is None or self._kept[0] is not frame:
            pixels = frame.pixels
            if pixels.ndim == 3:
                pixels = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), np.uint8)
            written, png = cv2.imencode(".png", pixels)
            if not written:
                raise RecordError(
                    _("the picture could not be stored as PNG; try again")
                )
            try:
                name = self._store.put_image(self.head.session_id, png.tobytes())
            except StoreError as error:
                raise RecordError(str(error)) from error
            self._kept = (frame, name)
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
            png = self._store.image(self.head.session_id, image_id)
        except StoreError as error:
            raise RecordError(str(error)) from error
        pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
        if pixels is None:
            raise RecordError(
                _("the stored picture {image_id} cannot be read").format(
                    image_id=image_id
                )
            )
        if pixels.ndim == 3:
            pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
        return np.asarray(pixels, np.uint8)
