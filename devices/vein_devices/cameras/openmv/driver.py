"""`openmv:PORT?size=QVGA&format=grey`: an OpenMV camera, our client of protocol V2.

The camera runs a script that takes pictures; ours is sent to it unless `script=` names
another, or `script=keep` leaves the one that runs. When an answer is damaged, this is
noticed at once, the link is synchronised again, and the picture is fetched again.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np

from vein_devices.address import Address, read_options
from vein_devices.cameras.jpeg import decode_jpeg
from vein_devices.cameras.openmv import protocol as wire
from vein_devices.cameras.openmv.protocol import (
    Flag,
    Opcode,
    Packet,
    PacketReader,
    Status,
    encode,
)
from vein_devices.cameras.source import Shot
from vein_devices.clock import Clock
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceAddressError,
    DeviceDataError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
)
from vein_devices.frame import Pixels
from vein_devices.serial.port import PortIdentity, SerialPort, find_port, open_serial

__all__ = ["OpenmvLink", "OpenmvSource", "make_source"]

_BAUD = 921600  # USB: the number means nothing
_ANSWER_S = 0.25  # over USB it answers in milliseconds; what takes longer is lost
_SYNC_TRIES = 5  # a camera in the middle of a packet needs two
_TRIES = 8  # a line that spoils a packet so often in a row is broken
_LONGEST_PAYLOAD = 4096
"""The most that the firmware offers. Larger packets cost more when one is damaged."""
_LONGEST_FRAME = 16 << 20
"""Above the largest sensor made, so that a damaged length fills no memory."""
_USB_VENDORS = (0x37C5, 0x1209)
"""OpenMV's own, and pid.codes, under which older boards run."""
_SIZES = ("QQVGA", "QVGA", "VGA", "HD", "SVGA")
_FORMATS = {"grey": "GRAYSCALE", "rgb565": "RGB565", "jpeg": "JPEG"}

_SCRIPT = """import sensor
sensor.reset()
sensor.set_pixformat(sensor.{format})
sensor.set_framesize(sensor.{size})
sensor.skip_frames(time=500)
while True:
    sensor.snapshot()
"""


class OpenmvLink:
    """Commands and answers over one port.

    Parameters
    ----------
    port : SerialPort
        The line.
    name : str
        For messages.
    clock : Clock
        Time.
    """

    def __init__(self, port: SerialPort, name: str, clock: Clock) -> None:
        self.resyncs = 0
        """How often the link was synchronised again after damage."""
        self._port = port
        self._name = name
        self._clock = clock
        self._reader = PacketReader()
        self._waiting: list[Packet] = []
        self._sequence = 0

    def synchronise(self) -> None:
        """Agree on numbering, CRCs and packet size; releases every lock.

        Raises
        ------
        DeviceTimeoutError
            If nothing answers as an OpenMV camera does.
        """
        for _ in range(_SYNC_TRIES):
            self._reader.longest = wire.START_PAYLOAD
            self._port.drain(0.002)
            self._reader.clear()
            self._waiting.clear()
            self._sequence = 0
            try:
                self._send(Opcode.SYNC, 0, b"")
                self._receive(Opcode.SYNC, 0)
                self._sequence = 0
                caps = self._exchange(Opcode.GET_CAPS, 0, b"")
                theirs = struct.unpack_from("<IH", caps)[1] if len(caps) >= 6 else 0
                longest = min(theirs or wire.START_PAYLOAD, _LONGEST_PAYLOAD)
                crc_and_sequence = 0b0011
                wish = struct.pack("<IH10x", crc_and_sequence, longest)
                self._exchange(Opcode.SET_CAPS, 0, wish)
                self._reader.longest = longest
            except (DeviceDataError, DeviceTimeoutError):
                continue
            else:
                return
        raise DeviceTimeoutError(
            f"{self._name}: it does not answer as an OpenMV camera does. Firmware 5 or "
            f"newer is wanted, and no other program (the OpenMV IDE) may hold it"
        )

    def ask(
        self, opcode: Opcode, channel: int = 0, payload: bytes = b""
    ) -> bytes | None:
        """Run a command.

        Parameters
        ----------
        opcode : Opcode
            Which.
        channel : int
            Of what.
        payload : bytes
            Its data.

        Returns
        -------
        bytes or None
            The answer; None: the camera is busy.

        Raises
        ------
        DeviceDataError
            If the answer was damaged or missing: the link has been synchronised again
            and the locks are released; begin again.
        DeviceUnsupportedError
            If the camera refused.
        """
        try:
            return self._exchange(opcode, channel, payload)
        except _BusyError:
            return None
        except (DeviceDataError, DeviceTimeoutError) as error:
            self.resyncs += 1
            self.synchronise()
            raise DeviceDataError(f"{self._name}: {opcode.name}: {error}") from error

    def _exchange(self, opcode: Opcode, channel: int, payload: bytes) -> bytes:
        self._send(opcode, channel, payload)
        return self._receive(opcode, channel)

    def _send(self, opcode: Opcode, channel: int, payload: bytes) -> None:
        packet = Packet(self._sequence, channel, opcode, Flag(0), payload)
        self._port.write(encode(packet))

    def _receive(self, opcode: Opcode, channel: int) -> bytes:
        """Read the answer: one packet, or fragments up to the last."""
        whole = bytearray()
        while True:
            packet = self._next()
            if packet.flags & Flag.EVENT:
                continue
            if packet.sequence != self._sequence:
                if packet.flags & Flag.RTX:
                    continue  # sent again: we have it
                if opcode is Opcode.SYNC:
                    continue  # from before
                raise DeviceDataError(
                    f"packet {packet.sequence} came instead of {self._sequence}"
                )
            if packet.opcode != opcode or packet.channel != channel:
                raise DeviceDataError(f"an answer to {packet.opcode:02X} came instead")
            self._sequence = (self._sequence + 1) & 0xFF
            if packet.flags & Flag.NAK:
                self._refused(packet, opcode)
            whole += packet.payload
            if not packet.flags & Flag.FRAGMENT:
                return bytes(whole)

    def _refused(self, packet: Packet, opcode: Opcode) -> None:
        code = int.from_bytes(packet.payload[:2], "little")
        if code == Status.BUSY:
            raise _BusyError
        if code in (Status.CHECKSUM, Status.SEQUENCE, Status.TIMEOUT):
            raise DeviceDataError(f"it received {Status(code).name}")
        known = Status(code).name if code in Status._value2member_map_ else str(code)
        raise DeviceUnsupportedError(f"{self._name}: {opcode.name} refused: {known}")

    def _next(self) -> Packet:
        until_s = self._clock.monotonic_s() + _ANSWER_S
        while not self._waiting:
            if self._clock.monotonic_s() > until_s:
                raise DeviceTimeoutError(f"no answer in {_ANSWER_S} s")
            data = self._port.read(1, 0.05)
            if data:
                data += self._port.read(1 << 16, 0.0)
            self._waiting = self._reader.feed(data)
            if self._reader.damaged:
                raise DeviceDataError(f"{self._reader.damaged} bytes are no packet")
        return self._waiting.pop(0)


