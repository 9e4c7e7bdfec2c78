"""Both canvases, shown on a real screen: the same picture, marks, clicks and zoom."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QColor, QWheelEvent
from qtpy.QtWidgets import QApplication

from vein_imaging.viewer.application import configure_napari
from vein_imaging.viewer.canvas.choose import choose_canvas
from vein_imaging.viewer.canvas.picture_canvas import PictureCanvas, SiteMark
from vein_imaging.viewer.canvas.qt_canvas import QtCanvas

# what any camera of 1280 x 720 gives
GREY = np.full((720, 1280, 3), 90, np.uint8)


def settle(until: Callable[[], bool], limit_s: float = 5.0) -> None:
    end_s = time.monotonic() + limit_s
    while not until():
        assert time.monotonic() < end_s, "nothing happened in time"
        QApplication.processEvents()


@pytest.fixture(params=["qt", "napari"])
def canvas(
    request: pytest.FixtureRequest, qtbot: QtBot, tmp_path: Path
) -> Iterator[PictureCanvas]:
    configure_napari(tmp_path / "napari.yaml")
    made = choose_canvas(request.param)
    made.widget.resize(860, 600)
    with qtbot.waitExposed(made.widget):
        made.widget.show()
    yield made
    made.close()
    QApplication.processEvents()


def colour(canvas: PictureCanvas, row: float, column: float) -> QColor:
    image = canvas.surface.grab().toImage()
    return image.pixelColor(
        canvas.to_screen((row, column)) * int(image.devicePixelRatio())
    )


def share(canvas: PictureCanvas) -> float:
    """How much of the canvas's width the picture takes."""
    left, right = canvas.to_screen((0, -0.5)), canvas.to_screen((0, 1279.5))
    return (right.x() - left.x()) / canvas.surface.width()


def test_the_first_picture_fills_the_canvas(canvas: PictureCanvas) -> None:
    """It filled 16 % with any camera of 1280 x 720."""
    assert canvas.show_picture(GREY)
    settle(lambda: 0.99 <= share(canvas) <= 1.01)
    assert not canvas.show_picture(GREY)
    assert colour(canvas, 360, 640).red() == 90
    assert colour(canvas, 10, 10).red() == 90 == colour(canvas, 709, 1269).red()


def test_it_fills_a_window_that_grows_until_a_person_zooms(
    canvas: PictureCanvas,
) -> None:
    canvas.show_picture(GREY)
    canvas.widget.resize(1100, 760)
    settle(lambda: canvas.surface.width() > 1000 and 0.99 <= share(canvas) <= 1.01)
    canvas.zoom(2.0)
    near = canvas.scale
    canvas.widget.resize(860, 600)
    settle(lambda: canvas.surface.width() < 900)
    for _ in range(5):
        QApplication.processEvents()
    assert canvas.scale == pytest.approx(near)
    canvas.fit()
    assert share(canvas) == pytest.approx(1.0, abs=0.01)


def test_a_picture_is_copied_once_and_the_next_one_replaces_it(
    canvas: PictureCanvas,
) -> None:
    mine = GREY.copy()
    canvas.show_picture(mine)
    mine[:] = 0  # the camera's thread writes on
    assert colour(canvas, 300, 300).red() == 90
    canvas.show_picture(np.full((720, 1280, 3), (200, 10, 30), np.uint8))
    seen = colour(canvas, 300, 300)
    assert (seen.red(), seen.green(), seen.blue()) == (200, 10, 30)
    assert canvas.show_picture(np.full((480, 640, 3), 7, np.uint8))


def test_what_is_clicked_is_what_is_there(canvas: PictureCanvas, person: Any) -> None:
    canvas.show_picture(GREY)
    settle(lambda: 0.99 <= share(canvas) <= 1.01)
    clicks: list[tuple[tuple[float, float], bool]] = []
    canvas.events.clicked.connect(lambda *click: clicks.append(click))
    canvas.records = lambda: True
    for point in ((100.0, 200.0), (600.0, 1200.0)):
        person.click(canvas.surface, canvas.to_screen(point))
        assert clicks[-1][1]
        assert np.hypot(*np.subtract(clicks[-1][0], point)) < 2
    canvas.records = lambda: False
    person.drag(
        canvas.surface, canvas.to_screen((300, 300)), canvas.to_screen((300, 400))
    )
    assert len(clicks) == 2
    if isinstance(canvas, QtCanvas):  # vispy takes only a real mouse's drags
        there = canvas.to_screen((300, 300)).x()
        assert there == pytest.approx(canvas.width() * 400.5 / 1280, abs=4)


def test_places_and_points_are_each_others_way_back(canvas: PictureCanvas) -> None:
    canvas.show_picture(GREY)
    canvas.zoom(1.7)
    for point in ((0.0, 0.0), (200.0, 900.0), (719.0, 1279.0)):
        back = canvas.to_picture(canvas.to_screen(point))
        assert np.hypot(*np.subtract(back, point)) < 1.5


def test_the_pointer_is_told_and_its_leaving_too(
    canvas: PictureCanvas, person: Any
) -> None:
    canvas.show_picture(GREY)
    settle(lambda: 0.99 <= share(canvas) <= 1.01)
    seen: list[Any] = []
    canvas.events.hovered.connect(seen.append)

    def near() -> bool:
        # vispy leaves out moves that follow each other too fast
        for column in (600, 640):
            person.move(canvas.surface, canvas.to_screen((360, column)))
            QApplication.processEvents()
        last = seen[-1] if seen else None
        return last is not None and np.hypot(*np.subtract(last, (360, 640))) < 2

    def beside() -> bool:
        for x in (5, 9):
            person.move(canvas.surface, QPoint(x, 5))
            QApplication.processEvents()
        return seen[-1] is None

    settle(near)
    settle(beside)


def test_the_wheel_zooms_about_the_pointer(canvas: PictureCanvas) -> None:
    canvas.show_picture(GREY)
    settle(lambda: 0.99 <= share(canvas) <= 1.01)
    at = canvas.to_screen((200, 300))
    before = canvas.scale
    where = QPointF(at)
    event = QWheelEvent(
        where,
        QPointF(canvas.surface.mapToGlobal(at)),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas.surface, event)
    settle(lambda: canvas.scale > before)
    assert np.hypot(*np.subtract(canvas.to_picture(at), (200, 300))) < 4


@pytest.mark.parametrize(
    "symbol",
    ["disc", "square", "diamond", "triangle_up", "star", "triangle_down", "cross"],
)
def test_every_mark_is_drawn_in_its_colour(canvas: PictureCanvas, symbol: str) -> None:
    canvas.show_picture(GREY)
    settle(lambda: 0.99 <= share(canvas) <= 1.01)
    # without a number: it would lie on what is looked at
    canvas.show_sites([SiteMark((300, 500), "", "#ff7ad9", symbol)])
    QApplication.processEvents()
    seen = colour(canvas, 300, 500)
    assert (seen.red(), seen.green(), seen.blue()) == (255, 122, 217)
    canvas.show_sites([SiteMark((300, 500), "", "#ff7ad9", symbol, dimmed=True)])
    QApplication.processEvents()
    assert 100 < colour(canvas, 300, 500).red() < 250
    canvas.show_sites([])
    QApplication.processEvents()
    assert colour(canvas, 300, 500).red() == 90
