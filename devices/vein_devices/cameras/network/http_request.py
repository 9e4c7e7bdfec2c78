"""What is asked of an HTTP camera, and the head of its answer."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, quote, unquote
from urllib.request import (
    AbstractDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    Request,
    parse_http_list,
    parse_keqv_list,
)

__all__ = ["Answer", "authorization_for", "parse_answer", "request_for"]

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(r"(?:HTTP/\S+|ICY)\s+(\d{3})")


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer.

    Parameters
    ----------
    status : str
        Its first line; "" where the camera sends none.
    code : int
        As 200; 200 too where there is no first line.
    fields : dict of str to str
        By name in small letters.
    rest : bytes
        What came behind the head.
    """

    status: str
    code: int
    fields: dict[str, str]
    rest: bytes


def parse_answer(data: bytes) -> Answer | None:
    """Read the head of an answer in any form that servers use.

    Parameters
    ----------
    data : bytes
        What came so far.

    Returns
    -------
    Answer or None
        None while the head is not whole. Lines may end without a carriage return, the
        first line may be ICY's or missing.

    Raises
    ------
    ValueError
        If it is no answer of a web server.
    """
    blank = _END_OF_HEAD.search(data)
    if blank is None:
        return None
    lines = data[: blank.start()].decode("latin-1").splitlines()
    found = _STATUS.match(lines[0]) if lines else None
    if found is None and (not lines or ":" not in lines[0]):
        raise ValueError("it does not answer as HTTP does")
    fields = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines[bool(found) :])
    }
    status, code = (lines[0], int(found[1])) if found else ("", 200)
    return Answer(status, code, fields, data[blank.end() :])


def request_for(address: SplitResult, authorization: str = "") -> bytes:
    """Write the request for a stream.

    Parameters
    ----------
    address : SplitResult
        Letters that a request cannot carry are escaped.
    authorization : str
        As `authorization_for` gives it.
    """
    lines = [
        f"GET {_target(address)} HTTP/1.1",
        f"Host: {_host(address)}",
        "Connection: close",
        "Accept: multipart/x-mixed-replace",
    ]
    if authorization:
        lines.append(f"Authorization: {authorization}")
    # All is ASCII but a name or realm of other letters (RFC 7616, 4: UTF-8).
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def authorization_for(address: SplitResult, challenge: str) -> str:
    """Answer a camera that wants a name and a password.

    Parameters
    ----------
    address : SplitResult
        With name and password.
    challenge : str
        Its WWW-Authenticate; "" before it has asked: Basic.

    Returns
    -------
    str
        "" where the address names nobody or the challenge is of another kind.

    References
    ----------
    RFC 7617 (Basic), RFC 7616 (Digest).
    """
    if address.username is None:
        return ""
    name, password = unquote(address.username), unquote(address.password or "")
    kind, _, rest = challenge.partition(" ")
    if kind.lower() == "digest":
        return _digest(address, name, password, rest)
    if kind.lower() in ("", "basic"):
        secret = f"{name}:{password}".encode()
        return f"Basic {base64.b64encode(secret).decode()}"
    return ""


class _DigestAnswer(AbstractDigestAuthHandler):
    """The standard library's digest, with SHA-256 beside MD5."""

    def get_algorithm_impls(
        self, algorithm: str
    ) -> tuple[Callable[[str], str], Callable[[str, str], str]]:
        known = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
        digest: Any = known.get(algorithm.upper())
        if digest is None:
            raise ValueError(f"digest by {algorithm} is not known here")

        def of(text: str) -> str:
            return str(digest(text.encode()).hexdigest())

        return of, lambda secret, data: of(f"{secret}:{data}")


def _digest(address: SplitResult, name: str, password: str, challenge: str) -> str:
    url = f"{address.scheme}://{_host(address)}{_target(address)}"
    passwords = HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, url, name, password)
    with suppress(UnicodeError):  # heads are read as Latin-1, which keeps every byte
        challenge = challenge.encode("latin-1").decode()
    asked = parse_keqv_list(parse_http_list(challenge))
    # "auth-int" guards a body; a request without one needs "auth" only.
    if "auth" in asked.get("qop", "").replace(" ", "").split(","):
        asked["qop"] = "auth"
    answer = _DigestAnswer(passwords).get_authorization(Request(url), asked)
    return f"Digest {answer}" if answer else ""


def _target(address: SplitResult) -> str:
    keep = "%/:=&?~#+!$,;'@()*[]"
    path = quote(address.path or "/", safe=keep)
    return path + (f"?{quote(address.query, safe=keep)}" if address.query else "")


def _host(address: SplitResult) -> str:
    host = address.netloc.rpartition("@")[2]
    return host if host.isascii() else host.encode("idna").decode()