class _BusyError(Exception):
    """The camera has nothing to give yet."""


class OpenmvSource:
    """Frames of one OpenMV camera.

    Parameters
    ----------
    place : str
        Port, or serial number, "vid:pid" or USB path; "" for the only one.
    script : str
        MicroPython that takes pictures; "" leaves the one that runs.
    clock : Clock
        Time.
    open_port : callable (device, baud) -> SerialPort
        Opens the line.
    """

    nominal_fps: float | None = None
    """None: the script decides, and the camera states no rate."""

    def __init__(
        self,
        place: str,
        script: str,
        clock: Clock,
        open_port: Callable[[str, int], SerialPort] = open_serial,
    ) -> None:
        self.place = place
        self._name = f"openmv:{place}" if place else "openmv"  # in messages
        self.firmware = ""
        """Version of its firmware, once open."""
        self._script = script
        self._clock = clock
        self._open_port = open_port
        self._port: SerialPort | None = None
        self._link: OpenmvLink | None = None

    @property
    def resyncs(self) -> int:
        """How often the link was synchronised again."""
        return self._link.resyncs if self._link is not None else 0

    def open(self) -> None:
        """Connect, send the script, ask for pictures.

        Raises
        ------
        DeviceError
            If it is absent, forbidden, in use, or speaks another protocol.
        """
        name = self._name
        self._port = self._open_port(find_port(self.place, _is_openmv), _BAUD)
        try:
            self._link = link = OpenmvLink(self._port, name, self._clock)
            link.synchronise()
            version = self._surely(Opcode.VERSION)
            if len(version) < 9 or version[0] != 1:
                raise DeviceUnsupportedError(  # noqa: TRY301
                    f"{name}: its protocol is {version[:3].hex('.')}; this program "
                    f"speaks 1: update the camera's firmware"
                )
            self.firmware = ".".join(map(str, version[6:9]))
            if self._script:
                self._run_script(self._script.encode())
            for command in ((1, 0), (0, 1)):  # raw off, stream on
                self._surely(Opcode.IOCTL, wire.STREAM, struct.pack("<II", *command))
        except BaseException:
            self.close()
            raise

    def _surely(self, opcode: Opcode, channel: int = 0, payload: bytes = b"") -> bytes:
        """Run a command that may be repeated until it is done."""
        assert self._link is not None
        for _ in range(_TRIES):
            try:
                answer = self._link.ask(opcode, channel, payload)
            except DeviceDataError:
                continue
            if answer is not None:
                return answer
            self._clock.sleep(0.01)
        raise DeviceDataError(f"{self._name}: {opcode.name} failed {_TRIES} times")

    def _run_script(self, script: bytes) -> None:
        stop, execute, reset = (struct.pack("<I", n) for n in (1, 2, 3))
        self._surely(Opcode.IOCTL, wire.STDIN, stop)
        self._surely(Opcode.IOCTL, wire.STDIN, reset)
        for start in range(0, len(script), 40):  # fits the smallest packet
            part = script[start : start + 40]
            head = struct.pack("<II", start, len(part))
            self._surely(Opcode.WRITE, wire.STDIN, head + part)
        self._surely(Opcode.IOCTL, wire.STDIN, execute)

    def shot(self, timeout_s: float) -> Shot:
        """Fetch the newest frame.

        Parameters
        ----------
        timeout_s : s
            Never waits longer than this and the time of one packet.

        Returns
        -------
        Shot
        """
        if self._link is None:
            raise DeviceAbsentError(f"{self._name} is not open")
        until_s = self._clock.monotonic_s() + timeout_s
        while True:
            arrived_s = self._clock.monotonic_s()
            try:
                if self._link.ask(Opcode.LOCK, wire.STREAM) is not None:
                    return self._fetch(self._link, arrived_s)
            except DeviceDataError:
                self._put_right()
            else:
                self._clock.sleep(0.002)  # busy: no new frame yet
            if self._clock.monotonic_s() >= until_s:
                raise DeviceTimeoutError(
                    f"{self._name}: no frame; does a script run that takes them?"
                )

    def _put_right(self) -> None:
        """Ask for the stream again: a synchronisation may have ended it."""
        self._surely(Opcode.IOCTL, wire.STREAM, struct.pack("<II", 0, 1))

    def _fetch(self, link: OpenmvLink, arrived_s: float) -> Shot:
        size_answer = link.ask(Opcode.SIZE, wire.STREAM) or b""
        size = int.from_bytes(size_answer[:4], "little")
        if not 20 < size <= _LONGEST_FRAME:
            raise DeviceDataError(f"{self._name}: a frame of {size} bytes")
        data = link.ask(Opcode.READ, wire.STREAM, struct.pack("<II", 0, size)) or b""
        link.ask(Opcode.UNLOCK, wire.STREAM)
        if len(data) != size:
            raise DeviceDataError(f"{self._name}: {len(data)} of {size} bytes came")
        width, height, pixel_format, _depth, offset = struct.unpack_from("<5I", data)
        pixels, jpeg = _decode(data[offset:], (height, width), pixel_format)
        return Shot(pixels, jpeg=jpeg, arrived_s=arrived_s)

    def close(self) -> None:
        """Let go of the port; the script goes on."""
        self._link = None
        if self._port is not None:
            self._port.close()
            self._port = None


