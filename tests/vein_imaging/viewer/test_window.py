"""The real window on a real screen, with a real store: pixels, clicks and keys."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, Qt
from qtpy.QtGui import QCloseEvent
from qtpy.QtWidgets import QApplication, QLabel, QMessageBox

from vein_devices.frame import Frame, Pixels
from vein_devices.supervision.states import DeviceState
from vein_imaging.capture import CaptureSettings, LiveFeed
from vein_imaging.imaging.vein_map import Branch, VeinMap
from vein_imaging.storage import StoredEvent
from vein_imaging.treatment import Visit
from vein_imaging.treatment.practice import practice_visit
from vein_imaging.viewer import ViewerOptions
from vein_imaging.viewer.application import configure_napari
from vein_imaging.viewer.window import ViewerWindow

GREY, GREEN = 90, (0, 200, 0)


class GreyCamera:
    """Frames of one grey, as fast as they are asked for but not faster than 50/s."""

    address = "grey:"
    nominal_fps = 50.0
    level = GREY

    def open(self) -> None:
        self.count = 0

    def read(self, timeout_s: float = 2.0) -> Frame:
        time.sleep(0.02)
        self.count += 1
        pixels = np.full((360, 640), self.level, np.uint8)
        return Frame(pixels, self.count - 1, time.monotonic())

    def close(self) -> None:
        pass


@dataclass
class _Result:
    vein_map: VeinMap
    picture: Pixels
    overlay: Pixels
    frame_quality: None = None


def _map() -> VeinMap:
    """One vein, 13 px wide, along row 180; a pixel is 0.1 mm."""
    columns = np.arange(200, 440, dtype=np.float32)
    points = np.stack([np.full_like(columns, 180), columns], axis=1)
    width_px = np.full(len(columns), 13.0, np.float32)
    vein = Branch(
        points, width_px, 0.5, width_px / np.float32(10), "reticular", 240, 24.0, 0, 1
    )
    blank = np.zeros((360, 640), np.float32)
    junctions = np.zeros((0, 2), np.float32)
    yes = blank > 0
    return VeinMap(blank, yes, ~yes, (vein,), junctions, 0.1, "grey")


class GreenSquare:
    """Draws a green square of 40 px around (180, 320)."""

    def __init__(self, settings: CaptureSettings, frame: Frame) -> None:
        pass

    def step(self, pixels: Pixels, **_: object) -> _Result:
        overlay = np.repeat(pixels[..., None], 3, axis=2)
        overlay[160:200, 300:340] = GREEN
        return _Result(_map(), pixels, overlay)


class PlainDesk:
    """Locks when it is told to; counts how often a person was there."""

    left_alone = False
    locked = False
    touched = 0

    def touch(self) -> None:
        self.touched += 1


@dataclass
class Rig:
    window: ViewerWindow
    desk: PlainDesk
    camera: GreyCamera
    visit: Visit
    feed: LiveFeed
    kind: str

    def settle(self, until: Callable[[], bool], limit_s: float = 10.0) -> None:
        end_s = time.monotonic() + limit_s
        while not until():
            assert time.monotonic() < end_s, "nothing happened in time"
            QApplication.processEvents()
        for _ in range(5):
            QApplication.processEvents()

    def on_canvas(self, row: float, column: float) -> QPoint:
        """Where a pixel of the picture is on the screen."""
        return self.window.canvas.to_screen((row, column))

    def colour(self, row: float, column: float) -> tuple[int, int, int]:
        """What the screen shows there."""
        picture = self.window.canvas.surface.grab().toImage()
        at = self.on_canvas(row, column) * picture.devicePixelRatio()
        seen = picture.pixelColor(at)
        return seen.red(), seen.green(), seen.blue()

    def said(self) -> list[str]:
        """What stands on the page to inject."""
        labels = self.window.panel.findChildren(QLabel)
        return [one.text() for one in labels if one.isVisible()]

    def level_shown(self) -> int:
        shown = self.window.live.shown
        return int(shown.frame.pixels[0, 0]) if shown is not None else -1

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events()]

    def events(self) -> tuple[StoredEvent, ...]:
        """The session as the store holds it."""
        store, session_id = self.visit._signed_in, self.visit.head.session_id
        return store.events(session_id)

    def image(self, image_id: str) -> bytes:
        store, session_id = self.visit._signed_in, self.visit.head.session_id
        return store.image(session_id, image_id)

    def fill_in(self, volume_ml: str) -> None:
        form = self.window.panel.form
        form.product.setCurrentIndex(form.product.findData("asclera"))
        form.fields["concentration_percent"].setText("0.5")
        form.fields["volume_ml"].setText(volume_ml)


@pytest.fixture(scope="module", params=["qt", "napari"])
def rig(
    qapp: QApplication,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Rig]:
    folder: Path = tmp_path_factory.mktemp("viewer")
    configure_napari(folder / "napari.yaml")
    with practice_visit("US", "UTC") as visit:
        camera, desk = GreyCamera(), PlainDesk()
        feed = LiveFeed(camera, GreenSquare, CaptureSettings(opacity=1))  # type: ignore[arg-type]
        options = ViewerOptions(canvas=request.param)
        window = ViewerWindow(feed, visit, desk=desk, options=options)
        rig = Rig(window, desk, camera, visit, feed, request.param)
        try:
            window.show((1366, 768))
            rig.settle(lambda: window.live.count >= 2)
            yield rig
        finally:
            window.close()
            QApplication.processEvents()
        assert not feed.running


@pytest.fixture(autouse=True)
def _switched_off(rig: Rig) -> Iterator[None]:
    yield
    rig.window.panel.log_sites.setChecked(False)
    rig.window.strip.freeze.setChecked(False)
    rig.window.fit()


def test_the_live_picture_and_its_overlay_are_on_the_screen(rig: Rig) -> None:
    assert rig.colour(50, 100) == (GREY, GREY, GREY)
    assert rig.colour(180, 320) == GREEN


def test_the_first_picture_fills_the_canvas(rig: Rig) -> None:
    """The one that napari began with had the size of the camera's: never fitted."""
    canvas = rig.window.canvas
    corners = canvas.to_screen((-0.5, -0.5)), canvas.to_screen((359.5, 639.5))
    wide = corners[1].x() - corners[0].x()
    high = corners[1].y() - corners[0].y()
    surface = canvas.surface
    share = max(wide / surface.width(), high / surface.height())
    assert 0.98 <= share <= 1.01 and surface.rect().contains(surface.rect().center())


