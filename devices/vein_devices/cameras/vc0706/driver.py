"""`vc0706:PORT?size=640x480&baud=115200&mode=verified`: the serial JPEG camera.

One picture takes seconds: 48 kB need 4.2 s at 115200 bit/s. The camera freezes a
picture, hands it over in pieces, and resumes. It has no checksum: "fast" trusts header
and trailer of every piece; "verified" takes a piece only when two readings agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace

from vein_devices.address import Address, read_options
from vein_devices.cameras.jpeg import decode_jpeg
from vein_devices.cameras.source import Shot
from vein_devices.cameras.vc0706 import protocol as wire
from vein_devices.clock import Clock
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceAddressError,
    DeviceDataError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
)
from vein_devices.serial.port import SerialPort, find_port, open_serial

__all__ = ["Vc0706Settings", "Vc0706Source", "make_source"]

_PROBE_BAUDS = (38400, 115200, 57600, 19200, 9600)
"""The factory's first, then the others that the chip knows."""
_SIZE_REGISTER = bytes.fromhex("04010019")
_COMPRESSION_REGISTER = bytes.fromhex("01011204")
_DELAY_10US = 10  # 1e-4 s before and after each answer, for the adapter to turn round
_ANSWER_S = 0.25  # resuming was seen to take 93 ms
_SLICE_S = 0.05  # a request to close is heard within this
_TRIES = 3  # a noisy line fails once or twice in a row, a dead one always
_LONGEST = 4 << 20
"""Above 640 x 480 at the least compression, so that a damaged length fills no
memory."""
_BAD_FRAMES = 5  # pictures take seconds: after five a clinician wants to know

# A step of the camera's work: yields while it waits, and returns its result.
Work = Generator[None, None, wire.Reply]


@dataclass(frozen=True, slots=True)
class Vc0706Settings:
    """How a VC0706 is used.

    Parameters
    ----------
    size_px : (height, width) px
        480x640, 240x320 or 120x160.
    baud : bit/s
        Rate for pictures: 9600, 19200, 38400, 57600 or 115200.
    verified : bool
        Read every piece until two readings agree.
    chunk : bytes
        Size of a piece, a multiple of 8.
    compression : 0 to 255 or None
        Compression ratio; None leaves the camera's own.
    settle_s : s
        Wait after a reset before the first picture (2.5 s by an LCF-23M manual).
    grey : bool
        Ask the camera for black and white, and give grey frames: right for infrared.
    """

    size_px: tuple[int, int] = (480, 640)
    baud: int = 115200
    verified: bool = False
    chunk: int = 4096
    compression: int | None = None
    settle_s: float = 2.5
    grey: bool = True


