"""The log of injection sites as the viewer needs it: check, record, void, list.

No Qt. Nothing is listed that is not in the store: every list is read back from it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from vein_devices.frame import Frame
from vein_imaging.domain.dose import DoseContext, Finding, SessionDoses, check_dose
from vein_imaging.domain.dose.quota import quotas
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import LimitTable
from vein_imaging.domain.moments import local_date
from vein_imaging.domain.quantity import Weight
from vein_imaging.domain.session import (
    Amended,
    Injected,
    Mark,
    Session,
    Voided,
    event_from_body,
    event_to_body,
    fold,
)
from vein_imaging.storage import (
    Entry,
    Past,
    SessionHead,
    Store,
    StoredEvent,
    StoreError,
)
from vein_imaging.viewer.dose_view import NOTHING_TYPED, DoseView
from vein_imaging.viewer.dose_words import dose_view
from vein_imaging.viewer.entry import (
    EntryError,
    EntryText,
    read_injection,
    read_weight,
)
from vein_imaging.viewer.site_rows import LogRow, SiteMark, rows, site_marks, totals

__all__ = ["InjectionLog", "LogError", "Needs", "Site"]

SIGNED = DoseView(
    "warn",
    "THIS SESSION IS SIGNED",
    ("What is added now is kept as an amendment to it and needs a reason.",),
)


@dataclass(frozen=True, slots=True)
class Site:
    """Where a person clicked.

    Parameters
    ----------
    point_rc : (row, column), px
        In the frame's own pixels.
    frame : Frame
        The frame on the screen at that moment.
    """

    point_rc: tuple[float, float]
    frame: Frame


@dataclass(frozen=True, slots=True)
class Needs:
    """Not recorded: a reason is needed first.

    Parameters
    ----------
    view : DoseView
        What stands against it.
    """

    view: DoseView


class LogError(Exception):
    """Nothing was recorded; the message says why and what to do."""


class InjectionLog:
    """One session's injections, checked before and recorded into the store.

    Parameters
    ----------
    store : Store
        Open.
    head : SessionHead
        The session that is recorded into.
    table : LimitTable
        What doses are checked against.
    zone : ZoneInfo
        The clinic's.
    author : str
        Who records.
    now : callable
        The time, with a zone.
    """

    def __init__(
        self,
        store: Store,
        head: SessionHead,
        table: LimitTable,
        zone: ZoneInfo,
        *,
        author: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._head = head
        self._table = table
        self._zone = zone
        self._author = author
        self._now = now
        self._kept: tuple[Frame, str] | None = None
        self.names = {key: product.name for key, product in table.products.items()}
        """Product key to the name a person knows."""
        self._read()

    def _read(self) -> None:
        self._events = self._store.patient_events(self._head.patient_id)
        self._session = self._fold(self._events)[self._head.session_id]

    def _fold(self, events: Iterable[StoredEvent]) -> dict[str, Session]:
        """Every session of the patient, this one too when nothing is in it yet."""
        by_session: dict[str, list[StoredEvent]] = {self._head.session_id: []}
        for event in events:
            by_session.setdefault(event.session_id, []).append(event)
        return {
            session_id: fold(event_from_body(e.kind, e.body) for e in own)
            for session_id, own in by_session.items()
        }

    @property
    def products(self) -> tuple[tuple[str, str], ...]:
        """Key and name of every product of the region."""
        return tuple(self.names.items())

    @property
    def weight_matters(self) -> bool:
        """Whether a limit of the region goes by the patient's weight."""
        agents = {product.agent for product in self._table.products.values()}
        return any(self._table.mass_limits(agent) for agent in agents)

    def rows(self) -> tuple[LogRow, ...]:
        """The list, newest first, voided entries too."""
        return rows(self._session, self.names, self._zone)

    def totals(self) -> str:
        """What was given in this session so far, in words."""
        return totals(self._session, self.names)

    def marks(self) -> tuple[SiteMark, ...]:
        """The sites to show on the picture."""
        return site_marks(self._session, tuple(self.names))

    def check(self, entry: EntryText) -> DoseView:
        """What the rules say about the typed injection, were it given now.

        Raises
        ------
        EntryError
            If what is typed cannot be read. A form not yet filled in is no error.
        """
        if entry.missing:
            return NOTHING_TYPED
        injection, weight = self._typed(entry)
        view, _ = self._judge(injection, weight, self._events)
        return view

    def record(
        self, entry: EntryText, site: Site, *, reason: str | None
    ) -> Needs | None:
        """Record that the typed injection was given at this site.

        Parameters
        ----------
        entry : EntryText
        site : Site
        reason : str, optional
            Why it was given although the check says stop, or the session is signed.

        Returns
        -------
        Needs or None
            None: it is in the store. `Needs`: it is not; give a reason.

        Raises
        ------
        EntryError
            If what is typed cannot be read.
        LogError
            If the store did not take it; nothing is recorded then.
        """
        injection, weight = self._typed(entry)
        _, findings = self._judge(injection, weight, self._events)
        if reason is None and self._session.is_signed:
            return Needs(SIGNED)
        try:
            event = Injected(
                entry_id=injection.id or "",
                injection=injection,
                limits_version=self._table.version,
                findings=findings,
                reason=reason or "",
                weight=weight,
                mark=Mark(self._keep(site.frame), (_whole(site.point_rc),)),
            )
            if reason is not None:
                # The log never refuses a fact.
                self._append(event, reason)
            elif (refused := self._check_and_append(event)) is not None:
                return Needs(refused)
        except StoreError as error:
            raise LogError(str(error)) from error
        self._read()
        return None

    def void(self, entry_id: str, reason: str) -> None:
        """Mark an entry void. It stays in the record and no longer counts.

        Raises
        ------
        LogError
            If the store did not take it; the entry still holds then.
        """
        event = Voided(entry_id=uuid.uuid4().hex, voids=entry_id, reason=reason)
        try:
            self._append(event, reason)
        except StoreError as error:
            raise LogError(str(error)) from error
        self._read()

    def _typed(self, entry: EntryText) -> tuple[Injection, Weight | None]:
        injection = read_injection(entry, at=self._now(), entry_id=uuid.uuid4().hex)
        known = self._table.products.get(injection.product)
        if injection.concentration is None and known and not known.single_strength:
            raise EntryError({"concentration_percent": "Strength is missing"})
        return injection, read_weight(entry)

    def _judge(
        self, planned: Injection, weight: Weight | None, events: Iterable[StoredEvent]
    ) -> tuple[DoseView, tuple[Finding, ...]]:
        context = self._context(planned, weight, events)
        findings = check_dose(context)
        caps = [quota.printed() for quota in quotas(context)]
        return dose_view(findings, caps, self.names), findings

    def _context(
        self, planned: Injection, weight: Weight | None, events: Iterable[StoredEvent]
    ) -> DoseContext:
        sessions = self._fold(events)
        own = sessions.pop(self._head.session_id)
        started = own.started or self._head.started_at
        others = (session.doses() for session in sessions.values())
        return DoseContext(
            table=self._table,
            zone=self._zone,
            sessions=(
                *(doses for doses in others if doses is not None),
                SessionDoses(started, own.injections),
            ),
            planned=planned,
            weight=weight,
            weighed_on=None if weight is None else local_date(planned.at, self._zone),
        )

    def _check_and_append(self, event: Injected) -> DoseView | None:
        """Check again inside the transaction; what was refused, or None if written."""
        refused: DoseView | None = None

        def check(past: Past) -> tuple[Finding, ...]:
            nonlocal refused
            # A clock set back must not bring an old day's allowance back.
            at = max(event.injection.at, past.latest_at)
            planned = replace(event.injection, at=at)
            refused, findings = self._judge(planned, event.weight, past.events)
            return findings

        checked = self._store.check_and_append(
            self._head.session_id,
            Entry(event.kind, event_to_body(event)),
            check=check,
            author=self._author,
            at=event.injection.at,
        )
        return refused if checked.event is None else None

    def _append(self, event: Injected | Voided, reason: str) -> None:
        change: Injected | Voided | Amended = event
        if self._session.is_signed:
            change = Amended(entry_id=uuid.uuid4().hex, reason=reason, change=event)
        self._store.append(
            self._head.session_id,
            Entry(change.kind, event_to_body(change)),
            author=self._author,
            at=self._now(),
        )

    def _keep(self, frame: Frame) -> str:
        """Store the picture that was marked on, once; its name in the store."""
        if self._kept is None or self._kept[0] is not frame:
            pixels = frame.pixels
            if pixels.ndim == 3:
                pixels = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), np.uint8)
            written, png = cv2.imencode(".png", pixels)
            if not written:
                raise LogError("the picture could not be stored as PNG; try again")
            name = self._store.put_image(self._head.session_id, png.tobytes())
            self._kept = (frame, name)
        return self._kept[1]


def _whole(point_rc: tuple[float, float]) -> tuple[Decimal, Decimal]:
    """Whole pixels: the store keeps no floats, and a needle is no finer."""
    row, column = point_rc
    return Decimal(round(max(row, 0.0))), Decimal(round(max(column, 0.0)))
