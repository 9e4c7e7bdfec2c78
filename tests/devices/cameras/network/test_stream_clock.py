"""The true age of pictures, on lines whose every byte has its time."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_devices import open_camera
from vein_devices.cameras.network.driver import HttpSource
from vein_devices.cameras.network.http_connection import RECEIVE_BYTES
from vein_devices.cameras.network.http_request import Answer
from vein_devices.cameras.network.simulator import HttpCamera
from vein_devices.cameras.network.stream_clock import LineWatch, StreamClock
from vein_devices.cameras.source import OLD_S, SourceCamera
from vein_devices.clock import ManualClock
from vein_devices.errors import DeviceTimeoutError
from vein_devices.frame import Frame, FrameFlag

_NOISE = np.random.default_rng(5).integers(0, 255, (64, 64), np.uint8)


def picture(number: int) -> bytes:
    """A JPEG of some kilobytes whose first pixels are its number."""
    pixels = _NOISE.copy()
    bits = [255 * (number >> bit & 1) for bit in range(8)]
    pixels[:8] = np.repeat(np.array(bits, np.uint8), 8)
    return bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 95])[1])


def number_of(frame: Frame) -> int:
    means = frame.pixels[:8, :, 1].reshape(8, 8, 8).mean(axis=(0, 2))
    return sum(int(mean > 127) << bit for bit, mean in enumerate(means))


class Line:
    """A link of so many bytes a second behind a camera that never waits for it."""

    def __init__(
        self, clock: ManualClock, fps: float, rate: float, stamped: bool, piece: int
    ) -> None:
        self.clock, self.fps, self.rate = clock, fps, rate
        self.stamped, self.size = stamped, piece
        self.lengths, self.sound = True, False
        self.taken: dict[int, float] = {}
        self.connections = 0
        self.stops: tuple[float, float] = (0.0, 0.0)

    def ask(self) -> Answer:
        self.connections += 1
        self.socket: Any = self
        self.pieces = self.sent()
        self.next = next(self.pieces)
        self.timeout_s = 0.0
        kind = {"content-type": "multipart/x-mixed-replace; boundary=frame"}
        return Answer("HTTP/1.1 200 OK", 200, kind, b"")

    def sent(self) -> Iterator[tuple[float, bytes]]:
        """When each piece of the stream comes out of the link."""
        start_s = free_s = self.clock.now_s
        first = len(self.taken)
        for i in range(10_000):
            taken_s = start_s + i / self.fps
            number = (first + i) % 256
            self.taken[number] = taken_s
            body = picture(number)
            head = b"--frame\r\nContent-Type: image/jpeg\r\n"
            if self.stamped:
                head += b"X-Timestamp: %.6f\r\n" % (taken_s + 500.0)
            if self.lengths:
                head += b"Content-Length: %d\r\n" % len(body)
            data = head + b"\r\n" + body + b"\r\n"
            if self.sound:
                data = (
                    b"--frame\r\nContent-Type: audio/basic\r\n\r\n" + data[::-1] + data
                )
            free_s = max(free_s, taken_s)
            for at in range(0, len(data), self.size):
                part = data[at : at + self.size]
                free_s += len(part) / self.rate
                yield free_s, part

    def settimeout(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s

    def recv(self, most: int) -> bytes:
        start_s = self.clock.now_s
        if self.next[0] > start_s + self.timeout_s:
            self.clock.now_s += self.timeout_s
            raise TimeoutError if self.timeout_s else BlockingIOError
        self.clock.now_s = max(start_s, self.next[0])
        begin, end = self.stops
        if begin and start_s < end and self.clock.now_s >= begin:
            self.clock.now_s = max(self.clock.now_s, end)  # stopped inside the call
            self.stops = (0.0, 0.0)
        data = b""
        while self.next[0] <= self.clock.now_s and len(data) + self.size <= most:
            data += self.next[1]
            self.next = next(self.pieces)
        return data

    def close(self) -> None:
        self.socket = None


def watched(
    seconds: float,
    fps: float,
    rate: float,
    *,
    stamped: bool,
    piece: int = 1448,
    **more: bool,
) -> tuple[list[tuple[float, Frame]], Line]:
    """True ages of the frames that a camera gives in so many seconds, and the line."""
    clock = ManualClock()
    source = HttpSource("http://camera/stream", False, clock)
    line = Line(clock, fps, rate, stamped, piece)
    vars(line).update(more)
    source._line = line  # type: ignore[assignment]
    line.shown = "http://camera/stream"  # type: ignore[attr-defined]
    line.url = "http://camera/stream"  # type: ignore[attr-defined]
    camera = SourceCamera("http://camera/stream", source, clock)
    rows = []
    until_s = clock.now_s + seconds
    with camera:
        while clock.now_s < until_s:
            try:
                frame = camera.read(0.25)
            except DeviceTimeoutError:
                continue
            rows.append((frame.monotonic_s - line.taken[number_of(frame)], frame))
            clock.now_s += 0.005  # the decoder's
    return rows, line


SIZE = len(picture(3))


@pytest.mark.parametrize("stamped", [True, False])
@pytest.mark.parametrize("fps", [30.0, 2.0, 0.4])
def test_on_a_good_line_a_picture_is_as_old_as_its_way_was_long(
    fps: float, stamped: bool
) -> None:
    rows, line = watched(12, fps, 5e6, stamped=stamped)
    assert len(rows) >= 12 * fps - 1
    for true_s, frame in rows:
        assert frame.delay_s == pytest.approx(true_s, abs=0.02)
        assert FrameFlag.STALE not in frame.flags
        assert (FrameFlag.UNTIMED in frame.flags) != stamped
        assert frame.dropped_before == 0
    assert line.connections == 1


@pytest.mark.parametrize("fps", [30.0, 4.0])
def test_without_a_length_a_picture_comes_one_period_late_and_says_so(
    fps: float,
) -> None:
    rows, line = watched(6, fps, 5e6, stamped=False, lengths=False)
    for true_s, frame in rows:
        assert true_s > 0.9 / fps
        assert frame.delay_s == pytest.approx(true_s, abs=0.02)
        assert frame.dropped_before == 0
    assert line.connections == 1


def test_sound_between_the_pictures_does_not_keep_a_line_busy() -> None:
    rows, line = watched(6, 15.0, 5e6, stamped=False, sound=True)
    for true_s, frame in rows:
        assert frame.delay_s == pytest.approx(true_s, abs=0.02)
        assert frame.dropped_before == 0
    assert line.connections == 1


@pytest.mark.parametrize("fps", [30.0, 10.0, 2.0])
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_behind_a_slow_line_the_cameras_own_time_tells_the_age(
    fps: float, share: float
) -> None:
    rows, line = watched(20, fps, share * fps * SIZE, stamped=True, piece=256)
    for true_s, frame in rows:
        assert abs(frame.delay_s - true_s) <= max(0.2, 1 / fps)
        assert (FrameFlag.STALE in frame.flags) == (frame.delay_s > OLD_S)
    assert line.connections > 1
    # what waits is left behind: no picture is seconds older than the line makes it
    assert max(true_s for true_s, _ in rows) < 1.5 + 2 / (share * fps)


@pytest.mark.parametrize("fps", [30.0, 10.0])
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_without_such_a_time_no_old_picture_is_told_as_fresh(
    fps: float, share: float
) -> None:
    rows, line = watched(20, fps, share * fps * SIZE, stamped=False, piece=256)
    for true_s, frame in rows:
        assert frame.delay_s >= true_s - 1 / fps - 0.01
        assert frame.delay_s <= true_s + 0.5
    assert line.connections > 1
    assert max(true_s for true_s, _ in rows) < 1.5 + 2 / (share * fps)


@pytest.mark.parametrize("stamped", [True, False])
def test_a_program_that_was_stopped_tells_the_age_of_what_waited(stamped: bool) -> None:
    clock = ManualClock()
    source = HttpSource("http://camera/stream", False, clock)
    line = Line(clock, 30.0, 5e6, stamped, 1448)
    line.shown = line.url = "http://camera/stream"  # type: ignore[attr-defined]
    source._line = line  # type: ignore[assignment]
    lost = 0
    with SourceCamera("http://camera/stream", source, clock) as camera:
        for count in range(90):
            if count == 45:
                line.stops = (clock.now_s, clock.now_s + 2.0)
            frame = camera.read(0.25)
            lost += frame.dropped_before
            true_s = frame.monotonic_s - line.taken[number_of(frame)]
            assert frame.delay_s >= true_s - 0.05
    assert 55 <= lost <= 62


@given(
    st.lists(st.floats(0.0, 9.0), min_size=2, max_size=40),
    st.floats(-1e9, 1e9),
)
def test_the_age_is_the_wait_beyond_the_shortest(
    waits: list[float], offset_s: float
) -> None:
    clock, shortest = StreamClock(), waits[0]
    for i, wait_s in enumerate(waits):
        taken_s = float(i) * 10
        clock.see(taken_s + offset_s, taken_s + wait_s, idle=False)
        shortest = min(shortest, wait_s)
        told_s = clock.age_s(taken_s + offset_s, taken_s + wait_s)
        assert told_s == pytest.approx(wait_s - shortest, abs=1e-5)


def test_a_clock_that_runs_slow_is_followed_and_a_wait_is_not_forgotten() -> None:
    clock = StreamClock()
    for i in range(3600):
        clock.see(i * 0.9995, i, idle=True)
    assert clock.age_s(3600 * 0.9995, 3600.0) < 0.01
    for i in range(3600, 3660):
        clock.see(i * 0.9995, i + 10.0, idle=False)
    assert clock.age_s(3659 * 0.9995, 3669.0) > 9.9


def test_a_clock_that_is_set_is_followed() -> None:
    clock = StreamClock()
    for i in range(10):
        clock.see(i, 100.0 + i, idle=True)
    clock.see(-5000.0, 110.0, idle=True)
    assert clock.age_s(-5000.0, 110.0) == 0.0
    clock.see(9000.0, 111.0, idle=True)
    assert clock.age_s(9000.0, 111.0) == 0.0
    assert clock.age_s(9000.0, 113.0) == 2.0


@pytest.mark.parametrize("scale", [1000.0, 0.0])
def test_a_number_that_is_no_time_in_seconds_is_not_used(scale: float) -> None:
    clock = StreamClock()
    for i in range(31):
        clock.see(i * scale / 10, i / 10, idle=True)
    assert not clock.usable


def test_a_line_that_was_empty_is_idle_and_one_that_trickles_is_not() -> None:
    watch = LineWatch(0.0)
    for i in range(1, 40):
        idle = watch.piece(
            0.04 * i, 4096, 0.04, inside=i % 8 != 0, stopped=False, full=False
        )
        assert not idle or i < 3
    assert watch.busy_since_s < 0.2
    assert watch.piece(3.0, 4096, 1.4, inside=False, stopped=False, full=False)
    assert not watch.piece(9.0, 4096, 6.0, inside=True, stopped=False, full=False)
    assert not watch.piece(19.0, 65536, 6.0, inside=False, stopped=True, full=True)
    assert watch.busy_since_s == 3.0


def test_the_receive_buffer_is_bounded() -> None:
    with HttpCamera(picture, fps=50) as server, open_camera(server.url) as camera:
        source = camera.source
        assert isinstance(source, HttpSource)
        line = source._line.socket
        assert line is not None
        held = line.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        # Linux doubles what was asked for; what nobody asked for grows to megabytes.
        assert held == RECEIVE_BYTES * (2 if sys.platform == "linux" else 1)
