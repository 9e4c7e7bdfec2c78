"""Where the slices of a packet of HEVC lie."""

from __future__ import annotations

import re

__all__ = ["length_bytes_of", "slices_in"]

_START = re.compile(rb"\x00\x00\x01")
_FIRST_THAT_IS_NO_SLICE = 32  # nal_unit_type, ITU-T H.265 table 7-1


def length_bytes_of(extradata: bytes | None) -> int:
    """Bytes of the length before each NAL unit; 0: start codes stand there.

    Parameters
    ----------
    extradata : bytes or None
        The decoder's, ISO/IEC 14496-15, 8.3.3.1.
    """
    data = extradata or b""
    return (data[21] & 3) + 1 if data[:1] == b"\x01" and len(data) > 21 else 0


def slices_in(data: bytes, length_bytes: int) -> list[tuple[int, int]]:
    """Where each slice begins and ends; zeros behind it belong to what follows.

    Parameters
    ----------
    data : bytes
        A packet.
    length_bytes : int
        From `length_bytes_of`.
    """
    units = []
    if length_bytes:
        at = 0
        while at + length_bytes <= len(data):
            length = int.from_bytes(data[at : at + length_bytes], "big")
            at += length_bytes
            units.append((at, min(len(data), at + length)))
            at += length
    else:
        starts = [found.end() for found in _START.finditer(data)]
        ends = [*(start - 3 for start in starts[1:]), len(data)]
        units = [
            (start, start + len(data[start:end].rstrip(b"\0")))
            for start, end in zip(starts, ends, strict=False)
        ]
    return [
        (start, end)
        for start, end in units
        if end > start and data[start] >> 1 & 63 < _FIRST_THAT_IS_NO_SLICE
    ]
