"""Multipart streams of JPEGs (multipart/x-mixed-replace), as network cameras send them.

There is no checksum. A part is taken only if a picture ends exactly where its stated
length ends, or, without a usable length, at the next boundary; what passes all the same
is a changed byte inside the picture, see `vein_devices.cameras.jpeg`. Cameras differ in
line ends, dashes, blanks and lengths; what other programs play is read here as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vein_devices.errors import DeviceDataError

__all__ = ["ChunkedReader", "MultipartReader", "Part", "boundary_of"]

_LONGEST_HEAD = 4096  # a part's head is some hundred bytes; more is no multipart stream
_LONGEST_PART = 32 << 20  # a JPEG of 50 megapixels; more would fill the memory
_LONGEST_CHUNK_LINE = 1024  # a size, and options that nobody sends
_CHUNK_SIZE = re.compile(rb"[0-9a-fA-F]{1,15}")
_WRONG_LENGTHS = 2  # one may be damage; two in a row around whole JPEGs are a habit
_OPTION = re.compile(r";?\s*([^=;\s]+)\s*=\s*(?:\"([^\"]*)\"|([^;]*))")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_GAP = re.compile(rb"(?:(?:\r\n)*|\n*)-*")
_LINE_END = re.compile(rb"\r?\n-*$")


def boundary_of(content_type: str) -> bytes | None:
    """Read the boundary from a Content-Type header.

    Parameters
    ----------
    content_type : str
        As 'multipart/x-mixed-replace; boundary=frame'.

    Returns
    -------
    bytes or None
        The boundary without leading dashes; None if it is no multipart stream.
    """
    kind, _, rest = content_type.partition(";")
    if not kind.strip().lower().startswith("multipart/"):
        return None
    for name, quoted, plain in _OPTION.findall(rest):
        # Some servers write the dashes into the header, others do not.
        value = (quoted or plain.strip()).lstrip("-")
        if name.lower() == "boundary" and value:
            return bytes(value.encode("latin-1"))
    return None


@dataclass(frozen=True, slots=True)
class Part:
    """A picture out of a stream.

    Parameters
    ----------
    body : bytes
        The picture.
    began_s : s
        When its first byte came.
    busy_since_s : s
        Since when the line was busy: the same where it was idle before.
    stream_s : s or None
        Its X-Timestamp: the camera's own time.
    """

    body: bytes
    began_s: float = 0.0
    busy_since_s: float = 0.0
    stream_s: float | None = None

    @property
    def idle(self) -> bool:
        """Whether the line was idle before it."""
        return self.busy_since_s >= self.began_s


class MultipartReader:
    """Cuts a stream into its pictures, whatever pieces it comes in.

    A picture whose stated length ends with the end of a JPEG is handed on at once.
    Where the length is wrong, the part is refused; a camera that states a wrong length
    twice in a row, around whole JPEGs, is read by its boundaries from then on.

    Parameters
    ----------
    boundary : bytes
        Without leading dashes.
    """

    def __init__(self, boundary: bytes) -> None:
        self._mark = b"--" + boundary
        self._buffer = bytearray()
        self._lengths: tuple[int, ...] = ()  # stated by the head that was read
        self._is_picture = True
        self._stream_s: float | None = None
        self._in_part = False
        self._now = 0.0, 0.0  # of the bytes that came last: when, and busy since when
        self._began: tuple[float, float] | None = None  # the same, of the part's first
        self._searched = 0  # of the buffer, for the next boundary
        self._wrong_lengths = 0  # in a row, around whole JPEGs
        self.refused = 0
        """Pictures that were damaged and left out."""
        self.other_parts = 0
        """Parts that were no picture: sound, text."""

    @property
    def inside(self) -> bool:
        """Whether the next bytes go on with a picture that has begun."""
        if not self._in_part or not self._is_picture or self._began is None:
            return False
        # Without a length its end is known only when the next part begins.
        return not self._buffer[-8:].rstrip(b"\r\n").endswith(b"\xff\xd9")

    def feed(
        self, data: bytes, now_s: float = 0.0, busy_since_s: float = 0.0
    ) -> list[Part]:
        """Take more bytes.

        Parameters
        ----------
        data : bytes
            What came.
        now_s : s
            When.
        busy_since_s : s
            Since when the line is busy; not before it was idle.

        Returns
        -------
        list of Part
            Pictures that became whole, in order.
        """
        self._buffer += data
        self._now = now_s, busy_since_s
        parts: list[Part] = []
        while True:
            if self._in_part and self._began is None and self._buffer:
                self._began = self._now
            step = self._body() if self._in_part else self._head()
            if step is None:
                return parts
            if step:
                parts.append(Part(step, *(self._began or self._now), self._stream_s))
            if not self._in_part:
                self._began = None

    def _head(self) -> bytes | None:
        """Find the next boundary and read the head behind it; None: more is wanted."""
        at = self._buffer.find(self._mark)
        # Between parts only line ends may stand; what stands before the very first
        # boundary belongs to no part.
        if at < 0:
            keep = len(self._mark)
            if len(self._buffer) > keep:
                del self._buffer[:-keep]
            return None
        blank = _BLANK_LINE.search(self._buffer, at + len(self._mark))
        if blank is None:
            if len(self._buffer) - at > _LONGEST_HEAD:
                del self._buffer[: at + len(self._mark)]
                self.refused += 1
                return b""
            del self._buffer[:at]
            return None
        head = bytes(self._buffer[at + len(self._mark) : blank.start()])
        # A boundary inside the head: the head of the part before was cut.
        again = head.rfind(self._mark)
        if again >= 0:
            self.refused += 1
            head = head[again + len(self._mark) :]
        del self._buffer[: blank.end()]
        fields = _fields(head)
        self._lengths = tuple(
            int(text)
            for name, text in fields
            if name == b"content-length" and text.isdigit() and 0 < len(text) < 10
            if 0 < int(text) <= _LONGEST_PART
        )
        kinds = [text for name, text in fields if name == b"content-type"]
        self._is_picture = not kinds or kinds[-1].lower().startswith(b"image/")
        self._stream_s = _time_in(fields)
        self._in_part, self._searched = True, 0
        return b""

    def _body(self) -> bytes | None:
        """Read a body up to its end; None: more is wanted; b"": no picture."""
        at = self._buffer.find(self._mark, self._searched)
        self._searched = max(0, len(self._buffer) - len(self._mark) + 1)
        trusted = self._wrong_lengths < _WRONG_LENGTHS
        if trusted:
            for end in self._lengths:
                if end > len(self._buffer) or 0 <= at < end:
                    continue
                if self._ends_picture(end) or (at >= 0 and self._is_gap(end, at)):
                    self._wrong_lengths = 0
                    return self._take(end)
        if at < 0:
            if len(self._buffer) > _LONGEST_PART:
                return self._refuse(len(self._buffer))
            return None
        line_end = _LINE_END.search(self._buffer[max(0, at - 16) : at])
        end = at if line_end is None else at - len(line_end[0])
        if trusted and self._lengths:
            self._wrong_lengths += self._ends_picture(end)
            if self._is_picture and self._wrong_lengths < _WRONG_LENGTHS:
                return self._refuse(at)
        return self._take(end)

    def _ends_picture(self, end: int) -> bool:
        """Whether what came up to there begins and ends as a JPEG does."""
        return (
            self._buffer[:2] == b"\xff\xd8"
            and self._buffer[max(2, end - 2) : end] == b"\xff\xd9"
        )

    def _is_gap(self, end: int, at: int) -> bool:
        """Whether only line ends stand between a body and its boundary."""
        # A body that ends with a line end lost or took some bytes on the way.
        return (
            _GAP.fullmatch(self._buffer, end, at) is not None
            and self._buffer[end - 1 : end] not in b"\r\n"
        )

    def _take(self, end: int) -> bytes:
        body = bytes(self._buffer[:end]) if self._is_picture else b""
        self.other_parts += not self._is_picture
        del self._buffer[:end]
        self._in_part = False
        return body

    def _refuse(self, count: int) -> bytes:
        del self._buffer[:count]
        self.refused += 1
        self._in_part = False
        return b""


def _fields(head: bytes) -> list[tuple[bytes, bytes]]:
    lines = (line.partition(b":") for line in head.splitlines())
    return [(name.strip(b" -\0").lower(), value.strip()) for name, _, value in lines]


def _time_in(fields: list[tuple[bytes, bytes]]) -> float | None:
    """The time that a head states, of ustreamer, mjpg-streamer and their like."""
    for name, text in fields:
        if name == b"x-timestamp" and re.fullmatch(rb"\d{1,12}(\.\d{1,9})?", text):
            return float(text)
    return None


class ChunkedReader:
    """Undoes the chunked transfer coding of HTTP 1.1, whatever pieces it comes in."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._left = 0  # bytes of the chunk still to come, its line end included

    def feed(self, data: bytes) -> bytes:
        """Take more bytes.

        Parameters
        ----------
        data : bytes
            What came.

        Returns
        -------
        bytes
            What the chunks carry.

        Raises
        ------
        DeviceDataError
            If no chunk begins where one must.
        """
        self._buffer += data
        out = bytearray()
        while self._buffer:
            if self._left > 2:
                take = min(self._left - 2, len(self._buffer))
                out += self._buffer[:take]
            elif self._left > 0:
                take = min(self._left, len(self._buffer))
            else:
                end = self._buffer.find(b"\r\n", 0, _LONGEST_CHUNK_LINE)
                if end < 0 and len(self._buffer) < _LONGEST_CHUNK_LINE:
                    break
                line = bytes(self._buffer[: end if end >= 0 else 20])
                size = line.partition(b";")[0].strip()
                if end < 0 or _CHUNK_SIZE.fullmatch(size) is None:
                    raise DeviceDataError(f"no chunk begins with {size[:20]!r}")
                self._left = int(size, 16) + 2
                del self._buffer[: end + 2]
                continue
            del self._buffer[:take]
            self._left -= take
        return bytes(out)
