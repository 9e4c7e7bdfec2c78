"""The line protocol of the illuminator: docs/wire-protocol.md is its full text.

A line is at most 96 bytes of ASCII, ended by LF, and may carry `*hhhh`: the CRC of what
stands before it. With the CRC demanded (`SYST:CRC ON`) no single changed, lost or added
byte passes: such a line is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vein_devices.errors import DeviceDataError

__all__ = [
    "CHANNELS", "FAULTS", "Line", "LineReader", "crc16", "encode_line", "fault_names",
]  # fmt: skip

LONGEST = 96  # the firmware's buffer: docs/wire-protocol.md

CHANNELS = ("orange", "red", "white", "nir850", "nir940")
"""Names of the channels, 1 to 5."""

FAULTS = {
    1: "WDOG", 2: "TEMP", 4: "DOSE", 8: "OPEN", 16: "SHORT", 32: "BATT", 64: "CRC",
    128: "BROWNOUT", 256: "STUCK",
}  # fmt: skip
"""Bits of SYST:FLT?."""

_SUFFIX = re.compile(rb"^(.*)\*([0-9A-F]{4})$", re.DOTALL)


def fault_names(mask: int) -> tuple[str, ...]:
    """Name the bits of SYST:FLT?.

    Parameters
    ----------
    mask : int
        As the firmware answered.

    Returns
    -------
    tuple of str
        By the names of `FAULTS`; a bit that only newer firmware knows has its number.
    """
    bits = (1 << place for place in range(mask.bit_length()))
    return tuple(FAULTS.get(bit, f"FAULT {bit}") for bit in bits if mask & bit)


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end.

    Parameters
    ----------
    text : str
        What it says, the CRC taken off.
    checked : bool
        Whether it carried a CRC, and the right one.
    """

    text: str
    checked: bool

    @property
    def is_event(self) -> bool:
        """Whether it was sent unasked."""
        return self.text.startswith("!")


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 1021, start FFFF, no reflection, no final xor.

    Parameters
    ----------
    data : bytes
        What to check; of b"123456789" it is 29B1.

    Returns
    -------
    int, 0 to 65535
    """
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def encode_line(text: str, *, check: bool) -> bytes:
    """Write a line.

    Parameters
    ----------
    text : str
        Printable ASCII.
    check : bool
        Whether to add the CRC.

    Returns
    -------
    bytes
        With its line end.

    Raises
    ------
    ValueError
        If the text is too long or not printable ASCII.
    """
    if not text.isascii() or not text.isprintable():
        raise ValueError(f"a line is printable ASCII, not {text!r}")
    data = text.encode("ascii")
    if check:
        data += b"*%04X" % crc16(data)
    if len(data) >= LONGEST:
        raise ValueError(f"a line has at most {LONGEST} bytes with its end: {text!r}")
    return data + b"\n"


class LineReader:
    """Cuts bytes into lines, whatever pieces they come in.

    Parameters
    ----------
    demand_check : bool
        Refuse lines without a CRC.
    """

    def __init__(self, *, demand_check: bool = False) -> None:
        self.demand_check = demand_check
        self.refused = 0
        """Lines that were too long, no ASCII, or failed their CRC."""
        self._buffer = bytearray()
        self._too_long = False

    def feed(self, data: bytes) -> list[Line]:
        """Take more bytes.

        Parameters
        ----------
        data : bytes
            What came.

        Returns
        -------
        list of Line
            Lines that became whole and are good; the others are counted.
        """
        lines = []
        for byte in data:
            if byte == 0x0A:
                raw, too_long = bytes(self._buffer), self._too_long
                self._buffer.clear()
                self._too_long = False
                if not raw and not too_long:
                    continue
                try:
                    lines.append(self._judge(raw, too_long))
                except DeviceDataError:
                    self.refused += 1
            elif byte != 0x0D:
                if len(self._buffer) < LONGEST:
                    self._buffer.append(byte)
                else:
                    self._too_long = True
        return lines

    def _judge(self, raw: bytes, too_long: bool) -> Line:
        if too_long or any(not 0x20 <= byte < 0x7F for byte in raw):
            raise DeviceDataError(f"no line: {raw[:40]!r}")
        match = _SUFFIX.match(raw)
        if match is None:
            if self.demand_check:
                raise DeviceDataError(f"no CRC: {raw!r}")
            return Line(raw.decode("ascii"), checked=False)
        if crc16(match[1]) != int(match[2], 16):
            raise DeviceDataError(f"wrong CRC: {raw!r}")
        return Line(match[1].decode("ascii"), checked=True)
