"""Network cameras, on a server on this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from vein_devices import open_camera
from vein_devices.cameras.network.driver import RtspSource
from vein_devices.cameras.network.simulator import HttpCamera
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceAddressError,
    DeviceDataError,
    DevicePermissionError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
)
from vein_devices.serial.faults import Faults
from vein_devices.supervision.states import DeviceState, Patience
from vein_devices.supervision.supervisor import supervise


def level(index: int) -> int:
    return 8 * (index % 30)


def jpeg(index: int) -> bytes:
    packed = cv2.imencode(".jpg", np.full((32, 48), level(index), np.uint8))[1]
    return bytes(packed.tobytes())


@pytest.mark.parametrize("lengths", [True, False])
@pytest.mark.parametrize("chunked", [True, False])
def test_pictures_come_in_order_with_their_own_bytes(
    lengths: bool, chunked: bool
) -> None:
    with (
        HttpCamera(jpeg, fps=200, lengths=lengths, chunked=chunked) as server,
        open_camera(server.url) as camera,
    ):
        for _ in range(4):
            frame = camera.read()
            assert frame.pixels.shape == (32, 48, 3)
            assert frame.jpeg in {jpeg(i) for i in range(30)}
    assert server.requests[0].startswith(b"GET /stream?quality=80 HTTP/1.1\r\n")


def test_grey_is_an_option_behind_the_hash() -> None:
    with HttpCamera(jpeg) as server, open_camera(f"{server.url}#grey=1") as camera:
        assert camera.read().pixels.shape == (32, 48)
    assert b"#" not in server.requests[0]


def test_after_a_pause_the_newest_picture_comes_and_the_others_are_counted() -> None:
    sent = threading.Event()

    def counted(index: int) -> bytes:
        if index == 20:
            sent.set()
        return jpeg(index)

    with HttpCamera(counted, fps=400) as server, open_camera(server.url) as camera:
        camera.read()
        assert sent.wait(5.0)
        frame = camera.read()
        assert frame.dropped_before >= 10
        assert frame.pixels.mean() >= level(15)


def test_a_silent_camera_times_out_and_goes_on() -> None:
    with HttpCamera(jpeg, fps=100) as server, open_camera(server.url) as camera:
        camera.read()
        server.faults = Faults(stall=True)
        with pytest.raises(DeviceTimeoutError):
            while True:
                camera.read(0.1)
        server.faults = Faults()
        assert camera.read().pixels.size


def test_cut_pictures_are_dropped_and_counted() -> None:
    faults = Faults(truncate_every=2)
    with (
        HttpCamera(jpeg, fps=300, faults=faults) as server,
        open_camera(server.url) as camera,
    ):
        frames = [camera.read() for _ in range(6)]
    assert sum(frame.dropped_before for frame in frames) >= 4
    assert all(frame.jpeg in {jpeg(i) for i in range(30)} for frame in frames)


def test_garbage_without_end_is_reported() -> None:
    with HttpCamera(jpeg, fps=500, faults=Faults(garbage=True)) as server:
        camera = open_camera(server.url)
        with camera, pytest.raises(DeviceDataError, match="not a JPEG"):
            for _ in range(50):
                camera.read()


@pytest.mark.parametrize(
    "status,error,message",
    [
        ("401 Unauthorized", DevicePermissionError, "NAME:PASSWORD"),
        ("404 Not Found", DeviceAbsentError, "404 Not Found"),
        ("503 Busy", DeviceAbsentError, "503"),
    ],
)
def test_what_the_camera_answers_is_told(
    status: str, error: type[Exception], message: str
) -> None:
    with HttpCamera(jpeg, status=status) as server:
        camera = open_camera(server.url)
        with pytest.raises(error, match=message):
            camera.open()


def test_name_and_password_are_sent_and_not_shown() -> None:
    with HttpCamera(jpeg, status="404 Not Found") as server:
        url = server.url.replace("//", "//nurse:p%40ss@")
        camera = open_camera(url)
        with pytest.raises(DeviceAbsentError) as caught:
            camera.open()
    assert "p%40ss" not in str(caught.value)
    assert b"Authorization: Basic bnVyc2U6cEBzcw==\r\n" in server.requests[0]


def test_a_web_page_is_no_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    server = HttpCamera(jpeg)
    monkeypatch.setattr(
        "vein_devices.cameras.network.driver.boundary_of", lambda content_type: None
    )
    with server, pytest.raises(DeviceUnsupportedError, match="MJPEG stream"):
        open_camera(server.url).open()


def test_nothing_that_answers_is_absent() -> None:
    with HttpCamera(jpeg) as server:
        url = server.url
    camera = open_camera(url)
    with pytest.raises(DeviceAbsentError, match="nothing answers"):
        camera.open()


def test_a_camera_switched_off_and_on_is_connected_again() -> None:
    quick = Patience(pause_s=(0.02, 0.2), absent_pause_s=0.1)
    server = HttpCamera(jpeg, fps=100)
    with server, supervise(server.url, patience=quick) as camera:
        camera.read()
        server.switch_off()
        while camera.status.state is not DeviceState.ABSENT:
            with pytest.raises(DeviceTimeoutError):
                while True:
                    camera.read(0.05)
        server.switch_on()
        started = time.monotonic()
        camera.read(5.0)
        assert time.monotonic() - started < 2.0
        assert camera.status.reconnects >= 1


@pytest.mark.parametrize(
    "url",
    ["http:", "http://", "rtsp:///x", "http://host:port/x", "http://host/#zoom=1"],
)
def test_a_wrong_address_is_refused(url: str) -> None:
    with pytest.raises(DeviceAddressError):
        open_camera(url)


class FakeRtsp:
    def __init__(self, opened: bool) -> None:
        self.opened = opened
        self.reads = [(True, np.zeros((4, 6, 3), np.uint8)), (False, None)]

    def isOpened(self) -> bool:  # noqa: N802
        return self.opened

    def get(self, _key: int) -> float:
        return 25.0

    def read(self) -> tuple[bool, Any]:
        return self.reads.pop(0)

    def release(self) -> None:
        self.opened = False


def rtsp(opened: bool) -> tuple[RtspSource, list[Any]]:
    asked: list[Any] = []

    def make(*arguments: Any) -> FakeRtsp:
        asked.extend(arguments)
        return FakeRtsp(opened)

    maker: Callable[..., Any] = make
    return RtspSource("rtsp://camera/1", maker), asked


def test_rtsp_has_deadlines_from_the_start() -> None:
    source, asked = rtsp(opened=True)
    source.open()
    assert asked[2] == [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 3000, cv2.CAP_PROP_READ_TIMEOUT_MSEC, 1500
    ]  # fmt: skip
    assert source.nominal_fps == 25.0
    assert source.shot(1.0).pixels.shape == (4, 6, 3)
    with pytest.raises(DeviceAbsentError, match="fell silent"):
        source.shot(1.0)


def test_rtsp_that_does_not_open_is_absent() -> None:
    with pytest.raises(DeviceAbsentError, match="cannot be opened"):
        rtsp(opened=False)[0].open()


def test_the_ffmpeg_path_reads_a_real_stream_and_comes_back_from_a_frozen_one() -> None:
    """RTSP's own path through OpenCV, fed with an HTTP stream: no RTSP server here."""
    with HttpCamera(jpeg, fps=100) as server:
        source = RtspSource(server.url)
        source.open()
        assert source.shot(1.0).pixels.shape == (32, 48, 3)
        server.faults = Faults(stall=True)
        started = time.monotonic()
        with pytest.raises(DeviceAbsentError, match="fell silent"):
            while True:
                source.shot(1.0)
        assert time.monotonic() - started < 4.0
        source.close()
        source.close()
