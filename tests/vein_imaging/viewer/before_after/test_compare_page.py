"""The patient's photographs as a timeline, and which may be chosen together."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel

from vein_imaging.treatment import RecordError
from vein_imaging.treatment.photographs import Circumstances, Photo
from vein_imaging.viewer.before_after.compare_page import ComparePage
from vein_imaging.viewer.before_after.thumbnails import THUMBNAIL_PX, photo_thumbnail

HOW = Circumstances("near-infrared", "standing", "left thigh lateral")
THEN, NOW = date(2026, 9, 25), date(2026, 11, 25)


class Record:
    """A patient's photographs, of which a bright one lies behind each name."""

    def __init__(self, *photos: Photo) -> None:
        self.photos = list(photos)
        self.read: list[str] = []
        self.readers: set[int] = set()
        self.missing: set[str] = set()

    def all(self) -> tuple[Photo, ...]:
        return tuple(reversed(self.photos))

    def picture(self, photo: Photo) -> Any:
        self.read.append(photo.image_id)
        self.readers.add(threading.get_ident())
        if photo.image_id in self.missing:
            raise RecordError("the picture is damaged")
        return np.full((360, 640), 200, np.uint8)


def photo(name: str, day: date = THEN, *, here: bool = False, **how: str) -> Photo:
    taken = replace(HOW, **how)  # type: ignore[arg-type]
    return Photo(name, day, taken, 0.1, here, patient_id="p")


def shown(qtbot: QtBot, record: Record) -> ComparePage:
    page = ComparePage(record)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.resize(500, 600)
    page.show()
    qtbot.waitExposed(page)
    return page


def names(page: ComparePage) -> str:
    return "".join(one.image_id for one in page.chosen)


def test_thumbnails_are_read_once_beside_the_window(qtbot: QtBot) -> None:
    record = Record(photo("a"), photo("b", NOW))
    page = shown(qtbot, record)
    qtbot.waitUntil(lambda: all(not tile.icon().isNull() for tile in page.tiles))
    assert sorted(record.read) == ["a", "b"]
    assert threading.get_ident() not in record.readers
    page.refresh()
    assert all(not tile.icon().isNull() for tile in page.tiles)
    assert len(record.read) == 2


def test_pictures_stand_under_their_area_and_pose(qtbot: QtBot) -> None:
    record = Record(photo("a"), photo("b", NOW), photo("c", pose="lying prone"))
    page = shown(qtbot, record)
    captions = [
        label.text()
        for label in page.findChildren(QLabel)
        if label.property("role") == "caption"
    ]
    assert captions == [
        "left thigh lateral, lying prone",
        "left thigh lateral, standing",
    ]
    assert page.count.text() == "3 photographs of this patient"
    assert page.tiles[0].text() == "25 Sep 2026\nnear-infrared"


def test_two_are_chosen_by_mouse_and_asked_for_by_time(
    qtbot: QtBot, person: Any
) -> None:
    page = shown(qtbot, Record(photo("a"), photo("b", NOW)))
    assert not page.compare.isEnabled() and "Choose two" in page.problem.text()
    person.click(page.tiles[1])
    person.click(page.tiles[0])
    assert page.compare.isEnabled() and page.problem.text() == ""
    assert page.compare.text() == "Compare these 2"
    assert [tile.badge.text() for tile in page.tiles] == ["1", "2"]
    with qtbot.waitSignal(page.asked) as asked:
        person.click(page.compare)
    assert [one.image_id for one in asked.args[0]] == ["a", "b"]


def test_pictures_are_chosen_with_the_keyboard_alone(qtbot: QtBot, person: Any) -> None:
    page = shown(qtbot, Record(photo("a"), photo("b", NOW)))
    page.tiles[0].setFocus()
    person.presses(page.tiles[0], Qt.Key.Key_Space)
    page.tiles[1].setFocus()
    person.presses(page.tiles[1], Qt.Key.Key_Space)
    assert names(page) == "ab"


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"view": "left thigh medial"}, "Different views"),
        ({"pose": "lying supine"}, "Different poses"),
        ({"light": "white"}, "Different light"),
    ],
)
def test_what_must_not_be_compared_is_said_and_cannot_be(
    qtbot: QtBot, person: Any, other: dict[str, str], says: str
) -> None:
    page = shown(qtbot, Record(photo("a"), photo("b", NOW, **other)))  # type: ignore[arg-type]
    for tile in page.tiles:
        person.click(tile)
    assert not page.compare.isEnabled() and says in page.problem.text()


def test_five_are_too_many_for_one_look(qtbot: QtBot) -> None:
    days = [date(2026, month, 1) for month in range(1, 6)]
    page = shown(qtbot, Record(*(photo(str(at), day) for at, day in enumerate(days))))
    page.choose(page._photographs.all())
    assert not page.compare.isEnabled() and "4 pictures" in page.problem.text()


def test_the_newest_and_the_one_before_are_proposed(qtbot: QtBot) -> None:
    record = Record(
        photo("a"),
        photo("b", view="right thigh lateral"),
        photo("c", NOW, here=True),
        photo("d", NOW, here=True),
    )
    page = shown(qtbot, record)
    page.propose()
    assert names(page) == "ad"
    page.choose(page.chosen[:1])
    page.propose()  # what a person chose stays
    assert names(page) == "a"


def test_a_new_picture_joins_and_what_was_chosen_stays(qtbot: QtBot) -> None:
    record = Record(photo("a"), photo("b", NOW))
    page = shown(qtbot, record)
    page.propose()
    record.photos.append(photo("c", NOW))
    page.refresh()
    assert names(page) == "ab" and len(page.tiles) == 3


def test_a_damaged_picture_is_said_and_cannot_be_chosen(qtbot: QtBot) -> None:
    record = Record(photo("a"), photo("b", NOW))
    record.missing.add("a")
    page = shown(qtbot, record)
    qtbot.waitUntil(lambda: not page.tiles[0].isEnabled())
    assert page.tiles[0].text().startswith("cannot be read")
    assert page.tiles[0].toolTip() == "the picture is damaged"
    assert page.tiles[1].isEnabled()


def test_without_a_photograph_the_page_says_how_to_take_one(qtbot: QtBot) -> None:
    page = shown(qtbot, Record())
    said = " ".join(label.text() for label in page.findChildren(QLabel))
    assert "no photograph of this patient yet" in said
    assert not page.compare.isEnabled()


def test_a_closed_record_leaves_nothing_on_the_page(qtbot: QtBot) -> None:
    page = shown(qtbot, Record(photo("a"), photo("b", NOW)))
    page.propose()
    page.close_record()
    assert page.chosen == () and not page.compare.isEnabled()
    assert page.thumbnails._kept == {}
    said = " ".join(label.text() for label in page.findChildren(QLabel))
    assert "left thigh" not in said and "2026" not in said


def test_a_tile_is_large_enough_for_a_gloved_finger(qtbot: QtBot) -> None:
    page = shown(qtbot, Record(photo("a"), photo("b", NOW)))
    for widget in (*page.tiles, page.compare, page.none):
        assert widget.height() >= 44


def test_a_thumbnail_is_the_whole_picture_in_its_own_shape() -> None:
    picture = np.zeros((720, 1280, 3), np.uint8)
    picture[:, 640:] = 255
    small = photo_thumbnail(picture)
    assert small.shape == (73, 130, 3) and small[:, 0].max() == 0
    assert small[:, -1].min() == 255
    assert photo_thumbnail(np.zeros((1280, 720), np.uint8)).shape[0] == THUMBNAIL_PX[1]
