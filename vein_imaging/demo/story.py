"""Who, when and what: the invented patient, two visits, and what is planned in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from vein_imaging.domain.screening import Doppler, Screening, screening_table

__all__ = ["CLINIC", "VISITS", "Clinic", "PlannedDose", "VisitStory"]


@dataclass(frozen=True, slots=True)
class Clinic:
    """Where the story plays; names and numbers are invented."""

    author: str = "Dr Demo"
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

    def screening(self, day: date) -> Screening:
        """The invented patient's screening, asked again on the day of a session."""
        return Screening(
            answers=tuple((key, "no") for key in screening_table().conditions),
            screened_on=VISITS[0].started.date(),
            rechecked_on=day,
            doppler=Doppler(result="normal", done_on=VISITS[0].started.date()),
            ceap_left="C1",
            ceap_right="C1",
            consent_treatment=True,
            consent_photographs=True,
            suitable=True,
            reason="Spider and reticular veins only; no reflux; nothing against it.",
            decided_by=self.author,
        )


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
