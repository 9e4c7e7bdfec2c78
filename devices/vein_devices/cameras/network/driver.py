"""`http://HOST/PATH` and `rtsp://HOST/PATH`: network cameras.

HTTP streams of JPEGs are read by our own reader: true time of arrival, the camera's own
bytes, and of what has queued up only the newest. RTSP goes through OpenCV with
deadlines. Options stand after a "#", since what follows a "?" belongs to the camera.
"""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import numpy as np

from vein_devices.address import Address, read_options, split_options
from vein_devices.cameras.jpeg import check_jpeg
from vein_devices.cameras.network.multipart import (
    ChunkedReader,
    MultipartReader,
    boundary_of,
)
from vein_devices.cameras.replay.picture_file import to_pixels
from vein_devices.cameras.source import CameraSource, Shot
from vein_devices.clock import Clock
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceAddressError,
    DeviceDataError,
    DevicePermissionError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
)
from vein_devices.opencv import cv2

__all__ = ["HttpSource", "RtspSource", "make_source"]

_OPEN_S = 3.0
_READ_MS = 1500
_BAD_FRAMES = 30
_LONGEST_HEAD = 16384


class HttpSource:
    """A multipart stream of JPEGs over HTTP or HTTPS.

    Parameters
    ----------
    url : str
        As http://user:password@host:8080/stream.
    grey : bool
        Give grey frames.
    clock : Clock
        Time.
    """

    nominal_fps: float | None = None
    """Such a stream states no rate."""

    def __init__(self, url: str, grey: bool, clock: Clock) -> None:
        self.url = url
        self._grey = grey
        self._clock = clock
        self._socket: socket.socket | None = None
        self._parts = MultipartReader(b"")
        self._unpack: Callable[[bytes], bytes] = bytes
        self._pending: list[bytes] = []
        self._bad = 0
        self._refused = 0

    def open(self) -> None:
        """Connect and read the head of the answer.

        Raises
        ------
        DeviceAbsentError
            If nothing answers in three seconds, or it answers with an error.
        DevicePermissionError
            If a user name and password are wanted.
        DeviceUnsupportedError
            If it is no stream of pictures.
        """
        self.close()
        address = urlsplit(self.url)
        secure = address.scheme == "https"
        host, port = address.hostname or "", address.port or (443 if secure else 80)
        try:
            line = socket.create_connection((host, port), _OPEN_S)
        except OSError as error:
            raise DeviceAbsentError(
                f"{self.shown}: nothing answers ({error}); is the camera on, and on "
                f"this network?"
            ) from error
        try:
            if secure:
                line = ssl.create_default_context().wrap_socket(
                    line, server_hostname=host
                )
            self._socket = line
            line.settimeout(_OPEN_S)
            line.sendall(_request(address))
            self._begin(self._read_head(line))
        except OSError as error:
            self.close()
            raise DeviceAbsentError(f"{self.shown}: {error}") from error
        except BaseException:
            self.close()
            raise

    @property
    def shown(self) -> str:
        """The address without its password, for messages."""
        address = urlsplit(self.url)
        return address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()

    def _read_head(self, line: socket.socket) -> tuple[str, dict[str, str], bytes]:
        until_s = self._clock.monotonic_s() + _OPEN_S
        data = b""
        while b"\r\n\r\n" not in data:
            more = line.recv(4096)
            data += more
            late = self._clock.monotonic_s() > until_s
            if not more or late or len(data) > _LONGEST_HEAD:
                raise DeviceAbsentError(
                    f"{self.shown}: it does not answer as HTTP does"
                )
        head, _, rest = data.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        fields = {
            name.strip().lower(): value.strip()
            for name, _, value in (line_text.partition(":") for line_text in lines)
        }
        return status, fields, rest

    def _begin(self, answer: tuple[str, dict[str, str], bytes]) -> None:
        status, fields, rest = answer
        code = status.split(" ")[1:2]
        if code in (["401"], ["403"]):
            raise DevicePermissionError(
                f"{self.shown}: it wants a name and password: http://NAME:PASSWORD@..."
            )
        if code != ["200"]:
            raise DeviceAbsentError(f"{self.shown}: it answers {status!r}")
        boundary = boundary_of(fields.get("content-type", ""))
        if boundary is None:
            raise DeviceUnsupportedError(
                f"{self.shown}: it answers {fields.get('content-type', 'nothing')!r}; "
                f"wanted the address of the MJPEG stream (multipart/x-mixed-replace)"
            )
        chunked = fields.get("transfer-encoding", "").lower() == "chunked"
        self._unpack = ChunkedReader().feed if chunked else bytes
        self._parts, self._bad, self._refused = MultipartReader(boundary), 0, 0
        self._pending = self._parts.feed(self._unpack(rest))

    def shot(self, timeout_s: float) -> Shot:
        """Give the newest picture; what queued up before it is dropped and counted.

        Parameters
        ----------
        timeout_s : s
            Never waits longer.

        Returns
        -------
        Shot
        """
        if self._socket is None:
            raise DeviceAbsentError(f"{self.shown} is not open")
        until_s = self._clock.monotonic_s() + timeout_s
        dropped = 0
        while True:
            parts = self._pending + self._arrived(until_s if not self._pending else 0.0)
            self._pending = []
            dropped += self._parts.refused - self._refused + max(0, len(parts) - 1)
            self._refused = self._parts.refused
            if parts:
                try:
                    shot = self._decode(parts[-1])
                except DeviceDataError:
                    self._bad, dropped = self._bad + 1, dropped + 1
                    if self._bad >= _BAD_FRAMES:
                        raise
                    continue
                self._bad = 0
                return replace(shot, dropped_before=dropped)
            if self._clock.monotonic_s() >= until_s:
                raise DeviceTimeoutError(
                    f"{self.shown}: no picture in {timeout_s:.1f} s"
                )

    def _arrived(self, until_s: float) -> list[bytes]:
        """Wait for data until a time, then take all that is there."""
        line = self._socket
        assert line is not None
        parts: list[bytes] = []
        wait_s = until_s - self._clock.monotonic_s()
        while True:
            try:
                line.settimeout(max(0.0, wait_s))
                data = line.recv(1 << 18)
            except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
                return parts
            except OSError as error:
                raise DeviceAbsentError(
                    f"{self.shown}: connection lost: {error}"
                ) from error
            if not data:
                raise DeviceAbsentError(f"{self.shown}: the camera ended the stream")
            parts += self._parts.feed(self._unpack(data))
            wait_s = 0.0

    def _decode(self, part: bytes) -> Shot:
        jpeg, _ = check_jpeg(part)
        how = cv2.IMREAD_GRAYSCALE if self._grey else cv2.IMREAD_COLOR
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), how)
        if picture is None:
            raise DeviceDataError(f"{self.shown}: a JPEG that cannot be decoded")
        return Shot(to_pixels(np.asarray(picture), self.shown), jpeg=jpeg)

    def close(self) -> None:
        """Hang up."""
        self._pending = []
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _request(address: SplitResult) -> bytes:
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {address.netloc.rpartition('@')[2]}",
        "Connection: close",
        "Accept: multipart/x-mixed-replace",
    ]
    if address.username:
        secret = f"{unquote(address.username)}:{unquote(address.password or '')}"
        lines.append(
            f"Authorization: Basic {base64.b64encode(secret.encode()).decode()}"
        )
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class RtspSource:
    """An RTSP stream through OpenCV's FFmpeg, with deadlines.

    Parameters
    ----------
    url : str
        As rtsp://user:password@host/stream.
    make_capture : callable
        `cv2.VideoCapture`.
    """

    def __init__(
        self, url: str, make_capture: Callable[..., Any] = cv2.VideoCapture
    ) -> None:
        self.url = url
        self._make_capture = make_capture
        self._capture: Any = None
        self._fps: float | None = None

    @property
    def nominal_fps(self) -> float | None:
        """What the stream states: often wrong."""
        return self._fps

    def open(self) -> None:
        """Connect, in three seconds at most.

        Raises
        ------
        DeviceAbsentError
            If it does not open.
        """
        self.close()
        # Deadlines count only when given to the constructor.
        self._capture = self._make_capture(
            self.url,
            cv2.CAP_FFMPEG,
            [
                cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, int(_OPEN_S * 1000),
                cv2.CAP_PROP_READ_TIMEOUT_MSEC, _READ_MS,
            ],
        )  # fmt: skip
        if not self._capture.isOpened():
            self.close()
            raise DeviceAbsentError(
                f"{self.url}: it cannot be opened in {_OPEN_S:.0f} s; are address, "
                f"name and password right, and does it play in another program?"
            )
        fps = float(self._capture.get(cv2.CAP_PROP_FPS))
        self._fps = fps if 0.0 < fps < 1000.0 else None

    def shot(self, timeout_s: float) -> Shot:
        """Give the next frame; a silent stream may hold this up by 1.5 s.

        Parameters
        ----------
        timeout_s : s
            As far as FFmpeg allows.

        Returns
        -------
        Shot
        """
        if self._capture is None:
            raise DeviceAbsentError(f"{self.url} is not open")
        good, picture = self._capture.read()
        if not good or picture is None:
            # FFmpeg does not go on after a deadline: the stream must be opened again.
            raise DeviceAbsentError(f"{self.url}: the stream ended or fell silent")
        return Shot(to_pixels(np.asarray(picture), self.url))

    def close(self) -> None:
        """Hang up."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None


def make_source(address: Address, clock: Clock) -> CameraSource:
    """Read the address of a network camera.

    Parameters
    ----------
    address : Address
        http, https or rtsp. Options after "#": grey (HTTP only).
    clock : Clock
        Time.

    Returns
    -------
    HttpSource or RtspSource

    Raises
    ------
    DeviceAddressError
        If there is no host, or an option is unknown.
    """
    url, _, options = f"{address.kind}:{address.rest}".partition("#")
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        port_is_fine = False
    if not port_is_fine or not parts.hostname:
        raise DeviceAddressError(f"{address.text}: wanted {address.kind}://HOST/PATH")
    types: dict[str, type] = {} if address.kind == "rtsp" else {"grey": bool}
    values = read_options(address.text, split_options(address.text, options), types)
    if address.kind == "rtsp":
        return RtspSource(url)
    return HttpSource(url, bool(values.get("grey", False)), clock)
