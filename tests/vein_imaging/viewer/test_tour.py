"""The tour: five things, once for each person, and out of the way at any time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, QRect, Qt
from qtpy.QtWidgets import QPushButton, QVBoxLayout, QWidget

from vein_imaging.viewer.tour import Tour, TourStep


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    made = QWidget()
    qtbot.addWidget(made)
    column = QVBoxLayout(made)
    for name in ("top", "middle", "bottom"):
        column.addWidget(QPushButton(name))
    made.resize(1280, 720)
    made.show()
    qtbot.waitExposed(made)
    yield made


def buttons(window: QWidget) -> list[QPushButton]:
    """Those of the window, without the tour's own."""
    found = window.findChildren(QPushButton)
    return [one for one in found if one.parentWidget() is window]


def tour_of(window: QWidget) -> Tour:
    steps = [
        TourStep(one, one.text(), "what it is for")
        for one in window.findChildren(QPushButton)
    ]
    made = Tour(window, steps)
    made.begin()
    return made


def test_it_points_at_each_thing_and_ends(window: QWidget, qtbot: QtBot) -> None:
    keyboard: Any = qtbot
    tour = tour_of(window)
    over: list[bool] = []
    tour.over.connect(lambda: over.append(True))
    targets = buttons(window)
    seen = []
    for _ in targets:
        seen.append(tour.title.text())
        assert tour.target_rect().contains(
            targets[tour.at].mapTo(window, targets[tour.at].rect().center())
        )
        keyboard.keyClick(tour, Qt.Key.Key_Return)
    assert seen == ["top", "middle", "bottom"]
    assert over == [True]
    assert tour.isHidden()


def test_escape_skips_it(window: QWidget, qtbot: QtBot) -> None:
    keyboard: Any = qtbot
    tour = tour_of(window)
    with qtbot.waitSignal(tour.over):
        keyboard.keyClick(tour, Qt.Key.Key_Escape)
    assert tour.isHidden()


def test_no_click_goes_through_it(window: QWidget, qtbot: QtBot) -> None:
    mouse: Any = qtbot
    tour = tour_of(window)
    pressed: list[bool] = []
    for one in buttons(window):
        one.clicked.connect(lambda: pressed.append(True))
        at = one.mapTo(window, QPoint(5, 5))
        hit = window.childAt(at)
        assert hit is not None
        mouse.mouseClick(hit, Qt.MouseButton.LeftButton)
    assert pressed == []
    tour.end()


def test_the_bubble_stays_inside_a_window_of_any_size(
    window: QWidget, qtbot: QtBot
) -> None:
    tour = tour_of(window)
    for size in ((1280, 720), (900, 600), (3840, 2160)):
        window.resize(*size)
        qtbot.waitUntil(lambda s=size: tour.size().width() == s[0])  # type: ignore[misc]
        for at in range(3):
            tour.at = at
            tour._show()
            assert QRect(0, 0, *size).contains(tour.bubble.geometry())
    tour.end()
