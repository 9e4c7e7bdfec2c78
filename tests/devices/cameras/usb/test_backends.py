"""Windows and macOS, on a stand-in that does what OpenCV's source says it does."""

from __future__ import annotations

import os
from typing import Any

import cv2
import numpy as np
import pytest

from vein_devices.cameras.usb import v4l2
from vein_devices.cameras.usb.backends import (
    AVFOUNDATION,
    BACKENDS,
    DSHOW,
    MSMF,
    V4L2,
    Backend,
    set_opencv_control,
)
from vein_devices.cameras.usb.driver import UvcSettings, UvcSource
from vein_devices.cameras.usb.v4l2 import VideoNode
from vein_devices.clock import ManualClock
from vein_devices.errors import DeviceAbsentError, DeviceUnsupportedError

WINDOWS = [DSHOW, MSMF]


class FakeCapture:
    """One camera through one backend: exposure -13 to -1, white 2800 to 6500 K."""

    def __init__(self, backend: Backend, clock: ManualClock, fps: float = 30.0) -> None:
        self.backend = backend
        self.clock = clock
        self.period_s = 1.0 / fps
        self.opened, self.gone, self.released = True, False, False
        self.auto: dict[int, bool] = {cv2.CAP_PROP_AUTO_EXPOSURE: True}
        self.form: dict[int, float] = {cv2.CAP_PROP_FPS: 30.0}
        white = (
            cv2.CAP_PROP_WHITE_BALANCE_BLUE_U
            if backend is DSHOW
            else cv2.CAP_PROP_TEMPERATURE
        )
        self.ranges: dict[int, tuple[int, int]] = {}
        self.held: dict[int, float] = {}
        if backend is not AVFOUNDATION:
            self.ranges = {
                cv2.CAP_PROP_EXPOSURE: (-13, -1),
                cv2.CAP_PROP_GAIN: (0, 255),
                white: (2800, 6500),
            }
            self.held = {
                cv2.CAP_PROP_EXPOSURE: -6, cv2.CAP_PROP_GAIN: 64, white: 4000,
            }  # fmt: skip

    def isOpened(self) -> bool:  # noqa: N802
        return self.opened

    def get(self, propId: int) -> float:  # noqa: N803
        return self.held.get(propId, self.form.get(propId, -1.0))

    def set(self, propId: int, value: float) -> bool:  # noqa: N803
        if propId in (
            cv2.CAP_PROP_FOURCC, cv2.CAP_PROP_FPS,
            cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT,
        ):  # fmt: skip
            self.form[propId] = value
            return True
        if propId == cv2.CAP_PROP_AUTO_EXPOSURE and self.backend is DSHOW:
            self.auto[propId] = round(value) == 1
            return True
        if propId == cv2.CAP_PROP_AUTO_EXPOSURE and self.backend is MSMF:
            self.auto[propId] = value != 0
            self.held[cv2.CAP_PROP_EXPOSURE] = int(value)
            return True
        low, high = self.ranges.get(propId, (1, 0))
        if not low <= int(value) <= high:
            return False
        if propId == cv2.CAP_PROP_EXPOSURE:
            if self.backend is DSHOW and self.auto[cv2.CAP_PROP_AUTO_EXPOSURE]:
                return True  # and the camera goes on as it likes
            self.auto[cv2.CAP_PROP_AUTO_EXPOSURE] = False
        self.held[propId] = int(value)
        return True

    def read(self) -> tuple[bool, Any]:
        if self.gone:
            return False, None
        self.clock.sleep(self.period_s)
        return True, np.zeros((48, 64, 3), np.uint8)

    def release(self) -> None:
        self.released = True


class Machine:
    """Cameras by number, a rate for each backend, and what was opened."""

    def __init__(self, **fps: float) -> None:
        self.clock = ManualClock()
        self.fps = fps
        self.nodes = [
            VideoNode("x", "Other", "1111", "2222", "", "7&0&0", 0),
            VideoNode("y", "See3CAM", "2560", "c110", "SN42", "", 1),
        ]
        self.opened: list[tuple[Any, int]] = []
        self.captures: list[FakeCapture] = []

    def source(self, platform: str = "win32", **settings: Any) -> UvcSource:
        backends = BACKENDS[platform]
        by_id = {backend.id: backend for backend in backends}

        def make(what: Any, backend_id: int) -> FakeCapture:
            backend = by_id[backend_id]
            fps = self.fps.get(backend.name, 30.0)
            made = FakeCapture(backend, self.clock, fps or 1.0)
            made.opened = fps > 0
            self.opened.append((what, backend_id))
            self.captures.append(made)
            return made

        return UvcSource(
            "SN42",
            UvcSettings(**settings),
            self.clock,
            make,
            lambda _backend: self.nodes,
            backends,
        )


@pytest.mark.parametrize("backend", WINDOWS)
@pytest.mark.parametrize(
    ("name", "value", "got"),
    [
        ("exposure_us", 7812.5, 7812.5),
        ("exposure_us", 8000.0, 7812.5),  # the nearest power of two of a second
        ("exposure_us", 500_000.0, 500_000.0),
        ("gain", 12.0, 12.0),
        ("white_balance_k", 5000.0, 5000.0),
    ],
)
def test_a_control_is_written_in_its_unit_and_read_back(
    backend: Backend, name: str, value: float, got: float
) -> None:
    capture = FakeCapture(backend, ManualClock())
    assert set_opencv_control(capture, backend, name, value) == got
    if name == "exposure_us":
        assert capture.auto[cv2.CAP_PROP_AUTO_EXPOSURE] is False


