"""Where a video file says that it ends, against where it does.

A recorder that lost its power, or a copy that broke off, leaves a file whose frames are
good up to the end and then stop: nothing in a frame tells it. The container does. How
many frames it names does not: a camera that drops frames leaves empty places.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

__all__ = ["how_it_is_cut"]

_RIFF_SLACK_BYTES = 16
"""Writers of AVI count their own header in or not, and pad to even or not."""
_UNKNOWN_EBML = frozenset((1 << 7 * width) - 1 for width in range(1, 9))
"""Sizes of all ones: the writer could not go back to fill them in (RFC 8794, 6.2)."""
_SEGMENT = 0x18538067  # Matroska, RFC 9559
_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
"""GUIDs of the header and of the object that holds the file's size (ASF, 3.1, 3.2)."""
_TS_PACKETS = (188, 192)
"""Bytes of a packet of an MPEG transport stream, and with the time of AVCHD before it
(ISO 13818-1)."""
_TS_SYNC = 0x47
"""Each packet begins with it (ISO 13818-1, 2.4.3.2)."""


def how_it_is_cut(path: Path) -> str | None:
    """Tell whether a video file ends before its container says.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str or None
        What is wrong, in words; None where the file is whole, or where its container
        says nothing of its size (raw streams, live WebM).
    """
    length = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(64)
        if head[:4] == b"RIFF":
            stated, closed = _riff(file, length)
        elif head[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip"):
            stated, closed = _iso(file, length), True
        elif head[:4] == b"\x1aE\xdf\xa3":
            stated, closed = _matroska(file), True
        elif head[:16] == _ASF_HEADER:
            stated, closed = _asf(file), True
        else:
            stated, closed = _transport(file, length), True
    if not closed:
        return "its recorder did not close it: its end may be missing"
    if stated <= length:
        return None
    return f"it is cut off: {length} of {stated} bytes are there"


def _riff(file: BinaryIO, length: int) -> tuple[int, bool]:
    """End of the last RIFF chunk: a large AVI has several (OpenDML)."""
    at = 0
    while at + 8 <= length:
        file.seek(at)
        kind, size = file.read(4), int.from_bytes(file.read(4), "little")
        if kind != b"RIFF":
            break  # something that was added behind
        if size in (0, 0xFFFFFFFF):
            return at, False
        at += 8 + size + size % 2
    return (at if at > length + _RIFF_SLACK_BYTES else length), True


def _iso(file: BinaryIO, length: int) -> int:
    """End of the last box of an MP4, MOV or 3GP (ISO 14496-12)."""
    at = 0
    while at + 8 <= length:
        file.seek(at)
        size, kind = int.from_bytes(file.read(4), "big"), file.read(4)
        if size == 1:
            size = int.from_bytes(file.read(8), "big")
        if size < 8 or not kind.isascii():
            break  # 0: to the end of the file; else something that was added behind
        at += size
    return at


def _matroska(file: BinaryIO) -> int:
    file.seek(4)
    size = _vint(file)
    file.seek(size, 1)
    if int.from_bytes(file.read(4), "big") != _SEGMENT:
        return 0
    size = _vint(file)
    return 0 if size in _UNKNOWN_EBML else file.tell() + size


def _vint(file: BinaryIO) -> int:
    """A number of 1 to 8 bytes, its width told by the leading zeros."""
    first = file.read(1)
    width = 9 - first[0].bit_length() if first and first[0] else 1
    value = int.from_bytes(first + file.read(width - 1), "big")
    return value & ((1 << 7 * width) - 1)


def _asf(file: BinaryIO) -> int:
    file.seek(0)
    header = file.read(8192)
    at = header.find(_ASF_FILE_PROPERTIES)
    if at < 0:
        return 0
    return int.from_bytes(header[at + 40 : at + 48], "little")


def _transport(file: BinaryIO, length: int) -> int:
    """End of the last packet of a transport stream, 0 where it is none."""
    for size in _TS_PACKETS:
        file.seek(0)
        begin = file.read(3 * size)
        starts = range(size - 188, len(begin), size)
        if len(begin) == 3 * size and all(begin[at] == _TS_SYNC for at in starts):
            return -(-length // size) * size
    return 0
