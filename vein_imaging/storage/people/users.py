"""The clinic's users, computed from the ledger: roles, second factor, and who left."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import Connection, func, select

from vein_imaging.storage.database.schema import event
from vein_imaging.storage.people.roles import Role
from vein_imaging.words import translate as _

__all__ = [
    "LOGIN",
    "LOGOUT",
    "TOTP",
    "USER",
    "User",
    "changed_since",
    "checked_name",
    "matching_step",
]

USER = "store.user"
TOTP = "store.totp"
LOGIN = "store.login"
LOGOUT = "store.logout"


@dataclass(frozen=True, slots=True)
class User:
    """A user as last written.

    Attributes
    ----------
    roles : frozenset of Role
        Empty for one who left.
    totp_secret : str
        Base32, or empty where no second factor is switched on.
    totp_step : int
        The last time step whose code was used: no code works twice.
    """

    name: str
    roles: frozenset[Role]
    totp_secret: str = ""
    totp_step: int = 0


def checked_name(name: str) -> str:
    """Return a new user's name, or say what is wrong with it.

    Raises
    ------
    ValueError
        If it is not 2 to 32 of a-z, 0-9, ``.``, ``_`` and ``-``.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,31}", name):
        raise ValueError(
            _(
                "{name!r} is no user name: use 2 to 32 of a-z, 0-9, '.', '_' and '-'"
            ).format(name=name)
        )
    return name


def changed_since(connection: Connection, seq: int) -> int | None:
    """Return the number of the newest change of roles after `seq`, or None."""
    newest = select(func.max(event.c.seq))
    is_change = (event.c.kind == USER) & (event.c.seq > seq)
    found: int | None = connection.execute(newest.where(is_change)).scalar()
    return found


def matching_step(user: User, code: str, at: datetime) -> int | None:
    """Return the time step whose code this is, or None.

    One step (30 s) early or late is accepted (RFC 6238, section 5.2); a step that was
    used, or is older than one used, is not.
    """
    totp = pyotp.TOTP(user.totp_secret)
    now_step = totp.timecode(at)
    for step in (now_step - 1, now_step, now_step + 1):
        fits = hmac.compare_digest(totp.generate_otp(step), code.replace(" ", ""))
        if fits and step > user.totp_step:
            return step
    return None
