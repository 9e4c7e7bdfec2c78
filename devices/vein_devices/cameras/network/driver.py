"""`http://HOST/PATH` and `rtsp://HOST/PATH`: network cameras.

HTTP streams of JPEGs are read by our own reader: the camera's own bytes, the true age
of each picture, and only the newest of what has queued up. RTSP goes through FFmpeg.
Options stand after a "#", since what follows a "?" belongs to the camera.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

from vein_devices.address import Address, read_options, split_options, without_password
from vein_devices.cameras.gaps import GapCounter
from vein_devices.cameras.jpeg import decode_jpeg
from vein_devices.cameras.network.http_connection import RECEIVE_BYTES, HttpConnection
from vein_devices.cameras.network.http_request import Answer
from vein_devices.cameras.network.multipart import (
    ChunkedReader,
    MultipartReader,
    Part,
    boundary_of,
)
from vein_devices.cameras.network.rtsp import RtspSource
from vein_devices.cameras.network.stream_clock import LineWatch, StreamClock
from vein_devices.cameras.source import OLD_S, CameraSource, Shot
from vein_devices.clock import Clock
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceAddressError,
    DeviceDataError,
    DevicePermissionError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
)
from vein_devices.frame import FrameFlag

__all__ = ["HttpSource", "RtspSource", "make_source"]

_BAD_FRAMES = 30  # about a second of damage: a line that does not come back by itself
_STOPPED_S = 0.2  # no wait is so much longer than asked while the program runs
_DRAIN_BYTES = 8 << 20
"""So much is taken at once, some pictures of the largest size: a line that never runs
dry would hold up everything else for ever."""
_RENEW_S = 0.5
"""A line on which pictures grow older than this is connected again, which is the one
way past what waits in it: then they are as old as they need to come."""
_RENEW_TIMES = 5.0  # of what it costs; so it takes a fifth of the time at most


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
        self._line = HttpConnection(url, certificate, clock)
        self.shown = self._line.shown
        """The address without its password, for messages."""
        self._grey = grey
        self._clock = clock
        self._parts = MultipartReader(b"")
        self._unpack: Callable[[bytes], bytes] = bytes
        self._pending: list[Part] = []
        self._bad = 0
        self._refused = 0
        self._dropped = 0  # since the last picture that was handed on
        self._last_fault = ""
        self._renewal_s = 0.0  # when it was last connected
        self._renewal_cost_s = 0.0

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
        self._stream_clock = StreamClock()
        self._gaps = {by: GapCounter(by_device=by) for by in (True, False)}
        self._dropped, self._last_fault = 0, ""
        self._renewal_cost_s = 0.0
        self._connect()

    def _connect(self) -> None:
        self.close()
        self._renewal_s = self._clock.monotonic_s()
        self._watch = LineWatch(self._renewal_s)
        try:
            self._begin(self._line.ask())
        except BaseException:
            self.close()
            raise

    def _begin(self, answer: Answer) -> None:
        fields = answer.fields
        if answer.code in (401, 403):
            who = urlsplit(self._line.url).username
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
        self._pending = self._parts.feed(
            self._unpack(answer.rest), self._clock.monotonic_s(), self._renewal_s
        )

    def shot(self, timeout_s: float) -> Shot:
        """Give the newest picture; what queued up before it is dropped and counted.

        Parameters
        ----------
        timeout_s : s
            Never waits longer, but for a line that must be connected again.

        Returns
        -------
        Shot
            `dropped_before` counts all that was lost since the last picture, also over
            calls that ended without one.
        """
        if self._line.socket is None:
            raise DeviceAbsentError(f"{self.shown} is not open")
        until_s = self._clock.monotonic_s() + timeout_s
        while True:
            parts = self._pending + self._arrived(until_s if not self._pending else 0.0)
            self._pending = []
            self._dropped += self._parts.refused - self._refused
            if self._parts.refused > self._refused:
                self._last_fault = "parts came whose stated length is wrong, or cut"
            self._refused = self._parts.refused
            for part in parts:
                if part.stream_s is not None:
                    self._stream_clock.see(part.stream_s, part.began_s, idle=part.idle)
            if parts:
                self._dropped += len(parts) - 1
                try:
                    return self._handed_on(parts[-1])
                except DeviceDataError as error:
                    self._bad, self._dropped = self._bad + 1, self._dropped + 1
                    self._last_fault = str(error)
                    if self._bad >= _BAD_FRAMES:
                        raise
                    continue
            if self._clock.monotonic_s() >= until_s:
                raise DeviceTimeoutError(self._silence(timeout_s))

    def _handed_on(self, part: Part) -> Shot:
        """The picture of a part, with its age and what is missing before it."""
        now_s = self._clock.monotonic_s()
        timed = part.stream_s is not None and self._stream_clock.usable
        if timed and part.stream_s is not None:
            taken_s = part.stream_s
            age_s = self._stream_clock.age_s(part.stream_s, now_s)
        else:
            taken_s = part.began_s
            age_s = now_s - part.busy_since_s
        flags = FrameFlag.STALE if age_s > OLD_S else FrameFlag.NONE
        if not timed:
            flags |= FrameFlag.UNTIMED
        pixels, jpeg = decode_jpeg(part.body, grey=self._grey)
        dropped = self._dropped + self._gaps[timed].lost(taken_s, self._dropped)
        self._bad = self._dropped = 0
        if age_s > OLD_S and not part.idle:
            self._renew(now_s)
        return Shot(
            pixels,
            device_s=part.stream_s,
            dropped_before=dropped,
            jpeg=jpeg,
            arrived_s=now_s,
            delay_s=age_s,
            flags=flags,
        )

    def _renew(self, now_s: float) -> None:
        """Leave behind what waits on the way, unless that was done just now."""
        often_s = max(_RENEW_S, _RENEW_TIMES * self._renewal_cost_s)
        if now_s - self._renewal_s < often_s:
            return
        self._connect()
        self._renewal_cost_s = self._clock.monotonic_s() - now_s
        self._dropped += 1  # at least
        self._gaps[False] = GapCounter(by_device=False)  # it begins with a fresh one

    def _silence(self, timeout_s: float) -> str:
        """What came instead of a picture."""
        text = f"{self.shown}: no picture in {timeout_s:.1f} s"
        if self._dropped:
            text += f"; {self._dropped} came and could not be used ({self._last_fault})"
        if self._parts.other_parts:
            text += f"; {self._parts.other_parts} parts came that are no picture"
        return text

    def _arrived(self, until_s: float) -> list[Part]:
        """Wait for data until a time, then take all that is there."""
        line = self._line.socket
        assert line is not None
        parts: list[Part] = []
        asked_s = self._clock.monotonic_s()
        wait_s = max(0.0, until_s - asked_s)
        taken = 0
        while True:
            try:
                line.settimeout(wait_s)
                data = line.recv(RECEIVE_BYTES)
            except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
                self._watch.empty(self._clock.monotonic_s())
                return parts
            except OSError as error:
                raise DeviceAbsentError(
                    f"{self.shown}: connection lost: {error}"
                ) from error
            if not data:
                raise DeviceAbsentError(f"{self.shown}: the camera ended the stream")
            now_s = self._clock.monotonic_s()
            waited_s, asked_s = now_s - asked_s, now_s
            self._watch.piece(
                now_s,
                len(data),
                waited_s,
                inside=self._parts.inside,
                stopped=waited_s > wait_s + _STOPPED_S,
                full=len(data) == RECEIVE_BYTES,
            )
            since_s = self._watch.busy_since_s
            parts += self._parts.feed(self._unpack(data), now_s, since_s)
            taken += len(data)
            if taken >= _DRAIN_BYTES:
                return parts
            wait_s = 0.0

    def close(self) -> None:
        """Hang up."""
        self._pending = []
        self._line.close()


def make_source(address: Address, clock: Clock) -> CameraSource:
    """Read the address of a network camera.

    Parameters
    ----------
    address : Address
        http, https or rtsp. Options after "#": grey; certificate, the SHA-256 of the
        camera's own certificate in hex; for rtsp only transport (tcp or udp).
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
        types = {"transport": str}
    values = read_options(address.text, split_options(address.text, options), types)
    if address.kind == "rtsp":
        transport = str(values.get("transport", "tcp"))
        if transport not in ("tcp", "udp"):
            raise DeviceAddressError(f"{address.text}: transport is tcp or udp")
        return RtspSource(url, clock, transport)
    certificate = str(values.get("certificate", ""))
    return HttpSource(url, bool(values.get("grey", False)), clock, certificate)