def test_a_change_before_the_camera_reaches_the_screen(rig: Rig) -> None:
    rig.camera.level = 200
    try:
        rig.settle(lambda: rig.level_shown() == 200)
        assert rig.colour(50, 100) == (200, 200, 200)
    finally:
        rig.camera.level = GREY
        rig.settle(lambda: rig.level_shown() == GREY)


def test_pictures_go_on_coming_and_the_strip_says_live(rig: Rig) -> None:
    before = rig.window.live.count
    rig.settle(lambda: rig.window.live.count > before + 3)
    rig.window.desk.show_state(time.monotonic())
    assert rig.window.strip.state.text() == "LIVE"
    assert rig.window.header.calibration.text() == "0.100 mm/px"
    assert rig.window.header.camera.text().startswith("LIVE 0.")


def test_nothing_is_recorded_while_the_switch_is_off(rig: Rig, person: Any) -> None:
    rig.fill_in("0.2")
    before = rig.kinds()
    person.click(rig.window.canvas.surface, rig.on_canvas(100, 100))
    assert rig.kinds() == before


def test_a_click_on_a_vein_measures_it_while_the_switch_is_off(
    rig: Rig, person: Any
) -> None:
    field = rig.window.panel.form.fields["vein_diameter_mm"]
    before = rig.kinds()
    person.click(rig.window.canvas.surface, rig.on_canvas(182, 300))
    assert field.text() == "1.3"
    assert "1.3 \N{PLUS-MINUS SIGN} 0.1 mm" in rig.window.panel.form.measured.text()
    person.click(rig.window.canvas.surface, rig.on_canvas(300, 300))
    assert "No vein" in rig.window.panel.form.measured.text()
    assert field.text() == "" and rig.kinds() == before
    field.clear()