@pytest.mark.parametrize("backend", WINDOWS)
def test_automatic_exposure_is_given_back(backend: Backend) -> None:
    capture = FakeCapture(backend, ManualClock())
    set_opencv_control(capture, backend, "exposure_us", 1000.0)
    assert set_opencv_control(capture, backend, "exposure_us", None) is None
    assert capture.auto[cv2.CAP_PROP_AUTO_EXPOSURE] is True


@pytest.mark.parametrize("backend", WINDOWS)
@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("exposure_us", 2e6, "refused exposure_us 2e.06: out of its range; it has 156"),
        ("exposure_us", 10.0, "out of its range"),
        ("exposure_us", 0.0, "above 0"),
        ("gain", 256.0, "out of its range; it has 64 now"),
        ("white_balance_k", 100.0, "out of its range; it has 4000 now"),
        ("brightness", 5.0, "not supported"),
        ("gain", None, "no automatic"),
        ("white_balance_k", None, "no automatic"),
    ],
)
def test_what_the_camera_cannot_do_is_refused_and_said(
    backend: Backend, name: str, value: float | None, told: str
) -> None:
    with pytest.raises(DeviceUnsupportedError, match=told):
        set_opencv_control(FakeCapture(backend, ManualClock()), backend, name, value)


@pytest.mark.parametrize("backend", WINDOWS)
def test_a_camera_that_says_yes_and_does_something_else_is_found_out(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = FakeCapture(backend, ManualClock())
    monkeypatch.setattr(capture, "set", lambda _key, _value: True)
    with pytest.raises(DeviceUnsupportedError, match="to 15625 instead of 1000"):
        set_opencv_control(capture, backend, "exposure_us", 1000.0)


@pytest.mark.parametrize("name", sorted(v4l2.CONTROLS))
@pytest.mark.parametrize("value", [1000.0, None])
def test_on_macos_no_control_is_supported_and_the_way_out_is_named(
    name: str, value: float | None
) -> None:
    made = Machine().source("darwin", controls={name: value})
    with pytest.raises(
        DeviceUnsupportedError, match=f"{name} is not supported.*strobe the light"
    ):
        made.open()


@pytest.mark.parametrize("backend", WINDOWS)
def test_every_control_of_an_address_has_its_line_on_windows(backend: Backend) -> None:
    assert set(backend.controls) == set(v4l2.CONTROLS)


def test_linux_sets_controls_through_the_kernel_only() -> None:
    assert BACKENDS["linux"] == (V4L2,)
    assert V4L2.controls == {}


@pytest.mark.parametrize(
    ("platform", "backend"), [("win32", DSHOW), ("darwin", AVFOUNDATION)]
)
def test_a_camera_is_opened_by_number_and_found_again_when_the_number_changed(
    platform: str, backend: Backend
) -> None:
    machine = Machine()
    made = machine.source(platform)
    made.open()
    machine.captures[-1].gone = True
    with pytest.raises(DeviceAbsentError, match="refuses to give frames"):
        made.shot(1.0)
    made.close()
    see3cam = machine.nodes.pop()
    with pytest.raises(DeviceAbsentError, match="Cameras now: Other"):
        made.open()
    machine.nodes = [VideoNode("y", "See3CAM", "2560", "c110", "SN42", "", 0)]
    made.open()
    assert see3cam.index == 1
    assert machine.opened == [(1, backend.id), (0, backend.id)]
    assert made.shot(1.0).pixels.shape == (48, 64, 3)


def test_a_fast_directshow_is_taken_and_the_slow_opening_of_the_other_is_spared() -> (
    None
):
    machine = Machine()
    made = machine.source(controls={"exposure_us": 1000.0})
    made.open()
    assert machine.opened == [(1, cv2.CAP_DSHOW)]
    assert made.description == (
        "See3CAM (SN42) through DSHOW: 64x48 MJPG, 30.0 frames/s"
    )
    assert made.shot(1.0).exposure_us == pytest.approx(976.5625)
    assert made.shot(1.0).device_s is None  # no kernel's time outside Linux


def test_a_slow_directshow_gives_way_to_a_faster_media_foundation_for_good() -> None:
    machine = Machine(DSHOW=4.1)
    made = machine.source()
    made.open()
    assert made.description == (
        "See3CAM (SN42) through MSMF: 64x48 MJPG, 30.0 frames/s; DSHOW: 4.1 frames/s"
    )
    assert machine.captures[0].released
    made.close()
    made.open()
    assert [backend for _, backend in machine.opened] == [
        cv2.CAP_DSHOW, cv2.CAP_MSMF, cv2.CAP_MSMF,
    ]  # fmt: skip


def test_the_faster_of_two_slow_ones_is_taken() -> None:
    machine = Machine(DSHOW=10.0, MSMF=5.0)
    made = machine.source()
    made.open()
    assert made.negotiated is not None
    assert made.negotiated.backend == "DSHOW"
    assert [capture.released for capture in machine.captures] == [True, True, False]
    assert "MSMF: 5.0 frames/s" in made.description


def test_what_stands_in_the_way_is_told_for_each_backend() -> None:
    made = Machine(DSHOW=0.0).source()
    made.open()
    assert "through MSMF" in made.description
    assert "DSHOW: uvc:SN42: it can be opened" in made.description
    made = Machine(DSHOW=0.0).source(controls={"gain": 999.0})
    with pytest.raises(DeviceUnsupportedError, match=r"DSHOW: .*; MSMF: .*gain 999"):
        made.open()


def test_media_foundation_is_told_to_leave_hardware_transforms() -> None:
    assert os.environ["OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS"] == "0"
