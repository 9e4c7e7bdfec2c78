"""Multipart streams of JPEGs (multipart/x-mixed-replace), as network cameras send them.

There is no checksum. A part is taken only if the boundary stands exactly where its
stated length ends, or, without a stated length, around a whole JPEG; what passes all
the same is a changed byte inside the picture, see `vein_devices.cameras.jpeg`.
"""

from __future__ import annotations

from vein_devices.errors import DeviceDataError

__all__ = ["ChunkedReader", "MultipartReader", "boundary_of"]

_LONGEST_HEAD = 4096
_LONGEST_PART = 32 << 20


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
    for option in rest.split(";"):
        name, _, value = option.strip().partition("=")
        if name.lower() == "boundary" and value:
            # Some servers write the dashes into the header, others do not.
            return value.strip('" ').lstrip("-").encode("latin-1")
    return None


class MultipartReader:
    """Cuts a stream into its parts, whatever pieces it comes in.

    Parameters
    ----------
    boundary : bytes
        Without leading dashes.
    """

    def __init__(self, boundary: bytes) -> None:
        self._mark = b"--" + boundary
        self._buffer = bytearray()
        self._length: int | None = None  # of the part whose head was read
        self._in_part = False
        self._synced = False
        self.refused = 0
        """Parts that were damaged and left out."""

    def feed(self, data: bytes) -> list[bytes]:
        """Take more bytes.

        Parameters
        ----------
        data : bytes
            What came.

        Returns
        -------
        list of bytes
            Bodies that became whole, in order.
        """
        self._buffer += data
        parts: list[bytes] = []
        while True:
            step = self._body() if self._in_part else self._head()
            if step is None:
                return parts
            if step:
                parts.append(step)

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
        end = self._buffer.find(b"\r\n\r\n", at)
        if end < 0:
            if len(self._buffer) - at > _LONGEST_HEAD:
                self._refuse(at + len(self._mark))
                return b""
            del self._buffer[:at]
            return None
        head = bytes(self._buffer[at + len(self._mark) : end])
        # A boundary inside the head: the head of the part before was cut.
        again = head.rfind(self._mark)
        if again >= 0:
            self.refused += 1
            head = head[again + len(self._mark) :]
        del self._buffer[: end + 4]
        self._length = _content_length(head)
        self._in_part = True
        return b""

    def _body(self) -> bytes | None:
        """Read a body up to its boundary; None: more is wanted; b"": refused."""
        if self._length is not None:
            end = self._length
            early = self._buffer.find(b"\r\n" + self._mark, 0, end)
            tail = bytes(self._buffer[end : end + 2 + len(self._mark)])
            wanted = b"\r\n" + self._mark
            if tail[: len(self._mark)] == self._mark[: len(tail)]:
                wanted = self._mark  # some leave the line end out
            if (
                early >= 0
                or tail[: len(wanted)] != wanted[: len(tail)]
                or end > _LONGEST_PART
            ):
                self._in_part = False
                self.refused += 1
                return b""
            if len(tail) < len(wanted):
                return None
        else:
            end = self._buffer.find(self._mark)
            if end < 0:
                if len(self._buffer) > _LONGEST_PART:
                    self._in_part = False
                    self.refused += 1
                    return b""
                return None
            if self._buffer[end - 2 : end] == b"\r\n":
                end -= 2
        body = bytes(self._buffer[:end])
        del self._buffer[:end]
        self._in_part = False
        return body

    def _refuse(self, count: int) -> None:
        del self._buffer[:count]
        self.refused += 1


def _content_length(head: bytes) -> int | None:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            text = value.strip()
            return int(text) if text.isdigit() and len(text) < 10 else None
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
                end = self._buffer.find(b"\r\n")
                if end < 0:
                    break
                size = bytes(self._buffer[:end]).partition(b";")[0].strip()
                try:
                    self._left = int(size, 16) + 2
                except ValueError:
                    raise DeviceDataError(
                        f"no chunk begins with {size[:20]!r}"
                    ) from None
                del self._buffer[: end + 2]
                continue
            del self._buffer[:take]
            self._left -= take
        return bytes(out)
