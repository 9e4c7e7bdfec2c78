"""The data key, wrapped once for every user's password and once for recovery.

Nothing else guards it: there is no stored password hash to compare with, so a modified
program can open no more than this one.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Annotated

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)
from pydantic import Field, TypeAdapter, ValidationError

from vein_imaging.durable import write_durably
from vein_imaging.storage.errors import NoSuchStoreError, WrongPasswordError
from vein_imaging.storage.files.keys import KEY_BYTES, derived
from vein_imaging.storage.files.layout import StoreLayout
from vein_imaging.words import translate as _

__all__ = [
    "MIN_PASSWORD_LENGTH",
    "KeyWraps",
    "Wrap",
    "checked_password",
    "new_recovery_key",
]

# NIST SP 800-63B rev. 4, section 3.1.1.2: 15 where the password is the only factor.
MIN_PASSWORD_LENGTH = 15

# RFC 9106, section 4, second recommended option: 64 MiB, 3 passes, 4 lanes.
ARGON2ID_COST = (64 * 1024, 3, 4)

_RECOVERY = "recovery key"  # no user can have this name: names have no spaces


@dataclass(frozen=True, slots=True)
class Wrap:
    """One user's wrapped data key, with its costs, so that they can grow."""

    salt: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")]
    wrapped: Annotated[str, Field(pattern="^[0-9a-f]{80}$")]
    # bounded, so that a forged file cannot ask for all memory
    memory_kib: Annotated[int, Field(ge=0, le=1024 * 1024)]
    passes: Annotated[int, Field(ge=0, le=16)]
    lanes: Annotated[int, Field(ge=0, le=16)]

    def opening_key(self, password: str) -> bytes:
        """Derive the key that a password gives here; slow on purpose."""
        return Argon2id(
            salt=bytes.fromhex(self.salt),
            length=KEY_BYTES,
            iterations=self.passes,
            lanes=self.lanes,
            memory_cost=self.memory_kib,
        ).derive(password.encode())


_WRAPS = TypeAdapter(dict[str, Wrap])


def _nobody() -> Wrap:
    """Return what is opened in place of a user who does not exist: as slow, no key."""
    return Wrap("00" * 16, "00" * 40, *ARGON2ID_COST)


def checked_password(name: str, password: str) -> str:
    """Return a new password, or say what is wrong with it.

    Raises
    ------
    ValueError
        If it is shorter than 15 characters or holds the user's name.
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
    return password


def new_recovery_key() -> str:
    """Return 32 random bytes as 13 groups of letters and digits, fit for paper."""
    text = base64.b32encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def _recovery_wrapping_key(recovery_key: str) -> bytes:
    text = "".join(recovery_key.split()).replace("-", "").upper()
    try:
        secret = base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise WrongPasswordError(_("A recovery key has 52 letters and digits"))
    return derived(secret, "vein-imaging recovery")


class KeyWraps:
    """The file with the wrapped keys.

    Parameters
    ----------
    layout : StoreLayout
    """

    def __init__(self, layout: StoreLayout) -> None:
        self._file = layout.users_file

    def read(self) -> dict[str, Wrap]:
        """Return every user's wrap by name.

        Raises
        ------
        NoSuchStoreError
            If the file is missing or damaged.
        """
        try:
            return _WRAPS.validate_json(self._file.read_bytes(), strict=True)
        except FileNotFoundError as error:
            raise NoSuchStoreError(
                _(
                    "{file} is missing: nobody can sign in. Restore it from a backup"
                ).format(file=self._file)
            ) from error
        except ValidationError as error:
            raise self._damaged() from error

    def _damaged(self) -> NoSuchStoreError:
        return NoSuchStoreError(
            _("{file} is damaged: nobody can sign in. Restore it from a backup").format(
                file=self._file
            )
        )

    def change(self, edit: Callable[[dict[str, Wrap]], object]) -> None:
        """Read, edit, write back; whole or not at all."""
        wraps = self.read() if self._file.exists() else {}
        edit(wraps)
        text = json.dumps(
            {name: asdict(wrap) for name, wrap in wraps.items()}, indent=1
        )
        write_durably(self._file, text.encode())

    def put(self, name: str, password: str, data_key: bytes) -> None:
        """Give a user a password, or a new one. The data key stays the same."""
        empty = Wrap(secrets.token_hex(16), "", *ARGON2ID_COST)
        wrapped = aes_key_wrap(empty.opening_key(password), data_key).hex()
        wrap = replace(empty, wrapped=wrapped)
        self.change(lambda wraps: wraps.update({name: wrap}))

    def put_recovery(self, recovery_key: str, data_key: bytes) -> None:
        """Let a recovery key open the data key, instead of any earlier one."""
        wrapped = aes_key_wrap(_recovery_wrapping_key(recovery_key), data_key).hex()
        wrap = Wrap("", wrapped, 0, 0, 0)  # 256 random bits need no slow hash
        self.change(lambda wraps: wraps.update({_RECOVERY: wrap}))

    def remove(self, name: str) -> None:
        """Remove a user's wrapped data key."""
        self.change(lambda wraps: wraps.pop(name, None))

    def open(self, name: str, password: str) -> bytes:
        """Return the data key.

        Raises
        ------
        WrongPasswordError
            If user and password do not fit; which of the two is not told, and both
            take the same time.
        """
        known = self.read()
        known.pop(_RECOVERY, None)
        wrap = known.get(name, _nobody())
        try:
            opening_key = wrap.opening_key(password)
        except ValueError as error:  # costs that Argon2id does not know
            raise self._damaged() from error
        return self._unwrap(opening_key, wrap)

    def open_with_recovery(self, recovery_key: str) -> bytes:
        """Return the data key to the holder of the printed recovery key.

        Raises
        ------
        WrongPasswordError
            If it is not this store's.
        """
        wrap = self.read().get(_RECOVERY, _nobody())
        return self._unwrap(_recovery_wrapping_key(recovery_key), wrap)

    def _unwrap(self, opening_key: bytes, wrap: Wrap) -> bytes:
        try:
            return aes_key_unwrap(opening_key, bytes.fromhex(wrap.wrapped))
        except (InvalidUnwrap, ValueError) as error:
            raise WrongPasswordError(_("User and password do not fit")) from error
