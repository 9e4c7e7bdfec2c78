"""Nodes, identities and controls of Video4Linux, on a fake tree and a fake kernel."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import pytest

from vein_devices.cameras.usb.v4l2 import (
    VideoNode,
    list_nodes,
    probe_node,
    set_control,
    udev_line,
)
from vein_devices.errors import DeviceAbsentError, DeviceUnsupportedError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="V4L2")

EXPOSURE, AUTO_EXPOSURE, GAIN = 0x009A0902, 0x009A0901, 0x00980913


class Kernel:
    """Answers control ioctls; exposure works only when automatic is off."""

    def __init__(self) -> None:
        self.values = {EXPOSURE: 157, AUTO_EXPOSURE: 3, GAIN: 10}
        self.ranges = {
            EXPOSURE: (3, 2047, 1),
            AUTO_EXPOSURE: (0, 3, 1),
            GAIN: (0, 96, 4),
        }
        self.menu = {1, 3}
        self.ignores: set[int] = set()

    def __call__(self, _fd: int, code: int, data: bytes) -> bytes:
        number = struct.unpack_from("<I", data)[0]
        if number not in self.values:
            raise OSError(22, "Invalid argument")
        if code == 0xC0445624:  # query
            low, high, step = self.ranges[number]
            return data[:40] + struct.pack("<iiiiI", low, high, step, low, 0) + bytes(8)
        if code == 0xC008561C:  # set
            value = struct.unpack_from("<i", data, 4)[0]
            wrong_menu = number == AUTO_EXPOSURE and value not in self.menu
            if wrong_menu or (number == EXPOSURE and self.values[AUTO_EXPOSURE] != 1):
                raise OSError(22, "Invalid argument")
            if number not in self.ignores:
                self.values[number] = value
        return struct.pack("<Ii", number, self.values[number])


def test_exposure_is_in_microseconds_and_switches_automatic_off() -> None:
    kernel = Kernel()
    assert set_control(0, "exposure_us", 8000.0, kernel) == 8000.0
    assert kernel.values == {EXPOSURE: 80, AUTO_EXPOSURE: 1, GAIN: 10}


def test_automatic_is_what_the_menu_offers() -> None:
    kernel = Kernel()
    kernel.values[AUTO_EXPOSURE] = 1
    assert set_control(0, "exposure_us", None, kernel) is None
    assert kernel.values[AUTO_EXPOSURE] == 3
    kernel.menu = {0, 1}
    set_control(0, "exposure_us", None, kernel)
    assert kernel.values[AUTO_EXPOSURE] == 0


def test_out_of_range_is_refused_and_the_range_told() -> None:
    kernel = Kernel()
    with pytest.raises(DeviceUnsupportedError, match="between 300 and 204700"):
        set_control(0, "exposure_us", 1_000_000.0, kernel)
    assert kernel.values[AUTO_EXPOSURE] == 3


def test_a_value_goes_to_the_nearest_step() -> None:
    kernel = Kernel()
    assert set_control(0, "gain", 21.0, kernel) == 20.0


def test_a_control_the_camera_lacks_is_not_supported() -> None:
    with pytest.raises(DeviceUnsupportedError, match="has no white_balance_k"):
        set_control(0, "white_balance_k", 5000.0, Kernel())
    with pytest.raises(DeviceUnsupportedError, match="gain has no automatic"):
        set_control(0, "gain", None, Kernel())


def test_a_value_not_taken_is_noticed_by_reading_back() -> None:
    kernel = Kernel()
    kernel.ignores.add(GAIN)
    with pytest.raises(DeviceUnsupportedError, match="set gain to 10 instead of 80"):
        set_control(0, "gain", 80.0, kernel)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two nodes of one camera (pictures, metadata) and a built-in one."""
    usb = tmp_path / "devices/usb1/1-1/1-1.2"
    (usb / "1-1.2:1.0").mkdir(parents=True)
    for name, text in (("idVendor", "2560"), ("idProduct", "c110"), ("serial", "SN42")):
        (usb / name).write_text(text + "\n")
    classes = tmp_path / "class"
    for number, name in ((0, "See3CAM"), (1, "See3CAM"), (10, "Built-in")):
        folder = classes / f"video{number}"
        folder.mkdir(parents=True)
        (folder / "name").write_text(name + "\n")
        if number < 10:
            (folder / "device").symlink_to(usb / "1-1.2:1.0")
    return classes


def test_metadata_nodes_are_no_cameras_and_identity_is_read(tree: Path) -> None:
    nodes = list_nodes(tree, lambda path: path != "/dev/video0")
    assert nodes == [
        VideoNode(
            "/dev/video1", "See3CAM", "2560", "c110", "SN42", "1-1.2", interface="1.0"
        ),
        VideoNode("/dev/video10", "Built-in"),
    ]
    assert [node.identity for node in nodes] == ["SN42", "/dev/video10"]
    assert list_nodes(tree / "nowhere") == []


def test_the_rule_names_the_camera() -> None:
    node = VideoNode("/dev/video0", "See3CAM", "2560", "c110")
    assert udev_line(node) == (
        'SUBSYSTEM=="video4linux", ATTRS{idVendor}=="2560", '
        'ATTRS{idProduct}=="c110", TAG+="uaccess"'
    )


def test_an_absent_node_is_absent() -> None:
    with pytest.raises(DeviceAbsentError, match="no such camera"):
        probe_node("/dev/video-nowhere")