def _decode(
    data: bytes, size_px: tuple[int, int], pixel_format: int
) -> tuple[Pixels, bytes | None]:
    """Pixels of a frame, and its JPEG where it is one."""
    count = size_px[0] * size_px[1]
    if pixel_format == wire.JPEG:
        return decode_jpeg(data, size_px, grey=None)
    if pixel_format == wire.GREY and len(data) >= count > 0:
        return np.frombuffer(data[:count], np.uint8).reshape(size_px).copy(), None
    if pixel_format == wire.RGB565 and len(data) >= 2 * count > 0:
        value = (
            np.frombuffer(data[: 2 * count], "<u2").reshape(size_px).astype(np.uint32)
        )
        red, green, blue = value >> 11, value >> 5 & 63, value & 31
        full = (red * 255 // 31, green * 255 // 63, blue * 255 // 31)
        return np.stack(full, -1).astype(np.uint8), None
    raise DeviceDataError(
        f"openmv: {len(data)} bytes are no {size_px[1]}x{size_px[0]} frame of format "
        f"{pixel_format:08X}; known are JPEG, grey and RGB565"
    )


def _is_openmv(port: PortIdentity) -> bool:
    return port.vid in _USB_VENDORS or "openmv" in port.description.lower()


def make_source(address: Address, clock: Clock) -> OpenmvSource:
    """Read the address of an OpenMV camera.

    Parameters
    ----------
    address : Address
        Place: a port, serial number, "vid:pid" or USB path. Options: size (QQVGA, QVGA,
        VGA, SVGA, HD), format (grey, rgb565, jpeg), script (a file, or "keep").
    clock : Clock
        Time.

    Returns
    -------
    OpenmvSource

    Raises
    ------
    DeviceAddressError
        If an option is unknown or wrong, or the script cannot be read.
    """
    types = {"size": str, "format": str, "script": str}
    values = read_options(address.text, address.options, types)
    size = str(values.get("size", "QVGA")).upper()
    pixel_format = str(values.get("format", "grey")).lower()
    if size not in _SIZES or pixel_format not in _FORMATS:
        raise DeviceAddressError(
            f"{address.text}: size is one of {', '.join(_SIZES)}; format is one of "
            f"{', '.join(_FORMATS)}"
        )
    script = str(values.get("script", ""))
    if script == "keep":
        return OpenmvSource(address.place, "", clock)
    if script:
        try:
            text = Path(script).expanduser().read_text(encoding="utf-8")
        except OSError as error:
            raise DeviceAddressError(f"{address.text}: {error}") from None
        return OpenmvSource(address.place, text, clock)
    ours = _SCRIPT.format(format=_FORMATS[pixel_format], size=size)
    return OpenmvSource(address.place, ours, clock)
