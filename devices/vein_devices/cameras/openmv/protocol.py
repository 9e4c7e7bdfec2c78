"""Packets of OpenMV's protocol V2 over USB.

Sources: docs/protocol.md of openmv/openmv, and the package openmv 1.0.7. All numbers
are little-endian. A header has a CRC of its own, the data another, and packets are
numbered: any one changed, lost or added byte is noticed.
"""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass

__all__ = [
    "Flag",
    "Opcode",
    "Packet",
    "PacketReader",
    "Status",
    "crc32",
    "encode",
    "header_crc16",
]

HEADER_SIZE, CRC_SIZE = 10, 4
START_PAYLOAD = 52
"""Longest data of a packet until something else is agreed on, bytes."""

STDIN, STDOUT, STREAM = 1, 2, 3
"""Channels that every camera has."""

JPEG, GREY, RGB565 = 0x06060000, 0x08020001, 0x0C030002
"""Pixel formats."""

_SYNC = b"\xaa\xd5"
_HEADER = struct.Struct("<2sBBBBHH")


class Flag(enum.IntFlag):
    """Flags of a packet."""

    ACK = 1
    NAK = 2
    RTX = 4
    ACK_REQ = 8
    FRAGMENT = 16
    EVENT = 32


class Status(enum.IntEnum):
    """Why a command was refused."""

    OK = 0
    FAILED = 1
    INVALID = 2
    TIMEOUT = 3
    BUSY = 4
    CHECKSUM = 5
    SEQUENCE = 6
    OVERFLOW = 7
    FRAGMENT = 8
    UNKNOWN = 9


class Opcode(enum.IntEnum):
    """Commands that this program knows."""

    SYNC = 0x00
    GET_CAPS = 0x01
    SET_CAPS = 0x02
    STATS = 0x03
    VERSION = 0x04
    RESET = 0x10
    SYS_INFO = 0x12
    LIST = 0x20
    POLL = 0x21
    LOCK = 0x22
    UNLOCK = 0x23
    SIZE = 0x25
    READ = 0x26
    WRITE = 0x27
    IOCTL = 0x28


_NONE = Flag(0)


def _table(width: int, polynomial: int) -> tuple[int, ...]:
    top, mask = 1 << (width - 1), (1 << width) - 1
    rows = []
    for byte in range(256):
        crc = byte << (width - 8)
        for _ in range(8):
            crc = (crc << 1 ^ polynomial if crc & top else crc << 1) & mask
        rows.append(crc)
    return tuple(rows)


_TABLE16, _TABLE32 = _table(16, 0xF94F), _table(32, 0xFA567D89)


def header_crc16(data: bytes) -> int:
    """CRC of a header: polynomial F94F, start FFFF, not reflected, no final xor.

    Parameters
    ----------
    data : bytes
        Its first eight bytes.

    Returns
    -------
    int
    """
    crc = 0xFFFF
    for byte in data:
        crc = (crc << 8 & 0xFFFF) ^ _TABLE16[crc >> 8 ^ byte]
    return crc


def crc32(data: bytes) -> int:
    """CRC of the data: polynomial FA567D89, start FFFFFFFF, not reflected, no xor.

    Parameters
    ----------
    data : bytes
        All of it.

    Returns
    -------
    int
    """
    crc, table = 0xFFFFFFFF, _TABLE32
    for byte in data:
        crc = (crc << 8 & 0xFFFFFFFF) ^ table[crc >> 24 ^ byte]
    return crc


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet.

    Parameters
    ----------
    sequence : 0 to 255
        Its number.
    channel, opcode : int
        What it is about.
    flags : Flag
        What it is.
    payload : bytes
        Its data.
    """

    sequence: int
    channel: int
    opcode: int
    flags: Flag = _NONE
    payload: bytes = b""


def encode(packet: Packet) -> bytes:
    """Write a packet.

    Parameters
    ----------
    packet : Packet
        What to write.

    Returns
    -------
    bytes
    """
    payload = packet.payload
    head = _HEADER.pack(
        _SYNC, packet.sequence, packet.channel, packet.flags, packet.opcode,
        len(payload), 0,
    )[:8]  # fmt: skip
    data = head + header_crc16(head).to_bytes(2, "little")
    return data + payload + crc32(payload).to_bytes(4, "little") if payload else data


class PacketReader:
    """Cuts bytes into packets, whatever pieces they come in.

    After damage it looks for the next packet; `damaged` tells that there was some.
    """

    def __init__(self) -> None:
        self.longest = START_PAYLOAD
        """Longest data that a packet may carry, bytes."""
        self.damaged = 0
        """Bytes that were skipped. Anything but 0 means that something was lost."""
        self._buffer = bytearray()

    def clear(self) -> None:
        """Forget what has come so far."""
        self._buffer.clear()
        self.damaged = 0

    def feed(self, data: bytes) -> list[Packet]:
        """Take more bytes.

        Parameters
        ----------
        data : bytes
            What came.

        Returns
        -------
        list of Packet
            Packets that became whole, CRCs right, in order.
        """
        self._buffer += data
        packets = []
        buffer = self._buffer
        while len(buffer) >= 2:
            if not buffer.startswith(_SYNC):
                at = buffer.find(_SYNC, 1)
                skip = at if at > 0 else len(buffer) - (buffer[-1] == _SYNC[0])
                self._skip(skip)
                continue
            if len(buffer) < HEADER_SIZE:
                break
            _, number, channel, flags, opcode, length, crc = _HEADER.unpack_from(buffer)
            if length > self.longest or header_crc16(bytes(buffer[:8])) != crc:
                self._skip(1)
                continue
            end = HEADER_SIZE + length
            if length and len(buffer) < end + CRC_SIZE:
                break
            payload = bytes(buffer[HEADER_SIZE:end])
            if length:
                wanted = int.from_bytes(buffer[end : end + CRC_SIZE], "little")
                if crc32(payload) != wanted:
                    self._skip(1)
                    continue
                end += CRC_SIZE
            del buffer[:end]
            packets.append(Packet(number, channel, opcode, Flag(flags & 0x3F), payload))
        return packets

    def _skip(self, count: int) -> None:
        del self._buffer[:count]
        self.damaged += count
