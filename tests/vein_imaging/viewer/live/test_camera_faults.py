"""A camera that is unplugged, freezes, hangs or dies: what the person reads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QApplication, QWidget

from vein_devices.errors import (
    DeviceAbsentError,
    DeviceError,
    DevicePermissionError,
    DeviceTimeoutError,
)
from vein_devices.frame import Frame, FrameFlag
from vein_devices.supervision.states import Patience
from vein_devices.supervision.supervisor import SupervisedCamera
from vein_imaging.capture import CaptureSettings, LiveFeed
from vein_imaging.viewer.canvas.qt_canvas import QtCanvas
from vein_imaging.viewer.header import Header
from vein_imaging.viewer.live.live_desk import LiveDesk

QUICK = Patience(0.3, 0.5, 3, (0.05, 0.1), 0.05, 0.1, 1.0)


@dataclass
class FaultyCamera:
    """Gives noise, and behaves as it is told to."""

    address: str = "uvc:A1"
    nominal_fps: float = 50.0
    does: str = "works"
    let_go: threading.Event = field(default_factory=threading.Event)

    def open(self) -> None:
        self.count = 0
        if self.does == "is unplugged":
            raise DeviceAbsentError("uvc:A1 is not plugged in")
        if self.does == "is forbidden":
            raise DevicePermissionError("uvc:A1: no permission; log in again")

    def read(self, timeout_s: float = 2.0) -> Frame:
        time.sleep(0.02)
        if self.does == "is unplugged":
            raise DeviceAbsentError("uvc:A1 was unplugged")
        if self.does == "is forbidden":
            raise DeviceError("uvc:A1: read failed")
        if self.does == "is silent":
            raise DeviceTimeoutError("uvc:A1: no picture for 2 s")
        if self.does == "hangs":
            self.let_go.wait(20)
        if self.does == "kills its thread":
            raise SystemExit
        self.count += 1
        seed = 7 if self.does == "freezes" else self.count
        noise = np.random.default_rng(seed).integers(80, 110, (90, 160), np.uint8)
        now_s = time.monotonic()
        flags = FrameFlag.REPEATED if self.does == "freezes" else FrameFlag(0)
        return Frame(noise, self.count - 1, now_s, flags=flags)

    def close(self) -> None:
        pass


class _Plain:
    """Finds nothing; dies when it is told to."""

    dies = False

    def __init__(self, *_: object) -> None:
        pass

    def step(self, pixels: Any, **_: object) -> Any:
        if _Plain.dies:
            raise SystemExit
        overlay = np.repeat(pixels[..., None], 3, axis=2)
        map_ = type("Map", (), {"advice": "", "mm_per_pixel": None, "branches": ()})()
        return type(
            "Result",
            (),
            {
                "picture": pixels,
                "overlay": overlay,
                "vein_map": map_,
                "frame_quality": None,
            },
        )()


class _NoPhotographs:
    def all(self) -> tuple[()]:
        return ()


@dataclass
class Rig:
    camera: FaultyCamera
    desk: LiveDesk
    header: Header
    canvas: QtCanvas

    def settle(self, until: Callable[[], bool], limit_s: float = 10.0) -> None:
        end_s = time.monotonic() + limit_s
        while not until():
            assert time.monotonic() < end_s, self.said()
            self.desk.tick()
            QApplication.processEvents()

    def said(self) -> str:
        top = self.header.camera.text()
        return "|".join((top, self.desk.strip.state.text(), self.desk.over.trouble))

    def lives(self) -> None:
        self.settle(
            lambda: (
                self.header.camera.text().startswith("LIVE")
                and self.desk.over.trouble == ""
            )
        )

    def reads(self, *words: str) -> None:
        self.settle(lambda: all(word in self.said() for word in words))


@pytest.fixture
def rig(qtbot: QtBot) -> Iterator[Rig]:
    _Plain.dies = False
    camera = FaultyCamera()
    watched = SupervisedCamera(
        "uvc:A1",
        lambda: camera,  # type: ignore[arg-type,return-value]
        patience=QUICK,
    )
    feed = LiveFeed(watched, _Plain, CaptureSettings())
    window = QWidget()
    qtbot.addWidget(window)
    canvas, header = QtCanvas(), Header()
    canvas.setParent(window)
    header.setParent(window)
    desk = LiveDesk(feed, canvas, header, _NoPhotographs(), window)  # type: ignore[arg-type]
    window.resize(800, 600)
    canvas.resize(800, 500)
    window.show()
    desk.start()
    made = Rig(camera, desk, header, canvas)
    made.settle(lambda: desk.live.count >= 2)
    yield made
    camera.let_go.set()
    desk.close()


def test_while_it_works_nothing_is_said_over_the_picture(rig: Rig) -> None:
    rig.lives()
    assert rig.desk.over.trouble == "" and not rig.desk.over.isVisible()


@pytest.mark.parametrize(
    ("does", "words"),
    [
        ("is unplugged", ("NOT LIVE", "not plugged in", "found by itself")),
        ("is silent", ("NOT LIVE", "No new picture comes", "cable")),
        ("freezes", ("NOT LIVE", "frozen?", "No new picture comes")),
        ("hangs", ("NOT LIVE", "No new picture comes")),
    ],
)
def test_a_camera_that_fails_says_why_and_comes_back_by_itself(
    rig: Rig, does: str, words: tuple[str, ...]
) -> None:
    rig.camera.does = does
    rig.reads(*words)
    assert rig.desk.over.isVisible()
    assert rig.header.camera.text().startswith("NOT LIVE")
    rig.camera.does = "works"
    rig.camera.let_go.set()
    rig.lives()


def test_a_camera_that_may_not_be_opened_asks_the_person(rig: Rig) -> None:
    rig.camera.does = "is forbidden"
    rig.reads("FAILED", "no permission", "Start camera again")
    assert not rig.desk.strip.reconnect.isHidden()
    rig.camera.does = "works"
    assert rig.desk._feed.restart()
    rig.lives()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_camera_thread_that_dies_is_noticed(rig: Rig) -> None:
    rig.camera.does = "kills its thread"
    rig.reads("NOT LIVE", "No new picture comes")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_analysis_that_dies_is_not_blamed_on_the_camera(rig: Rig) -> None:
    _Plain.dies = True
    rig.reads("THE PICTURE'S ANALYSIS HAS STOPPED", "Start camera again")
    assert not rig.desk.strip.reconnect.isHidden()
    _Plain.dies = False
    assert rig.desk._feed.restart()
    rig.lives()


def test_a_held_picture_stays_held_while_the_camera_is_gone(rig: Rig) -> None:
    rig.desk.strip.freeze.setChecked(True)
    shown = rig.desk.live.shown
    rig.camera.does = "is unplugged"
    rig.settle(lambda: "not plugged in" in (rig.desk._feed.status.error or ""))
    rig.reads("FROZEN")
    assert rig.desk.live.shown is shown
    rig.camera.does = "works"
    rig.desk.strip.freeze.setChecked(False)
    rig.lives()


def test_a_recording_of_a_camera_that_goes_says_so(
    rig: Rig, tmp_path: Any, qtbot: QtBot
) -> None:
    from qtpy.QtWidgets import QMessageBox

    rig.desk.recording.record(tmp_path)
    rig.settle(lambda: "Stop (" in rig.desk.strip.record.text())
    rig.settle(lambda: rig.desk.strip.record.text() not in ("Record", "Stop (0)"))
    rig.camera.does = "is forbidden"
    rig.settle(lambda: not rig.desk.recording.recording)
    (box,) = rig.desk._window.findChildren(QMessageBox)
    assert box.text() == "THE RECORDING ENDED BY ITSELF"
    assert "no permission" in box.informativeText()
    (folder,) = tmp_path.iterdir()
    assert (folder / "frames.csv").exists()
    assert rig.desk.strip.record.text() == "Record"


def test_a_recording_is_stopped_by_its_button(rig: Rig, tmp_path: Any) -> None:
    from qtpy.QtWidgets import QMessageBox

    from vein_imaging.capture import acknowledged

    rig.desk.recording.record(tmp_path)
    button = rig.desk.strip.record
    rig.settle(lambda: button.text() not in ("Record", "Stop (0)"))
    before = rig.desk.live.count
    rig.settle(lambda: rig.desk.live.count > before + 3)  # the picture goes on
    button.setEnabled(True)
    button.click()
    rig.settle(lambda: not rig.desk.recording.recording)
    (box,) = rig.desk._window.findChildren(QMessageBox)
    assert box.text() == "Recorded"
    (folder,) = tmp_path.iterdir()
    count = len(acknowledged(folder))
    assert count >= 1 and f"{count} frame" in box.informativeText()
    assert "not part of the record" in box.informativeText()


def test_a_folder_that_cannot_be_written_records_nothing_and_says_so(
    rig: Rig, tmp_path: Any
) -> None:
    from qtpy.QtWidgets import QMessageBox

    taken = tmp_path / "file"
    taken.write_text("no folder")
    rig.desk.recording.record(taken)
    rig.settle(lambda: not rig.desk.recording.recording)
    (box,) = rig.desk._window.findChildren(QMessageBox)
    assert box.text() == "NOTHING WAS RECORDED"
    assert "cannot be written" in box.informativeText()
