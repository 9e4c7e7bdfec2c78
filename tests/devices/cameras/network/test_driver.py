"""Network cameras, on a server on this machine."""

from __future__ import annotations

import ssl
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from vein_devices import open_camera
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


def test_a_digest_password_opens_and_a_wrong_one_is_refused() -> None:
    with HttpCamera(jpeg, fps=200, password="nurse:p@ss") as server:
        with open_camera(server.url.replace("//", "//nurse:p%40ss@")) as camera:
            assert camera.read().pixels.size
        with (
            pytest.raises(DevicePermissionError, match="refuses this name"),
            open_camera(server.url.replace("//", "//nurse:guess@")),
        ):
            pass
        assert b"p@ss" not in b"".join(server.requests[1:2])


def test_where_a_redirect_leads_is_told_and_no_password_goes_there() -> None:
    to = {"Location": "http://other.example/live?token=abc"}
    with HttpCamera(jpeg, status="302 Found", fields=to) as server:
        camera = open_camera(server.url.replace("//", "//nurse:pass@"))
        with pytest.raises(DeviceAbsentError, match=r"example/live\?token=\.\.\."):
            camera.open()


@pytest.mark.parametrize("letters", ["видео", "película", "a b"])
def test_letters_that_a_request_cannot_carry_are_escaped(letters: str) -> None:
    with HttpCamera(jpeg, fps=200) as server:
        url = server.url.replace("/stream", f"/{letters}")
        with open_camera(url) as camera:
            assert camera.read().pixels.size
    assert server.requests[0].isascii()


@pytest.fixture
def own_certificate(tmp_path: Path) -> tuple[ssl.SSLContext, str]:
    """A server's context with a certificate it signed itself, and its SHA-256."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2020, 1, 2, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    file = tmp_path / "camera.pem"
    file.write_bytes(key.private_bytes(*pem) + made.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, made.fingerprint(hashes.SHA256()).hex()


def test_a_cameras_own_certificate_is_believed_only_by_its_fingerprint(
    own_certificate: tuple[ssl.SSLContext, str],
) -> None:
    context, fingerprint = own_certificate
    with HttpCamera(jpeg, fps=200, tls=context) as server:
        with pytest.raises(DevicePermissionError, match=f"#certificate={fingerprint}"):
            open_camera(server.url).open()
        with open_camera(f"{server.url}#certificate={fingerprint}") as camera:
            assert camera.read().pixels.size
        with pytest.raises(DevicePermissionError, match="the same camera"):
            open_camera(f"{server.url}#certificate={'0' * 64}").open()


def test_what_came_instead_of_pictures_is_told_and_counted_over_timeouts() -> None:
    with (
        HttpCamera(jpeg, fps=100, faults=Faults(truncate_every=1)) as server,
        open_camera(server.url) as camera,
    ):
        with pytest.raises(DeviceTimeoutError, match="came and could not be used"):
            for _ in range(3):
                camera.read(0.3)
        server.faults = Faults()
        assert camera.read().dropped_before > 0


def test_a_web_page_is_no_stream() -> None:
    server = HttpCamera(jpeg, fields={"Content-Type": "text/html"})
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
