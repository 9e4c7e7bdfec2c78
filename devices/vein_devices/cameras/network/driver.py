"""`http://HOST/PATH` and `rtsp://HOST/PATH`: network cameras.

HTTP streams of JPEGs are read by our own reader: true time of arrival, the camera's own
bytes, and of what has queued up only the newest. RTSP goes through OpenCV with
deadlines. Options stand after a "#", since what follows a "?" belongs to the camera.
"""

from __future__ import annotations

import hashlib
import hmac
import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from vein_devices.address import (
    Address,
    read_options,
    split_options,
    without_password,
)
from vein_devices.cameras.jpeg import decode_jpeg
from vein_devices.cameras.network.http_request import (
    Answer,
    authorization_for,
    parse_answer,
    request_for,
)
from vein_devices.cameras.network.multipart import (
    ChunkedReader,
    MultipartReader,
    boundary_of,
)
from vein_devices.cameras.network.rtsp import RtspSource
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

__all__ = ["HttpSource", "RtspSource", "make_source"]

_OPEN_S = 3.0
"""A camera in the house answers in a tenth of this time; one that does not is
absent."""
_BAD_FRAMES = 30  # about a second of damage: a line that does not come back by itself
_LONGEST_HEAD = 16384  # as much as web servers take; more is no camera
_RECEIVE_BYTES = 1 << 18
"""Size of the system's receive buffer. What waits in it grows old, so it holds only two
JPEGs of 1080p."""


