"""A network camera on this machine: H.264 over RTSP and TCP, with lost packets.

Written from RFC 2326 (RTSP), RFC 3550 (RTP) and RFC 6184 (H.264 in RTP). It needs the
extra `video`, whose encoder it uses.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from types import TracebackType
from typing import Any, Self

from vein_devices.frame import Pixels

__all__ = ["RtspCamera"]

_LARGEST = 1400  # bytes of a packet, as fits an Ethernet frame
_CLOCK = 90000  # ticks a second, RFC 6184
_SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=simulator\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    "a=fmtp:96 packetization-mode=1\r\na=control:track\r\n"
)


class RtspCamera:
    """Serves pictures at rtsp://127.0.0.1:PORT/live, to each client from the start.

    Parameters
    ----------
    picture : callable (index) -> (H, W, 3) uint8
        Where pictures come from: RGB, even sides.
    fps : 1/s
        Rate.
    key_every : int
        Pictures from one key frame to the next.
    kept : int
        So many pictures are sent at once at the start, as a server does that keeps the
        last ones for newcomers.
    loses : callable (picture, packet) -> bool, optional
        Which packets do not arrive; -1 stands for all of a picture.
    pixel_aspect : Fraction
        Width of a pixel over its height, as the stream states it.
    """

    def __init__(
        self,
        picture: Callable[[int], Pixels],
        *,
        fps: float = 30.0,
        key_every: int = 10,
        kept: int = 0,
        loses: Callable[[int, int], bool] = lambda _picture, _packet: False,
        pixel_aspect: Fraction = Fraction(1),
    ) -> None:
        self.picture = picture
        self.fps = fps
        self.loses = loses
        self.port = 0
        """Chosen at the first start, and kept."""
        self.taken_s: dict[int, float] = {}
        """When each picture was taken, by `time.monotonic()`."""
        self.silent = False
        """Whether nothing more is sent."""
        self._key_every = key_every
        self._kept = kept
        self._pixel_aspect = pixel_aspect
        self._server: socket.socket | None = None
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """Address of the stream."""
        return f"rtsp://127.0.0.1:{self.port}/live"

    def switch_on(self) -> None:
        """Listen, at the same port as before."""
        server = socket.create_server(("127.0.0.1", self.port))
        server.settimeout(0.05)
        self.port = server.getsockname()[1]
        self._server = server
        self._stopping.clear()
        self._start(self._accept, server)

    def switch_off(self) -> None:
        """Vanish in the middle of whatever goes on."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        if self._server is not None:
            self._server.close()
            self._server = None

    def __enter__(self) -> Self:
        self.switch_on()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.switch_off()

    def _start(
        self, work: Callable[[socket.socket], None], line: socket.socket
    ) -> None:
        thread = threading.Thread(
            target=work, args=(line,), name="rtsp simulator", daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def _accept(self, server: socket.socket) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                self._start(self._serve, server.accept()[0])

    def _serve(self, line: socket.socket) -> None:
        line.settimeout(0.05)
        asked = b""
        with contextlib.suppress(OSError), line:
            while not self._stopping.is_set() and b"PLAY " not in asked:
                with contextlib.suppress(TimeoutError):
                    asked += line.recv(4096)
                while b"\r\n\r\n" in asked and not asked.startswith(b"PLAY "):
                    request, _, asked = asked.partition(b"\r\n\r\n")
                    line.sendall(self._answer(request))
            line.sendall(self._answer(asked))
            line.settimeout(2.0)
            self._stream(line)

    def _answer(self, request: bytes) -> bytes:
        number = re.search(rb"CSeq: *(\d+)", request)
        head = f"RTSP/1.0 200 OK\r\nCSeq: {number[1].decode() if number else 0}\r\n"
        body = ""
        if request.startswith(b"OPTIONS"):
            head += "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
        elif request.startswith(b"DESCRIBE"):
            body = _SDP
            head += f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n"
        elif request.startswith(b"SETUP") and b"RTP/AVP/TCP" not in request:
            head = head.replace("200 OK", "461 Unsupported Transport")
        else:
            head += "Session: 1\r\n"
            head += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        return f"{head}\r\n{body}".encode()

    def _stream(self, line: socket.socket) -> None:
        encoder, sequence = _encoder(self.fps, self._key_every, self.picture(0)), 0
        encoder.sample_aspect_ratio = self._pixel_aspect
        kept = [_encoded(encoder, self.picture(index)) for index in range(self._kept)]
        start_s = time.monotonic() - self._kept / self.fps
        index = 0
        while not self._stopping.wait(
            max(0.0, start_s + index / self.fps - time.monotonic())
        ):
            taken_s = start_s + index / self.fps
            self.taken_s[index] = taken_s
            data = (
                kept[index]
                if index < self._kept
                else _encoded(encoder, self.picture(index))
            )
            stamp = round((taken_s - start_s) * _CLOCK) & 0xFFFFFFFF
            packets = list(_packets(data))
            for number, payload in enumerate(packets):
                mark = 0x80 if number == len(packets) - 1 else 0
                sequence = (sequence + 1) & 0xFFFF
                head = struct.pack(">BBHII", 0x80, mark | 96, sequence, stamp, 7)
                if self.loses(index, -1) or self.loses(index, number) or self.silent:
                    continue
                packet = head + payload
                line.sendall(b"$\x00" + struct.pack(">H", len(packet)) + packet)
            index += 1


def _encoder(fps: float, key_every: int, pixels: Pixels) -> Any:
    import av

    made: Any = av.CodecContext.create("libx264", "w")
    made.height, made.width = pixels.shape[:2]
    made.pix_fmt = "yuv420p"
    made.framerate = round(fps * 10)
    made.time_base = made.framerate**-1 if fps >= 0.1 else 1
    made.options = {
        "preset": "ultrafast", "tune": "zerolatency", "g": str(key_every),
        "x264-params": "sliced-threads=0:threads=1:scenecut=0:repeat-headers=1",
    }  # fmt: skip
    return made


def _encoded(encoder: Any, pixels: Pixels) -> bytes:
    import av

    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    packets = encoder.encode(frame.reformat(format="yuv420p"))
    return b"".join(bytes(packet) for packet in packets)


def _packets(data: bytes) -> Iterator[bytes]:
    """One NAL unit a packet, or several pieces of one (FU-A)."""
    for unit in filter(None, re.split(rb"\x00*\x00\x00\x01", data)):
        if len(unit) <= _LARGEST:
            yield unit
            continue
        kind, body = unit[0], unit[1:]
        pieces = [body[at : at + _LARGEST] for at in range(0, len(body), _LARGEST)]
        for i, piece in enumerate(pieces):
            ends = 0x80 * (i == 0) | 0x40 * (i == len(pieces) - 1)
            yield bytes([kind & 0xE0 | 28, ends | kind & 31]) + piece
