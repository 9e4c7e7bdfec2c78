"""A clinic with people in it, and a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from vein_imaging.domain.screening import Doppler, Screening, screening_table
from vein_imaging.storage.people.administration import add_user, remove_user, set_up
from vein_imaging.storage.people.roles import Role
from vein_imaging.storage.people.signed_in import Clocks, SignedInStore, sign_in
from vein_imaging.treatment import AtWork, ClinicSettings, Site, Visit
from vein_imaging.treatment.typed_injection import EntryText

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
PASSWORD = "four unrelated words"
PEOPLE = {
    "anna": [Role.CLINICIAN],
    "bert": [Role.CLINICIAN],
    "ben": [Role.ASSISTANT],
    "carl": [Role.AUDITOR],
}


@dataclass
class Clinic:
    """A store on disk, its people, and both clocks."""

    folder: Path
    region: str = "US"
    timezone: str = "UTC"
    limits: str = ""
    now: datetime = NOON
    idle_s: float = 0.0
    clocks: Clocks = field(init=False)
    open: list[SignedInStore] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clocks = Clocks(lambda: self.now, lambda: self.idle_s)

    def pass_time(self, **span: float) -> None:
        """Let both clocks go on."""
        self.now += timedelta(**span)
        self.idle_s += timedelta(**span).total_seconds()

    def set_clock(self, now: datetime) -> None:
        """Set the time of day; the running clock does not follow."""
        self.now = now

    def sign_in(self, name: str) -> SignedInStore:
        signed_in = sign_in(
            self.folder, name, PASSWORD, clocks=self.clocks, idle_limit_s=1e12
        )
        self.open.append(signed_in)
        return signed_in

    def work(self, name: str = "anna") -> AtWork:
        return AtWork(self.sign_in(name))

    def remove(self, name: str) -> None:
        with self.sign_in("olga") as owner:
            remove_user(owner, name, at=self.now)

    def visit(self, name: str = "anna", *, screened: bool = True) -> Visit:
        """A session of a new patient, screened and weighed as it should be."""
        work = self.work(name)
        number = str(len(work.find_patients()) + 1)
        patient = work.add_patient({"name": f"Probe {number}", "number": number})
        visit = work.start_session(patient.patient_id)
        if screened:
            visit.screen(SCREENED)
        return visit


SCREENED = Screening(
    answers=tuple((key, "no") for key in screening_table().conditions),
    doppler=Doppler(result="normal", done_on=NOON.date()),
    ceap_left="C1",
    ceap_right="C1",
    consent_treatment=True,
    consent_foam=True,
    suitable=True,
    reason="nothing against it",
)
SMALL = EntryText("asclera", "0.5", "liquid", "", "0.1", batch="L1")
LARGE = replace(SMALL, volume_ml="0.4")
PICTURE = np.arange(48, dtype=np.uint8).reshape(6, 8)
SITE = Site((2.4, 5.6), PICTURE)


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "vein_imaging.storage.people.passwords.ARGON2ID_COST", (32, 1, 4)
    )


MakeClinic = Callable[..., Clinic]


@pytest.fixture
def make_clinic(tmp_path: Path) -> Iterator[MakeClinic]:
    """Make a clinic whose region, zone and own limits its owner has written."""
    made: list[Clinic] = []

    def make(**given: str) -> Clinic:
        folder = tmp_path / f"clinic{len(made)}"
        clinic = replace(Clinic(folder), **given)  # type: ignore[arg-type]
        made.append(clinic)
        set_up(clinic.folder, "olga", PASSWORD, at=NOON)
        with clinic.sign_in("olga") as owner:
            settings = ClinicSettings(clinic.region, clinic.timezone, clinic.limits)
            owner.set_clinic(settings)
            for name, roles in PEOPLE.items():
                add_user(owner, name, PASSWORD, roles, at=NOON)
        return clinic

    yield make
    for clinic in made:
        for signed_in in clinic.open:
            signed_in.lock()


@pytest.fixture
def clinic(make_clinic: MakeClinic) -> Clinic:
    return make_clinic()
