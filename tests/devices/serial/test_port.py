"""Finding a serial port by what does not change."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from vein_devices.errors import (
    DeviceAbsentError,
    DeviceAddressError,
    DevicePermissionError,
)
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


CH340 = [
    PortIdentity("/dev/ttyUSB0", 0x1A86, 0x7523, "", "1-1.2", "USB Serial"),
    PortIdentity("/dev/ttyUSB1", 0x1A86, 0x7523, "", "1-1.3", "USB Serial"),
]
FT2232 = [
    PortIdentity("/dev/ttyUSB0", 0x0403, 0x6010, "FT97", "3-1.2:1.0", "Dual RS232"),
    PortIdentity("/dev/ttyUSB1", 0x0403, 0x6010, "FT97", "3-1.2:1.1", "Dual RS232"),
]


@pytest.mark.parametrize("ports", [CH340, FT2232])
def test_ports_without_a_serial_number_of_their_own_are_named_by_place(
    ports: list[PortIdentity],
) -> None:
    with pytest.raises(DeviceAddressError) as caught:
        find_port(ports[0].serial_number, ports=ports)
    for port in ports:
        assert f"{port.device}: {port.location}" in str(caught.value)
        assert find_port(port.location, ports=ports) == port.device


@pytest.mark.skipif(os.name != "posix", reason="groups")
def test_nobody_is_advised_to_join_a_group_that_may_do_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ttyUSB0"
    file.touch()

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr("serial.Serial", refused)
    for group, advice in (("root", "devices doctor"), ("dialout", "-aG dialout")):
        named = SimpleNamespace(gr_name=group)
        monkeypatch.setattr("grp.getgrgid", lambda _, named=named: named)
        with pytest.raises(DevicePermissionError, match=advice) as caught:
            open_serial(str(file), 9600)
        assert "usermod -aG root" not in str(caught.value)
