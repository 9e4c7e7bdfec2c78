from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QWidget

from vein_imaging.treatment import VisitFacts
from vein_imaging.treatment.photographs import Circumstances
from vein_imaging.viewer.before_after.photograph_dialog import PhotographDialog

HOW = Circumstances("transilluminated", "standing", "left thigh lateral")


@pytest.fixture
def parent(qtbot: QtBot) -> Iterator[QWidget]:
    widget = QWidget()
    yield widget
    widget.deleteLater()


def choose(dialog: PhotographDialog, *area: str) -> None:
    dialog.light.setCurrentText("transilluminated")
    dialog.pose.setCurrentText("standing")
    for combo, word in zip(dialog.area.lists, area, strict=True):
        combo.setCurrentText(word)


def test_the_first_photograph_assumes_nothing(parent: QWidget) -> None:
    dialog = PhotographDialog(parent, None)
    assert not dialog.go_on.isEnabled()
    assert dialog.problem.text() == "Still to choose: light, pose, area"
    choose(dialog, "left", "thigh", "lateral")
    assert dialog.go_on.isEnabled()
    assert dialog.circumstances == HOW


def test_an_area_is_side_part_and_face(parent: QWidget) -> None:
    dialog = PhotographDialog(parent, None)
    choose(dialog, "left", "thigh", "lateral")
    dialog.area.lists[1].setCurrentIndex(-1)
    assert dialog.problem.text() == "Still to choose: area"
    dialog.area.lists[1].setCurrentText("lower leg")
    assert dialog.circumstances.view == "left lower leg lateral"


def test_the_lists_are_chosen_from_with_the_keyboard(
    parent: QWidget, person: Any
) -> None:
    dialog = PhotographDialog(parent, None)
    choose(dialog, "right", "foot", "medial")
    person.types(dialog.area.lists[1], "ank")
    person.presses(dialog.area.lists[2], Qt.Key.Key_Down)
    assert dialog.circumstances.view == "right ankle lateral"


def test_the_next_one_offers_what_was_chosen_last(parent: QWidget) -> None:
    dialog = PhotographDialog(parent, replace(HOW, when="after"))
    assert dialog.go_on.isEnabled()
    assert dialog.circumstances == replace(HOW, when="after")


@pytest.mark.parametrize("last", [None, HOW])
def test_before_injecting_is_never_preset_once_something_was_injected(
    parent: QWidget, last: Circumstances | None
) -> None:
    """It was preset after three injections, and stored with one press of Enter."""
    dialog = PhotographDialog(parent, last, injected=True)
    choose(dialog, "left", "thigh", "lateral")
    assert dialog.when.currentIndex() == -1
    assert dialog.problem.text() == "Still to choose: when"
    dialog.when.setCurrentText("Before injecting")  # the other leg, not injected yet
    assert dialog.circumstances == HOW


def test_after_injecting_is_kept_for_the_next(parent: QWidget) -> None:
    dialog = PhotographDialog(parent, replace(HOW, when="after"), injected=True)
    assert dialog.circumstances.when == "after"


def test_what_was_typed_before_there_were_lists_is_taken_over(parent: QWidget) -> None:
    dialog = PhotographDialog(parent, replace(HOW, view="left leg, lateral"))
    assert dialog.area.chosen.words == ("left", "lateral")
    assert dialog.problem.text() == "Still to choose: area"


def test_the_picture_that_will_be_stored_is_shown(parent: QWidget) -> None:
    picture = np.full((360, 640), 90, np.uint8)
    dialog = PhotographDialog(parent, None, picture=picture)
    (shown,) = (
        label
        for label in dialog.findChildren(QWidget)
        if label.accessibleName() == "The picture"
    )
    image: Any = shown
    assert image.pixmap().toImage().pixelColor(100, 100).red() == 90


def test_whose_picture_it_is_stands_on_top(parent: QWidget) -> None:
    facts = VisitFacts(
        name="Maria Probe",
        born=date(1970, 1, 2),
        number="17",
        session_number=2,
        planned_sessions=3,
        user="anna",
        region="US",
        started_on=date(2026, 11, 25),
    )
    dialog = PhotographDialog(parent, None, facts=facts)
    layout: Any = dialog.layout()
    line = layout.itemAt(0).widget().text()
    assert "Maria Probe" in line and "1970-01-02" in line and "2 of 3" in line


@pytest.mark.parametrize(
    ("age_s", "said"),
    [(0.2, ""), (8.4, "taken 8 seconds ago"), (190.0, "taken 3 minutes ago")],
)
def test_a_held_picture_is_said_to_be_old(
    parent: QWidget, age_s: float, said: str
) -> None:
    dialog = PhotographDialog(parent, None, age_s=age_s)
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    old = [text for text in texts if text.startswith("NOT LIVE")]
    assert bool(old) == bool(said) and all(said in text for text in old)
