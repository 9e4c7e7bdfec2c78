from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt

from vein_imaging.viewer.canvas.key_cursor import KeyCursor
from vein_imaging.viewer.canvas.qt_canvas import QtCanvas

SHAPE = (300, 400, 3)


@pytest.fixture
def canvas(qtbot: QtBot) -> QtCanvas:
    made = QtCanvas()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    made.show_picture(np.zeros(SHAPE, np.uint8))
    return made


def test_arrows_move_the_cross_and_enter_clicks_there(
    canvas: QtCanvas, person: Any
) -> None:
    cursor = KeyCursor(canvas, lambda: SHAPE)
    clicked: list[tuple[tuple[float, float], bool]] = []
    canvas.events.clicked.connect(
        lambda point, records: clicked.append((point, records))
    )
    canvas.records = lambda: True
    person.presses(canvas, Qt.Key.Key_Return)
    assert not cursor.isVisible() and not clicked  # nothing is pointed at yet
    person.presses(canvas, Qt.Key.Key_Right)  # shows it in the middle
    middle = cursor.place
    person.presses(canvas, Qt.Key.Key_Right)
    person.presses(canvas, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert (cursor.place.x(), cursor.place.y()) == (middle.x() + 10, middle.y() - 1)
    person.presses(canvas, Qt.Key.Key_Return)
    ((point, records),) = clicked
    assert records
    assert canvas.to_screen(point) == cursor.place
    person.presses(canvas, Qt.Key.Key_Escape)
    assert not cursor.isVisible()


def test_the_cross_stays_on_the_canvas_and_points_at_nothing_beside_the_picture(
    canvas: QtCanvas, person: Any
) -> None:
    canvas.resize(800, 300)
    cursor = KeyCursor(canvas, lambda: SHAPE)
    clicked: list[object] = []
    pointed: list[object] = []
    canvas.events.clicked.connect(lambda *what: clicked.append(what))
    canvas.events.hovered.connect(pointed.append)
    for _ in range(100):
        person.presses(canvas, Qt.Key.Key_Left)
    assert cursor.place.x() == 0
    assert pointed[-1] is None
    person.presses(canvas, Qt.Key.Key_Return)
    assert not clicked
