"""Where the slices of a packet of H.264 or HEVC lie."""

from __future__ import annotations

import re

__all__ = ["length_bytes_of", "slices_in"]

_START = re.compile(rb"\x00\x00\x01")
_FIRST_THAT_IS_NO_SLICE = 32  # nal_unit_type, ITU-T H.265 table 7-1
_H264_SLICES = (1, 5)  # nal_unit_type, ITU-T H.264 table 7-1
_LENGTH_AT = {"hevc": 21, "h264": 4}
"""Where the decoder's data state it: ISO/IEC 14496-15, 8.3.3.1 and 5.3.3.1."""


def length_bytes_of(extradata: bytes | None, codec: str = "hevc") -> int:
    """Bytes of the length before each NAL unit; 0: start codes stand there.

    Parameters
    ----------
    extradata : bytes or None
        The decoder's.
    codec : "hevc" or "h264"
    """
    data, at = extradata or b"", _LENGTH_AT[codec]
    return (data[at] & 3) + 1 if data[:1] == b"\x01" and len(data) > at else 0


def slices_in(
    data: bytes, length_bytes: int, codec: str = "hevc"
) -> list[tuple[int, int]]:
    """Where each slice begins and ends; zeros behind it belong to what follows.

    Parameters
    ----------
    data : bytes
        A packet.
    length_bytes : int
        From `length_bytes_of`.
    codec : "hevc" or "h264"
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
        if end > start and _is_slice(data[start], codec)
    ]


def _is_slice(first: int, codec: str) -> bool:
    if codec == "h264":
        return first & 31 in _H264_SLICES
    return first >> 1 & 63 < _FIRST_THAT_IS_NO_SLICE
