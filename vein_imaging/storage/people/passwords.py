"""What a password is, how slow it is to try one, and the recovery key on paper."""

from __future__ import annotations

import base64
import secrets
import threading

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from vein_imaging.storage.errors import WrongPasswordError
from vein_imaging.storage.files.keys import KEY_BYTES, derived, wipe
from vein_imaging.words import translate as _

__all__ = [
    "ARGON2ID_COST",
    "MIN_PASSWORD_LENGTH",
    "checked_password",
    "new_recovery_key",
    "opening_key",
    "recovery_secret",
]

# NIST SP 800-63B rev. 4, section 3.1.1.2: 15 where the password is the only factor.
MIN_PASSWORD_LENGTH = 15

# RFC 9106, section 4, second recommended option: 64 MiB, 3 passes, 4 lanes.
ARGON2ID_COST = (64 * 1024, 3, 4)

_EASY = 3
"""Of zxcvbn's five classes of 10**3, 10**6, 10**8 and 10**10 guesses, those below the
fourth are refused: Argon2id makes 10**8 guesses a year of a machine's work."""
_JUDGED = 72  # characters; zxcvbn judges no more, and none of its words is longer

_LEAST_KIB = 8  # for each lane: RFC 9106, section 3.1

# OpenSSL's Argon2id waits for ever when two threads of one process are in it at once.
_one_at_a_time = threading.Lock()


def opening_key(
    password: str, salt: str, memory_kib: int, passes: int, lanes: int
) -> bytes:
    """Derive the key that a password gives; slow on purpose.

    Parameters
    ----------
    salt : hex
    """
    spelled = password.encode()
    with _one_at_a_time:
        try:
            return _derived(spelled, salt, memory_kib, passes, lanes)
        finally:
            # The library frees its copy as it is: another of the same length, by the
            # least work that Argon2 allows, is written over it.
            _derived(bytes(len(spelled)), salt, _LEAST_KIB * lanes, 1, lanes)
            wipe(spelled)


def _derived(
    spelled: bytes, salt: str, memory_kib: int, passes: int, lanes: int
) -> bytes:
    return Argon2id(
        salt=bytes.fromhex(salt),
        length=KEY_BYTES,
        iterations=passes,
        lanes=lanes,
        memory_cost=memory_kib,
    ).derive(spelled)


def checked_password(name: str, password: str) -> str:
    """Return a new password, or say what is wrong with it.

    Raises
    ------
    ValueError
        If it is shorter than 15 characters, holds the user's name, or is one that many
        people use or that a few rules make (`zxcvbn`, with its lists).
    """
    if len(password) < MIN_PASSWORD_LENGTH:
        raise ValueError(
            _(
                "a password has at least {min_password_length} characters, this one "
                "has {password}; four or five unrelated words are easy to keep"
            ).format(min_password_length=MIN_PASSWORD_LENGTH, password=len(password))
        )
    if name.casefold() in password.casefold():
        raise ValueError(_("a password must not hold the user's name"))
    from zxcvbn import zxcvbn  # its lists take 40 ms to read, for new passwords only

    if zxcvbn(password[:_JUDGED], user_inputs=[name, "vein-imaging"])["score"] < _EASY:
        raise ValueError(
            _(
                "this password is one of those that are tried first: common words, "
                "names, dates, rows of keys or repetitions. Four or five unrelated "
                "words are easy to keep"
            )
        )
    return password


def new_recovery_key() -> str:
    """Return 32 random bytes as 13 groups of letters and digits, fit for paper."""
    text = base64.b32encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def recovery_secret(recovery_key: str) -> bytes:
    """Derive the key that a printed recovery key gives.

    Raises
    ------
    WrongPasswordError
        If it is none.
    """
    text = "".join(recovery_key.split()).replace("-", "").upper()
    try:
        secret = base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise WrongPasswordError(_("A recovery key has 52 letters and digits"))
    return derived(secret, "vein-imaging recovery")
