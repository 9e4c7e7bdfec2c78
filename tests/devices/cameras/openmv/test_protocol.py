"""Laws of OpenMV's packets."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from vein_devices.cameras.openmv.protocol import (
    Flag,
    Packet,
    PacketReader,
    crc32,
    encode,
    header_crc16,
)

packets = st.builds(
    Packet,
    st.integers(0, 255),
    st.integers(0, 31),
    st.integers(0, 0x29),
    st.integers(0, 63).map(Flag),
    st.binary(max_size=52),
)
cuts = st.lists(st.integers(0, 999), max_size=10)


def read(data: bytes, at: list[int]) -> tuple[list[Packet], int]:
    reader = PacketReader()
    marks = sorted({0, len(data), *(cut % (len(data) + 1) for cut in at)})
    got = [p for a, b in itertools.pairwise(marks) for p in reader.feed(data[a:b])]
    return got, reader.damaged


def test_a_sync_is_these_ten_bytes() -> None:
    data = encode(Packet(0, 0, 0))
    assert data[:8] == bytes.fromhex("aad5000000000000")
    assert int.from_bytes(data[8:], "little") == header_crc16(data[:8])


def test_crcs_are_those_of_a_bit_by_bit_division() -> None:
    def slow(data: bytes, width: int, polynomial: int) -> int:
        crc = mask = (1 << width) - 1
        for bit in (byte >> i & 1 for byte in data for i in range(7, -1, -1)):
            top = crc >> (width - 1) ^ bit
            crc = (crc << 1 & mask) ^ (polynomial if top else 0)
        return crc

    for data in (b"", b"\x00", b"123456789", bytes(range(256))):
        assert header_crc16(data) == slow(data, 16, 0xF94F)
        assert crc32(data) == slow(data, 32, 0xFA567D89)


@given(st.lists(packets, min_size=1, max_size=5), cuts)
def test_any_split_gives_the_same_packets(sent: list[Packet], at: list[int]) -> None:
    assert read(b"".join(map(encode, sent)), at) == (sent, 0)


@given(packets, packets, st.data())
def test_one_changed_lost_or_added_byte_never_passes_and_the_next_is_heard(
    first: Packet, second: Packet, draw: st.DataObject
) -> None:
    good = encode(first)
    at = draw.draw(st.integers(0, len(good) - 1))
    byte = draw.draw(st.integers(1, 255))
    how = draw.draw(st.sampled_from(["flip", "lose", "add"]))
    if how == "flip":
        bad = good[:at] + bytes([good[at] ^ byte]) + good[at + 1 :]
    elif how == "lose":
        bad = good[:at] + good[at + 1 :]
    else:
        bad = good[:at] + bytes([byte]) + good[at:]
    if bad == good:
        return
    # Enough behind it for a damaged length to be waited for in vain.
    got, damaged = read(bad + encode(second) * 9, [])
    whole = bad in (good[:at] + bytes([byte]) + good[at:] for at in (0,))
    assert damaged or whole
    assert got[-1] == second
    assert first not in got[:-9] or how == "add"


@given(st.binary(max_size=300), cuts)
def test_no_bytes_break_the_reader(data: bytes, at: list[int]) -> None:
    read(data, at)
    read(b"\xaa\xd5" + data, at)
