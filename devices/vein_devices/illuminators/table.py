"""Which kinds of light there are."""

from __future__ import annotations

from collections.abc import Callable

from vein_devices.address import Address, parse_address, read_options
from vein_devices.clock import SYSTEM_CLOCK, Clock
from vein_devices.errors import DeviceAddressError
from vein_devices.illuminators.driver import LineIlluminator
from vein_devices.illuminators.simulator import IlluminatorSimulator
from vein_devices.serial.direct_port import DirectPort
from vein_devices.serial.port import find_port, open_serial

__all__ = ["ILLUMINATORS", "open_illuminator", "port_of"]

_BAUD = 115200  # as firmware/config.h sets it


def _serial(address: Address, clock: Clock) -> LineIlluminator:
    values = read_options(address.text, address.options, {"crc": bool})
    return LineIlluminator(
        address.text,
        lambda: open_serial(find_port(address.place), _BAUD),
        check=bool(values.get("crc", True)),
        clock=clock,
    )


def _simulated(address: Address, clock: Clock) -> LineIlluminator:
    read_options(address.text, address.options, {})
    device = IlluminatorSimulator()
    return LineIlluminator(address.text, lambda: DirectPort(device, clock), clock=clock)


ILLUMINATORS: dict[str, Callable[[Address, Clock], LineIlluminator]] = {
    "serial": _serial,
    "simulated": _simulated,
}
"""Kinds by what stands before the colon: `serial:PORT`, `simulated:`."""


def open_illuminator(url: str, *, clock: Clock = SYSTEM_CLOCK) -> LineIlluminator:
    """Make the illuminator that an address names. `with` opens it.

    Parameters
    ----------
    url : str
        "serial:/dev/ttyACM0", "serial:SERIALNUMBER", "serial:?crc=0", "simulated:".
    clock : Clock
        Time.

    Returns
    -------
    LineIlluminator

    Raises
    ------
    DeviceAddressError
        If there is no such kind, or an option is wrong.
    """
    address = parse_address(url)
    if address.kind not in ILLUMINATORS:
        raise DeviceAddressError(
            f"{url}: there is no kind of light {address.kind!r}; the kinds are: "
            f"{', '.join(ILLUMINATORS)}"
        )
    return ILLUMINATORS[address.kind](address, clock)


def port_of(url: str) -> str:
    """Give the serial port that an address means now.

    Parameters
    ----------
    url : str
        As for `open_illuminator`.

    Returns
    -------
    str
        "" for a light that is on none.
    """
    address = parse_address(url)
    return find_port(address.place) if address.kind == "serial" else ""
