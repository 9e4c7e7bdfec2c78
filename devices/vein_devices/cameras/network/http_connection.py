"""The connection to an HTTP camera: reached, secured, asked, its answer's head read."""

from __future__ import annotations

import hashlib
import hmac
import socket
import ssl
from urllib.parse import urlsplit

from vein_devices.address import without_password
from vein_devices.cameras.network.http_request import (
    Answer,
    authorization_for,
    parse_answer,
    request_for,
)
from vein_devices.clock import Clock
from vein_devices.errors import (
    DeviceAbsentError,
    DevicePermissionError,
    DeviceUnsupportedError,
)

__all__ = ["RECEIVE_BYTES", "HttpConnection"]

_OPEN_S = 3.0
"""A camera in the house answers in a tenth of this time; one that does not is
absent."""
_LONGEST_HEAD = 16384  # as much as web servers take; more is no camera
RECEIVE_BYTES = 1 << 17
"""Size of the system's receive buffer. What waits in it grows old, and what the sender
may have on its way follows from it; a JPEG of 1080p fits."""


class HttpConnection:
    """One connection to one camera.

    Parameters
    ----------
    url : str
        As http://user:password@host:8080/stream.
    certificate : str
        SHA-256 of the one certificate that is believed, in hex; "": one that the system
        trusts.
    clock : Clock
        Time.
    """

    def __init__(self, url: str, certificate: str, clock: Clock) -> None:
        self.url = url
        self.shown = without_password(url)
        """The address without its password, for messages."""
        self._certificate = certificate.replace(":", "").lower()
        self._clock = clock
        self.socket: socket.socket | None = None
        """Open, or None."""

    def ask(self) -> Answer:
        """Connect, ask, with a password where one is wanted, and read the head.

        Returns
        -------
        Answer

        Raises
        ------
        DeviceAbsentError
            If nothing answers in three seconds.
        DevicePermissionError
            If its certificate is not believed.
        """
        answer = self._ask("")
        challenge = answer.fields.get("www-authenticate", "")
        if answer.code == 401 and challenge.lower().startswith("digest "):
            authorization = self._digest(challenge)
            if authorization:
                self.close()
                answer = self._ask(authorization)
        return answer

    def close(self) -> None:
        """Hang up."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def _digest(self, challenge: str) -> str:
        try:
            return authorization_for(urlsplit(self.url), challenge)
        except (ValueError, KeyError, OSError) as error:  # OSError: urllib's own
            self.close()
            raise DeviceUnsupportedError(
                f"{self.shown}: how it asks for a password is unknown here: {error}"
            ) from error

    def _ask(self, authorization: str) -> Answer:
        """Connect, ask, and read the head of the answer."""
        address = urlsplit(self.url)
        authorization = authorization or authorization_for(address, "")
        try:
            self.socket = self._connected()
            self.socket.sendall(request_for(address, authorization))
            return self._read_head(self.socket)
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
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
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
