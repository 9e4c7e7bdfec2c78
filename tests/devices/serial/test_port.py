"""Finding a serial port by what does not change."""

from __future__ import annotations

import pytest

from vein_devices.errors import DeviceAbsentError, DeviceAddressError
from vein_devices.serial.port import PortIdentity, find_port, open_serial

PORTS = [
    PortIdentity("/dev/ttyS0"),
    PortIdentity("/dev/ttyUSB0", 0x0403, 0x6001, "A1B2", "1-1.2", "FT232R"),
    PortIdentity("/dev/ttyUSB1", 0x10C4, 0xEA60, "0007", "1-1.3", "CP2102"),
]


@pytest.mark.parametrize(
    "place,device",
    [
        ("/dev/ttyUSB9", "/dev/ttyUSB9"),
        ("A1B2", "/dev/ttyUSB0"),
        ("a1b2", "/dev/ttyUSB0"),
        ("10c4:ea60", "/dev/ttyUSB1"),
        ("1-1.3", "/dev/ttyUSB1"),
        ("COM7", "COM7"),
    ],
)
def test_a_port_is_found_by_name_serial_usb_id_or_usb_path(
    place: str, device: str
) -> None:
    assert find_port(place, ports=PORTS) == device


def test_the_only_usb_port_needs_no_name() -> None:
    assert find_port("", ports=PORTS[:2]) == "/dev/ttyUSB0"


def test_one_of_several_must_be_named_and_they_are_listed() -> None:
    with pytest.raises(DeviceAddressError, match=r"A1B2.*0007"):
        find_port("", ports=PORTS)


def test_none_that_fits_is_absent_and_the_ports_there_are_listed() -> None:
    with pytest.raises(DeviceAbsentError, match="/dev/ttyS0"):
        find_port("", ports=PORTS[:1])
    with pytest.raises(DeviceAbsentError, match="none at all"):
        find_port("A1B2", ports=[])


def test_a_port_that_is_not_there_is_absent() -> None:
    with pytest.raises(DeviceAbsentError, match="no such port"):
        open_serial("/dev/ttyNOWHERE", 9600)
