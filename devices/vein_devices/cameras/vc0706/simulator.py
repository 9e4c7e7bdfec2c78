"""A VC0706 camera as the data sheet and the field describe it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vein_devices.cameras.vc0706 import protocol as wire
from vein_devices.opencv import cv2
from vein_phantom import PhantomSettings, draw_scene

__all__ = ["Vc0706Simulator", "phantom_jpegs"]

_SIZES = {code: size for size, code in wire.SIZES.items()}
_BAUDS = {word: baud for baud, word in wire.BAUD_WORDS.items()} | {0x1C4C: 57600}
_BANNER = (
    b"VC0706 1.00\r\nCtrl infr exist\r\nUser-defined sensor\r\n625\r\nInit end\r\n"
)
_START_BAUD = 38400  # the factory's


def phantom_jpegs(quality: int = 80) -> Callable[[int, tuple[int, int]], bytes]:
    """Give a function that draws and packs frame i at a size.

    Parameters
    ----------
    quality : 1 to 100
        Of the JPEG.

    Returns
    -------
    callable (index, (height, width)) -> bytes
    """
    scenes = {}

    def jpeg(index: int, size_px: tuple[int, int]) -> bytes:
        if size_px not in scenes:
            scenes[size_px] = draw_scene(
                PhantomSettings(
                    height_px=size_px[0], width_px=size_px[1],
                    mm_per_pixel=80.0 / size_px[1],
                )
            )  # fmt: skip
        pixels, _ = scenes[size_px].frame(index)
        packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return np.asarray(packed).tobytes()

    return jpeg


class Vc0706Simulator:
    """State of one camera; `SerialDevice` for a `PtyDevice`.

    Parameters
    ----------
    jpeg : callable (index, (height, width)) -> bytes
        Where pictures come from.
    resume_s : s
        How long resuming takes (93 ms was measured on a camera).
    boot_s : s
        From the reset to "Init end".
    serial : int
        Serial number; commands to another get no answer.
    version : bytes
        What GEN_VERSION says.
    """

    def __init__(
        self,
        jpeg: Callable[[int, tuple[int, int]], bytes],
        *,
        resume_s: float = 0.093,
        boot_s: float = 0.05,
        serial: int = 0,
        version: bytes = b"VC0706 1.00",
    ) -> None:
        self._jpeg = jpeg
        self._resume_s = resume_s
        self._boot_s = boot_s
        self._serial = serial
        self._version = version
        self.baud: int = _START_BAUD
        self.stored_size = 0x00
        """Size code in the EEPROM: in force after the next reset."""
        self.compression = 0x36
        self.pictures = 0
        """How many pictures were frozen."""
        self.frozen: bytes | None = None
        """The picture in the buffer, as sent."""
        self._size = 0x00
        self._buffer = bytearray()
        self._last_s = 0.0
        self._switch: tuple[float, int] | None = None  # when, to which rate

    def tick(self, now_s: float) -> list[tuple[float, bytes]]:
        """Forget half a command after 100 ms of silence."""
        if self._buffer and now_s - self._last_s > 0.1:
            self._buffer.clear()
        if self._switch is not None and now_s >= self._switch[0]:
            self.baud, self._switch = self._switch[1], None
        return []

    def receive(self, data: bytes, now_s: float) -> list[tuple[float, bytes]]:
        """Take bytes of commands."""
        self._last_s = now_s
        self._buffer += data
        answers: list[tuple[float, bytes]] = []
        while self._buffer:
            if self._buffer[0] != 0x56:
                del self._buffer[0]
                continue
            if len(self._buffer) < 4 or len(self._buffer) < 4 + self._buffer[3]:
                break
            length = self._buffer[3]
            serial, command = self._buffer[1], self._buffer[2]
            argument = bytes(self._buffer[4 : 4 + length])
            del self._buffer[: 4 + length]
            if serial == self._serial:
                answers += self._obey(command, argument)
        return answers

    def _reply(self, command: int, status: int = 0, data: bytes = b"") -> bytes:
        return bytes([0x76, self._serial, command, status, len(data)]) + data

    def _obey(self, command: int, argument: bytes) -> list[tuple[float, bytes]]:
        handlers: dict[int, Callable[[bytes], list[tuple[float, bytes]]]] = {
            wire.VERSION: self._say_version,
            wire.SET_PORT: self._set_port,
            wire.RESET: self._reset,
            wire.READ_DATA: self._read_data,
            wire.WRITE_DATA: self._write_data,
            wire.READ_FBUF: self._read_picture,
            wire.FBUF_LEN: self._length,
            wire.FBUF_CTRL: self._control,
            wire.COLOUR: lambda _argument: [(0.0, self._reply(wire.COLOUR))],
        }
        if command not in handlers:
            return [(0.0, self._reply(command, 1))]
        return handlers[command](argument)

    def _say_version(self, _argument: bytes) -> list[tuple[float, bytes]]:
        return [(0.0, self._reply(wire.VERSION, 0, self._version))]

    def _set_port(self, argument: bytes) -> list[tuple[float, bytes]]:
        baud = _BAUDS.get(int.from_bytes(argument[1:3], "big"))
        if len(argument) != 3 or argument[0] != 1 or baud is None:
            return [(0.0, self._reply(wire.SET_PORT, 3))]
        self._switch = (self._last_s + 0.01, baud)  # the answer goes at the old rate
        return [(0.0, self._reply(wire.SET_PORT))]

    def _reset(self, _argument: bytes) -> list[tuple[float, bytes]]:
        answer = self._reply(wire.RESET)
        self._size, self.frozen = self.stored_size, None
        self._switch = (self._last_s + 0.01, _START_BAUD)
        return [(0.0, answer), (0.01 + self._boot_s, _BANNER)]

    def _read_data(self, argument: bytes) -> list[tuple[float, bytes]]:
        value = {
            bytes.fromhex("04010019"): self.stored_size,
            bytes.fromhex("01011204"): self.compression,
        }.get(argument)
        if value is None:
            return [(0.0, self._reply(wire.READ_DATA, 3))]
        return [(0.0, self._reply(wire.READ_DATA, 0, bytes([value])))]

    def _write_data(self, argument: bytes) -> list[tuple[float, bytes]]:
        if argument[:4] == bytes.fromhex("04010019") and argument[4:] != b"":
            if argument[4] not in _SIZES:
                return [(0.0, self._reply(wire.WRITE_DATA, 3))]
            self.stored_size = argument[4]
        elif argument[:4] == bytes.fromhex("01011204") and argument[4:] != b"":
            self.compression = argument[4]
        else:
            return [(0.0, self._reply(wire.WRITE_DATA, 3))]
        return [(0.0, self._reply(wire.WRITE_DATA))]

    def _control(self, argument: bytes) -> list[tuple[float, bytes]]:
        if argument in (b"\x00", b"\x01"):
            if self.frozen is None:
                self.frozen = self._jpeg(self.pictures, _SIZES[self._size])
                self.frozen += bytes(-len(self.frozen) % 8)
                self.pictures += 1
            return [(0.0, self._reply(wire.FBUF_CTRL))]
        if argument in (b"\x02", b"\x03"):
            self.frozen = None
            return [(self._resume_s, self._reply(wire.FBUF_CTRL))]
        return [(0.0, self._reply(wire.FBUF_CTRL, 3))]

    def _length(self, argument: bytes) -> list[tuple[float, bytes]]:
        if len(argument) != 1:
            return [(0.0, self._reply(wire.FBUF_LEN, 2))]
        length = len(self.frozen or b"").to_bytes(4, "big")
        return [(0.0, self._reply(wire.FBUF_LEN, 0, length))]

    def _read_picture(self, argument: bytes) -> list[tuple[float, bytes]]:
        error = [(0.0, bytes([0x76, self._serial, wire.READ_FBUF, 4, 0]))]
        if len(argument) != 12 or argument[1] != 0x0A or self.frozen is None:
            return error
        offset = int.from_bytes(argument[2:6], "big")
        length = int.from_bytes(argument[6:10], "big")
        pause_s = int.from_bytes(argument[10:12], "big") * 1e-5
        if offset + length > len(self.frozen) + 8 or length % 4:
            return error
        data = self.frozen[offset : offset + length].ljust(length, b"\0")
        head = self._reply(wire.READ_FBUF)
        return [(0.0, head), (pause_s, data), (2 * pause_s, head)]
