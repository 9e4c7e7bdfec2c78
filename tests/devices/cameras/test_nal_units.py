"""Slices of HEVC packets, with lengths and with start codes."""

from __future__ import annotations

import pytest

from vein_devices.cameras.nal_units import length_bytes_of, slices_in

PARAMETERS, FIRST, SECOND = b"\x40\x01pp", b"\x26\x01slice one", b"\x02\x01two"
UNITS = (PARAMETERS, FIRST, SECOND)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_slices_behind_their_lengths(size: int) -> None:
    data = b"".join(len(unit).to_bytes(size, "big") + unit for unit in UNITS)
    found = [data[start:end] for start, end in slices_in(data, size)]
    assert found == [FIRST, SECOND]
    cut = [data[start:end] for start, end in slices_in(data[:-2], size)]
    assert cut == [FIRST, SECOND[:-2]]


def test_slices_between_start_codes_end_before_the_zeros() -> None:
    data = b"\0\0\0\1" + b"\0\0\0\1".join(UNITS) + b"\0\0"
    found = [data[start:end] for start, end in slices_in(data, 0)]
    assert found == [FIRST, SECOND]


@pytest.mark.parametrize("data", [b"", b"no start code"])
def test_rubbish_holds_no_slice(data: bytes) -> None:
    assert slices_in(data, 0) == []


def test_the_length_of_lengths_is_read() -> None:
    assert length_bytes_of(b"\x01" + bytes(20) + b"\xff" + bytes(8)) == 4
    assert length_bytes_of(b"\x01" + bytes(20) + b"\xfd") == 2
    assert length_bytes_of(b"\0\0\0\1\x40") == 0
    assert length_bytes_of(None) == 0


def test_slices_of_h264_are_told_from_its_other_units() -> None:
    units = (b"\x67set", b"\x65key picture", b"\x41picture", b"\x06remark")
    avcc = b"\x01\x64\x00\x1f\xff"
    assert length_bytes_of(avcc, "h264") == 4
    data = b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)
    found = [data[at:end] for at, end in slices_in(data, 4, "h264")]
    assert found == [units[1], units[2]]
