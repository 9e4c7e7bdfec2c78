"""What lies over the picture: it says, it magnifies, and it lets the mouse through."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QApplication

from vein_imaging.viewer.canvas.qt_canvas import QtCanvas
from vein_imaging.viewer.live.over_picture import OverPicture

GREY = np.full((360, 640, 3), 90, np.uint8)


@pytest.fixture
def canvas(qtbot: QtBot) -> QtCanvas:
    made = QtCanvas()
    qtbot.addWidget(made)
    made.resize(640, 360)
    with qtbot.waitExposed(made):
        made.show()
    made.show_picture(GREY)
    return made


@pytest.fixture
def over(canvas: QtCanvas) -> OverPicture:
    made = OverPicture(canvas)
    made.picture = lambda: GREY
    QApplication.processEvents()
    return made


def colour(canvas: QtCanvas, x: int, y: int) -> QColor:
    return canvas.grab().toImage().pixelColor(x, y)


def test_an_empty_sheet_is_not_there(over: OverPicture) -> None:
    assert not over.isVisible()
    over.point_at((100.0, 100.0), "")
    assert not over.isVisible()
    over.point_at((100.0, 100.0), "1.3 mm")
    assert over.isVisible()
    over.point_at(None)
    assert not over.isVisible()


def test_words_lie_on_paper_and_never_past_an_edge(
    canvas: QtCanvas, over: OverPicture
) -> None:
    for at in ((10.0, 10.0), (350.0, 630.0)):
        over.point_at(at, "1.3 \N{PLUS-MINUS SIGN} 0.1 mm, reticular")
        QApplication.processEvents()
        seen = canvas.grab().toImage()
        dark = [
            (x, y)
            for x in range(0, 640, 4)
            for y in range(0, 360, 4)
            if seen.pixelColor(x, y).red() < 60
        ]
        assert len(dark) > 50
        assert all(4 <= x <= 636 and 4 <= y <= 356 for x, y in dark)


def test_the_magnifier_shows_what_is_under_the_pointer_larger(
    canvas: QtCanvas, over: OverPicture
) -> None:
    picture = GREY.copy()
    picture[178:183, 318:323] = (250, 0, 0)
    over.picture = lambda: picture
    over.magnifies = True
    over.point_at((180.0, 320.0))
    QApplication.processEvents()
    seen = canvas.grab().toImage()
    red = sum(
        seen.pixelColor(x, y).red() > 200 and seen.pixelColor(x, y).green() < 90
        for x in range(640)
        for y in range(360)
    )
    assert 5 * 25 <= red <= 11 * 25  # three times as wide and high, less the cross
    over.magnifies = False
    over.point_at((180.0, 320.0))
    assert not over.isVisible()


def test_a_box_is_drawn_by_dragging_and_cut_at_the_picture_s_edge(
    canvas: QtCanvas, over: OverPicture, person: Any
) -> None:
    boxes: list[Any] = []
    over.box_drawn.connect(boxes.append)
    over.pick_box(True)
    assert over.isVisible() and over.picking
    person.drag(over, QPoint(100, 50), QPoint(104, 52))  # a slip
    assert not boxes and over.picking
    person.drag(over, QPoint(300, 300), QPoint(100, 50))
    ((left, top, right, bottom),) = boxes
    assert abs(left - 100) <= 2 and abs(top - 50) <= 2
    assert abs(right - 300) <= 2 and abs(bottom - 300) <= 2
    assert not over.picking
    over.pick_box(True)
    person.drag(over, QPoint(500, 200), QPoint(639, 359))
    assert boxes[-1][2] <= 640 and boxes[-1][3] <= 360


def test_the_mouse_goes_through_it(
    canvas: QtCanvas, over: OverPicture, person: Any
) -> None:
    clicks: list[Any] = []
    canvas.events.clicked.connect(lambda *click: clicks.append(click))
    over.say_match("Match 50 of 100.")
    over.show_box((10, 10, 200, 200))
    QApplication.processEvents()
    assert canvas.childAt(QPoint(320, 180)) is None
    person.click(canvas, QPoint(320, 180))
    assert len(clicks) == 1
