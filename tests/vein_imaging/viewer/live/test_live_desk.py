"""The live picture and its panel put together: what is pressed is what is seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint
from qtpy.QtWidgets import QApplication, QMessageBox, QWidget

from vein_devices.frame import Frame
from vein_imaging.capture import CaptureSettings, LiveFeed
from vein_imaging.imaging.vein_map import Branch, VeinMap
from vein_imaging.treatment import RecordError
from vein_imaging.treatment.photographs import Circumstances, Photo
from vein_imaging.viewer.canvas.qt_canvas import QtCanvas
from vein_imaging.viewer.header import Header
from vein_imaging.viewer.live.live_desk import LiveDesk
from vein_phantom import PhantomSettings, draw_frame

GREY, GREEN = 90, (0, 200, 0)
LEG = draw_frame(PhantomSettings(width_px=320, height_px=180))[0]


class GreyCamera:
    address, nominal_fps = "grey:", 50.0

    def open(self) -> None:
        self.count = 0

    def read(self, timeout_s: float = 2.0) -> Frame:
        time.sleep(0.02)
        self.count += 1
        pixels = np.full((180, 320), GREY, np.uint8)
        return Frame(pixels, self.count - 1, time.monotonic())

    def close(self) -> None:
        pass


def _map() -> VeinMap:
    """One vein, 13 px wide, along row 90; a pixel is 0.1 mm."""
    columns = np.arange(60, 260, dtype=np.float32)
    points = np.stack([np.full_like(columns, 90), columns], axis=1)
    width_px = np.full(len(columns), 13.0, np.float32)
    vein = Branch(
        points, width_px, 0.5, width_px / np.float32(10), "reticular", 200, 20.0, 0, 1
    )
    blank = np.zeros((180, 320), np.float32)
    nowhere = np.zeros((0, 2), np.float32)
    return VeinMap(blank, blank > 0, blank == 0, (vein,), nowhere, 0.1, "grey")


@dataclass
class _Result:
    picture: Any
    overlay: Any
    vein_map: VeinMap
    frame_quality: None = None


class GreenSquare:
    made: list[CaptureSettings]

    def __init__(self, settings: CaptureSettings, frame: Frame) -> None:
        pass

    def step(self, pixels: Any, **_: object) -> _Result:
        overlay = np.repeat(pixels[..., None], 3, axis=2)
        overlay[30:60, 30:60] = GREEN
        return _Result(pixels, overlay, _map())


class Photographs:
    """One photograph, of January."""

    def __init__(self) -> None:
        self.broken = False

    def all(self) -> tuple[Photo, ...]:
        how = Circumstances("near-infrared", "standing", "left thigh")
        return (Photo("a" * 64, date(2026, 1, 2), how, None, False),)

    def picture(self, photo: Photo) -> Any:
        if self.broken:
            raise RecordError("the picture is damaged")
        return LEG


@dataclass
class Rig:
    desk: LiveDesk
    canvas: QtCanvas
    photographs: Photographs
    window: QWidget

    def settle(self, until: Callable[[], bool], limit_s: float = 10.0) -> None:
        end_s = time.monotonic() + limit_s
        while not until():
            assert time.monotonic() < end_s, "nothing happened in time"
            self.desk.tick()
            QApplication.processEvents()

    def points_at(self, person: Any, point_rc: tuple[float, float]) -> None:
        for more in range(2):  # the first move only enters the canvas
            person.move(self.canvas, self.canvas.to_screen(point_rc) + QPoint(more, 0))

    def colour(self, row: float, column: float) -> tuple[int, int, int]:
        at = self.canvas.to_screen((row, column))
        seen = self.canvas.grab().toImage().pixelColor(at)
        return seen.red(), seen.green(), seen.blue()


@pytest.fixture
def rig(qtbot: QtBot) -> Iterator[Rig]:
    window = QWidget()
    qtbot.addWidget(window)
    canvas, header, photographs = QtCanvas(), Header(), Photographs()
    canvas.setParent(window)
    header.setParent(window)
    feed = LiveFeed(GreyCamera(), GreenSquare, CaptureSettings(opacity=1))  # type: ignore[arg-type]
    desk = LiveDesk(feed, canvas, header, photographs, window)  # type: ignore[arg-type]
    desk.panel.setParent(window)
    window.resize(900, 500)
    canvas.setGeometry(320, 70, 560, 400)
    window.show()
    desk.start()
    made = Rig(desk, canvas, photographs, window)
    made.settle(lambda: desk.live.count >= 2 and not desk.over.trouble)
    yield made
    desk.close()


def test_a_display_mode_reaches_the_screen(rig: Rig) -> None:
    assert rig.colour(45, 45) == GREEN
    panel = rig.desk.panel
    panel.ground.setCurrentIndex(panel.ground.findData("inverted"))
    panel.lines.setCurrentIndex(panel.lines.findData("none"))
    rig.settle(lambda: rig.colour(20, 20) == (165, 165, 165))
    assert rig.colour(45, 45) == (165, 165, 165)
    panel.ground.setCurrentIndex(panel.ground.findData("green inverse"))
    rig.settle(lambda: rig.colour(90, 160) == (70, 255, 90))


def test_a_held_picture_is_drawn_anew_and_stays_the_same_one(rig: Rig) -> None:
    rig.desk.strip.freeze.setChecked(True)
    shown = rig.desk.live.shown
    assert shown is not None
    panel = rig.desk.panel
    panel.lines.setCurrentIndex(panel.lines.findData("none"))
    QApplication.processEvents()
    assert rig.colour(45, 45) == (GREY, GREY, GREY)
    again = rig.desk.live.shown
    assert again is not None and again.frame is shown.frame
    assert again.result is shown.result


def test_under_the_pointer_stands_the_width_with_its_error(
    rig: Rig, person: Any
) -> None:
    said = "1.3 \N{PLUS-MINUS SIGN} 0.1 mm, reticular"
    rig.points_at(person, (92, 150))
    rig.settle(lambda: rig.desk.over.reading == said)
    assert rig.desk.over.isVisible()
    rig.points_at(person, (150, 150))
    rig.settle(lambda: rig.desk.over.reading == "")


def test_the_earlier_picture_lies_over_with_its_match(rig: Rig) -> None:
    rig.desk.open_panel(True)
    assert "02 Jan 2026" in rig.desk.panel.earlier.itemText(1)
    rig.desk.panel.earlier.setCurrentIndex(1)
    rig.desk.panel.earlier.activated.emit(1)
    rig.settle(lambda: rig.desk.ghost.shown)
    rig.settle(lambda: rig.desk.over.match.startswith("Match 0"))  # grey is no leg
    row, column = np.unravel_index(int(LEG[60:].argmax()), LEG[60:].shape[:2])
    rig.settle(lambda: rig.colour(60.0 + int(row), int(column))[0] > GREY + 5)
    rig.desk.strip.freeze.setChecked(True)
    rig.desk.panel.ghost.setValue(0)
    QApplication.processEvents()
    assert rig.colour(150, 300) == (GREY, GREY, GREY)
    rig.desk.panel.earlier.activated.emit(0)
    assert not rig.desk.ghost.shown and rig.desk.over.match == ""


def test_an_earlier_picture_that_is_damaged_is_said(rig: Rig) -> None:
    rig.desk.open_panel(True)
    rig.photographs.broken = True
    rig.desk.panel.earlier.activated.emit(1)
    rig.settle(lambda: bool(rig.window.findChildren(QMessageBox)))
    (box,) = rig.window.findChildren(QMessageBox)
    assert box.informativeText() == "the picture is damaged"
    assert not rig.desk.ghost.shown


def test_a_box_is_drawn_told_to_the_search_and_left(rig: Rig, person: Any) -> None:
    person.click(rig.desk.panel.box)
    over = rig.desk.over
    assert over.picking
    ends = rig.canvas.to_screen((40, 60)), rig.canvas.to_screen((140, 240))
    person.drag(over, *ends)
    box = rig.desk._feed.settings.box
    assert box is not None
    assert all(abs(a - b) <= 2 for a, b in zip(box, (60, 40, 240, 140), strict=True))
    rig.settle(
        lambda: (
            rig.desk.live.shown is not None and rig.desk.live.shown.settings.box == box
        )
    )
    person.click(rig.desk.panel.box)
    assert rig.desk._feed.settings.box is None
    assert not over.isVisible()


def test_the_magnifier_is_switched_on_and_off(rig: Rig, person: Any) -> None:
    person.click(rig.desk.panel.magnifier)
    rig.points_at(person, (150, 150))
    rig.settle(rig.desk.over.isVisible)
    assert rig.desk.over.magnifies and rig.desk.over.reading == ""
    person.click(rig.desk.panel.magnifier)
    assert not rig.desk.over.isVisible()
