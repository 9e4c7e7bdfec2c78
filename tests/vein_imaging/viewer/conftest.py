"""A person at the screen, as real Qt events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QWidget

from vein_imaging.storage.people.administration import add_user, set_up
from vein_imaging.storage.people.roles import Role
from vein_imaging.storage.people.signed_in import Clocks, sign_in
from vein_imaging.treatment import AtWork, ClinicSettings, sign_in_to_work

_test: Any = QTest  # PyQt6's stubs forget that its functions are static


class Person:
    """Clicks, types and presses keys."""

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        where = at if at is not None else widget.rect().center()
        _test.mouseClick(widget, Qt.MouseButton.LeftButton, pos=where)

    def move(self, widget: QWidget, at: QPoint) -> None:
        _test.mouseMove(widget, at)

    def drag(self, widget: QWidget, start: QPoint, end: QPoint) -> None:
        _test.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
        _test.mouseMove(widget, end)
        _test.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)

    def types(self, widget: QWidget, text: str) -> None:
        _test.keyClicks(widget, text)

    def presses(
        self,
        widget: QWidget,
        key: Qt.Key,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        _test.keyClick(widget, key, modifier)


@pytest.fixture
def person() -> Person:
    return Person()


PASSWORD = "four unrelated words"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@dataclass
class Clinic:
    """A store with people in it, and both clocks, moved by hand."""

    folder: Path
    now: datetime = NOON
    idle_s: float = 0.0
    password: str = PASSWORD
    clocks: Clocks = field(init=False)

    def __post_init__(self) -> None:
        self.clocks = Clocks(lambda: self.now, lambda: self.idle_s)

    def work(self, name: str = "anna") -> AtWork:
        """Sign in; the desk never locks."""
        never = float("inf")
        return sign_in_to_work(
            self.folder, name, PASSWORD, clocks=self.clocks, idle_limit_s=never
        )

    def patient(self, name: str, **facts: str) -> str:
        """Add a patient, and give the id."""
        work = self.work()
        try:
            return work.add_patient({"name": name, **facts}).patient_id
        finally:
            work.leave()

    def begun(self, name: str, by: str = "anna", **facts: str) -> str:
        """Add a patient and begin a session of today; give the session's id."""
        patient_id = self.patient(name, **facts)
        work = self.work(by)
        try:
            return work.start_session(patient_id).head.session_id
        finally:
            work.leave()


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """A clinic of an owner, two clinicians, an assistant and an auditor."""
    cost = (32, 1, 4)  # of a password, as the tests of the store have it
    monkeypatch.setattr("vein_imaging.storage.people.passwords.ARGON2ID_COST", cost)
    made = Clinic(tmp_path / "store")
    people = {
        "anna": Role.CLINICIAN,
        "bert": Role.CLINICIAN,
        "ben": Role.ASSISTANT,
        "carl": Role.AUDITOR,
    }
    set_up(made.folder, "olga", PASSWORD, at=NOON)
    with sign_in(made.folder, "olga", PASSWORD, clocks=made.clocks) as owner:
        owner.set_clinic(ClinicSettings("US", "Europe/London", name="Vein Clinic"))
        for name, role in people.items():
            add_user(owner, name, PASSWORD, [role], at=NOON)
    return made
