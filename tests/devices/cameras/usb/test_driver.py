"""The USB camera on a stand-in for OpenCV that does what V4L2 was seen to do."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from vein_devices import open_camera
from vein_devices.cameras.usb import driver as uvc
from vein_devices.cameras.usb.driver import UvcSettings, UvcSource
from vein_devices.cameras.usb.v4l2 import VideoNode
from vein_devices.clock import ManualClock
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceAddressError,
    DeviceBusyError,
    DeviceDataError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
)
from vein_devices.frame import FrameFlag
from vein_devices.holders import Holder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="V4L2")

NODE = VideoNode(os.devnull, "See3CAM", "2560", "c110", "SN42", "1-1.2")
TWIN = VideoNode("/dev/zero", "See3CAM", "2560", "c110", "SN43", "1-1.3")


def jpeg(level: int, size_px: tuple[int, int] = (48, 64)) -> bytes:
    packed = cv2.imencode(".jpg", np.full(size_px, level, np.uint8))[1]
    return bytes(packed.tobytes())


class FakeCapture:
    """OpenCV on V4L2: raw JPEG, kernel times, False for ever after unplugging."""

    def __init__(self, clock: ManualClock, fps: float = 25.0) -> None:
        self.clock = clock
        self.period_s = 1.0 / fps
        self.properties: dict[int, float] = {
            cv2.CAP_PROP_FOURCC: cv2.VideoWriter.fourcc(*"YUYV"),
            cv2.CAP_PROP_FPS: 30.0,
        }
        self.size_px = (48, 64)
        self.lag_s = 0.0
        self.level = 0
        self.spoil: Callable[[bytes], bytes] = lambda data: data
        self.gone = self.frozen = self.released = False
        self.opened = True

    def isOpened(self) -> bool:  # noqa: N802
        return self.opened

    def set(self, propId: int, value: float) -> bool:  # noqa: N803
        self.properties[propId] = value
        return True

    def get(self, propId: int) -> float:  # noqa: N803
        if propId == cv2.CAP_PROP_POS_MSEC:
            return (self.clock.now_s - self.lag_s) * 1000.0
        return self.properties.get(propId, 0.0)

    def read(self) -> tuple[bool, Any]:
        if self.gone:
            return False, None
        if self.frozen:
            self.clock.sleep(1.0)
            return False, None
        self.clock.sleep(self.period_s if self.lag_s == 0 else 0.0)
        self.lag_s = max(0.0, self.lag_s - self.period_s)
        self.level = (self.level + 10) % 250
        if self.properties.get(cv2.CAP_PROP_CONVERT_RGB) == 0.0:
            data = self.spoil(jpeg(self.level, self.size_px))
            return True, np.frombuffer(data, np.uint8)[None]
        return True, np.full((*self.size_px, 3), self.level, np.uint8)

    def release(self) -> None:
        self.released = True


def source(
    capture: FakeCapture, place: str = "SN42", **settings: Any
) -> tuple[UvcSource, list[Any]]:
    asked: list[Any] = []

    def make(what: Any, backend: int) -> FakeCapture:
        asked.append((what, backend))
        return capture

    made = UvcSource(
        place,
        UvcSettings(**settings),
        capture.clock,
        make,
        lambda _backend: [NODE, TWIN],
    )
    return made, asked


@pytest.fixture
def capture() -> FakeCapture:
    return FakeCapture(ManualClock())


@pytest.mark.parametrize("place", ["SN42", "sn42", "1-1.2"])
def test_a_camera_is_found_by_what_does_not_change(
    capture: FakeCapture, place: str
) -> None:
    made, asked = source(capture, place)
    made.open()
    assert asked == [(os.devnull, cv2.CAP_V4L2)]


def test_one_of_two_must_be_named_and_both_are_listed(capture: FakeCapture) -> None:
    for place in ("", "2560:c110", "see3"):
        with pytest.raises(DeviceAddressError, match=r"uvc:SN42.*uvc:SN43"):
            source(capture, place)[0].open()


def test_an_absent_camera_names_those_that_are_there(capture: FakeCapture) -> None:
    with pytest.raises(DeviceAbsentError, match=r"See3CAM \(uvc:SN42\)"):
        source(capture, "SN99")[0].open()


def test_the_truth_is_measured_not_believed(capture: FakeCapture) -> None:
    made, _ = source(capture, fps=60.0)
    made.open()
    assert made.negotiated is not None
    assert made.negotiated.fourcc == "MJPG"
    assert made.negotiated.stated_fps == 60.0
    assert made.negotiated.measured_fps == pytest.approx(25.0)
    assert made.nominal_fps == 60.0  # as stated, to be compared with what is measured
    assert made.description == (
        "See3CAM (SN42) through V4L2: 64x48 MJPG, 25.0 frames/s"
    )
    assert (made.negotiated.width_px, made.negotiated.height_px) == (64, 48)


def test_jpeg_is_taken_undecoded_and_kept(capture: FakeCapture) -> None:
    made, _ = source(capture)
    made.open()
    shot = made.shot(1.0)
    assert shot.jpeg == jpeg(capture.level)
    assert shot.pixels.shape == (48, 64, 3)
    assert shot.device_s == pytest.approx(capture.clock.now_s)


def test_other_formats_come_decoded(capture: FakeCapture) -> None:
    made, _ = source(capture, fourcc="YUYV")
    made.open()
    shot = made.shot(1.0)
    assert shot.jpeg is None
    assert shot.pixels[0, 0].tolist() == [capture.level] * 3


def test_another_size_than_asked_is_refused_with_the_truth(
    capture: FakeCapture,
) -> None:
    made, _ = source(capture, size_px=(720, 1280))
    with pytest.raises(DeviceUnsupportedError, match="gives 64x48, not 1280x720"):
        made.open()
    assert capture.released


def test_a_damaged_jpeg_is_dropped_and_counted(capture: FakeCapture) -> None:
    made, _ = source(capture)
    made.open()
    left = [3]

    def spoil(data: bytes) -> bytes:
        left[0] -= 1
        return data[:-40] if left[0] >= 0 else data

    capture.spoil = spoil
    assert made.shot(1.0).dropped_before == 3
    capture.spoil = lambda data: data[:-40]
    with pytest.raises(DeviceDataError):
        made.shot(1.0)


def test_old_frames_are_dropped_after_a_pause(capture: FakeCapture) -> None:
    made, _ = source(capture)
    made.open()
    capture.lag_s = 0.25  # what lay in the buffers during a pause
    shot = made.shot(1.0)
    assert shot.dropped_before >= 3
    assert FrameFlag.STALE not in shot.flags


def test_a_camera_that_is_always_late_is_flagged(capture: FakeCapture) -> None:
    made, _ = source(capture)
    made.open()
    capture.lag_s = 100.0
    shot = made.shot(1.0)
    assert FrameFlag.STALE in shot.flags
    assert shot.dropped_before == 8


def test_a_frozen_camera_times_out(capture: FakeCapture) -> None:
    made, _ = source(capture)
    made.open()
    capture.frozen = True
    with pytest.raises(DeviceTimeoutError, match="frozen"):
        made.shot(0.5)
    capture.frozen = False
    assert made.shot(0.5).pixels.size


def test_unplugging_is_told_by_the_node_that_is_gone(
    capture: FakeCapture, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = source(capture)
    made.open()
    capture.gone = True
    made._path = "/dev/video-that-was"
    with pytest.raises(DeviceAbsentError, match="unplugged"):
        made.shot(1.0)


def test_refusals_without_end_are_absence(capture: FakeCapture) -> None:
    made, _ = source(capture)
    made.open()
    capture.gone = True
    with pytest.raises(DeviceAbsentError, match="refuses to give frames"):
        made.shot(1.0)


def test_a_camera_held_by_another_program_is_busy_and_the_program_named(
    capture: FakeCapture, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture.opened = False
    monkeypatch.setattr(uvc, "holders_of", lambda _path: [Holder("cheese", 123)])
    with pytest.raises(DeviceBusyError, match=r"cheese \(123\)"):
        source(capture)[0].open()
    monkeypatch.setattr(uvc, "holders_of", lambda _path: [])
    with pytest.raises(DeviceUnsupportedError, match="no picture format"):
        source(capture)[0].open()


def test_a_camera_that_opens_and_sends_nothing_names_the_bandwidth(
    capture: FakeCapture,
) -> None:
    capture.frozen = True
    with pytest.raises(DeviceUnsupportedError, match="bandwidth"):
        source(capture)[0].open()


def test_options_become_settings() -> None:
    made = open_camera(
        "uvc:SN42?size=1280x720&fps=30&fourcc=yuyv&exposure_us=8000&white_balance_k=auto"
    ).source
    assert isinstance(made, UvcSource)
    assert made.settings == UvcSettings(
        (720, 1280), 30.0, "YUYV", {"exposure_us": 8000.0, "white_balance_k": None}
    )


@pytest.mark.parametrize(
    "options", ["size=big", "fourcc=MJPEG", "exposure_us=long", "zoom=2"]
)
def test_a_wrong_option_is_refused(options: str) -> None:
    with pytest.raises(DeviceAddressError):
        open_camera(f"uvc:?{options}")


def test_this_machine_can_be_listed() -> None:
    assert isinstance(uvc.list_devices(), list)
