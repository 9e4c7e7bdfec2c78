"""A network camera on this machine: MJPEG over HTTP, with the faults of real ones."""

from __future__ import annotations

import contextlib
import hashlib
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from vein_devices.serial.faults import Faults, Noise

__all__ = ["HttpCamera"]


class HttpCamera:
    """Serves pictures at http://127.0.0.1:PORT/.

    Parameters
    ----------
    jpeg : callable (index) -> bytes
        Where pictures come from.
    fps : 1/s
        Rate.
    status : str
        What it answers: anything but "200 OK" ends the connection.
    lengths : bool
        Whether parts state their length.
    chunked : bool
        Whether the answer comes in chunks of HTTP 1.1.
    fields : dict of str to str
        Further lines of the answer's head.
    stamp : callable () -> s, optional
        The camera's own clock; its time goes with each part as X-Timestamp.
    password : str
        "NAME:PASSWORD" that it wants by Digest (RFC 7616); "": none.
    tls : ssl.SSLContext, optional
        Serve over HTTPS with it.
    faults : Faults
        `stall` sends nothing more, `garbage` and `flip` damage pictures.
    """

    def __init__(
        self,
        jpeg: Callable[[int], bytes],
        *,
        fps: float = 30.0,
        status: str = "200 OK",
        lengths: bool = True,
        chunked: bool = False,
        fields: dict[str, str] | None = None,
        stamp: Callable[[], float] | None = None,
        password: str = "",
        tls: ssl.SSLContext | None = None,
        faults: Faults | None = None,
    ) -> None:
        self.jpeg = jpeg
        self.fps = fps
        self.status = status
        self.faults = faults or Faults()
        self.port = 0
        """Chosen at the first start, and kept."""
        self._lengths = lengths
        self._chunked = chunked
        self._fields = fields or {}
        self._stamp = stamp
        self._password = password
        self._tls = tls
        self._server: socket.socket | None = None
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self.index = 0
        """Number of the next picture."""
        self.requests: list[bytes] = []
        """Heads of the requests so far."""

    @property
    def url(self) -> str:
        """Address of the stream."""
        scheme = "https" if self._tls else "http"
        return f"{scheme}://127.0.0.1:{self.port}/stream?quality=80"

    def switch_on(self) -> None:
        """Listen, at the same port as before."""
        server = socket.create_server(("127.0.0.1", self.port))
        server.settimeout(0.05)
        self.port = server.getsockname()[1]
        self._server = server
        self._stopping.clear()
        self._start(self._accept, server)

    def switch_off(self) -> None:
        """Vanish in the middle of whatever goes on."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        if self._server is not None:
            self._server.close()
            self._server = None

    def __enter__(self) -> Self:
        self.switch_on()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.switch_off()

    def _start(
        self, work: Callable[[socket.socket], None], line: socket.socket
    ) -> None:
        thread = threading.Thread(
            target=work, args=(line,), name="http simulator", daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def _accept(self, server: socket.socket) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                self._start(self._serve, server.accept()[0])

    def _serve(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), self._secured(line) as line:
            request = line.recv(65536)
            self.requests.append(request)
            status = self.status
            if self._password and not self._knows(request):
                status = "401 Unauthorized"
            head = f"HTTP/1.1 {status}\r\nServer: simulator\r\n"
            for name, value in self._head_fields().items():
                head += f"{name}: {value}\r\n"
            line.sendall(head.encode() + b"\r\n")
            if status.startswith("200"):
                self._stream(line)

    def _secured(self, line: socket.socket) -> socket.socket:
        line.settimeout(2.0)
        if self._tls is None:
            return line
        try:
            return self._tls.wrap_socket(line, server_side=True)
        except OSError:
            line.close()
            raise

    def _head_fields(self) -> dict[str, str]:
        fields = {"Content-Type": "multipart/x-mixed-replace; boundary=frame"}
        if self._chunked:
            fields["Transfer-Encoding"] = "chunked"
        if self._password:
            fields["WWW-Authenticate"] = (
                'Digest realm="cam", nonce="7ypf", qop="auth,auth-int", '
                "algorithm=SHA-256"
            )
        return {**fields, **self._fields}

    def _knows(self, request: bytes) -> bool:
        """Whether a request carries the right digest (RFC 7616, section 3.4.1)."""
        said = dict(
            re.findall(rb'(\w+)="?([^",\r\n]+)"?', request.partition(b"Digest ")[2])
        )
        if not said:
            return False

        def of(data: bytes) -> bytes:
            return hashlib.sha256(data).hexdigest().encode()

        name, _, password = self._password.encode().partition(b":")
        secret, asked = of(name + b":cam:" + password), of(b"GET:" + said[b"uri"])
        proof = [secret, said[b"nonce"], said[b"nc"], said[b"cnonce"], said[b"qop"]]
        return bool(said[b"response"] == of(b":".join([*proof, asked])))

    def _stream(self, line: socket.socket) -> None:
        due_s, noise = time.monotonic(), Noise(self.faults)
        while not self._stopping.wait(max(0.0, due_s - time.monotonic())):
            due_s += 1.0 / self.fps
            if noise.faults is not self.faults:
                noise = Noise(self.faults)
            if self.faults.stall:
                continue
            part = b"--frame\r\nContent-Type: image/jpeg\r\n"
            if self._stamp is not None:
                part += b"X-Timestamp: %.6f\r\n" % self._stamp()
            body = self.jpeg(self.index)
            self.index += 1
            if self._lengths:
                part += b"Content-Length: %d\r\n" % len(body)
            part += b"\r\n" + noise.spoil(body) + b"\r\n"
            if self._chunked:
                part = b"%x\r\n%b\r\n" % (len(part), part)
            line.sendall(part)
