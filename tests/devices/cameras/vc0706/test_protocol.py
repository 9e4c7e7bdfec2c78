"""Laws of the VC0706 codec."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_devices.cameras.vc0706 import protocol as wire
from vein_devices.cameras.vc0706.protocol import Reply, ReplyReader
from vein_devices.errors import DeviceDataError

EVENT = bytes.fromhex("76003900")


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    at = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in itertools.pairwise(at)]


def read(reader: ReplyReader, parts: list[bytes]) -> Reply | None:
    for part in parts:
        reply = reader.feed(part)
        if reply is not None:
            return reply
    return None


def picture(data: bytes) -> bytes:
    head = bytes.fromhex("7600320000")
    return head + data + head


def test_requests_are_those_of_the_data_sheet() -> None:
    assert wire.request(wire.VERSION) == bytes.fromhex("56001100")
    assert wire.request(wire.SET_PORT, b"\x01\x0d\xa6") == bytes.fromhex(
        "56002403010da6"
    )
    assert wire.request(wire.FBUF_CTRL, b"\x00") == bytes.fromhex("5600360100")
    assert wire.read_picture_request(8, 1024, 10) == bytes.fromhex(
        "5600320c000a 00000008 00000400 000a".replace(" ", "")
    )


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 16"):
        wire.request(wire.WRITE_DATA, bytes(17))
    with pytest.raises(ValueError, match="multiples of 8, 4"):
        wire.read_picture_request(4, 1024)


def test_a_version_is_read() -> None:
    reply = ReplyReader(wire.VERSION).feed(b"\x76\x00\x11\x00\x0bVC0706 1.00")
    assert reply == Reply(wire.VERSION, 0, b"VC0706 1.00")


def test_an_error_is_a_reply_whatever_length_it_states() -> None:
    reply = ReplyReader(wire.READ_FBUF, 64).feed(bytes.fromhex("7600320401"))
    assert reply is not None
    assert reply.trouble == "cannot execute now"


@given(st.binary(min_size=8, max_size=200), st.lists(st.integers(0, 999)))
def test_any_split_of_a_picture_gives_the_same_bytes(
    data: bytes, cuts: list[int]
) -> None:
    reader = ReplyReader(wire.READ_FBUF, len(data))
    assert read(reader, pieces(picture(data), cuts)) == Reply(wire.READ_FBUF, 0, data)


@given(
    st.binary(max_size=30).filter(lambda noise: b"\x76" not in noise),
    st.integers(0, 3),
    st.lists(st.integers(0, 999)),
)
def test_noise_and_motion_events_before_an_answer_are_skipped(
    noise: bytes, events: int, cuts: list[int]
) -> None:
    reader = ReplyReader(wire.FBUF_LEN)
    data = noise + EVENT * events + bytes.fromhex("76003400040000b6b8")
    reply = read(reader, pieces(data, cuts))
    assert reply == Reply(wire.FBUF_LEN, 0, bytes.fromhex("0000b6b8"))
    assert reader.noise == len(noise)


@given(st.binary(min_size=8, max_size=200), st.data())
def test_a_lost_or_added_byte_in_a_picture_is_never_taken_for_good(
    data: bytes, draw: st.DataObject
) -> None:
    whole = picture(data)
    at = draw.draw(st.integers(5, 5 + len(data) - 1))
    if draw.draw(st.booleans()):
        spoiled = whole[:at] + whole[at + 1 :]
    else:
        stray = draw.draw(st.integers(0, 255))
        spoiled = whole[:at] + bytes([stray]) + whole[at:]
    reader = ReplyReader(wire.READ_FBUF, len(data))
    try:
        reply = reader.feed(spoiled)
    except DeviceDataError:
        return
    # Only a byte lost or doubled where its neighbour is equal leaves the data right.
    assert reply is None or reply.data == data


@given(st.binary(min_size=8, max_size=64), st.integers(0, 4), st.integers(1, 255))
def test_a_changed_trailer_is_refused(data: bytes, at: int, by: int) -> None:
    whole = bytearray(picture(data))
    whole[5 + len(data) + at] ^= by
    with pytest.raises(DeviceDataError, match="no trailer"):
        ReplyReader(wire.READ_FBUF, len(data)).feed(bytes(whole))


def test_a_length_that_cannot_be_is_refused() -> None:
    with pytest.raises(DeviceDataError, match="carries 9 bytes"):
        ReplyReader(wire.FBUF_LEN).feed(bytes.fromhex("7600340009"))


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    for command in (wire.VERSION, wire.READ_FBUF, wire.FBUF_LEN, wire.FBUF_CTRL):
        reader = ReplyReader(command, 16)
        try:
            reply = reader.feed(data)
        except DeviceDataError:
            continue
        assert reply is None or reply.command == command
        assert reader.missing >= 1
