"""The drawing of both legs, by mouse and by keys."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, Qt

from vein_imaging.domain.body_area import read_body_area
from vein_imaging.viewer.injecting.body_map import BodyMap, regions


@pytest.fixture
def legs(qtbot: QtBot) -> BodyMap:
    legs = BodyMap()
    qtbot.addWidget(legs)
    legs.resize(1160, 544)  # of a window of 1280 x 720
    legs.show()
    return legs


def test_every_area_of_both_legs_is_there_once_from_each_side_that_shows_it() -> None:
    names = [region.name for region in regions()]
    assert len(names) == 60
    assert len(set(names)) == 40
    for name in names:
        area = read_body_area(name)
        assert area is not None and area.is_whole and area.text == name


def test_the_patients_right_leg_is_at_the_left_seen_from_the_front() -> None:
    middle = {
        (region.name, region.column < 6): region.path.boundingRect().center().x()
        for region in regions()
    }
    front_right = middle["right thigh anterior", True]
    front_left = middle["left thigh anterior", True]
    assert front_right < front_left
    back_right = middle["right thigh posterior", False]
    back_left = middle["left thigh posterior", False]
    assert back_left < back_right
    # The inner sides of both legs face each other.
    assert middle["right thigh medial", True] > front_right
    assert middle["left thigh medial", True] < front_left


def test_every_area_is_large_enough_for_a_finger(legs: BodyMap) -> None:
    scale = min(legs.width() / 640, legs.height() / 300)
    for region in regions():
        box = region.path.boundingRect()
        assert box.width() * scale >= 44, region.name
        assert box.height() * scale >= 44, region.name


def test_a_press_names_the_area_in_english_as_the_record_keeps_it(
    legs: BodyMap, qtbot: QtBot, person: Any
) -> None:
    for name in ("left thigh lateral", "right foot posterior", "left ankle medial"):
        place = legs.centre_of(name)
        with qtbot.waitSignal(legs.chosen) as sent:
            person.click(legs, QPoint(round(place.x()), round(place.y())))
        assert sent.args == [name]


def test_a_press_beside_the_legs_chooses_nothing(legs: BodyMap, person: Any) -> None:
    heard: list[str] = []
    legs.chosen.connect(heard.append)
    person.click(legs, QPoint(2, legs.height() - 2))
    assert heard == []


def test_the_keys_reach_every_area(legs: BodyMap, qtbot: QtBot, person: Any) -> None:
    seen = set()
    for _row in range(5):
        for _column in range(12):
            seen.add(legs.current.name)
            person.presses(legs, Qt.Key.Key_Right)
        person.presses(legs, Qt.Key.Key_Down)
    assert seen == {region.name for region in regions()}
    with qtbot.waitSignal(legs.chosen) as sent:
        person.presses(legs, Qt.Key.Key_Return)
    assert sent.args == [legs.current.name]


def test_a_screen_reader_hears_where_the_keys_are(legs: BodyMap, person: Any) -> None:
    legs.show_named("lateral left thigh", {"left lateral thigh": 2})
    assert legs.current.name == "left thigh lateral"
    assert legs.accessibleDescription() == "left thigh lateral: 2 given"
    person.presses(legs, Qt.Key.Key_Down)
    assert legs.accessibleDescription() == "left knee lateral"
