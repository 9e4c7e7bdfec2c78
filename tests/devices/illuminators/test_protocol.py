"""Laws of the illuminator's lines."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_devices.illuminators.protocol import (
    FAULTS,
    Line,
    LineReader,
    crc16,
    encode_line,
    fault_names,
)

texts = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=80
)


def read(
    data: bytes, cuts: list[int], *, demand: bool = True
) -> tuple[list[Line], int]:
    reader = LineReader(demand_check=demand)
    at = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    lines = [line for a, b in itertools.pairwise(at) for line in reader.feed(data[a:b])]
    return lines, reader.refused


def test_the_crc_is_ccitt_false() -> None:
    assert crc16(b"123456789") == 0x29B1
    assert crc16(b"") == 0xFFFF


@given(st.lists(texts, min_size=1, max_size=5), st.lists(st.integers(0, 999)))
def test_any_split_gives_the_same_lines(said: list[str], cuts: list[int]) -> None:
    data = b"".join(encode_line(text, check=True) for text in said)
    lines, refused = read(data, cuts)
    assert [line.text for line in lines] == said
    assert all(line.checked for line in lines)
    assert refused == 0


@given(texts, st.data())
def test_one_flipped_lost_or_added_byte_never_passes(
    text: str, draw: st.DataObject
) -> None:
    good = encode_line(text, check=True)
    at = draw.draw(st.integers(0, len(good) - 1))
    how = draw.draw(st.sampled_from(["flip", "lose", "add"]))
    byte = draw.draw(st.integers(1, 255))
    if how == "flip":
        bad = good[:at] + bytes([good[at] ^ byte]) + good[at + 1 :]
    elif how == "lose":
        bad = good[:at] + good[at + 1 :]
    else:
        bad = good[:at] + bytes([byte]) + good[at:]
    lines, _ = read(bad + b"\n" + encode_line("KEEP", check=True), [])
    passed = [line.text for line in lines]
    assert passed in (["KEEP"], [text, "KEEP"])  # an added line end harms nothing


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader_and_the_next_line_is_heard(data: bytes) -> None:
    lines, _ = read(data + b"\n" + encode_line("KEEP", check=True), [])
    assert lines[-1] == Line("KEEP", checked=True)


def test_lines_without_a_crc_pass_unless_it_is_demanded() -> None:
    assert read(b"*IDN?\r\n", [], demand=False) == ([Line("*IDN?", checked=False)], 0)
    assert read(b"*IDN?\r\n", []) == ([], 1)


def test_a_line_too_long_is_refused() -> None:
    assert read(b"A" * 97 + b"\n", [], demand=False) == ([], 1)
    with pytest.raises(ValueError, match="at most 96"):
        encode_line("A" * 95, check=True)
    with pytest.raises(ValueError, match="printable ASCII"):
        encode_line("A\nB", check=True)


def test_events_are_told_apart() -> None:
    assert Line("!FLT WDOG", checked=True).is_event
    assert not Line("OK", checked=True).is_event


def test_every_fault_has_a_name_and_a_newer_one_its_number() -> None:
    assert fault_names(0) == ()
    assert fault_names(sum(FAULTS)) == tuple(FAULTS.values())
    assert fault_names(4 + 4096) == ("DOSE", "FAULT 4096")
