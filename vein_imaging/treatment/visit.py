"""One session of one patient, as the person at work does it from start to signature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from vein_imaging.domain.adverse_events import AdverseEvent
from vein_imaging.domain.aftercare import AftercareLine, aftercare_lines, load_sheet
from vein_imaging.domain.dose import Remaining
from vein_imaging.domain.moments import date_from_text, local_date
from vein_imaging.domain.outcome import Scored
from vein_imaging.domain.quantity import Weight
from vein_imaging.domain.screening import Screening, screening_table
from vein_imaging.domain.session import (
    Annotated,
    Change,
    Meaning,
    Screened,
    Session,
    Weighed,
)
from vein_imaging.domain.treatment_plan import Appointment, TreatmentPlan
from vein_imaging.storage import SessionHead, StoredEvent
from vein_imaging.storage.errors import StoreError, StoreUnreachableError
from vein_imaging.storage.people.clinic import ClinicSettings
from vein_imaging.storage.people.roles import action_for_kind
from vein_imaging.storage.people.signed_in import SignedInStore
from vein_imaging.treatment.clock_doubt import ClockWatch
from vein_imaging.treatment.dose_context import (
    CheckedSession,
    Rules,
    check_session,
    left,
    rules_of,
    stored_screening,
)
from vein_imaging.treatment.forbidden import forbidden_treatments
from vein_imaging.treatment.injection_log import InjectionLog
from vein_imaging.treatment.photographs import Photographs
from vein_imaging.treatment.rights import Action, why_not
from vein_imaging.treatment.session_record import (
    RecordError,
    Refused,
    SessionRecord,
    Written,
)
from vein_imaging.treatment.visit_facts import VisitFacts

__all__ = ["Visit"]


class Visit:
    """A session that is read, added to and signed. Made by `AtWork`.

    Parameters
    ----------
    signed_in : SignedInStore
    head : SessionHead
    clinic : ClinicSettings
    watch : ClockWatch
    new_id : callable
        Names an entry before its first try.

    Every method that writes takes the `reason` without which a signed session is not
    added to, and an `entry_id` for a second try; each raises `RecordError` where it is
    certain that nothing was recorded, and `NotKnownYetError` where it is not.
    """

    def __init__(
        self,
        signed_in: SignedInStore,
        head: SessionHead,
        clinic: ClinicSettings,
        watch: ClockWatch,
        new_id: Callable[[], str],
    ) -> None:
        self.clinic = clinic
        """Region, zone and the clinic's own limits."""
        self.head = head
        """The session's beginning."""
        self.record = SessionRecord(signed_in, head)
        """What the store holds of the patient."""
        self.rules: Rules = rules_of(self.session.opened, clinic)
        """What doses are checked against."""
        self.record.watch_clock(watch, self.rules.zone)
        self.log = InjectionLog(self.record, self.rules, new_id)
        """Plan, inject, correct, void."""
        self.photographs = Photographs(self.record, self.rules.zone)
        """Take and compare."""
        self.patient = signed_in.patient(head.patient_id)
        """As last written."""
        self.watch = watch
        """Whether the clock can be believed."""
        self.practice = False
        """Nobody is treated, and nothing is kept: set by `practice_visit`."""
        self._signed_in = signed_in
        self._new_id = new_id

    # --- what is known -----------------------------------------------------------

    @property
    def session(self) -> Session:
        """The session as it stands."""
        return self.record.session

    @property
    def started(self) -> datetime:
        """When it began; of an imported session, when its first picture was taken."""
        return self.session.started or self.head.started_at

    @property
    def author(self) -> str:
        """Who signed in, and writes."""
        return self._signed_in.user.name

    def why_not(self, action: Action) -> str:
        """Say why who signed in may not; empty where that person may."""
        user = self._signed_in.user
        return why_not(user.name, user.roles, action)

    def why_not_write(self, kind: str) -> str:
        """Say why who signed in may not write entries of this kind; empty: may.

        Parameters
        ----------
        kind : str
            Such as ``injected``, ``screened`` or ``signed``.
        """
        return self.why_not(action_for_kind(kind))

    @property
    def facts(self) -> VisitFacts:
        """Patient, session of the plan, user and region, as every window names them."""
        started_on = local_date(self.started, self.rules.zone)
        person, region = self.patient, self.rules.table.region
        return VisitFacts(
            name=person.name,
            born=date_from_text(person.born, "born") if person.born else None,
            number=person.number,
            session_number=1 + sum(1 for day in self.treated_on if day < started_on),
            planned_sessions=self.plan.sessions,
            user=self.author,
            region=region,
            started_on=started_on,
            practice=self.practice,
            forbidden=forbidden_treatments(self.record.sessions, region),
            today=self.today,
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What this release cannot read of the patient's record."""
        return self.record.warnings

    @property
    def today(self) -> date:
        """The clinic's calendar day now."""
        return local_date(self.record.now(), self.rules.zone)

    @property
    def screening(self) -> Screening:
        """The patient's screening as last entered."""
        return stored_screening(self.record.sessions)

    @property
    def screening_to_ask(self) -> Screening:
        """The screening to go on from: what is asked at every session is open again.

        A yes stays until somebody says no; a no of another day is not today's answer.
        """
        held, known = self.screening, screening_table().conditions
        if self.today in (held.screened_on, held.rechecked_on):
            return held
        kept = tuple(
            (key, answer)
            for key, answer in held.answers
            if answer != "no" or key not in known or not known[key].each_session
        )
        return replace(held, answers=kept)

    @property
    def treated_on(self) -> tuple[date, ...]:
        """The days on which something was injected, in order."""
        days = {
            local_date(one.at, self.rules.zone)
            for session in self.record.sessions.values()
            for one in session.injections
        }
        return tuple(sorted(days))

    @property
    def plan(self) -> TreatmentPlan:
        """The course of sessions, from the first treatment on (or today)."""
        products = {
            injection.product
            for session in self.record.sessions.values()
            for injection in session.injections
        }
        known = self.rules.table.products
        intervals = [
            int(limit.maximum)
            for key in products & known.keys()
            for limit in known[key].limits
            if limit.rule == "minimum_interval"
        ]
        return TreatmentPlan(
            starts_on=min(self.treated_on, default=self.today),
            least_interval_days=max(intervals, default=0),
        )

    @property
    def next_appointment(self) -> Appointment | None:
        """The next session of the plan; None when all are done."""
        return self.plan.next_due(self.treated_on)

    def left(self) -> tuple[Remaining, ...]:
        """What is left of each limit of this session and its day."""
        return left(self.record.sessions, self.head, self.rules)

    def checked(self) -> CheckedSession:
        """What the rules say of this session as a whole, as it stands."""
        sessions, unread = self.record.sessions, bool(self.warnings)
        return check_session(sessions, self.head, self.rules, unread=unread)

    def aftercare(self) -> tuple[AftercareLine, ...]:
        """What the patient is asked to do, by date, from the last treatment on.

        Raises
        ------
        RecordError
            If nothing was injected yet.
        """
        if not self.treated_on:
            raise RecordError("nothing was injected yet: there is nothing to care for")
        return aftercare_lines(self.treated_on[-1], load_sheet())

    # --- what is entered ---------------------------------------------------------

    def screen(
        self, screening: Screening, *, reason: str = "", entry_id: str = ""
    ) -> Written:
        """Enter the screening as it stands now; today is the day it was asked.

        Parameters
        ----------
        screening : Screening
            Its dates are set from the clock: the first time it is screened, later
            re-checked.
        reason, entry_id : str
        """
        own_id = entry_id or self._new_id()
        dated = self.dated(screening)
        return self._enter(Screened(entry_id=own_id, screening=dated), reason)

    def dated(self, screening: Screening) -> Screening:
        """The screening as it would be entered today, by whoever signed in."""
        first = self.screening.screened_on or self.today
        dated = replace(screening, screened_on=first, rechecked_on=self.today)
        if dated.suitable is not None:
            dated = replace(dated, decided_by=dated.decided_by or self.author)
        return dated

    def weigh(self, weight: Weight, *, reason: str = "", entry_id: str = "") -> Written:
        """Enter the weight that was just measured."""
        own_id = entry_id or self._new_id()
        now = self.record.now()
        return self._enter(Weighed(entry_id=own_id, weight=weight, at=now), reason)

    def note(
        self,
        text: str,
        *,
        about: str | None = None,
        reason: str = "",
        entry_id: str = "",
    ) -> Written:
        """Enter a note, of its own or about an entry."""
        own_id = entry_id or self._new_id()
        return self._enter(Annotated(entry_id=own_id, text=text, about=about), reason)

    def report_event(self, event: AdverseEvent, *, reason: str = "") -> Written:
        """Enter an adverse event."""
        return self._enter(event, reason)

    def score(
        self,
        *,
        photograph: int | None = None,
        cleared_percent: Decimal | None = None,
        satisfaction: int | None = None,
        blinded: bool = False,
        reason: str = "",
        entry_id: str = "",
    ) -> Written:
        """Enter how the last treatment before today turned out.

        Raises
        ------
        RecordError
            Also where nothing was injected before.
        """
        before = [day for day in self.treated_on if day < self.today]
        treated = before or list(self.treated_on)
        if not treated:
            raise RecordError("nothing was injected yet: there is no outcome to score")
        scored = Scored(
            entry_id=entry_id or self._new_id(),
            treated_on=treated[-1],
            scored_on=self.today,
            photograph=photograph,
            cleared_percent=cleared_percent,
            satisfaction=satisfaction,
            scorer=self.author,
            blinded=blinded,
        )
        return self._enter(scored, reason)

    def sign(
        self, password: str, *, meaning: Meaning = "performed", entry_id: str = ""
    ) -> StoredEvent:
        """Sign exactly the entries so far, with one's own password.

        Raises
        ------
        WrongPasswordError, NotAllowedError, StoreError
        """
        return self.record.sign(password, meaning, entry_id)

    def signs(self, password: str, *, meaning: Meaning, entry_id: str) -> StoredEvent:
        """Sign; where the answer is lost, find out what became of it.

        Raises
        ------
        RecordError
            It is certain that nothing was signed; but for `NotKnownYetError`.
        """
        try:
            return self.sign(password, meaning=meaning, entry_id=entry_id)
        except StoreUnreachableError as error:
            return self.record.settle(entry_id, str(error)).entry
        except StoreError as error:
            raise RecordError(str(error)) from error

    def _enter(self, change: Change, reason: str) -> Written:
        done = self.record.write(
            change.kind, change.entry_id, lambda found: change, reason=reason
        )
        if isinstance(done, Refused):
            raise RecordError(
                "the session is signed: what is added now is kept as an amendment;"
                " say why with a reason"
            )
        return done
