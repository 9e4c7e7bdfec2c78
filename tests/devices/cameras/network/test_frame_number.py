"""Missing pictures found by the numbers that H.264 gives them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_devices.cameras.network.frame_number import FrameNumbers

av = pytest.importorskip("av")

PROFILES = {
    "baseline": "bframes=0:cabac=0",
    "high, reordered": "bframes=2:8x8dct=1",
    "high 4:4:4, own matrices": "bframes=0:cqm=jvt",
}


def encoded(name: str, count: int = 40) -> list[bytes]:
    """Packets of a stream with a key frame every 15 pictures."""
    rng = np.random.default_rng(2)
    codec: Any = av.CodecContext.create("libx264", "w")
    codec.width = codec.height = 64
    codec.pix_fmt = "yuv444p" if "4:4:4" in name else "yuv420p"
    codec.time_base = Fraction(1, 30)
    more = PROFILES[name]
    codec.options = {"x264-params": f"keyint=15:scenecut=0:repeat-headers=1:{more}"}
    packets = []
    for i in range(count):
        pixels = rng.integers(0, 255, (64, 64, 3), np.uint8)
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame = frame.reformat(format=codec.pix_fmt)
        frame.pts = i
        packets += codec.encode(frame)
    packets += codec.encode()
    return [bytes(packet) for packet in packets]


def kind(packet: bytes) -> tuple[bool, bool]:
    """Whether a packet begins anew, and whether others refer to it."""
    units = [unit[0] for unit in packet.split(b"\x00\x00\x01")[1:]]
    slices = [unit for unit in units if unit & 31 in (1, 5)]
    return any(unit & 31 == 5 for unit in slices), bool(slices[0] & 0x60)


def gaps(packets: list[bytes]) -> list[int]:
    numbers = FrameNumbers()
    return [i for i, packet in enumerate(packets) if numbers.gap_in(packet)]


@pytest.mark.parametrize("name", PROFILES)
def test_a_whole_stream_has_no_gap(name: str) -> None:
    assert gaps(encoded(name)) == []


@pytest.mark.parametrize("name", PROFILES)
def test_every_missing_picture_that_others_refer_to_is_a_gap(name: str) -> None:
    packets = encoded(name)
    found = 0
    for lost in range(1, len(packets) - 1):
        rest = packets[:lost] + packets[lost + 1 :]
        begins_anew, is_needed = kind(packets[lost])
        next_begins = kind(packets[lost + 1])[0]
        if is_needed and not begins_anew and not next_begins:
            assert gaps(rest)[:1] == [lost]
            found += 1
        elif not is_needed:
            assert gaps(rest) == []
    assert found > 10


@given(st.binary(max_size=200))
def test_rubbish_is_no_error(data: bytes) -> None:
    numbers = FrameNumbers()
    numbers.gap_in(b"\x00\x00\x01\x67" + data)
    numbers.gap_in(b"\x00\x00\x01\x41" + data + b"\x00\x00\x01")
