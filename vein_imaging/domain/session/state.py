"""A session as it stands: its injections as corrected, its notes, its signatures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from vein_imaging.domain.adverse_events import AdverseEvent, Discomfort
from vein_imaging.domain.dose import SessionDoses
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.outcome import Scored
from vein_imaging.domain.screening import Screening
from vein_imaging.domain.session.events import (
    Amended,
    Annotated,
    Corrected,
    Injected,
    Opened,
    Photographed,
    Planned,
    Signed,
    Voided,
    Weighed,
)

__all__ = ["RecordedInjection", "Session"]


@dataclass(frozen=True, slots=True)
class RecordedInjection:
    """One injection as it stands now.

    Parameters
    ----------
    event : Injected
        As it was first entered.
    injection : Injection
        As last corrected.
    corrections : tuple of Corrected
        Those in force, in order of entry.
    voided_by : Voided or None
        Where the entry does not hold.
    """

    event: Injected
    injection: Injection
    corrections: tuple[Corrected, ...] = ()
    voided_by: Voided | None = None

    @property
    def entry_id(self) -> str:
        """The id it was first entered under."""
        return self.event.entry_id

    @property
    def flagged(self) -> bool:
        """Whether it was given past a stop, as first entered or as corrected."""
        return self.event.flagged or any(one.flagged for one in self.corrections)

    @property
    def reason_due(self) -> bool:
        """Whether it was given past a stop and no reason was ever entered."""
        return self.event.reason_due and not self.corrections


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One session as its events tell it.

    Parameters
    ----------
    opened : Opened or None
    plans : tuple of Planned
        Neither voided nor carried out.
    entries : tuple of RecordedInjection
        Every injection ever entered, voided ones too.
    notes : tuple of Annotated
    photographs : tuple of Photographed
    screening : Screening or None
        As last entered.
    screening_place : int
        Where its entry stands in all that was entered about the patient: a session that
        began earlier can hold the later screening.
    weights : tuple of Weighed
    adverse_events : tuple of AdverseEvent
    discomforts : tuple of Discomfort
    scores : tuple of Scored
    signatures : tuple of Signed
    amendments : tuple of Amended
    irregularities : tuple of str
        What is odd in the log: it is kept and counted all the same.
    """

    opened: Opened | None = None
    plans: tuple[Planned, ...] = ()
    entries: tuple[RecordedInjection, ...] = ()
    notes: tuple[Annotated, ...] = ()
    photographs: tuple[Photographed, ...] = ()
    screening: Screening | None = None
    screening_place: int = field(default=0, compare=False)
    weights: tuple[Weighed, ...] = ()
    adverse_events: tuple[AdverseEvent, ...] = ()
    discomforts: tuple[Discomfort, ...] = ()
    scores: tuple[Scored, ...] = ()
    signatures: tuple[Signed, ...] = ()
    amendments: tuple[Amended, ...] = ()
    irregularities: tuple[str, ...] = ()

    @property
    def injections(self) -> tuple[Injection, ...]:
        """What was given, as corrected, without what was voided."""
        return tuple(one.injection for one in self.entries if one.voided_by is None)

    @property
    def is_signed(self) -> bool:
        """Whether a practitioner has signed it."""
        return bool(self.signatures)

    @property
    def reasons_due(self) -> tuple[RecordedInjection, ...]:
        """Injections given past a stop with neither reason, correction nor note."""
        noted = {note.about for note in self.notes}
        return tuple(
            one
            for one in self.entries
            if one.voided_by is None and one.reason_due and one.entry_id not in noted
        )

    @property
    def started(self) -> datetime | None:
        """When it began: as opened, else its first injection."""
        if self.opened is not None:
            return self.opened.started
        return min((injection.at for injection in self.injections), default=None)

    def doses(self) -> SessionDoses | None:
        """What the dose check counts of it; None before it began."""
        started = self.started
        return None if started is None else SessionDoses(started, self.injections)
