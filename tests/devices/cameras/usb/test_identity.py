"""Identity of USB cameras where there are no nodes, on a stand-in for the package."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

import cv2
import pytest

from vein_devices.address import parse_address
from vein_devices.cameras.usb.backends import AVFOUNDATION, DSHOW, MSMF, Backend
from vein_devices.cameras.usb.identity import address_of, find_camera, list_cameras
from vein_devices.cameras.usb.v4l2 import VideoNode
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceAddressError,
    DeviceUnsupportedError,
)

GUID = "#{65e8773d-8f56-11d0-a3b9-00a0c9223196}\\global"
COMPOSITE = "\\\\?\\usb#vid_046d&pid_0825&mi_00#7&1A2B3C&0&0000" + GUID
SERIAL = "\\\\?\\USB#VID_2560&PID_C110#SN42" + GUID
VIRTUAL = "@device:sw:{860BB310}\\{A3FCE0F5}?"


def info(index: int, name: str, path: str, vid: int | None, pid: int | None) -> Any:
    return SimpleNamespace(index=index, name=name, path=path, vid=vid, pid=pid)


SEEN = {
    cv2.CAP_DSHOW: [
        info(0, "Webcam", COMPOSITE, 0x046D, 0x0825),
        info(1, "See3CAM", SERIAL, 0x2560, 0xC110),
        info(2, "OBS", VIRTUAL, None, None),
    ],
    cv2.CAP_MSMF: [
        info(0, "See3CAM", SERIAL.lower(), 0x2560, 0xC110),
        info(1, "Webcam", COMPOSITE, 0x046D, 0x0825),
    ],
    cv2.CAP_AVFOUNDATION: [
        info(0, "FaceTime", "47B4B64B70674B9CAD2BAE273A71F4B5", None, None),
        info(1, "See3CAM", "0x14200002560c110", 0x2560, 0xC110),
    ],
}


@pytest.fixture(autouse=True)
def package(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("cv2_enumerate_cameras")
    module.enumerate_cameras = lambda backend: SEEN[backend]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cv2_enumerate_cameras", module)


def test_windows_paths_give_vendor_product_and_serial_or_port() -> None:
    webcam, see3cam, virtual = list_cameras(DSHOW)
    assert (webcam.usb_id, webcam.serial_number) == ("046d:0825", "")
    assert webcam.identity == "7&1A2B3C&0&0000"
    assert (see3cam.usb_id, see3cam.identity) == ("2560:c110", "SN42")
    assert (virtual.usb_id, virtual.identity) == ("", VIRTUAL)


@pytest.mark.parametrize("backend", [DSHOW, MSMF, AVFOUNDATION])
def test_every_listed_address_finds_its_camera_again(backend: Backend) -> None:
    nodes = list_cameras(backend)
    for node in nodes:
        place = parse_address(address_of(node)).place
        assert find_camera(place, nodes, "uvc") is node


@pytest.mark.parametrize("place", ["SN42", "2560:c110", "see3", "sn42"])
def test_identity_is_the_same_through_both_backends_though_the_number_is_not(
    place: str,
) -> None:
    numbers = [
        find_camera(place, list_cameras(backend), "uvc").index
        for backend in (DSHOW, MSMF)
    ]
    assert numbers == [1, 0]


def test_a_number_is_no_identity() -> None:
    with pytest.raises(DeviceAbsentError, match=r"See3CAM \(uvc:sn42\)"):
        find_camera("1", list_cameras(MSMF), "uvc:1")


def test_two_of_a_kind_must_be_told_apart_by_what_stays() -> None:
    twins = [
        VideoNode("a", "Cam", "2560", "c110", "SN1", "", 0),
        VideoNode("b", "Cam", "2560", "c110", "", "7&1&0", 1),
    ]
    with pytest.raises(DeviceAddressError, match=r"uvc:SN1 .*uvc:7&1&0 "):
        find_camera("2560:c110", twins, "uvc")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2_enumerate_cameras", None)
    with pytest.raises(DeviceUnsupportedError, match="pip install cv2-enumerate"):
        list_cameras(DSHOW)


TWINS = [
    VideoNode("/dev/video0", "UVC Camera", "046d", "0825", "0001", "1-1.2"),
    VideoNode("/dev/video2", "UVC Camera", "046d", "0825", "0001", "1-1.4"),
]
COLOUR_AND_INFRARED = [
    VideoNode("/dev/video0", "BRIO", "046d", "085e", "5E2B", "2-1", interface="1.0"),
    VideoNode("/dev/video2", "BRIO", "046d", "085e", "5E2B", "2-1", interface="1.3"),
]
NO_INTERFACE_KNOWN = [replace(node, interface="") for node in COLOUR_AND_INFRARED]


@pytest.mark.parametrize("nodes", [TWINS, COLOUR_AND_INFRARED, NO_INTERFACE_KNOWN])
@pytest.mark.parametrize("told_of_the_others", [True, False])
def test_cameras_of_one_serial_number_have_addresses_that_open_each(
    nodes: list[VideoNode], told_of_the_others: bool
) -> None:
    for node in nodes:
        address = address_of(node, nodes if told_of_the_others else ())
        assert find_camera(parse_address(address).place, nodes, "uvc") is node


def test_the_address_is_no_longer_than_it_must_be() -> None:
    assert address_of(TWINS[0], TWINS[:1]) == "uvc:0001"
    assert address_of(TWINS[1], TWINS) == "uvc:1-1.4"
    assert address_of(COLOUR_AND_INFRARED[1], COLOUR_AND_INFRARED) == "uvc:2-1:1.3"


def test_twins_are_named_with_what_tells_them_apart() -> None:
    with pytest.raises(DeviceAddressError, match=r"uvc:1-1\.2.*uvc:1-1\.4"):
        find_camera("0001", TWINS, "uvc:0001")
