from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QWidget

from vein_imaging.treatment.photographs import Circumstances, Photo
from vein_imaging.viewer.before_after.photograph_dialog import (
    CompareDialog,
    PhotographDialog,
)

HOW = Circumstances("transilluminated", "standing", "left lateral")
NOW = Photo("c", date(2026, 11, 25), HOW, 0.08, True)
ELSE = Photo("b", date(2026, 9, 25), replace(HOW, view="right"), 0.08, False)
THEN = Photo("a", date(2026, 9, 25), HOW, 0.08, False)


@pytest.fixture
def parent(qtbot: QtBot) -> Iterator[QWidget]:
    widget = QWidget()
    yield widget
    widget.deleteLater()


def test_the_first_photograph_assumes_nothing(parent: QWidget, person: Any) -> None:
    dialog = PhotographDialog(parent, None)
    assert not dialog.go_on.isEnabled()
    assert dialog.problem.text() == "Still to choose: light, pose, view"
    dialog.light.setCurrentText("transilluminated")
    dialog.pose.setCurrentText("standing")
    person.types(dialog.view, "  Left  lateral ")
    assert dialog.go_on.isEnabled()
    assert dialog.circumstances == HOW


def test_the_next_one_offers_what_was_chosen_last(parent: QWidget) -> None:
    dialog = PhotographDialog(parent, replace(HOW, when="after"))
    assert dialog.go_on.isEnabled()
    assert dialog.circumstances == replace(HOW, when="after")


def test_the_likely_pair_is_chosen(parent: QWidget) -> None:
    dialog = CompareDialog(parent, (NOW, ELSE, THEN))
    assert dialog.chosen == (THEN, NOW)
    assert dialog.go_on.isEnabled()


def test_a_pair_that_must_not_be_compared_cannot_be(parent: QWidget) -> None:
    dialog = CompareDialog(parent, (NOW, ELSE, THEN))
    dialog.before.setCurrentIndex(1)
    assert not dialog.go_on.isEnabled()
    assert "Different views" in dialog.problem.text()
