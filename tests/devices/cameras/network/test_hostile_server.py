"""Servers that mean harm, or that another program breaks: nothing hangs or fills up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import cv2
import numpy as np
import pytest

from vein_devices import open_camera
from vein_devices.cameras.jpeg import decode_jpeg
from vein_devices.cameras.network.multipart import ChunkedReader
from vein_devices.cameras.network.simulator import HttpCamera
from vein_devices.cameras.network.stream_clock import StreamClock
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceDataError,
    DeviceError,
    DevicePermissionError,
    DeviceUnsupportedError,
)

from .line_server import serving

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=f\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
SECRET = "Pa55w0rd"


def jpeg(index: int = 0) -> bytes:
    picture = np.full((32, 48), 8 * (index % 30), np.uint8)
    return bytes(cv2.imencode(".jpg", picture)[1].tobytes())


def part() -> bytes:
    body = jpeg()
    return b"--f\r\nContent-Length: %d\r\n\r\n" % len(body) + body + b"\r\n"


@contextmanager
def answering(first: bytes, for_ever: bytes = b"") -> Iterator[str]:
    """A server that says one thing, then another as fast as it is taken."""

    def serve(line: socket.socket, stopping: threading.Event) -> None:
        line.settimeout(0.2)
        line.recv(65536)
        line.sendall(first)
        while for_ever and not stopping.is_set():
            with suppress(TimeoutError):
                line.sendall(for_ever)

    with serving(serve) as port:
        yield f"127.0.0.1:{port}/stream"


FLOODS = {
    "parts": (HEAD + b"\r\n", part() * 50),
    "no boundary": (HEAD + b"\r\n", b"\xff\xd8" + bytes(60000)),
    "a head without end": (HEAD + b"\r\n--f\r\n", b"X: " + b"a" * 60000 + b"\r\n"),
    "a length of a gigabyte": (
        HEAD + b"\r\n--f\r\nContent-Length: 1073741824\r\n\r\n", bytes(65536),
    ),
    "parts of nothing": (HEAD + b"\r\n", b"--f\r\nContent-Length: 0\r\n\r\n\r\n" * 900),
    "a chunk's size without end": (CHUNKED, b"a" * 65536),
    "a chunk of 2^80 bytes": (CHUNKED + b"F" * 20 + b"\r\n", b"a" * 65536),
    "an answer's head without end": (b"HTTP/1.1 200 OK\r\n", b"X: a\r\n" * 900),
}  # fmt: skip


@pytest.mark.parametrize("flood", FLOODS)
def test_a_server_that_never_stops_holds_nothing_up(flood: str) -> None:
    """Taking all that was there never ended, and what came filled the memory."""
    with answering(*FLOODS[flood]) as place:
        for _ in range(2):
            begun_s = time.monotonic()
            with suppress(DeviceError), open_camera(f"http://{place}") as camera:
                camera.read(0.2)
            # a busy computer is slow; before, it never ended
            assert time.monotonic() - begun_s < 60.0


@pytest.mark.parametrize("size", [b"-5", b"+5", b"0x5", b"1_0", b"", b"F" * 16])
def test_a_chunks_size_is_hex_digits_and_no_other_number(size: bytes) -> None:
    with pytest.raises(DeviceDataError, match="no chunk begins"):
        ChunkedReader().feed(size + b"\r\nabc")


def test_a_chunks_size_without_end_is_refused() -> None:
    reader = ChunkedReader()
    with pytest.raises(DeviceDataError, match="no chunk begins"):
        for _ in range(100):
            reader.feed(b"5" * 100)


@pytest.mark.parametrize("size", [(65500, 65500), (20000, 20000)])
def test_a_jpeg_that_states_billions_of_pixels_is_not_decoded(
    size: tuple[int, int],
) -> None:
    """It was, for minutes, into 12 GB."""
    data = bytearray(jpeg())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = size[0].to_bytes(2, "big") + size[1].to_bytes(2, "big")
    with pytest.raises(DeviceDataError, match="states"):
        decode_jpeg(bytes(data))


CHALLENGES = [
    "Digest", "Digest realm", 'Digest realm="r", nonce="', 'Digest nonce="n"',
    'Digest realm="r", nonce="n", qop="auth-int"',
    'Digest realm="r", nonce="n", qop="other"',
    'Digest realm="r", nonce="n", algorithm=MD4', 'Digest realm="r", nonce="\u2028"',
    'Digest realm="r", nonce="\\"\\"", opaque="\\"', "Digest ,,,=,\"", "Negotiate",
]  # fmt: skip


@pytest.mark.parametrize("challenge", CHALLENGES)
def test_no_way_to_ask_for_a_password_ends_in_a_traceback_or_shows_it(
    challenge: str,
) -> None:
    head = f"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: {challenge}\r\n\r\n"
    with answering(head.encode()) as place:
        camera = open_camera(f"http://nurse:{SECRET}@{place}")
        with pytest.raises(DeviceError) as caught:
            camera.open()
    assert isinstance(
        caught.value, DevicePermissionError | DeviceUnsupportedError | DeviceAbsentError
    )
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("name", ["врач", "Ärztin", "nurse"])
def test_a_digest_of_any_letters_opens(name: str) -> None:
    """A name that is not ASCII could not be sent: "'ascii' codec can't encode"."""
    with HttpCamera(jpeg, fps=100, password=f"{name}:пароль") as server:
        url = server.url.replace("//", f"//{name}:пароль@")
        with open_camera(url) as camera:
            assert camera.read().pixels.size


def test_a_clock_that_jumps_back_again_and_again_is_none_to_judge_by() -> None:
    """Each jump made the picture after it count as new, however old it was."""
    clock = StreamClock()
    for i in range(20):
        clock.see(1000.0 * (i % 2) + i, float(i), idle=False)
    assert not clock.usable


def test_a_clock_that_is_set_back_once_a_day_is_still_used() -> None:
    clock = StreamClock()
    for day in range(5):
        for i in range(20):
            clock.see(float(i), 86400.0 * day + i, idle=True)
    assert clock.usable


@pytest.mark.parametrize(
    "place",
    [
        "file:///etc/passwd", "/stream", "http://127.0.0.1:9/x", "javascript:1",
        "http://a:b@other.example/", "",
    ],
)  # fmt: skip
def test_no_redirect_is_followed_and_no_password_goes_anywhere(place: str) -> None:
    fields = {"Location": place}
    with HttpCamera(jpeg, status="301 Moved Permanently", fields=fields) as server:
        camera = open_camera(server.url.replace("//", f"//nurse:{SECRET}@"))
        with pytest.raises(DeviceAbsentError) as caught:
            camera.open()
        assert len(server.requests) == 1
    assert SECRET not in str(caught.value)
    assert "a:b@" not in str(caught.value)