def test_a_click_records_the_injection_and_marks_the_site(
    rig: Rig, person: Any
) -> None:
    rig.fill_in("0.2")
    rig.window.panel.log_sites.setChecked(True)
    person.click(rig.window.canvas.surface, rig.on_canvas(100, 100))
    assert rig.kinds()[-1] == "injected"
    body = rig.events()[-1].body
    injection: Any = body["injection"]
    mark: Any = body["mark"]
    assert (injection["product"], injection["volume_ml"]) == ("asclera", "0.2")
    row, column = map(float, mark["points_rc"][0])
    assert abs(row - 100) <= 2 and abs(column - 100) <= 2
    # The picture that was marked on is in the store, as the camera gave it.
    assert rig.image(mark["image_id"]).startswith(b"\x89PNG")
    QApplication.processEvents()
    # Beside the number, inside the mark: no longer the grey of the picture.
    assert rig.colour(100, 94) != (GREY, GREY, GREY)
    table = rig.window.panel.log.table
    item = table.item(0, 2)
    assert item is not None and "0.5 %" in item.text()


def test_a_double_click_records_once(
    rig: Rig, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qtpy.QtTest import QTest

    # a busy machine may take longer than the second
    monkeypatch.setattr("vein_imaging.viewer.injecting.wiring._TREMBLE_S", 60.0)

    press: Any = QTest
    rig.fill_in("0.1")
    rig.window.panel.log_sites.setChecked(True)
    before = rig.kinds()
    at = rig.on_canvas(60, 60)
    person.click(rig.window.canvas.surface, at)
    press.mouseDClick(rig.window.canvas.surface, Qt.MouseButton.LeftButton, pos=at)
    QApplication.processEvents()
    person.click(rig.window.canvas.surface, at)  # a hand that trembles
    assert rig.kinds() == [*before, "injected"]


def test_a_drag_moves_the_picture_and_records_nothing(rig: Rig, person: Any) -> None:
    rig.fill_in("0.2")
    rig.window.panel.log_sites.setChecked(True)
    before = rig.kinds()
    person.drag(
        rig.window.canvas.surface, rig.on_canvas(250, 100), rig.on_canvas(250, 180)
    )
    assert rig.kinds() == before


def test_a_click_outside_the_picture_records_nothing(rig: Rig, person: Any) -> None:
    rig.fill_in("0.2")
    rig.window.panel.log_sites.setChecked(True)
    before = rig.kinds()
    person.click(rig.window.canvas.surface, rig.on_canvas(-4, 100))
    assert rig.kinds() == before


def test_a_stop_is_not_recorded_until_a_reason_is_typed(rig: Rig, person: Any) -> None:
    rig.fill_in("0.4")  # the label allows 0.3 mL for one injection
    headline = rig.window.panel.dose.headline
    rig.settle(lambda: headline.text().startswith("STOP"))
    rig.window.panel.log_sites.setChecked(True)
    before = rig.kinds()
    person.click(rig.window.canvas.surface, rig.on_canvas(300, 200))
    dialog: Any = rig.window.recorder.dialog
    assert dialog is not None and rig.kinds() == before
    person.types(dialog.reason, "given before it was typed")
    person.click(dialog.go_on)
    assert rig.kinds() == [*before, "injected"]
    body = rig.events()[-1].body
    assert body["reason"] == "given before it was typed"
    assert rig.window.recorder.dialog is None


def test_cancelling_a_stop_records_nothing(rig: Rig, person: Any) -> None:
    rig.fill_in("0.4")
    rig.window.panel.log_sites.setChecked(True)
    before = rig.kinds()
    person.click(rig.window.canvas.surface, rig.on_canvas(300, 200))
    dialog: Any = rig.window.recorder.dialog
    assert dialog is not None
    person.click(dialog.cancel)
    assert rig.kinds() == before and rig.window.recorder.dialog is None


def test_no_key_changes_sites_layers_or_window(rig: Rig, person: Any) -> None:
    canvas: Any = rig.window.canvas
    rig.fill_in("0.2")
    rig.window.panel.log_sites.setChecked(True)
    person.click(rig.window.canvas.surface, rig.on_canvas(60, 500))
    rig.window.panel.log_sites.setChecked(False)
    marks = canvas.marks
    assert marks
    if rig.kind == "napari":  # the worst case: every site is selected
        canvas.viewer.layers.selection.active = canvas.sites
        canvas.sites.selected_data = set(range(len(marks)))
    control = Qt.KeyboardModifier.ControlModifier
    shift = Qt.KeyboardModifier.ShiftModifier
    for key, modifier in (
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Backspace, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_1, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_A, shift),
        (Qt.Key.Key_C, control),
        (Qt.Key.Key_V, control),
        (Qt.Key.Key_Delete, control),
        (Qt.Key.Key_W, control),
        (Qt.Key.Key_Q, control),
        (Qt.Key.Key_Y, control),
        (Qt.Key.Key_C, control | shift),
        (Qt.Key.Key_P, control | shift),
    ):
        person.presses(rig.window.canvas.surface, key, modifier)
        QApplication.processEvents()
    # A live picture has followed: it dims what it does not show for sure.
    bright = [replace(mark, dimmed=False) for mark in canvas.marks]
    assert bright == [replace(mark, dimmed=False) for mark in marks]
    assert rig.window.isVisible()
    if rig.kind == "napari":
        assert len(canvas.sites.data) == len(marks)
        names = [layer.name for layer in canvas.viewer.layers]
        assert names == ["picture", "sites"] and canvas.viewer.dims.ndisplay == 2


