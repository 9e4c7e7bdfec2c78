"""An OpenMV camera that speaks protocol V2."""

from __future__ import annotations

import struct
from collections.abc import Callable

from vein_devices.cameras.openmv import protocol as wire
from vein_devices.cameras.openmv.protocol import (
    Flag,
    Opcode,
    Packet,
    PacketReader,
    Status,
    encode,
)

__all__ = ["OpenmvSimulator"]

_CHANNELS = (b"system", b"stdin", b"stdout", b"stream")


class OpenmvSimulator:
    """State of one camera; a `SerialDevice`.

    Parameters
    ----------
    frame : callable (index) -> ((height, width), pixel format, bytes)
        Where frames come from.
    fps : 1/s
        How fast it takes them.
    max_payload : bytes
        Longest data of a packet (4082 in firmware 5).
    """

    baud: int | None = None

    def __init__(
        self,
        frame: Callable[[int], tuple[tuple[int, int], int, bytes]],
        *,
        fps: float = 200.0,
        max_payload: int = 4082,
    ) -> None:
        self.script = bytearray()
        """What was sent to run."""
        self.running = False
        self.streaming = False
        self.sent = 0
        """Frames that were read to their end."""
        self.version = (1, 0, 0)
        self.events = False
        """Send an event with each new frame, asked for or not."""
        self._frame = frame
        self._period_s = 1.0 / fps
        self._max_payload = max_payload
        self._reader = PacketReader()
        self._longest = wire.START_PAYLOAD
        self._sequence = 0
        self._index = 0
        self._next_s = 0.0
        self._ready = False
        self._locked: bytes | None = None

    def tick(self, now_s: float) -> list[tuple[float, bytes]]:
        """Take frames as time goes by."""
        if not self.running or not self.streaming or now_s < self._next_s:
            return []
        self._next_s = now_s + self._period_s
        if self._locked is None:
            self._index += 1
        self._ready = True
        if not self.events:
            return []
        event = Packet(self._sequence, wire.STREAM, 0x29, Flag.EVENT, b"\0\0")
        return [(0.0, encode(event))]

    def receive(self, data: bytes, now_s: float) -> list[tuple[float, bytes]]:
        """Take bytes from the host."""
        self._reader.longest = max(self._longest, wire.START_PAYLOAD)
        answers = []
        for packet in self._reader.feed(data):
            answers += [(0.0, encode(answer)) for answer in self._obey(packet)]
        return answers

    def _obey(self, packet: Packet) -> list[Packet]:
        if packet.opcode == Opcode.SYNC:
            self._sequence, self._longest, self._locked = 0, wire.START_PAYLOAD, None
            return self._answer(packet, b"")
        if packet.sequence != self._sequence:
            return self._refuse(packet, Status.SEQUENCE)
        handlers = {
            Opcode.GET_CAPS: lambda _p: struct.pack(
                "<IH10x", 0b1111, self._max_payload
            ),
            Opcode.SET_CAPS: self._set_caps,
            Opcode.STATS: lambda _p: bytes(32),
            Opcode.VERSION: lambda _p: (
                bytes((*self.version, 1, 0, 0, 5, 0, 0)) + bytes(7)
            ),
            Opcode.SYS_INFO: lambda _p: bytes(76),
            Opcode.LIST: self._list,
            Opcode.POLL: lambda _p: struct.pack("<I", self._ready << wire.STREAM),
            Opcode.LOCK: self._lock,
            Opcode.UNLOCK: self._unlock,
            Opcode.SIZE: lambda _p: struct.pack("<I", len(self._locked or b"")),
            Opcode.READ: self._read,
            Opcode.WRITE: self._write,
            Opcode.IOCTL: self._ioctl,
        }
        handler = (
            handlers.get(Opcode(packet.opcode))
            if packet.opcode in list(Opcode)
            else None
        )
        if handler is None:
            return self._refuse(packet, Status.INVALID)
        payload = handler(packet)
        if payload is None:
            return self._refuse(packet, Status.BUSY)
        return self._answer(packet, payload)

    def _refuse(self, packet: Packet, status: Status) -> list[Packet]:
        return self._answer(packet, struct.pack("<H", status), Flag.NAK)

    def _answer(
        self, packet: Packet, payload: bytes, flags: Flag = Flag.ACK
    ) -> list[Packet]:
        """Cut an answer into fragments; each takes a number."""
        size = self._longest
        parts = [payload[i : i + size] for i in range(0, len(payload), size)] or [b""]
        if payload and flags is Flag.ACK:
            flags = Flag(0)
        answers = []
        for i, part in enumerate(parts):
            more = Flag.FRAGMENT if i < len(parts) - 1 else Flag(0)
            answers.append(
                Packet(
                    self._sequence, packet.channel, packet.opcode, flags | more, part
                )
            )
            self._sequence = (self._sequence + 1) & 0xFF
        if packet.opcode == Opcode.SYNC:
            self._sequence = 0
        return answers

    def _set_caps(self, packet: Packet) -> bytes:
        self._longest = min(
            struct.unpack_from("<IH", packet.payload)[1], self._max_payload
        )
        return b""

    def _list(self, _packet: Packet) -> bytes:
        return b"".join(struct.pack("<BB14s", i, 0, n) for i, n in enumerate(_CHANNELS))

    def _lock(self, packet: Packet) -> bytes | None:
        if packet.channel != wire.STREAM or not self._ready or self._locked is not None:
            return None
        size_px, pixel_format, data = self._frame(self._index)
        head = struct.pack("<5I", size_px[1], size_px[0], pixel_format, len(data), 20)
        self._locked, self._ready = head + data, False
        return b""

    def _unlock(self, _packet: Packet) -> bytes:
        self._locked = None
        self.sent += 1
        return b""

    def _read(self, packet: Packet) -> bytes:
        offset, length = struct.unpack_from("<II", packet.payload)
        return (self._locked or b"")[offset : offset + length]

    def _write(self, packet: Packet) -> bytes:
        offset, length = struct.unpack_from("<II", packet.payload)
        self.script[offset : offset + length] = packet.payload[8 : 8 + length]
        return b""

    def _ioctl(self, packet: Packet) -> bytes:
        request, *values = struct.unpack(
            f"<{len(packet.payload) // 4}I", packet.payload
        )
        if packet.channel == wire.STDIN and request == 1:
            self.running = False
        elif packet.channel == wire.STDIN and request == 2:
            self.running = True
        elif packet.channel == wire.STDIN and request == 3:
            self.script.clear()
        elif packet.channel == wire.STREAM and request == 0:
            self.streaming = bool(values[0])
        return b""
