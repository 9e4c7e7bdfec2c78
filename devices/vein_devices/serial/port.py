"""A serial port: found by identity, opened exclusively, with errors of our own."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import serial
from serial.tools import list_ports

from vein_devices.errors import (
    DeviceAbsentError,
    DeviceAddressError,
    DeviceBusyError,
    DeviceError,
    DevicePermissionError,
)

_POWERFUL = frozenset({"root", "wheel", "sudo", "adm", "disk", "shadow"})
"""Groups that may do far more than open a port: nobody is advised to join them."""

__all__ = ["PortIdentity", "SerialPort", "find_port", "list_serial", "open_serial"]


class SerialPort(Protocol):
    """What a driver needs of a serial line."""

    def read(self, count: int, timeout_s: float) -> bytes:
        """Give `count` bytes as soon as they are there, else what came in time."""

    def write(self, data: bytes) -> None:
        """Send."""

    def set_baud(self, baud: int) -> None:
        """Change the rate of this end, bit/s."""

    def drain(self, quiet_s: float) -> bytes:
        """Throw away (and give) what comes until quiet; at most ten times that."""

    def close(self) -> None:
        """Let go. Never raises."""


@dataclass(frozen=True, slots=True)
class PortIdentity:
    """A serial port and what stays the same when it is plugged in elsewhere.

    Parameters
    ----------
    device : str
        Its name now: /dev/ttyUSB0, COM3.
    vid, pid : int or None
        USB vendor and product.
    serial_number, location, description : str
        USB serial number, USB path, and name.
    """

    device: str
    vid: int | None = None
    pid: int | None = None
    serial_number: str = ""
    location: str = ""
    description: str = ""

    @property
    def usb_id(self) -> str:
        """Vendor and product as "0403:6001"; "" where it is no USB device."""
        if self.vid is None or self.pid is None:
            return ""
        return f"{self.vid:04x}:{self.pid:04x}"

    def word(self, among: Iterable[PortIdentity]) -> str:
        """The word for only this port that is least likely to change: `find_port`."""
        others = [port for port in among if port != self]
        for name in ("serial_number", "location"):
            word = str(getattr(self, name))
            if word and all(getattr(other, name) != word for other in others):
                return word
        return self.device


def list_serial() -> list[PortIdentity]:
    """List the serial ports of this machine.

    Returns
    -------
    list of PortIdentity
    """
    return [
        PortIdentity(
            port.device, port.vid, port.pid, port.serial_number or "",
            port.location or "", port.description or "",
        )
        for port in sorted(list_ports.comports())
    ]  # fmt: skip


def find_port(
    place: str,
    accept: Callable[[PortIdentity], bool] = lambda port: bool(port.usb_id),
    ports: Iterable[PortIdentity] | None = None,
) -> str:
    """Find a port by name, serial number, "vid:pid" or USB path, at each opening again.

    Parameters
    ----------
    place : str
        As in an address; "" takes the only port that `accept` takes.
    accept : callable
        Which ports can be meant where none is named.
    ports : iterable of PortIdentity, optional
        Those of this machine unless given.

    Returns
    -------
    str
        Name of the port now.

    Raises
    ------
    DeviceAbsentError
        If none fits.
    DeviceAddressError
        If several do; they are named.
    """
    if place.startswith(("/", "./", "~")) or place.upper().startswith(("COM", "\\\\")):
        return str(Path(place).expanduser())
    known = list(list_serial() if ports is None else ports)
    if place:
        word = place.lower()
        found = [
            port for port in known
            if word in (port.serial_number.lower(), port.usb_id, port.location.lower())
        ]  # fmt: skip
    else:
        found = [port for port in known if accept(port)]
    if not found:
        there = ", ".join(port.device for port in known) or "none at all"
        raise DeviceAbsentError(
            f"no serial port {place or 'of a USB device'}; plug it in. Ports now: "
            f"{there}"
        )
    if len(found) > 1:
        choice = ", ".join(f"{port.device}: {port.word(known)}" for port in found)
        raise DeviceAddressError(
            f"several serial ports fit; name one in the address by the word behind it: "
            f"{choice}"
        )
    return found[0].device


class _PySerialPort:
    """A port of pyserial."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port

    def read(self, count: int, timeout_s: float) -> bytes:
        try:
            if self._port.timeout != timeout_s:
                self._port.timeout = timeout_s
            return bytes(self._port.read(count))
        except (serial.SerialException, OSError, TypeError) as error:
            raise self._gone(error) from error

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except (serial.SerialException, OSError, TypeError) as error:
            raise self._gone(error) from error

    def set_baud(self, baud: int) -> None:
        try:
            self._port.flush()
            self._port.baudrate = baud
        except (serial.SerialException, OSError) as error:
            raise self._gone(error) from error

    def drain(self, quiet_s: float) -> bytes:
        noise = bytearray()
        until_s = time.monotonic() + 10.0 * quiet_s  # a babbling line is never quiet
        while time.monotonic() < until_s:
            more = self.read(4096, quiet_s)
            if not more:
                break
            noise += more
        return bytes(noise)

    def close(self) -> None:
        try:
            self._port.close()
        except (serial.SerialException, OSError):
            return  # the line is gone: there is nothing left to let go of

    def _gone(self, error: Exception) -> DeviceError:
        # TypeError: pyserial after its file descriptor was closed under it.
        return DeviceAbsentError(
            f"{self._port.port}: it went away while in use ({error}); plug it in again"
        )


def open_serial(device: str, baud: int) -> SerialPort:
    """Open a port for this program alone, 8 bits, no parity, one stop bit.

    Parameters
    ----------
    device : str
        Name of the port.
    baud : bit/s
        Rate.

    Returns
    -------
    SerialPort

    Raises
    ------
    DeviceAbsentError, DevicePermissionError, DeviceBusyError
        If it is not there, forbidden, or in use.
    """
    try:
        port = serial.Serial(
            device, baud, timeout=0.1, write_timeout=2.0,
            exclusive=True if os.name == "posix" else None,
        )  # fmt: skip
    except (serial.SerialException, OSError) as error:
        raise _why_not(device, error) from error
    return _PySerialPort(port)


def _why_not(device: str, error: Exception) -> DeviceError:
    code = getattr(error, "errno", None)
    if code in (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO):
        return DeviceAbsentError(f"{device}: no such port; plug the device in")
    if code in (errno.EACCES, errno.EPERM):
        return DevicePermissionError(
            f"{device}: this user may not open it. {_permission_line(device)}"
        )
    if code == errno.EBUSY or "lock" in str(error).lower():
        return DeviceBusyError(f"{device}: another program holds it; close that one")
    return DeviceAbsentError(f"{device}: {error}")


def _permission_line(device: str) -> str:
    """What to type so that this user may open a device."""
    if os.name != "posix":
        return "Close other programs, and run this one as the user who installed it"
    import grp  # not on Windows

    try:
        group = grp.getgrgid(Path(device).stat().st_gid).gr_name
    except (OSError, KeyError):
        group = "dialout"
    if group in _POWERFUL:
        return "vein-imaging devices doctor says what to type"
    return f"Type: sudo usermod -aG {group} $USER, then log out and in again"
