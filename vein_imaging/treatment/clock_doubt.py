"""Whether the time of day can be believed; asked about once, noted in the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from vein_imaging.domain.dose import Finding
from vein_imaging.domain.session import Session
from vein_imaging.domain.treatment_plan import TreatmentPlan
from vein_imaging.storage import StoredEvent
from vein_imaging.storage.people.signed_in import SignedInStore

__all__ = ["ClockDoubt", "ClockWatch", "plan_explains"]

# Two machines' clocks may differ by so much without anyone having set one.
_TOLERANCE = timedelta(minutes=2)
# A clinic that is closed for longer has said so, or its clock has moved.
_LONGEST_CLOSED = timedelta(days=7)
_NEAR_APPOINTMENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ClockDoubt:
    """Why the clock is doubted.

    Parameters
    ----------
    kind : "moved", "behind" or "gap"
    sentence : str
        What is odd, for the person who is asked.
    """

    kind: str
    sentence: str

    def finding(self, product: str) -> Finding:
        """The same beside what the rules say of a dose."""
        return Finding(
            rule="clock_ahead",
            severity="warn",
            scope="patient",
            product=product,
            source="The ledger, and the computer's two clocks",
            message=self.sentence,
        )


class ClockWatch:
    """Compares the time of day with what nobody sets: a running clock, the ledger.

    Parameters
    ----------
    signed_in : SignedInStore
        What is odd at the beginning is noted there at once, so that it is asked about
        by whoever comes next.
    """

    def __init__(self, signed_in: SignedInStore) -> None:
        self._signed_in = signed_in
        clocks = signed_in.clocks
        self._began, self._began_s = clocks.now(), clocks.idle()
        self._noted = _unanswered(signed_in.clock_notes())
        self._answered = False
        if self._noted is None:
            doubt = self._against_ledger(signed_in.latest_before)
            if doubt is not None:
                self._note(doubt)

    def doubt(self) -> ClockDoubt | None:
        """What is odd and not yet answered, or None."""
        moved = self._moved()
        if moved is not None and self._noted is None:
            self._note(moved)
        return self._noted

    def answer(self, *, right: bool, reason: str) -> None:
        """Write down what the person said of the clock; it is not asked again.

        Parameters
        ----------
        right : bool
            The clock is right now: the ledger's later times are not, and no entry is
            blamed for standing before them.
        reason : str
        """
        body = {"right": right, "reason": reason, "now": self._now().isoformat()}
        self._signed_in.log_own("clock", body)
        self._noted = None
        self._began, self._began_s = self._now(), self._signed_in.clocks.idle()

    def explained_by(self, sessions: Iterable[Session], zone_day: date) -> None:
        """Take a gap as explained where a patient's plan names this very time."""
        doubt = self._noted
        if (
            doubt is not None
            and doubt.kind == "gap"
            and plan_explains(sessions, zone_day)
        ):
            self.answer(right=True, reason="the plan of a patient who came explains it")

    def _now(self) -> datetime:
        return self._signed_in.clocks.now()

    def _note(self, doubt: ClockDoubt) -> None:
        body = {"right": None, "kind": doubt.kind, "why": doubt.sentence}
        self._signed_in.log_own("clock", body)
        self._noted = doubt

    def _moved(self) -> ClockDoubt | None:
        ran = timedelta(seconds=self._signed_in.clocks.idle() - self._began_s)
        by = (self._now() - self._began) - ran
        if abs(by) <= _TOLERANCE:
            return None
        way = "forward" if by > timedelta(0) else "back"
        return ClockDoubt(
            "moved",
            f"The computer's clock was moved {way} by {_span(abs(by))} while this"
            " program ran; is it right now?",
        )

    def _against_ledger(self, latest: datetime | None) -> ClockDoubt | None:
        if latest is None:
            return None
        since = self._now() - latest
        if -since > _TOLERANCE:
            return ClockDoubt(
                "behind",
                f"The computer's clock stands {_span(-since)} before the last entry of"
                f" {latest:%Y-%m-%d %H:%M} UTC; is it right now?",
            )
        if since > _LONGEST_CLOSED:
            return ClockDoubt(
                "gap",
                f"Nothing was entered for {_span(since)} before now, since"
                f" {latest:%Y-%m-%d}; is the computer's clock right?",
            )
        return None


def _unanswered(notes: Iterable[StoredEvent]) -> ClockDoubt | None:
    newest = None
    for note in notes:
        newest = note
    if newest is None or newest.body.get("right") is not None:
        return None
    return ClockDoubt(str(newest.body["kind"]), str(newest.body["why"]))


def _span(long: timedelta) -> str:
    if long.days:
        return f"{long.days} day{'' if long.days == 1 else 's'}"
    minutes = long.seconds // 60
    return f"{minutes // 60} h {minutes % 60} min" if minutes > 59 else f"{minutes} min"


def plan_explains(sessions: Iterable[Session], today: date) -> bool:
    """Whether today is near the day on which the patient's next session is planned.

    Parameters
    ----------
    sessions : iterable of Session
    today : date
        On the clinic's calendar.
    """
    done = sorted(
        {one.started.date() for one in sessions if one.started and one.injections}
    )
    done = [day for day in done if day < today]
    if not done:
        return False
    due = TreatmentPlan(starts_on=done[0]).next_due(done)
    return due is not None and abs(due.planned_on - today) <= _NEAR_APPOINTMENT
