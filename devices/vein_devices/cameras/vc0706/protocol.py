"""The serial protocol of VC0706 cameras (Vimicro data sheet; Adafruit 397, LCF-23M).

There is no checksum anywhere. Header, lengths and the trailer behind picture data are
checked; a changed byte inside picture data passes, which is why `mode=verified` reads
the frozen picture twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from vein_devices.errors import DeviceDataError

__all__ = [
    "BAUD_WORDS",
    "FBUF_CTRL",
    "FBUF_LEN",
    "READ_DATA",
    "READ_FBUF",
    "RESET",
    "SET_PORT",
    "SIZES",
    "VERSION",
    "WRITE_DATA",
    "Reply",
    "ReplyReader",
    "read_picture_request",
    "request",
]

VERSION, SET_PORT, RESET = 0x11, 0x24, 0x26
READ_DATA, WRITE_DATA = 0x30, 0x31
READ_FBUF, FBUF_LEN, FBUF_CTRL = 0x32, 0x34, 0x36
COLOUR, MOTION_EVENT = 0x3C, 0x39

BAUD_WORDS = {
    9600: 0xAEC8, 19200: 0x56E4, 38400: 0x2AF2, 57600: 0x1C1C, 115200: 0x0DA6,
}  # fmt: skip
"""Rate in bit/s to the word of SET_PORT."""

SIZES = {(480, 640): 0x00, (240, 320): 0x11, (120, 160): 0x22}
"""(height, width) px to the size code."""

# Bytes of data that a good reply carries: (least, most).
_REPLY_DATA = {VERSION: (1, 16), READ_DATA: (1, 16), FBUF_LEN: (4, 4)}

_STATUS = {
    1: "command not received", 2: "wrong data length", 3: "wrong data format",
    4: "cannot execute now", 5: "executed wrong",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the camera.

    Parameters
    ----------
    command : int
        Which command it answers.
    status : int
        0: executed.
    data : bytes
        What it carries; for READ_FBUF the picture data.
    """

    command: int
    status: int
    data: bytes = b""

    @property
    def trouble(self) -> str:
        """The status in words."""
        return _STATUS.get(self.status, f"status {self.status}")


def request(command: int, data: bytes = b"", serial: int = 0) -> bytes:
    """Encode a command: 56 serial command length data.

    Parameters
    ----------
    command, serial : int, 0 to 255
        Command code; serial number of the camera (00 unless it was changed).
    data : bytes, at most 16
        Its arguments.

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        If the data is too long.
    """
    if len(data) > 16:
        raise ValueError(f"a VC0706 command carries at most 16 bytes, not {len(data)}")
    return bytes([0x56, serial, command, len(data)]) + data


def read_picture_request(
    offset: int, length: int, delay_10us: int = 10, serial: int = 0
) -> bytes:
    """Encode READ_FBUF of the frozen frame over the serial line.

    Parameters
    ----------
    offset, length : bytes
        Multiples of 8 and 4.
    delay_10us : 10 us
        Pause of the camera before the data and before the trailer.
    serial : int
        Serial number of the camera.

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        If an alignment is not kept.
    """
    if offset % 8 or length % 4 or length <= 0:
        raise ValueError(f"offset {offset}, length {length}: multiples of 8, 4")
    data = b"\x00\x0a" + offset.to_bytes(4, "big") + length.to_bytes(4, "big")
    return request(READ_FBUF, data + delay_10us.to_bytes(2, "big"), serial)


class ReplyReader:
    """Reads the answer to one request from bytes that come in any pieces.

    Noise before the answer is skipped and counted, and so are motion events, which a
    camera sends unasked.

    Parameters
    ----------
    command : int
        Which command was sent.
    picture_length : bytes
        For READ_FBUF: how much data was asked for.
    serial : int
        Serial number of the camera.
    """

    def __init__(self, command: int, picture_length: int = 0, serial: int = 0) -> None:
        self._command = command
        self._picture_length = picture_length
        self._head = bytes([0x76, serial, command])
        self._event = bytes([0x76, serial, MOTION_EVENT, 0])
        self._buffer = bytearray()
        self.noise = 0
        """Bytes skipped so far."""

    @property
    def missing(self) -> int:
        """How many bytes are wanted at least before the answer can be complete."""
        have = len(self._buffer)
        if have < 5 or self._buffer[3] != 0:
            return max(1, 5 - have)
        if self._command == READ_FBUF:
            return max(1, 10 + self._picture_length - have)
        return max(1, 5 + self._buffer[4] - have)

    def feed(self, data: bytes) -> Reply | None:
        """Take more bytes.

        Parameters
        ----------
        data : bytes
            What came.

        Returns
        -------
        Reply or None
            None: more is wanted.

        Raises
        ------
        DeviceDataError
            If what follows the header cannot be the answer: a wrong length, or picture
            data without its trailer (bytes were lost, added, or the trailer damaged).
        """
        self._buffer += data
        self._skip_noise()
        if len(self._buffer) < 5:
            return None
        status, length = self._buffer[3], self._buffer[4]
        if status != 0:
            return Reply(self._command, status)
        if self._command == READ_FBUF:
            return self._picture()
        least, most = _REPLY_DATA.get(self._command, (0, 1))
        if not least <= length <= most:
            raise DeviceDataError(
                f"the answer to command {self._command:02X} carries {length} bytes, "
                f"wanted {least} to {most}: {self._buffer[:5].hex(' ')}"
            )
        if len(self._buffer) < 5 + length:
            return None
        return Reply(self._command, status, bytes(self._buffer[5 : 5 + length]))

    def _picture(self) -> Reply | None:
        if self._buffer[4] != 0:
            raise DeviceDataError(
                f"the header of picture data is damaged: {self._buffer[:5].hex(' ')}"
            )
        end = 5 + self._picture_length
        trailer = bytes(self._buffer[end : end + 5])
        if trailer != (self._head + b"\0\0")[: len(trailer)]:
            raise DeviceDataError(
                f"no trailer behind {self._picture_length} bytes of picture: "
                f"{trailer.hex(' ')}"
            )
        if len(trailer) < 5:
            return None
        return Reply(READ_FBUF, 0, bytes(self._buffer[5:end]))

    def _skip_noise(self) -> None:
        """Drop everything before the header, as far as it can be told."""
        buffer = self._buffer
        while buffer:
            if buffer.startswith(self._event):
                del buffer[:4]
                continue
            short = bytes(buffer[:4])
            if short[:3] == self._head[: len(short)] or self._event.startswith(short):
                return
            del buffer[0]
            self.noise += 1
