"""How many pixels a picture says it has, before any of them is decoded.

A file of some kilobytes may state a picture of a billion pixels. To decode it would
fill the memory of the machine, and stop every other program on it.
"""

from __future__ import annotations

import re

import simplejpeg

from vein_devices.errors import DeviceUnsupportedError

__all__ = ["refuse_large", "stated_size"]

MOST_PIXELS = 1 << 28
"""268 million, of all pages together too: cameras of 200 million pixels are read, and
decoding needs up to 6 GB."""

_WEBP_SIZES = {
    b"VP8X": (24, 3, (1 << 24) - 1, 1),
    b"VP8 ": (26, 2, (1 << 14) - 1, 0),
}
"""By the kind of the first chunk: where width and height stand, bytes of each, the bits
that count, and what is added (WebP container specification; RFC 6386, 9.1)."""
_PNM = re.compile(rb"P[1-6](?:\s+|#[^\n]*\n)+(\d+)(?:\s+|#[^\n]*\n)+(\d+)")
_PAM = re.compile(rb"WIDTH\s+(\d+)\s+HEIGHT\s+(\d+)")


def refuse_large(name: str, width: int, height: int, count: int = 1) -> None:
    """Refuse what would fill the memory.

    Parameters
    ----------
    name : str
        For the message.
    width, height : px
        As stated.
    count : int
        Pictures of this size.

    Raises
    ------
    DeviceUnsupportedError
        If there are more pixels than are read.
    """
    if width * height * count > MOST_PIXELS:
        many = f"{count} pictures of " if count > 1 else ""
        raise DeviceUnsupportedError(
            f"{name}: {many}{width} x {height} px; up to {MOST_PIXELS // 1000000} "
            f"million pixels are read; save it smaller, or in parts"
        )


def stated_size(data: bytes) -> tuple[int, int] | None:
    """Width and height that a picture states.

    Parameters
    ----------
    data : bytes
        The file; not a TIFF.

    Returns
    -------
    (width, height) px or None
        None where it cannot be told: the decoder has a limit of its own.
    """
    if data[:2] == b"\xff\xd8":
        try:
            height, width = simplejpeg.decode_jpeg_header(data, strict=False)[:2]
        except (ValueError, KeyError):  # KeyError: colours of no known kind
            return None
        return width, height
    if data[:4] == b"\x89PNG":
        return _two(data, 16, 4, "big")
    if data[:3] == b"GIF":
        return _two(data, 6, 2, "little")
    if data[:2] == b"BM":
        if data[14:18] == b"\x0c\0\0\0":  # OS/2
            return _two(data, 18, 2, "little")
        width, height = _two(data, 18, 4, "little")
        return width, min(height, (1 << 32) - height)  # negative: the top row first
    if data[:4] == b"RIFF":
        return _of_webp(data)
    box = data[:4096].find(b"ihdr")  # JPEG 2000, ISO 15444-1, I.5.3.1
    if data[4:8] == b"jP  " and box > 0:
        height, width = _two(data, box + 4, 4, "big")
        return width, height
    box = data[:65536].find(b"ispe")  # AVIF, ISO 23008-12, 6.5.3
    if data[4:8] == b"ftyp" and box > 0:
        return _two(data, box + 8, 4, "big")
    found = _PNM.match(data[:4096]) or _PAM.search(data[:256])
    return (int(found[1]), int(found[2])) if found else None


def _two(data: bytes, at: int, width: int, order: str) -> tuple[int, int]:
    """Two numbers, one behind the other."""
    first, second = data[at : at + width], data[at + width : at + 2 * width]
    if order == "big":
        return int.from_bytes(first, "big"), int.from_bytes(second, "big")
    return int.from_bytes(first, "little"), int.from_bytes(second, "little")


def _of_webp(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind not in _WEBP_SIZES:
        return None
    at, width, mask, more = _WEBP_SIZES[kind]
    across, down = _two(data, at, width, "little")
    return (across & mask) + more, (down & mask) + more