class Vc0706Source:
    """Frames of one VC0706.

    Parameters
    ----------
    place : str
        Port, or serial number, "vid:pid" or USB path of its adapter.
    settings : Vc0706Settings
        How it is used.
    clock : Clock
        Time.
    open_port : callable (device, baud) -> SerialPort
        Opens the line.
    """

    def __init__(
        self,
        place: str,
        settings: Vc0706Settings,
        clock: Clock,
        open_port: Callable[[str, int], SerialPort] = open_serial,
    ) -> None:
        self.place = place
        self._name = f"vc0706:{place}" if place else "vc0706"  # in messages
        self.settings = settings
        self.version = ""
        """What the camera calls itself, once open."""
        self.rereads = 0
        """Pieces read again because of damage or, verified, to compare."""
        self._clock = clock
        self._open_port = open_port
        self._port: SerialPort | None = None
        self._baud = _PROBE_BAUDS[0]
        self._work: Iterator[Shot | None] | None = None

    @property
    def nominal_fps(self) -> float | None:
        """A guess from the rate: 48 kB for 640x480, twice that in verified mode."""
        area = self.settings.size_px[0] * self.settings.size_px[1] / (480 * 640)
        readings = 2 if self.settings.verified else 1
        return self.settings.baud / (10 * 48_000 * area * readings)

    @property
    def _line(self) -> SerialPort:
        if self._port is None:
            raise DeviceAbsentError(f"{self._name} is not open")
        return self._port

    def open(self) -> None:
        """Find the camera's rate, set size and rate.

        Raises
        ------
        DeviceAbsentError
            If no port fits.
        DeviceTimeoutError
            If nothing answers at any rate.
        DeviceError
            If the port is forbidden or in use, or the camera refuses the size.
        """
        device = find_port(self.place)
        self._port = self._open_port(device, self._baud)
        try:
            self._find_rate()
            self._set_size()
            self._set_rate()
            if self.settings.compression is not None:
                value = bytes([self.settings.compression])
                self._do(wire.WRITE_DATA, _COMPRESSION_REGISTER + value)
            if self.settings.grey:
                self._ask(wire.COLOUR, b"\x01\x02")  # some refuse
            self._do(wire.FBUF_CTRL, b"\x03", accept=(0, 3))  # in case it was frozen
        except BaseException:
            self.close()
            raise
        self._work = self._frames()

    def _find_rate(self) -> None:
        """Ask for the version at every rate: a RESET would change the rate."""
        rates = (self._baud, *(rate for rate in _PROBE_BAUDS if rate != self._baud))
        for rate in rates:
            self._line.set_baud(rate)
            for _ in range(2):  # the first may be answered by half a banner
                self._line.drain(0.05)
                try:
                    reply = self._ask(wire.VERSION)
                except DeviceDataError:
                    continue
                except DeviceTimeoutError:
                    break
                if reply.status == 0:
                    self._baud = rate
                    self.version = reply.data.decode("ascii", "replace")
                    return
        raise DeviceTimeoutError(
            f"{self._name}: nothing answers at {', '.join(map(str, rates))} "
            f"bit/s. Check TX and RX (they cross), 5 V and ground; then take the power "
            f"off for five seconds: these cameras now and then go deaf"
        )

    def _set_size(self) -> None:
        code = bytes([wire.SIZES[self.settings.size_px]])
        if self._do(wire.READ_DATA, _SIZE_REGISTER).data == code:
            return
        self._do(wire.WRITE_DATA, _SIZE_REGISTER + code)
        # A size is in force after a reset only, and a reset goes back to 38400 bit/s.
        self._ask(wire.RESET)
        self._line.set_baud(_PROBE_BAUDS[0])
        banner, until_s = b"", self._clock.monotonic_s() + 5.0
        while b"Init end" not in banner and self._clock.monotonic_s() < until_s:
            banner += self._line.read(64, _SLICE_S)
        self._clock.sleep(self.settings.settle_s)
        self._baud = _PROBE_BAUDS[0]
        self._find_rate()

    def _set_rate(self) -> None:
        if self._baud == self.settings.baud:
            return
        word = wire.BAUD_WORDS[self.settings.baud].to_bytes(2, "big")
        self._do(wire.SET_PORT, b"\x01" + word)
        self._clock.sleep(0.05)
        self._baud = self.settings.baud
        self._find_rate()

    def _do(
        self, command: int, data: bytes = b"", accept: tuple[int, ...] = (0,)
    ) -> wire.Reply:
        """Run a command to its end, three times at most; it must succeed."""
        reply = None
        for _ in range(_TRIES):
            try:
                reply = self._ask(command, data)
            except (DeviceTimeoutError, DeviceDataError):
                continue
            if reply.status in accept:
                return reply
        why = reply.trouble if reply else "no whole answer in three tries"
        raise DeviceUnsupportedError(
            f"{self._name} ({self.version}): command {command:02X} "
            f"{data.hex(' ')}: {why}"
        )

    def _ask(self, command: int, data: bytes = b"") -> wire.Reply:
        work = self._exchange(command, wire.request(command, data), _ANSWER_S)
        while True:
            try:
                next(work)
            except StopIteration as end:
                reply: wire.Reply = end.value
                return reply

    def _exchange(
        self, command: int, message: bytes, wait_s: float, picture_length: int = 0
    ) -> Work:
        """Send a command and read its answer, in slices."""
        reader = wire.ReplyReader(command, picture_length)
        self._line.write(message)
        until_s = self._clock.monotonic_s() + wait_s
        while True:
            data = self._line.read(min(reader.missing, 4096), _SLICE_S)
            try:
                reply = reader.feed(data)
            except DeviceDataError:
                self._line.drain(_SLICE_S)
                raise
            if reply is not None:
                return reply
            if self._clock.monotonic_s() > until_s:
                self._line.drain(_SLICE_S)
                raise DeviceTimeoutError(
                    f"{self._name}: command {command:02X} got no whole answer "
                    f"in {wait_s:.2f} s"
                )
            yield None

    def shot(self, timeout_s: float) -> Shot:
        """Go on with the picture in hand until it is whole or time is up.

        Parameters
        ----------
        timeout_s : s
            Never waits longer; nothing read so far is lost by a timeout.

        Returns
        -------
        Shot
        """
        if self._work is None:
            raise DeviceAbsentError(f"{self._name} is not open")
        until_s = self._clock.monotonic_s() + timeout_s
        while True:
            try:
                shot = next(self._work)
            except StopIteration:
                raise DeviceDataError(f"{self._name}: open it again") from None
            except DeviceTimeoutError as error:  # no wait helps: the work is at an end
                raise DeviceDataError(str(error)) from error
            if shot is not None:
                return shot
            if self._clock.monotonic_s() >= until_s:
                raise DeviceTimeoutError(f"{self._name}: picture under way")

    def _frames(self) -> Iterator[Shot | None]:
        """Pictures one after another; None while one is under way."""
        bad = 0
        while True:
            frozen_s = 0.0
            try:
                yield from self._tried(lambda: self._control(b"\x00"))
                frozen_s = self._clock.monotonic_s()
                jpeg = yield from self._picture()
                shot = self._decode(jpeg)
            except (DeviceDataError, DeviceTimeoutError):
                bad += 1
                if bad >= _BAD_FRAMES:
                    raise
                shot = None
            yield from self._tried(lambda: self._control(b"\x03", b"\x02"))
            if shot is not None:
                # Its bytes take seconds: it is as old as the moment when it was frozen.
                age_s = self._clock.monotonic_s() - frozen_s
                yield replace(shot, dropped_before=bad, delay_s=age_s)
                bad = 0

    def _control(self, *flags: bytes) -> Work:
        """Freeze or resume; resuming is 3 on some cameras and 2 on others."""
        reply = wire.Reply(wire.FBUF_CTRL, 1)
        for flag in flags:
            message = wire.request(wire.FBUF_CTRL, flag)
            reply = yield from self._exchange(wire.FBUF_CTRL, message, _ANSWER_S)
            if reply.status == 0:
                return reply
        raise DeviceDataError(f"{self._name}: freeze or resume: {reply.trouble}")

    def _tried(self, make: Callable[[], Work], tries: int = _TRIES) -> Work:
        """Try some work again when its answer is damaged or missing."""
        for left in range(tries - 1, -1, -1):
            try:
                return (yield from make())
            except (DeviceDataError, DeviceTimeoutError):
                self.rereads += 1
                if not left:
                    raise
        raise AssertionError("unreachable")

    def _agreed(self, make: Callable[[], Work]) -> Work:
        """In verified mode repeat some reading until any two agree."""
        if not self.settings.verified:
            return (yield from self._tried(make))
        seen: set[bytes] = set()
        for _ in range(8 * _TRIES):
            reply = yield from self._tried(make, 2 * _TRIES)
            if reply.data in seen:
                return reply
            seen.add(reply.data)
            self.rereads += 1
        raise DeviceDataError(
            f"{self._name}: no two readings agree; the line is too noisy: use a "
            f"shorter cable or a lower baud"
        )

    def _picture(self) -> Generator[None, None, bytes]:
        """Read the frozen picture."""
        ask = wire.request(wire.FBUF_LEN, b"\x00")
        reply = yield from self._agreed(
            lambda: self._exchange(wire.FBUF_LEN, ask, _ANSWER_S)
        )
        length = int.from_bytes(reply.data, "big")
        if not 0 < length <= _LONGEST:
            raise DeviceDataError(f"{self._name}: a picture of {length} bytes")
        picture = bytearray()
        while len(picture) < length:
            offset = len(picture)
            count = min(self.settings.chunk, -(-(length - offset) // 8) * 8)
            reply = yield from self._agreed(lambda o=offset, c=count: self._piece(o, c))  # type: ignore[misc]
            picture += reply.data
        return bytes(picture[:length])

    def _piece(self, offset: int, count: int) -> Work:
        # Twice the time on the line, and the camera's own two pauses.
        wait_s = 0.2 + 2.0 * (count * 10.0 / self._baud + 2.0 * _DELAY_10US * 1e-5)
        message = wire.read_picture_request(offset, count, _DELAY_10US)
        return (yield from self._exchange(wire.READ_FBUF, message, wait_s, count))

    def _decode(self, data: bytes) -> Shot:
        pixels, jpeg = decode_jpeg(data, self.settings.size_px, grey=self.settings.grey)
        return Shot(pixels, jpeg=jpeg)

    def close(self) -> None:
        """Let go of the port. A frozen picture is resumed at the next opening."""
        self._work = None
        if self._port is not None:
            self._port.close()
            self._port = None


def make_source(address: Address, clock: Clock) -> Vc0706Source:
    """Read the address of a VC0706.

    Parameters
    ----------
    address : Address
        Place: a port, or the serial number, "vid:pid" or USB path of the adapter;
        nothing where there is one USB serial port. Options: size, baud, mode (fast or
        verified), chunk, compression, settle, grey.
    clock : Clock
        Time.

    Returns
    -------
    Vc0706Source

    Raises
    ------
    DeviceAddressError
        If an option is unknown or wrong.
    """
    types = {
        "size": str, "baud": int, "mode": str, "chunk": int, "compression": int,
        "settle": float, "grey": bool,
    }  # fmt: skip
    values = read_options(address.text, address.options, types)
    mode = str(values.get("mode", "fast"))
    size = re.fullmatch(r"(\d+)x(\d+)", str(values.get("size", "640x480")))
    size_px = (int(size[2]), int(size[1])) if size else (0, 0)
    settings = Vc0706Settings(
        size_px=size_px,
        baud=int(values.get("baud", 115200)),
        verified=mode == "verified",
        chunk=int(values.get("chunk", 1024 if mode == "verified" else 4096)),
        compression=int(values["compression"]) if "compression" in values else None,
        settle_s=float(values.get("settle", 2.5)),
        grey=bool(values.get("grey", True)),
    )
    for right, wanted in (
        (mode in ("fast", "verified"), "mode is fast or verified"),
        (size_px in wire.SIZES, "size is 640x480, 320x240 or 160x120"),
        (settings.baud in wire.BAUD_WORDS, f"baud is one of {list(wire.BAUD_WORDS)}"),
        (
            256 <= settings.chunk <= 8192 and settings.chunk % 8 == 0,
            "chunk is a multiple of 8 from 256 to 8192",
        ),
        (0 <= (settings.compression or 0) <= 255, "compression is 0 to 255"),
        (0 <= settings.settle_s <= 60, "settle is 0 to 60 s"),
    ):
        if not right:
            raise DeviceAddressError(f"{address.text}: {wanted}")
    return Vc0706Source(address.place, settings, clock)
