"""RTSP cameras that send their visitors on: no password goes where nobody sent it."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from vein_devices import open_camera
from vein_devices.cameras.network.rtsp_redirect import redirect_of
from vein_devices.cameras.network.rtsp_simulator import RtspCamera
from vein_devices.errors import DeviceAbsentError

from .line_server import serving

pytest.importorskip("av")


@contextmanager
def answering(*answers: str) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives one answer after the other, the last one for ever."""
    asked: list[bytes] = []

    def serve(line: socket.socket, _: threading.Event) -> None:
        line.settimeout(2.0)
        left = list(answers)
        while request := line.recv(4096):
            asked.append(request)
            number = re.search(rb"CSeq: (\d+)", request)
            answer = left.pop(0) if len(left) > 1 else left[0]
            count = number[1].decode() if number else "1"
            line.sendall(answer.replace("CSEQ", f"CSeq: {count}").encode())

    with serving(serve) as port:
        yield f"127.0.0.1:{port}", asked


FINE = "RTSP/1.0 200 OK\r\nCSEQ\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n"
BASIC = 'RTSP/1.0 401 Unauthorized\r\nCSEQ\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n'


def moved(to: str) -> str:
    return f"RTSP/1.0 302 Moved\r\nCSEQ\r\nLocation: {to}\r\n\r\n"


@pytest.mark.parametrize("before", [(), (FINE,)], ids=["OPTIONS", "DESCRIBE"])
def test_where_a_redirect_leads_is_told_and_no_password_goes_there(
    before: tuple[str, ...],
) -> None:
    """FFmpeg went there, and told name and password when it was asked."""
    with (
        answering(BASIC) as (other, asked_there),
        answering(*before, moved(f"rtsp://{other}/y")) as (place, asked),
    ):
        camera = open_camera(f"rtsp://nurse:Pa55w0rd@{place}/x")
        with pytest.raises(DeviceAbsentError, match=f"on to 'rtsp://{other}/y'"):
            camera.open()
    assert not asked_there
    assert not any(b"Authorization" in request for request in asked)


@pytest.mark.parametrize(
    "answer", [FINE, BASIC, "\r\n\r\n", "HTTP/1.1 302 Moved\r\n\r\n", "\xff\0" * 9000]
)
def test_every_other_answer_is_no_redirect(answer: str) -> None:
    with answering(answer) as (place, _asked):
        assert redirect_of(f"rtsp://{place}/x") is None


def test_nobody_who_answers_is_no_redirect() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert redirect_of(f"rtsp://127.0.0.1:{port}/x") is None


def test_a_camera_with_a_password_opens_as_before() -> None:
    def picture(_index: int) -> Any:
        return np.full((96, 128, 3), 120, np.uint8)

    with (
        RtspCamera(picture, fps=20) as server,
        open_camera(server.url.replace("//", "//nurse:word@")) as camera,
    ):
        assert camera.read(5.0).pixels.shape == (96, 128, 3)
