"""Addresses taken apart."""

from __future__ import annotations

import pytest

from vein_devices.address import parse_address, read_options
from vein_devices.errors import DeviceAddressError


@pytest.mark.parametrize(
    "text,kind,place,options",
    [
        ("uvc:", "uvc", "", {}),
        ("UVC:SN%2042", "uvc", "SN 42", {}),
        ("vc0706:/dev/ttyUSB0?baud=9600&size=1x1", "vc0706", "/dev/ttyUSB0",
         {"baud": "9600", "size": "1x1"}),
        ("C:\\legs\\a.png", "file", "C:\\legs\\a.png", {}),
        ("clip.mp4", "file", "clip.mp4", {}),
        ("./a b.mp4", "file", "./a b.mp4", {}),
    ],
)  # fmt: skip
def test_kind_place_and_options(
    text: str, kind: str, place: str, options: dict[str, str]
) -> None:
    address = parse_address(text)
    assert (address.kind, address.place, address.options) == (kind, place, options)


@pytest.mark.parametrize("query", ["a", "a=1&a=2", "a=1&&b"])
def test_options_badly_written_are_refused(query: str) -> None:
    with pytest.raises(DeviceAddressError):
        _ = parse_address(f"uvc:?{query}").options


def test_values_are_of_their_types() -> None:
    types = {"n": int, "x": float, "b": bool, "s": str}
    given = {"n": "3", "x": ".5", "b": "yes", "s": "t"}
    assert read_options("uvc:", given, types) == {"n": 3, "x": 0.5, "b": True, "s": "t"}


@pytest.mark.parametrize(
    "given", [{"n": "3.5"}, {"x": "nan"}, {"x": "inf"}, {"b": "2"}, {"zoom": "1"}]
)
def test_values_that_cannot_be_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(DeviceAddressError, match=next(iter(given))):
        read_options("uvc:", given, {"n": int, "x": float, "b": bool})