def test_space_holds_the_picture_and_lets_it_go(rig: Rig, person: Any) -> None:
    rig.window.activateWindow()
    rig.window.canvas.surface.setFocus()
    rig.settle(rig.window.canvas.surface.hasFocus)
    person.presses(rig.window.canvas.surface, Qt.Key.Key_Space)
    assert rig.window.live.frozen
    assert rig.window.strip.state.text().startswith("FROZEN")
    held = rig.window.live.count
    QApplication.processEvents()
    assert rig.window.live.count == held
    person.presses(rig.window.canvas.surface, Qt.Key.Key_Space)
    rig.settle(lambda: rig.window.live.count > held)


def test_a_double_click_does_not_zoom(rig: Rig) -> None:
    from qtpy.QtTest import QTest

    press: Any = QTest
    zoom = rig.window.canvas.scale
    press.mouseDClick(
        rig.window.canvas.surface,
        Qt.MouseButton.LeftButton,
        pos=rig.on_canvas(180, 320),
    )
    QApplication.processEvents()
    assert rig.window.canvas.scale == zoom


def test_voiding_asks_for_a_reason_and_takes_the_mark_away(
    rig: Rig, person: Any
) -> None:
    rig.fill_in("0.1")
    rig.window.panel.log_sites.setChecked(True)
    person.click(rig.window.canvas.surface, rig.on_canvas(330, 600))
    marks = len(rig.window.canvas.marks)
    log = rig.window.panel.log
    log.table.selectRow(0)
    person.click(log.void)
    dialog: Any = rig.window.recorder.dialog
    assert dialog is not None
    person.types(dialog.reason, "clicked by mistake")
    person.click(dialog.go_on)
    assert rig.kinds()[-1] == "voided"
    assert len(rig.window.canvas.marks) == marks - 1
    item = log.table.item(0, 2)
    assert item is not None and "void: clicked by mistake" in item.text()


