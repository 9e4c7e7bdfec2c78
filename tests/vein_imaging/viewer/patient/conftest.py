"""The patient's page on a real store with people whose passwords are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QMessageBox, QVBoxLayout, QWidget

from vein_imaging.storage.people.administration import add_user
from vein_imaging.storage.people.roles import Role
from vein_imaging.storage.people.signed_in import sign_in
from vein_imaging.treatment import AtWork, ClinicSettings, Visit
from vein_imaging.treatment.practice import Clocks, invented_clinic
from vein_imaging.viewer.patient.patient_page import PatientPage
from vein_imaging.viewer.qt.record_desk import RecordDesk

PASSWORD = "four unrelated words"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
WAIT_MS = 20_000  # a machine that does other things as well is slow


class Hospital:
    """A store, its clock, and whoever signs in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = NOON
        self.idle_s = 0.0
        self.clocks = Clocks(lambda: self.now, lambda: self.idle_s)
        settings = ClinicSettings("US", "UTC")
        invented_clinic(folder, "anna", PASSWORD, settings, self.clocks)
        self._open: list[object] = []
        with sign_in(folder, "anna", PASSWORD, clocks=self.clocks) as owner:
            add_user(owner, "ben", PASSWORD, [Role.ASSISTANT], at=NOON)
            add_user(owner, "bert", PASSWORD, [Role.CLINICIAN], at=NOON)

    def pass_days(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.idle_s += timedelta(days=days).total_seconds()

    def work(self, name: str = "anna") -> AtWork:
        signed_in = sign_in(
            self.folder, name, PASSWORD, clocks=self.clocks, idle_limit_s=1e12
        )
        self._open.append(signed_in)
        return AtWork(signed_in)

    def visit(self, name: str = "anna") -> Visit:
        work = self.work(name)
        found = work.find_patients()
        patient = found[0] if found else work.add_patient({"name": "Probe"})
        return work.todays_session(patient.patient_id)

    def close(self) -> None:
        for one in self._open:
            one.lock()  # type: ignore[attr-defined]


@dataclass
class Room:
    """One window's page."""

    qtbot: QtBot
    visit: Visit
    window: QWidget
    desk: RecordDesk
    page: PatientPage

    def until(self, true: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(true, timeout=WAIT_MS)

    def kinds(self) -> list[str]:
        store, session_id = self.visit._signed_in, self.visit.head.session_id
        return [event.kind for event in store.events(session_id)]

    def boxes(self) -> list[QMessageBox]:
        return [box for box in self.window.findChildren(QMessageBox) if box.isVisible()]


def at_page(qtbot: QtBot, visit: Visit) -> Room:
    """Open the page of a visit, of the size it has at 1280 x 720."""
    window = QWidget()
    qtbot.addWidget(window)
    desk = RecordDesk(visit, window)
    page = PatientPage(visit, desk, window)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(page)
    window.resize(500, 530)
    window.show()
    return Room(qtbot, visit, window, desk, page)


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "vein_imaging.storage.people.passwords.ARGON2ID_COST", (32, 1, 4)
    )


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    hospital = Hospital(tmp_path / "clinic")
    yield hospital
    hospital.close()


@pytest.fixture
def room(qtbot: QtBot, hospital: Hospital) -> Room:
    return at_page(qtbot, hospital.visit())
