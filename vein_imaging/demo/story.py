"""Who, when and what: the invented patient, two visits, and what is planned in each."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = [
    "CLINIC",
    "SUITABLE",
    "VISITS",
    "Clinic",
    "PlannedDose",
    "StoryClock",
    "VisitStory",
]


@dataclass(frozen=True, slots=True)
class Clinic:
    """Where the story plays; names and numbers are invented."""

    author: str = "dr.demo"
    password: str = "the demo has no secrets"
    patient_id: str = "DEMO-0001"
    patient_name: str = "Demo Patient (drawn by the phantom)"
    born_on: str = "1980-04-12"
    weight_kg: str = "68"
    region: str = "US"
    timezone: str = "Europe/London"

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return ZoneInfo(self.timezone)


SUITABLE = "Spider and reticular veins only; no reflux; nothing against it."
"""The decision, and why, of the invented patient's screening."""


class StoryClock:
    """The story's time: both clocks go on with it, and only when it says so.

    Parameters
    ----------
    at : datetime with a zone
    """

    def __init__(self, at: datetime) -> None:
        self._began = self.at = at
        self._real_s = time.monotonic()
        self.running = False
        """Whether it goes on by itself from now on: a person is there."""

    def now(self) -> datetime:
        """The time of day."""
        passed = time.monotonic() - self._real_s if self.running else 0.0
        return self.at + timedelta(seconds=passed)

    def idle_s(self) -> float:
        """The clock that nobody sets."""
        return (self.now() - self._began).total_seconds()

    def pass_minutes(self, minutes: float) -> None:
        """Let the story go on."""
        self.at += timedelta(minutes=minutes)

    def go_to(self, at: datetime) -> None:
        """Let the story go on at its next visit."""
        self.at = at

    def run(self) -> None:
        """Go on by itself from here."""
        self._real_s, self.running = time.monotonic(), True


@dataclass(frozen=True, slots=True)
class PlannedDose:
    """One injection as the clinician first types it.

    Parameters
    ----------
    volume_ml, concentration_percent : str
        Decimal text.
    instead_ml : str
        What is planned in its place where the check says stop; "" where it need not.
    """

    volume_ml: str
    concentration_percent: str = "0.5"
    instead_ml: str = ""


@dataclass(frozen=True, slots=True)
class VisitStory:
    """One visit.

    Parameters
    ----------
    name : str
    started : datetime with a zone
    camera : str
        Address; the two differ in `visit` only, so they show one leg.
    doses : tuple of PlannedDose
        One site each. The visit's picture is taken before them.
    signed : bool
        Whether the session is closed at its end.
    """

    name: str
    started: datetime
    camera: str
    doses: tuple[PlannedDose, ...]
    signed: bool


CLINIC = Clinic()
_FIRST = datetime(2026, 9, 1, 10, 0, tzinfo=CLINIC.zone)
_CAMERA = "phantom:?seed=11&size=1280x720&fps=0&treated_share=0.95"

VISITS = (
    VisitStory(
        "Session 1",
        _FIRST,
        _CAMERA,
        # Asclera's label: 0.1 to 0.3 mL per injection. The second would pass it.
        (PlannedDose("0.2"), PlannedDose("0.4", instead_ml="0.3"), PlannedDose("0.3")),
        signed=True,
    ),
    VisitStory(
        "Session 2",
        _FIRST + timedelta(weeks=8),
        _CAMERA + "&visit=after",
        (PlannedDose("0.1"), PlannedDose("0.2")),
        signed=False,  # still open: the window goes on with it
    ),
)
