"""Whether a picture's file is whole, where its container can tell what a decoder skips.

OpenCV leaves out pages that lie behind the end, and takes no notice of the checksums of
an animated PNG. So a file that broke off in its second page looked like one of one.
"""

from __future__ import annotations

import struct
import zlib

__all__ = ["how_it_is_broken"]

_CUT = "it is cut off, or damaged; copy it again"


def how_it_is_broken(data: bytes) -> str | None:
    """Look at the frame of a PNG, WebP or TIFF.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    str or None
        What is wrong, in words; None where nothing is, or nothing can be told.
    """
    if data[:4] == b"\x89PNG":
        return _png(data)
    if data[:4] == b"RIFF":
        return _CUT if 8 + int.from_bytes(data[4:8], "little") > len(data) else None
    if data[:2] in (b"II", b"MM"):
        return _tiff(data)
    return None


def _png(data: bytes) -> str | None:
    """Each chunk carries a checksum of its own (PNG, 5.3)."""
    at = 8
    while at + 12 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + size
        # Of one that may be left out (small first letter) the picture stays good.
        needed = not kind[0] & 32 or kind in (b"fcTL", b"fdAT", b"acTL", b"tRNS")
        if end > len(data):
            return _CUT
        good = zlib.crc32(data[at + 4 : end - 4]) == int.from_bytes(
            data[end - 4 : end], "big"
        )
        if needed and not good:
            return _CUT
        if kind == b"IEND":
            return None
        at = end
    return _CUT


def _tiff(data: bytes) -> str | None:
    """Follow the chain of its pages to the last, which names no further one."""
    order = "<" if data[:2] == b"II" else ">"
    is_big = data[2:3] == b"+" or data[3:4] == b"+"
    word, count, entry = ("Q", "Q", 20) if is_big else ("I", "H", 12)
    number, counts = struct.Struct(order + word), struct.Struct(order + count)
    seen: set[int] = set()
    try:
        (at,) = number.unpack_from(data, 8 if is_big else 4)
        while at and at not in seen:
            seen.add(at)
            (entries,) = counts.unpack_from(data, at)
            (at,) = number.unpack_from(data, at + counts.size + entry * entries)
    except (struct.error, OverflowError):
        return _CUT
    return _CUT if at else None