def test_a_failing_store_records_nothing_and_says_so(
    rig: Rig, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vein_imaging.storage.errors import DiskFullError

    def full(*args: object, **kwargs: object) -> None:
        raise DiskFullError("the disk is full; make room")

    rig.fill_in("0.2")
    rig.window.panel.log_sites.setChecked(True)
    before, shown = rig.kinds(), rig.window.panel.log.table.rowCount()
    with monkeypatch.context() as patch:
        patch.setattr("vein_imaging.storage.store.Store.append_in", full)
        person.click(rig.window.canvas.surface, rig.on_canvas(200, 500))
    boxes = rig.window.findChildren(QMessageBox)
    assert [box.informativeText() for box in boxes] == ["the disk is full; make room"]
    boxes[0].close()
    assert rig.kinds() == before
    assert rig.window.panel.log.table.rowCount() == shown


def test_the_width_recorded_is_that_of_the_click_never_an_earlier_one(
    rig: Rig, person: Any
) -> None:
    rig.fill_in("0.1")
    person.click(
        rig.window.canvas.surface, rig.on_canvas(182, 300)
    )  # on the vein: measured
    assert rig.window.panel.form.fields["vein_diameter_mm"].text() == "1.3"
    rig.window.panel.log_sites.setChecked(True)
    person.click(rig.window.canvas.surface, rig.on_canvas(40, 560))  # beside every vein
    body: Any = rig.events()[-1].body
    assert "vein_diameter_mm" not in body["injection"]
    rig.window.recorder._forget_last()
    person.click(rig.window.canvas.surface, rig.on_canvas(180, 400))  # on the vein
    body = rig.events()[-1].body
    assert body["injection"]["vein_diameter_mm"] == "1.3"
    assert rig.window.panel.form.fields["vein_diameter_mm"].text() == ""


def test_a_mark_is_not_drawn_on_another_area_of_the_body(rig: Rig, person: Any) -> None:
    field = rig.window.panel.form.fields["site"]
    rig.fill_in("0.1")
    field.setText("left thigh")
    rig.window.panel.log_sites.setChecked(True)
    assert len(rig.window.canvas.marks) == 0
    person.click(rig.window.canvas.surface, rig.on_canvas(80, 80))
    assert len(rig.window.canvas.marks) == 1
    field.setText("right calf")
    assert len(rig.window.canvas.marks) == 0
    field.setText("Left  Thigh")
    assert len(rig.window.canvas.marks) == 1
    rig.window.recorder.forget_pictures()
    assert len(rig.window.canvas.marks) == 0
    field.clear()
    injection: Any = rig.events()[-1].body["injection"]
    assert injection["site"] == "left thigh"


def test_an_injection_is_recorded_without_a_picture(rig: Rig, person: Any) -> None:
    rig.fill_in("0.1")
    rig.window.panel.form.fields["site"].setText("left thigh")
    before = rig.kinds()
    rig.window.recorder._forget_last()
    person.click(rig.window.panel.unplaced)
    person.click(rig.window.panel.unplaced)  # a hand that trembles
    assert rig.kinds() == [*before, "injected"]
    assert "mark" not in rig.events()[-1].body


def test_a_fault_leaves_no_green_behind(
    rig: Rig, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.fill_in("0.1")
    dose = rig.window.panel.dose
    rig.settle(lambda: "label limits" in dose.headline.text())

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("vein_imaging.treatment.injection_log.judge_dose", broken)
        with qtbot.capture_exceptions() as raised:
            rig.window.recorder.check()
            assert dose.property("verdict") == "none"
            rig.settle(lambda: bool(raised))
        assert raised[0][0] is ZeroDivisionError
    assert dose.headline.text().startswith("NOT CHECKED")
    rig.window.recorder.check()
    rig.settle(lambda: "label limits" in dose.headline.text())


def test_an_answer_that_is_lost_is_found_out_before_the_next_click(
    rig: Rig, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Committed, but the answer never came; then the store does not answer at all."""
    from vein_imaging.storage.errors import StoreUnreachableError
    from vein_imaging.storage.people import signed_in

    def lost(*args: object, **kwargs: object) -> None:
        raise StoreUnreachableError("the server went away")

    rig.fill_in("0.1")
    rig.window.panel.log_sites.setChecked(True)
    rig.window.recorder._forget_last()
    before = rig.kinds()
    real = signed_in.SignedInStore.check_and_append

    def committed_then_lost(self: Any, *args: Any, **kwargs: Any) -> None:
        real(self, *args, **kwargs)
        lost()

    with monkeypatch.context() as patch:
        patch.setattr(signed_in.SignedInStore, "check_and_append", committed_then_lost)
        patch.setattr(signed_in, "settle_entry", lost)
        person.click(rig.window.canvas.surface, rig.on_canvas(300, 60))
        said = [b.text() for b in rig.window.findChildren(QMessageBox)]
        assert said == ["NOT KNOWN YET"]
        rig.window.findChildren(QMessageBox)[0].close()
    QApplication.processEvents()
    person.click(rig.window.canvas.surface, rig.on_canvas(300, 60))
    boxes = [b for b in rig.window.findChildren(QMessageBox) if b.isVisible()]
    assert [box.text() for box in boxes] == ["The last click was recorded"]
    boxes[0].close()
    assert rig.kinds() == [*before, "injected"]  # once


def test_the_picture_gets_all_the_room_the_docks_do_not_need(rig: Rig) -> None:
    canvas, window = rig.window.canvas.surface, rig.window
    assert rig.window.strip.height() <= 70
    above = rig.window.header.height() + rig.window.strip.height()
    assert canvas.height() >= window.height() - above - 10
    assert canvas.width() >= window.width() - 520


def test_controls_are_large_enough_for_a_gloved_finger(rig: Rig) -> None:
    panel, strip = rig.window.panel, rig.window.strip
    for widget in (
        panel.form.product,
        *(field for field in panel.form.fields.values() if field.isVisible()),
        panel.log_sites,
        panel.log.void,
        strip.freeze,
    ):
        assert widget.height() >= 44, widget


def test_nothing_is_compared_before_there_are_two_photographs(
    rig: Rig, person: Any
) -> None:
    person.click(rig.window.strip.compare)
    page = rig.window.photos.page
    assert rig.window.pages.shown is page
    said = " ".join(label.text() for label in page.findChildren(QLabel))
    assert "no photograph of this patient yet" in said
    assert not page.compare.isEnabled()
    rig.window.pages.show_page(rig.window.panel)


def _photograph(rig: Rig, person: Any) -> None:
    rig.settle(rig.window.strip.photograph.isEnabled)
    person.click(rig.window.strip.photograph)
    dialog: Any = rig.window.photos.dialog
    assert dialog is not None
    dialog.light.setCurrentText("near-infrared")
    dialog.pose.setCurrentText("lying prone")
    for combo, word in zip(dialog.area.lists, ("left", "thigh", "medial"), strict=True):
        combo.setCurrentText(word)
    dialog.when.setCurrentText("Before injecting")
    person.click(dialog.go_on)


def test_two_photographs_are_compared_beside_the_camera(rig: Rig, person: Any) -> None:
    _photograph(rig, person)
    rig.camera.level = 130  # another picture, and still no leg
    rig.settle(lambda: rig.level_shown() == 130)
    _photograph(rig, person)
    rig.camera.level = GREY
    person.click(rig.window.strip.compare)
    page = rig.window.photos.page
    assert len(page.chosen) == 2
    person.click(page.compare)
    before = rig.window.live.count
    rig.settle(lambda: rig.window.photos.comparison is not None, limit_s=20)
    assert rig.window.live.count > before  # the camera went on meanwhile
    window: Any = rig.window.photos.comparison
    texts = [label.text() for label in window.findChildren(QLabel)]
    assert "NOT COMPARABLE" in texts
    window.close()
    rig.settle(lambda: rig.window.photos.comparison is None)
    rig.settle(page.compare.isEnabled)
    rig.window.pages.show_page(rig.window.panel)


def test_a_photograph_is_the_picture_that_was_on_the_screen(
    rig: Rig, person: Any
) -> None:
    rig.settle(lambda: rig.level_shown() == GREY)
    rig.window.strip.freeze.setChecked(True)
    _photograph(rig, person)
    event = rig.events()[-1]
    assert (event.kind, event.body["light"]) == ("photographed", "near-infrared")
    assert event.body["mm_per_pixel"] == "0.1"
    png = rig.image(str(event.body["image_id"]))
    kept = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert (np.asarray(kept) == GREY).all() and np.asarray(kept).ndim == 2


def test_closing_asks_first(rig: Rig, qtbot: QtBot) -> None:
    QApplication.sendEvent(rig.window, QCloseEvent())
    assert rig.window.isVisible()
    (box,) = (
        box
        for box in rig.window.findChildren(QMessageBox)
        if box.text() == "Close this session?"
    )
    stay = next(b for b in box.buttons() if b.text() == "Stay here")
    stay.click()
    assert rig.window.isVisible()


def test_what_is_entered_on_a_page_stands_under_the_names_at_once(rig: Rig) -> None:
    rig.visit.practice = False
    no = rig.visit.screening
    told = dict(no.answers) | {"pregnancy": "yes"}
    yes = replace(no, answers=tuple(told.items()))
    band = rig.window.header.band
    rig.window.recorder.desk.write(lambda: rig.visit.screen(yes))
    assert band.isVisible() and "Pregnant: do not treat." in band.text()
    rig.window.recorder.desk.write(lambda: rig.visit.screen(no))
    assert not band.isVisible()
    rig.visit.practice = True


def test_the_question_to_close_names_the_patient(rig: Rig) -> None:
    rig.visit.practice = False
    rig.window.header.close_button.click()
    boxes = rig.window.findChildren(QMessageBox)
    (box,) = (box for box in boxes if box.isVisible())
    assert rig.visit.patient.name in box.informativeText()
    box.close()
    QApplication.processEvents()
    rig.visit.practice = True


def test_a_click_on_the_last_picture_of_a_camera_that_is_gone_records_nothing(
    rig: Rig, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.fill_in("0.1")
    before = rig.kinds()
    rig.window.panel.log_sites.setChecked(True)
    gone = replace(rig.feed.status, state=DeviceState.LOST, error="unplugged")
    monkeypatch.setattr(type(rig.feed), "status", property(lambda _: gone))
    person.click(rig.window.canvas.surface, rig.on_canvas(180, 320))
    assert any("picture is not live" in text for text in rig.said())
    assert rig.kinds() == before
    rig.window.strip.freeze.setChecked(True)  # held on purpose: it is meant
    rig.window.recorder._forget_last()
    person.click(rig.window.canvas.surface, rig.on_canvas(100, 200))
    assert rig.kinds() == [*before, "injected"]


def test_a_locked_desk_takes_the_patient_off_the_screen(rig: Rig, person: Any) -> None:
    """The last test: there is no way back but signing in anew."""
    rig.fill_in("0.4")
    rig.window.panel.log_sites.setChecked(True)
    person.click(rig.window.canvas.surface, rig.on_canvas(300, 500))
    assert rig.window.recorder.dialog is not None
    kinds = rig.kinds()
    ended: list[str] = []
    rig.window.ended.connect(ended.append)
    rig.window.strip.freeze.setChecked(True)  # a leg that is held stays no longer
    rig.desk.locked = True
    rig.settle(lambda: bool(ended))
    assert ended == ["locked"] and not rig.window.isVisible()
    left = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    assert not left, [getattr(w, "text", str)() for w in left]
    assert not rig.feed.running and rig.kinds() == kinds
