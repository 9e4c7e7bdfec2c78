"""Addresses taken apart."""

from __future__ import annotations

import pytest

from vein_devices import open_camera
from vein_devices.address import parse_address, read_options, without_password
from vein_devices.errors import DeviceAddressError
from vein_devices.supervision.supervisor import supervise


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


@pytest.mark.parametrize(
    "given,shown",
    [
        ("http://nurse:p%40ss@host:81/live", "http://host:81/live"),
        ("rtsp://doctor:s3cret@host/live", "rtsp://host/live"),
        ("http://h/v.cgi?user=a&pwd=b&fps=5", "http://h/v.cgi?user=a&pwd=...&fps=5"),
        ("http://h/v?loginpas=x&n=1", "http://h/v?loginpas=...&n=1"),
        ("http://h/v?access_token=x#grey=1", "http://h/v?access_token=...#grey=1"),
        ("http://h/a@b?x=1", "http://h/a@b?x=1"),
        ("uvc:SN@1", "uvc:SN@1"),
    ],
)
def test_no_password_is_shown(given: str, shown: str) -> None:
    assert without_password(given) == shown
    assert parse_address(given).text == shown


def test_no_password_is_in_the_message_of_a_wrong_address() -> None:
    with pytest.raises(DeviceAddressError) as caught:
        open_camera("http://nurse:s3cret@host/#zoom=1")
    assert "s3cret" not in str(caught.value)
    assert open_camera("rtsp://nurse:s3cret@host/").address == "rtsp://host/"
    assert supervise("rtsp://nurse:s3cret@host/").status.address == "rtsp://host/"
