"""Whether an RTSP camera sends its visitors on to another address.

FFmpeg follows, and tells the other address name and password when asked. So it is asked
beforehand, without them, and the user decides. What a camera answers after the password
is not seen here.
"""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from urllib.parse import urlsplit

__all__ = ["redirect_of"]

_WAIT_S = 2.0  # a camera in the house answers in a tenth of this time
_LONGEST_ANSWER = 16384  # bytes of a head; more is no camera
_METHODS = ("OPTIONS", "DESCRIBE")  # FFmpeg asks these first, and follows at each
_STATUS = re.compile(r"RTSP/\S+\s+3\d\d")
_LOCATION = re.compile(r"(?im)^location\s*:\s*(.*?)\s*$")


def redirect_of(url: str) -> str | None:
    """Ask a camera, without name and password, where it sends its visitors.

    Parameters
    ----------
    url : str
        As rtsp://user:password@host/stream.

    Returns
    -------
    str or None
        The other address; None where it does not send them on, or does not answer.
    """
    address = urlsplit(url)
    host, port = address.hostname or "", address.port or 554
    bare = address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()
    with (
        suppress(OSError, UnicodeError),
        socket.create_connection((host, port), _WAIT_S) as line,
    ):
        line.settimeout(_WAIT_S)
        for number, method in enumerate(_METHODS, 1):
            request = f"{method} {bare} RTSP/1.0\r\nCSeq: {number}\r\n\r\n"
            line.sendall(request.encode())
            head = _head_of(line)
            if _STATUS.match(head):
                found = _LOCATION.search(head)
                return found[1] if found else ""
    return None


def _head_of(line: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data and len(data) < _LONGEST_ANSWER:
        more = line.recv(4096)
        if not more:
            break
        data += more
    return data.decode("latin-1")
