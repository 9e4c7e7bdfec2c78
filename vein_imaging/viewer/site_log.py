"""The log of injection sites as the viewer needs it: check, record, void, list.

No Qt. Nothing is listed that is not in the store: every list is read back from it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from vein_devices.frame import Frame
from vein_imaging.domain.dose import (
    DoseContext,
    Finding,
    SessionDoses,
    check_dose,
    checked,
)
from vein_imaging.domain.dose.quota import quotas
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import LimitTable
from vein_imaging.domain.moments import local_date
from vein_imaging.domain.quantity import Weight
from vein_imaging.domain.session import Injected, Mark, Session, Voided
from vein_imaging.storage import PatientHistory
from vein_imaging.viewer.entry import (
    EntryError,
    EntryText,
    read_injection,
    read_weight,
)
from vein_imaging.viewer.injecting.dose_view import DoseView, nothing_typed
from vein_imaging.viewer.injecting.dose_words import dose_view
from vein_imaging.viewer.injecting.log_rows import (
    LogRow,
    SiteMark,
    rows,
    site_marks,
    totals,
)
from vein_imaging.viewer.session_record import SessionRecord
from vein_imaging.words import translate as _

__all__ = ["InjectionLog", "Needs", "Site"]


def _signed() -> DoseView:
    return DoseView(
        "warn",
        _("THIS SESSION IS SIGNED"),
        (_("What is added now is kept as an amendment to it and needs a reason."),),
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


class InjectionLog:
    """One session's injections, checked before and recorded into the store.

    Parameters
    ----------
    record : SessionRecord
        Where they are read from and written to.
    table : LimitTable
        What doses are checked against.
    zone : ZoneInfo
        The clinic's.
    """

    def __init__(
        self, record: SessionRecord, table: LimitTable, zone: ZoneInfo
    ) -> None:
        self._record = record
        self._table = table
        self._zone = zone
        self.names = {key: product.name for key, product in table.products.items()}
        """Product key to the name a person knows."""

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
        return rows(self._record.session, self.names, self._zone)

    def totals(self) -> str:
        """What was given in this session so far, in words."""
        return totals(self._record.session, self.names)

    def marks(self) -> tuple[SiteMark, ...]:
        """The sites to show on the picture."""
        return site_marks(self._record.session, tuple(self.names))

    def check(self, entry: EntryText) -> DoseView:
        """What the rules say about the typed injection, were it given now.

        Raises
        ------
        EntryError
            If what is typed cannot be read. A form not yet filled in is no error.
        """
        if entry.missing:
            return nothing_typed()
        injection, weight = self._typed(entry)
        view, _ = self._judge(injection, weight, self._record.sessions)
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
        RecordError
            If the store did not take it; nothing is recorded then.
        """
        injection, weight = self._typed(entry)
        _, findings = self._judge(injection, weight, self._record.sessions)
        if reason is None and self._record.session.is_signed:
            return Needs(_signed())
        event = Injected(
            entry_id=injection.id or "",
            injection=injection,
            limits_version=self._table.version,
            findings=findings,
            reason=reason or "",
            weight=weight,
            mark=Mark(self._record.keep(site.frame), (_whole(site.point_rc),)),
        )
        if reason is not None:
            self._record.write(event, reason)  # the log never refuses a fact
            return None
        refused = self._write_checked(event)
        return None if refused is None else Needs(refused)

    def void(self, entry_id: str, reason: str) -> None:
        """Mark an entry void. It stays in the record and no longer counts.

        Raises
        ------
        RecordError
            If the store did not take it; the entry still holds then.
        """
        event = Voided(entry_id=uuid.uuid4().hex, voids=entry_id, reason=reason)
        self._record.write(event, reason)

    def _typed(self, entry: EntryText) -> tuple[Injection, Weight | None]:
        now = self._record.now()
        injection = read_injection(entry, at=now, entry_id=uuid.uuid4().hex)
        known = self._table.products.get(injection.product)
        if injection.concentration is None and known and not known.single_strength:
            raise EntryError({"concentration_percent": _("Strength is missing")})
        return injection, read_weight(entry)

    def _judge(
        self,
        planned: Injection,
        weight: Weight | None,
        sessions: Mapping[str, Session],
    ) -> tuple[DoseView, tuple[Finding, ...]]:
        context = self._context(planned, weight, sessions)
        findings = check_dose(context)
        caps = [quota.printed() for quota in quotas(context)]
        words = checked(context, findings)
        return dose_view(findings, caps, self.names, words), findings

    def _context(
        self,
        planned: Injection,
        weight: Weight | None,
        sessions: Mapping[str, Session],
    ) -> DoseContext:
        head = self._record.head
        own = sessions[head.session_id]
        others = [
            doses
            for key, one in sessions.items()
            if key != head.session_id and (doses := one.doses()) is not None
        ]
        # The check plans into the session that began last, the last in order among
        # equals: that is this one, even where another was begun after it.
        started = own.started or head.started_at
        started = max([started, *(doses.started for doses in others)])
        return DoseContext(
            table=self._table,
            zone=self._zone,
            sessions=(*others, SessionDoses(started, own.injections)),
            planned=planned,
            weight=weight,
            weighed_on=None if weight is None else local_date(planned.at, self._zone),
        )

    def _write_checked(self, event: Injected) -> DoseView | None:
        """Check again inside the transaction; what was refused, or None if written."""
        shown: list[DoseView] = []

        def check(history: PatientHistory) -> tuple[Finding, ...]:
            # A clock set back must not bring an old day's allowance back.
            at = max(event.injection.at, history.latest_at)
            planned = replace(event.injection, at=at)
            sessions = self._record.fold(history.events)
            view, findings = self._judge(planned, event.weight, sessions)
            shown.append(view)
            return findings

        return None if self._record.write_checked(event, check) else shown[-1]


def _whole(point_rc: tuple[float, float]) -> tuple[Decimal, Decimal]:
    """Whole pixels: the store keeps no floats, and a needle is no finer."""
    row, column = point_rc
    return Decimal(round(max(row, 0.0))), Decimal(round(max(column, 0.0)))