class HttpSource:
    """A multipart stream of JPEGs over HTTP or HTTPS.

    Parameters
    ----------
    url : str
        As http://user:password@host:8080/stream.
    grey : bool
        Give grey frames.
    certificate : str
        SHA-256 of the one certificate that is believed, in hex; "": one that the system
        trusts.
    clock : Clock
        Time.
    """

    nominal_fps: float | None = None
    """Such a stream states no rate."""

    def __init__(
        self, url: str, grey: bool, clock: Clock, certificate: str = ""
    ) -> None:
        self.url = url
        self.shown = without_password(url)
        """The address without its password, for messages."""
        self._grey = grey
        self._clock = clock
        self._certificate = certificate.replace(":", "").lower()
        self._socket: socket.socket | None = None
        self._parts = MultipartReader(b"")
        self._unpack: Callable[[bytes], bytes] = bytes
        self._pending: list[bytes] = []
        self._bad = 0
        self._refused = 0
        self._dropped = 0  # since the last picture that was handed on
        self._last_fault = ""

    def open(self) -> None:
        """Connect and read the head of the answer.

        Raises
        ------
        DeviceAbsentError
            If nothing answers in three seconds, or it answers with an error.
        DevicePermissionError
            If a user name and password are wanted, or its certificate is not believed.
        DeviceUnsupportedError
            If it is no stream of pictures.
        """
        self.close()
        answer = self._ask("")
        challenge = answer.fields.get("www-authenticate", "")
        if answer.code == 401 and challenge.lower().startswith("digest "):
            authorization = self._digest(challenge)
            if authorization:
                self.close()
                answer = self._ask(authorization)
        try:
            self._begin(answer)
        except BaseException:
            self.close()
            raise

    def _digest(self, challenge: str) -> str:
        try:
            return authorization_for(urlsplit(self.url), challenge)
        except (ValueError, KeyError) as error:
            self.close()
            raise DeviceUnsupportedError(
                f"{self.shown}: how it asks for a password is unknown here: {error}"
            ) from error

    def _ask(self, authorization: str) -> Answer:
        """Connect, ask, and read the head of the answer."""
        address = urlsplit(self.url)
        authorization = authorization or authorization_for(address, "")
        try:
            self._socket = self._connected()
            self._socket.sendall(request_for(address, authorization))
            return self._read_head(self._socket)
        except (OSError, ValueError) as error:
            self.close()
            raise DeviceAbsentError(f"{self.shown}: {error}") from error
        except BaseException:
            self.close()
            raise

    def _connected(self) -> socket.socket:
        address = urlsplit(self.url)
        secure = address.scheme == "https"
        host, port = address.hostname or "", address.port or (443 if secure else 80)
        try:
            line = socket.create_connection((host, port), _OPEN_S)
        except (OSError, UnicodeError) as error:
            raise DeviceAbsentError(
                f"{self.shown}: nothing answers ({error}); is the camera on, and on "
                f"this network?"
            ) from error
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BYTES)
        line.settimeout(_OPEN_S)
        if not secure:
            return line
        try:
            return self._secured(line, host, port)
        except BaseException:
            line.close()
            raise

    def _secured(self, line: socket.socket, host: str, port: int) -> socket.socket:
        context = ssl.create_default_context()
        if self._certificate:
            # Believed is exactly one certificate, whoever signed it.
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            safe = context.wrap_socket(line, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            raise DevicePermissionError(
                f"{self.shown}: its certificate is not one that this machine trusts "
                f"({error.verify_message}). Cameras often sign their own: compare its "
                f"SHA-256 with the one on the camera's own page, and add it to the "
                f"address: #certificate={_fingerprint_at(host, port)}"
            ) from error
        shown = hashlib.sha256(safe.getpeercert(binary_form=True) or b"").hexdigest()
        if self._certificate and not hmac.compare_digest(shown, self._certificate):
            safe.close()
            raise DevicePermissionError(
                f"{self.shown}: it shows another certificate than the address names "
                f"({shown}): is it the same camera?"
            )
        return safe

    def _read_head(self, line: socket.socket) -> Answer:
        until_s = self._clock.monotonic_s() + _OPEN_S
        data = b""
        while (answer := parse_answer(data)) is None:
            more = line.recv(4096)
            data += more
            late = self._clock.monotonic_s() > until_s
            if not more or late or len(data) > _LONGEST_HEAD:
                raise DeviceAbsentError(
                    f"{self.shown}: it does not answer as HTTP does"
                )
        return answer

    def _begin(self, answer: Answer) -> None:
        fields = answer.fields
        if answer.code in (401, 403):
            who = urlsplit(self.url).username
            raise DevicePermissionError(
                f"{self.shown}: it wants a name and password: http://NAME:PASSWORD@..."
                if who is None
                else f"{self.shown}: it refuses this name and password"
            )
        if 300 <= answer.code < 400 and "location" in fields:
            to = without_password(fields["location"])
            raise DeviceAbsentError(
                f"{self.shown}: it sends its visitors on to {to!r}; if that is your "
                f"camera, give that address"
            )
        if answer.code != 200:
            raise DeviceAbsentError(f"{self.shown}: it answers {answer.status!r}")
        boundary = boundary_of(fields.get("content-type", ""))
        if boundary is None:
            raise DeviceUnsupportedError(
                f"{self.shown}: it answers {fields.get('content-type', 'nothing')!r}; "
                f"wanted the address of the MJPEG stream (multipart/x-mixed-replace)"
            )
        chunked = fields.get("transfer-encoding", "").lower() == "chunked"
        self._unpack = ChunkedReader().feed if chunked else bytes
        self._parts, self._bad, self._refused = MultipartReader(boundary), 0, 0
        self._dropped, self._last_fault = 0, ""
        self._pending = self._parts.feed(self._unpack(answer.rest))

    def shot(self, timeout_s: float) -> Shot:
        """Give the newest picture; what queued up before it is dropped and counted.

        Parameters
        ----------
        timeout_s : s
            Never waits longer.

        Returns
        -------
        Shot
            `dropped_before` counts all that was lost since the last picture, also over
            calls that ended without one.
        """
        if self._socket is None:
            raise DeviceAbsentError(f"{self.shown} is not open")
        until_s = self._clock.monotonic_s() + timeout_s
        while True:
            parts = self._pending + self._arrived(until_s if not self._pending else 0.0)
            self._pending = []
            self._dropped += self._parts.refused - self._refused
            if self._parts.refused > self._refused:
                self._last_fault = "parts came whose stated length is wrong, or cut"
            self._refused = self._parts.refused
            if parts:
                self._dropped += len(parts) - 1
                try:
                    shot = self._decode(parts[-1])
                except DeviceDataError as error:
                    self._bad, self._dropped = self._bad + 1, self._dropped + 1
                    self._last_fault = str(error)
                    if self._bad >= _BAD_FRAMES:
                        raise
                    continue
                self._bad = 0
                dropped, self._dropped = self._dropped, 0
                return replace(shot, dropped_before=dropped)
            if self._clock.monotonic_s() >= until_s:
                raise DeviceTimeoutError(self._silence(timeout_s))

    def _silence(self, timeout_s: float) -> str:
        """What came instead of a picture."""
        text = f"{self.shown}: no picture in {timeout_s:.1f} s"
        if self._dropped:
            text += f"; {self._dropped} came and could not be used ({self._last_fault})"
        if self._parts.other_parts:
            text += f"; {self._parts.other_parts} parts came that are no picture"
        return text

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
        pixels, jpeg = decode_jpeg(part, grey=self._grey)
        return Shot(pixels, jpeg=jpeg)

    def close(self) -> None:
        """Hang up."""
        self._pending = []
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _fingerprint_at(host: str, port: int) -> str:
    """SHA-256 of the certificate that a camera shows, in hex; "..." where it fails."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), _OPEN_S) as line,
            context.wrap_socket(line, server_hostname=host) as safe,
        ):
            return hashlib.sha256(safe.getpeercert(binary_form=True) or b"").hexdigest()
    except OSError:
        return "..."


def make_source(address: Address, clock: Clock) -> CameraSource:
    """Read the address of a network camera.

    Parameters
    ----------
    address : Address
        http, https or rtsp. Options after "#", not for rtsp: grey; certificate, the
        SHA-256 of the camera's own certificate in hex.
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
    types: dict[str, type] = {"grey": bool, "certificate": str}
    if address.kind == "rtsp":
        types = {}
    values = read_options(address.text, split_options(address.text, options), types)
    if address.kind == "rtsp":
        return RtspSource(url)
    certificate = str(values.get("certificate", ""))
    return HttpSource(url, bool(values.get("grey", False)), clock, certificate)
