"""Camera and light addresses: a kind, a place and options, all in one line of text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from vein_devices.errors import DeviceAddressError

__all__ = [
    "Address",
    "parse_address",
    "read_options",
    "split_options",
    "without_password",
]

_PASSWORD = re.compile(r"(?<=//)[^/?#]*@")
_SECRET_OPTION = re.compile(
    r"(?i)([?&;][^=&;#]*(?:pas|pwd|psw|secret|token|auth|key)[^=&;#]*=)[^&;#]*"
)


@dataclass(frozen=True, slots=True)
class Address:
    """One address, taken apart but not yet understood.

    Parameters
    ----------
    text : str
        As it was given, less a password.
    kind : str
        What stands before the first colon, in small letters.
    rest : str
        Everything after that colon.
    """

    text: str
    kind: str
    rest: str

    @property
    def place(self) -> str:
        """What stands before the "?", percent escapes undone."""
        return unquote(self.rest.partition("?")[0])

    @property
    def options(self) -> dict[str, str]:
        """What stands after the "?", as text.

        Raises
        ------
        DeviceAddressError
            If an option has no value or stands twice.
        """
        return split_options(self.text, self.rest.partition("?")[2])


def parse_address(text: str) -> Address:
    """Take an address apart.

    Parameters
    ----------
    text : str
        "kind:place?option=value&...". A single letter before the colon is a drive of
        Windows, and no colon at all a path: both are read as "file:".

    Returns
    -------
    Address

    Raises
    ------
    DeviceAddressError
        If the text is empty.
    """
    stripped = text.strip()
    shown = without_password(stripped)
    if not stripped:
        raise DeviceAddressError(
            "an empty camera address; wanted one like uvc: or phantom:?seed=1"
        )
    kind, colon, rest = stripped.partition(":")
    if not colon or len(kind) < 2 or not kind.replace("-", "").isalnum():
        return Address(shown, "file", stripped)
    return Address(shown, kind.lower(), rest)


def without_password(address: str) -> str:
    """Leave the password out, for screens, logs, messages and records.

    Parameters
    ----------
    address : str
        As it was given.

    Returns
    -------
    str
        The address without "NAME:PASSWORD@" and with "..." for an option that is called
        password, token, key or the like.
    """
    return _SECRET_OPTION.sub(r"\1...", _PASSWORD.sub("", address))


def split_options(address: str, query: str) -> dict[str, str]:
    """Read "a=1&b=2".

    Parameters
    ----------
    address : str
        The whole address, for the message.
    query : str
        What stands after the "?".

    Returns
    -------
    dict of str to str

    Raises
    ------
    DeviceAddressError
        If an option has no value or stands twice.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise DeviceAddressError(
            f"{address}: options are written ?name=value&name=value"
        ) from None
    options = dict(pairs)
    if len(options) < len(pairs):
        raise DeviceAddressError(f"{address}: an option stands twice")
    return options


def read_options(
    address: str, options: Mapping[str, str], types: Mapping[str, type]
) -> dict[str, int | float | bool | str]:
    """Turn the text of options into values.

    Parameters
    ----------
    address : str
        The whole address, for the message.
    options : mapping of str to str
        As read.
    types : mapping of str to type
        Known options and their types: int, float, bool or str.

    Returns
    -------
    dict of str to value
        Only the options that were given.

    Raises
    ------
    DeviceAddressError
        If an option is unknown (the known ones are named) or its value is not of its
        type.
    """
    values: dict[str, int | float | bool | str] = {}
    for name, text in options.items():
        if name not in types:
            known = ", ".join(sorted(types)) or "none"
            raise DeviceAddressError(
                f"{address}: there is no option {name!r}; the options are: {known}"
            )
        values[name] = _read(address, name, text, types[name])
    return values


_TRUTH = {"1": True, "true": True, "yes": True, "on": True,
          "0": False, "false": False, "no": False, "off": False}  # fmt: skip


def _read(address: str, name: str, text: str, wanted: type) -> int | float | bool | str:
    try:
        if wanted is bool:
            return _TRUTH[text.lower()]
        value: int | float | str = wanted(text)
        if wanted is float:
            int(value)  # neither infinite nor no number at all
    except (ValueError, KeyError, OverflowError):
        what = {int: "a whole number", float: "a number", bool: "1 or 0"}[wanted]
        raise DeviceAddressError(f"{address}: {name} is {what}, not {text!r}") from None
    return value
