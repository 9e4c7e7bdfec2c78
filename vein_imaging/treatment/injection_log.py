"""The injections of one visit: checked, planned, recorded, corrected, voided.

Nothing is listed that is not in the store: every list is read back from it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from vein_imaging.domain.dose import Finding
from vein_imaging.domain.dose.context import require_ratio
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.quantity import Weight
from vein_imaging.domain.session import (
    Corrected,
    Injected,
    Mark,
    Planned,
    RecordedInjection,
    Session,
    Voided,
    Weighed,
)
from vein_imaging.storage import PatientHistory
from vein_imaging.treatment.dose_context import (
    JudgedDose,
    Rules,
    judge_dose,
    last_weight,
)
from vein_imaging.treatment.given import Given, Needs, Site
from vein_imaging.treatment.session_record import (
    RecordError,
    Refused,
    SessionRecord,
    Written,
)
from vein_imaging.treatment.typed_injection import (
    EntryError,
    EntryText,
    read_injection,
    read_weight,
    typed_over,
)
from vein_imaging.words import translate as _

__all__ = ["InjectionLog"]

_LEAST_ML = "0.01"
"""The least that a syringe shows: what fits is asked for with it, before a volume."""


class InjectionLog:
    """One visit's injections.

    Parameters
    ----------
    record : SessionRecord
        Where they are read from and written to.
    rules : Rules
        What doses are checked against.
    new_id : callable
        Names an entry before its first try.
    """

    def __init__(
        self,
        record: SessionRecord,
        rules: Rules,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._record = record
        self.new_id = new_id
        self.rules = rules
        """What doses are checked against."""
        products = rules.table.products
        self.names = {key: product.name for key, product in products.items()}
        """Product key to the name a person knows."""

    @property
    def session(self) -> Session:
        """The session as it stands in the store."""
        return self._record.session

    @property
    def weight_matters(self) -> bool:
        """Whether a limit of the region goes by the patient's weight."""
        table = self.rules.table
        agents = {product.agent for product in table.products.values()}
        return any(table.mass_limits(agent) for agent in agents)

    @property
    def weighed(self) -> Weighed | None:
        """The weight that was measured last."""
        return last_weight(self._record.sessions)

    def check(self, entry: EntryText) -> JudgedDose | None:
        """What the rules say about the typed injection, were it given now.

        Returns
        -------
        JudgedDose or None
            None while the form is not filled in.

        Raises
        ------
        EntryError
            If what is typed cannot be read.
        """
        if entry.missing:
            return None
        injection, weight = self._typed(entry, "checked")
        noted = self._record.clock_findings(injection.product)
        return self._judge(self._record.history, injection, weight, noted)

    def outlook(self, entry: EntryText) -> JudgedDose | None:
        """What still fits of the kind that is typed, before its volume is.

        Returns
        -------
        JudgedDose or None
            Only `at_once` and `together` mean anything: they are those of the least
            volume that can be drawn up. None where the product is not known, or is of
            several strengths and none is typed.
        """
        known = self.rules.table.products.get(entry.product)
        if known is None or not entry.form:
            return None
        if not entry.concentration_percent and not known.single_strength:
            return None
        least = replace(entry, volume_ml=_LEAST_ML, expires_on="", batch="")
        try:
            injection, weight = self._typed(least, "outlook")
        except EntryError:
            return None
        return self._judge(self._record.history, injection, weight, ())

    def record(
        self,
        entry: EntryText,
        site: Site | None = None,
        *,
        reason: str = "",
        entry_id: str = "",
        plan_id: str | None = None,
    ) -> Given | Needs:
        """Record that the typed injection was given, at this site or without one.

        Parameters
        ----------
        entry : EntryText
        site : Site, optional
            On a picture, which is kept.
        reason : str
            Why it was given although the check says stop, or the session is signed.
            The check runs all the same and what it finds is kept.
        entry_id : str
            Made before the first try.
        plan_id : str, optional
            The plan that it carries out.

        Returns
        -------
        Given or Needs
            `Needs`: nothing is recorded; give a reason.

        Raises
        ------
        EntryError
            If what is typed cannot be read.
        RecordError
            It is certain that nothing was recorded; but for `NotKnownYetError`.
        """
        entry_id = entry_id or self.new_id()
        injection, weight = self._typed(entry, entry_id)
        if not reason and self._lacks_ratio(injection):
            noted = self._record.clock_findings(injection.product)
            history = self._record.history
            return Needs(self._judge(history, injection, weight, noted))
        mark = None if site is None else self._mark(site)

        def made(findings: tuple[Finding, ...]) -> Injected:
            known = self.weighed
            return Injected(
                entry_id=entry_id,
                injection=injection,
                limits_version=self.rules.table.version,
                findings=findings,
                reason=reason,
                weight=weight or (known.weight if known else None),
                plan_id=plan_id,
                mark=mark,
            )

        done = self._write(Injected.kind, entry_id, injection, weight, made, reason)
        if isinstance(done, Given) and weight is not None:
            self._keep_weight(weight, entry_id)
        return done

    def plan(
        self,
        entry: EntryText,
        site: Site | None = None,
        *,
        reason: str = "",
        entry_id: str = "",
    ) -> Given | Needs:
        """Keep a checked plan, with every finding; a stop does not refuse a plan.

        Raises
        ------
        EntryError, RecordError
            As `record`.
        """
        entry_id = entry_id or self.new_id()
        injection, weight = self._typed(entry, entry_id)
        mark = None if site is None else self._mark(site)
        return self._write(
            Planned.kind,
            entry_id,
            injection,
            weight,
            lambda findings: Planned(
                entry_id=entry_id,
                injection=injection,
                limits_version=self.rules.table.version,
                findings=findings,
                mark=mark,
            ),
            reason,
            refuses=False,
        )

    def as_planned(
        self, plan_id: str, typed: EntryText, *, entry_id: str = ""
    ) -> EntryText:
        """The plan as it was typed; what is typed now takes its place.

        Parameters
        ----------
        plan_id : str
        typed : EntryText
        entry_id : str
            Of the injection: an earlier try may have carried the plan out.

        Raises
        ------
        RecordError
            If this session has no such plan, or another entry has carried it out.
        """
        plan = self._record.entry(plan_id)
        open_plans = {one.entry_id for one in self.session.plans}
        tried = bool(entry_id) and self._record.holds(entry_id)
        if not isinstance(plan, Planned) or not (plan_id in open_plans or tried):
            raise RecordError(f"this session has no plan {plan_id!r} to carry out")
        return typed_over(plan.injection, typed)

    def as_given(self, entry_id: str, typed: EntryText) -> EntryText:
        """The injection as it stands; what is typed now takes its place.

        Raises
        ------
        RecordError
            If this session has no such injection.
        """
        return typed_over(self._entry(entry_id).injection, typed)

    def correct(
        self, corrects: str, entry: EntryText, reason: str, *, entry_id: str = ""
    ) -> Given | Needs:
        """Say what was really given, and why the entry said otherwise.

        Parameters
        ----------
        corrects : str
            Entry of the injection, or of an earlier correction of it.
        entry : EntryText
            The whole right value; the time stays that of the injection.
        reason : str
            Why it is corrected.
        entry_id : str
            Made before the first try.

        Raises
        ------
        EntryError, RecordError
            As `record`; also where there is no such entry.
        """
        entry_id = entry_id or self.new_id()
        wrong = self._entry(corrects)
        at = wrong.injection.at
        injection = replace(self._typed(entry, entry_id)[0], at=at)
        return self._write(
            Corrected.kind,
            entry_id,
            injection,
            None,
            lambda findings: Corrected(
                entry_id=entry_id,
                corrects=corrects,
                injection=injection,
                reason=reason,
                limits_version=self.rules.table.version,
                findings=findings,
            ),
            reason,
            without=wrong.entry_id,
        )

    def void(self, entry_id: str, reason: str, *, own_id: str = "") -> Written:
        """Mark an entry void. It stays in the record and no longer counts.

        Parameters
        ----------
        entry_id : str
            That is voided: an injection, a correction, a signature of one's own.
        reason : str
        own_id : str
            Of the voiding, made before the first try.

        Raises
        ------
        RecordError
            If the store did not take it; the entry still holds then.
        """
        own_id = own_id or self.new_id()
        event = Voided(entry_id=own_id, voids=entry_id, reason=reason)
        if not self._record.holds(entry_id):
            raise RecordError(f"this session has no entry {entry_id!r} to void")
        done = self._record.write(
            Voided.kind, own_id, lambda found: event, reason=reason
        )
        if isinstance(done, Refused):
            raise RecordError("a reason is missing")
        return done

    def _entry(self, entry_id: str) -> RecordedInjection:
        for one in self.session.entries:
            known = {one.entry_id, *(c.entry_id for c in one.corrections)}
            if entry_id in known:
                return one
        raise RecordError(f"this session has no injection {entry_id!r} to correct")

    def _write(
        self,
        kind: str,
        entry_id: str,
        injection: Injection,
        weight: Weight | None,
        made: Callable[[tuple[Finding, ...]], Injected | Planned | Corrected],
        reason: str,
        *,
        refuses: bool = True,
        without: str = "",
    ) -> Given | Needs:
        judged: list[JudgedDose] = []
        noted = self._record.clock_findings(injection.product)  # may write: not within

        def check(history: PatientHistory) -> tuple[Finding, ...]:
            judged.append(self._judge(history, injection, weight, noted, without))
            return judged[-1].findings

        done = self._record.write(
            kind, entry_id, made, check=check, reason=reason, refuses=refuses
        )
        if isinstance(done, Refused):
            if not judged:  # signed: refused before anything was looked at
                history = self._record.history
                judged.append(self._judge(history, injection, weight, noted, without))
            return Needs(judged[-1], done.signed)
        return Given(done, judged[-1] if judged else None)

    def _judge(
        self,
        history: PatientHistory,
        injection: Injection,
        weight: Weight | None,
        noted: Sequence[Finding],
        without: str = "",
    ) -> JudgedDose:
        return judge_dose(
            history,
            self._record.head,
            injection,
            self.rules,
            now=self._record.now(),
            typed_weight=weight,
            noted=noted,
            without=without,
        )

    def _typed(
        self, entry: EntryText, entry_id: str
    ) -> tuple[Injection, Weight | None]:
        table = self.rules.table
        now = self._record.now()
        known = table.products.get(entry.product)
        if known and not known.single_strength and not entry.concentration_percent:
            raise EntryError({"concentration_percent": _("Strength is missing")})
        injection = read_injection(entry, at=now, entry_id=entry_id)
        return injection, read_weight(entry)

    def _lacks_ratio(self, injection: Injection) -> bool:
        """Whether it is foam made by hand, of which nobody said how."""
        try:
            require_ratio(self.rules.table, injection)
        except ValueError:
            return True
        return False

    def _mark(self, site: Site) -> Mark:
        image_id = self._record.keep(site.pixels)
        return Mark(image_id, (_whole(site.point_rc),), shows=site.shows)

    def _keep_weight(self, weight: Weight, entry_id: str) -> None:
        """The weight typed beside an injection is the patient's, of today."""
        known = self.weighed
        if known is not None and known.weight == weight:
            return
        own_id = f"{entry_id}-weight"
        event = Weighed(entry_id=own_id, weight=weight, at=self._record.now())
        self._record.write(Weighed.kind, own_id, lambda found: event, reason="weighed")


def _whole(point_rc: tuple[float, float]) -> tuple[Decimal, Decimal]:
    """Whole pixels: the store keeps no floats, and a needle is no finer."""
    row, column = point_rc
    return Decimal(round(max(row, 0.0))), Decimal(round(max(column, 0.0)))
