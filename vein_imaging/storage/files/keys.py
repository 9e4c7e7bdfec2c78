"""Keys: one data key opens the store, and every patient has a key of their own.

An entry's content is sealed with its patient's key. Destroying that one key makes the
patient unreadable while every hash in the chain stays true.
"""

from __future__ import annotations

import ctypes
import os
import platform
import secrets
import sys
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vein_imaging.durable import make_folder, write_durably
from vein_imaging.storage.errors import LockedError, StoreDamagedError, WrongKeyError
from vein_imaging.words import translate as _

__all__ = [
    "KEY_BYTES",
    "NONCE_BYTES",
    "Vault",
    "derived",
    "key_from_file",
    "new_key",
    "opened",
    "sealed",
    "wipe",
]

KEY_BYTES = 32  # AES-256
NONCE_BYTES = 12  # what NIST SP 800-38D section 5.2.1.1 recommends for GCM


def key_from_file(file: Path, *, create: bool = False) -> bytes:
    """Read a store's key from a file of 64 hex digits that only its owner may read.

    For programs that run without a user: the demo, a scheduled backup.

    Parameters
    ----------
    file : Path
    create : bool
        Whether to make the file, with a new key and mode 0600, when it is not there.

    Raises
    ------
    WrongKeyError
        If others may read it, or it holds no key.
    FileNotFoundError
        If it is not there and `create` is false.
    """
    if create and not file.exists():
        make_folder(file.parent)
        write_durably(file, new_key().hex().encode())
    if os.name != "nt" and file.stat().st_mode & 0o077:
        raise WrongKeyError(
            _("others may read the key file {file}; type: chmod 600 {file}").format(
                file=file
            )
        )
    try:
        key = bytes.fromhex(file.read_text("ascii").strip())
    except ValueError as error:
        raise WrongKeyError(
            _("{file} does not hold {digits} hex digits").format(
                file=file, digits=2 * KEY_BYTES
            )
        ) from error
    return key


def new_key() -> bytes:
    """Return 32 random bytes from the operating system."""
    return secrets.token_bytes(KEY_BYTES)


def derived(key: bytes | bytearray, purpose: str) -> bytes:
    """Return 32 bytes that only `key` gives, different for each purpose (RFC 5869).

    Parameters
    ----------
    key : 32 bytes
        Uniformly random.
    purpose : str
        Enters as HKDF's `info`.
    """
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


def sealed(key: bytes | bytearray, plain: bytes, about: bytes) -> bytes:
    """Encrypt with AES-256-GCM under a fresh nonce: nonce, ciphertext, tag.

    Parameters
    ----------
    key : 32 bytes
    plain : bytes
    about : bytes
        Bound to the ciphertext without being in it: `opened` must be given the same.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, about)


def opened(key: bytes | bytearray, box: bytes, about: bytes) -> bytes:
    """Decrypt what `sealed` made.

    Raises
    ------
    StoreDamagedError
        If key, box or `about` is not the one used: AES-GCM does not say which.
    """
    try:
        return AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], about)
    except (InvalidTag, ValueError) as error:
        raise StoreDamagedError(
            _(
                "sealed content does not open: it was changed, or moved from another "
                "place"
            )
        ) from error


def wipe(secret: bytes | bytearray | str) -> None:
    """Overwrite a secret where it lies in memory, as far as Python allows.

    A `bytearray` may be changed. A `bytes` or an ASCII text may not, for Python takes
    it for a constant that others may hold; random keys and typed passwords are nobody
    else's, so on CPython, whose layout of them is known, they are overwritten too. A
    copy that somebody made is not found: not one in a register, in a buffer of the
    database's, or in what the keyboard's driver and the window kept.

    Parameters
    ----------
    secret : bytes, bytearray or str
        Not used by anybody any more.
    """
    if isinstance(secret, bytearray):
        secret[:] = bytes(len(secret))
    elif platform.python_implementation() == "CPython" and len(secret) > 1:
        if isinstance(secret, str) and not secret.isascii():
            return
        header = sys.getsizeof(secret) - len(secret) - 1  # both end with a zero byte
        ctypes.memset(id(secret) + header, 0, len(secret))


class Vault:
    """The keys of an open store, all derived from or wrapped under one data key.

    Parameters
    ----------
    data_key : 32 bytes
        Random. Whoever has it can read everything.

    Raises
    ------
    WrongKeyError
        If it is not 32 bytes long.
    """

    def __init__(self, data_key: bytes | bytearray) -> None:
        if len(data_key) != KEY_BYTES:
            raise WrongKeyError(
                f"a store's key has {KEY_BYTES} bytes, got {len(data_key)}"
            )
        self.database_key = bytearray(derived(data_key, "vein-imaging database"))
        self.mark_key = bytearray(derived(data_key, "vein-imaging ledger mark"))
        self._wrapping_key = bytearray(derived(data_key, "vein-imaging patient keys"))
        self._open_keys: dict[str, tuple[bytes, bytes]] = {}

    def close(self) -> None:
        """Overwrite the keys; nothing is wrapped or unwrapped after it."""
        for key in (self.database_key, self.mark_key, self._wrapping_key):
            wipe(key)
        for _wrapped, opened_key in self._open_keys.values():
            wipe(opened_key)
        self._open_keys.clear()

    def wrap(self, patient_id: str, key: bytes) -> bytes:
        """Seal a patient's key so that only this store's data key opens it.

        Raises
        ------
        LockedError
            After `close`.
        """
        if not any(self._wrapping_key):
            raise LockedError(_("Locked: sign in again"))
        return sealed(self._wrapping_key, key, patient_id.encode())

    def unwrap(self, patient_id: str, wrapped: bytes) -> bytes:
        """Open what `wrap` made; remembered, since each read needs it.

        Raises
        ------
        StoreDamagedError
            If it is not this patient's key, wrapped by this store.
        """
        known = self._open_keys.get(patient_id)
        if known is None or known[0] != wrapped:
            key = opened(self._wrapping_key, wrapped, patient_id.encode())
            self._open_keys[patient_id] = known = (wrapped, key)
        return known[1]

    def forget(self, patient_id: str) -> None:
        """Drop the remembered key of one patient."""
        self._open_keys.pop(patient_id, None)
