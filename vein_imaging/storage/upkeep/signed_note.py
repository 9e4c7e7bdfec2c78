"""Signed notes: a text with one signature a line, which any number may sign.

The form is C2SP signed-note 1.0 with Ed25519 (type 1), and C2SP tlog-cosignature/v1
(type 4) for witnesses: verifiers of transparency logs read it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from vein_imaging.words import translate as _

__all__ = [
    "COSIGNATURE",
    "ED25519",
    "NoteKey",
    "cosignature_line",
    "cosigned_at",
    "is_signed",
    "parse_key",
    "signature_line",
    "split_note",
    "vkey_of",
]

ED25519 = 1  # signature type "Ed25519" of C2SP signed-note
COSIGNATURE = 4  # and "timestamped Ed25519 cosignature" of C2SP tlog-cosignature
_DASH = "\u2014"
_ID_BYTES = 4  # of a key, by the note's form
_STAMP_BYTES = 8  # seconds since 1970 before a cosignature


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key under a name: what a verifier of notes is told.

    Attributes
    ----------
    name : str
        Without blanks and plus signs.
    kind : int
        `ED25519` or `COSIGNATURE`.
    public : 32 bytes
    """

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that begin each of its signatures."""
        of = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(of).digest()[:_ID_BYTES]

    def verifies(self, signature: bytes, signed: bytes) -> bool:
        """Whether the signature is this key's over these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, signed)
        except InvalidSignature:
            return False
        return True


def vkey_of(key: NoteKey) -> str:
    """Return a key as text: name, id, and the key itself, joined by plus signs."""
    encoded = base64.b64encode(bytes([key.kind]) + key.public).decode()
    return f"{key.name}+{key.key_id.hex()}+{encoded}"


def parse_key(vkey: str) -> NoteKey:
    """Read what `vkey_of` wrote.

    Raises
    ------
    ValueError
        If it is no such text, or its id is not that of its key.
    """
    try:
        name, key_id, encoded = vkey.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
        key = NoteKey(name, raw[0], raw[1:])
        whole = len(key.public) == 32 and key.key_id.hex() == key_id  # Ed25519's length
    except (ValueError, IndexError, binascii.Error):
        whole = False
    if not whole:
        raise ValueError(
            _(
                "{vkey!r} is no verification key: wanted NAME+8 hex digits+base64"
            ).format(vkey=vkey)
        )
    return key


def signature_line(note: str, key: NoteKey, private: Ed25519PrivateKey) -> str:
    """Sign a note; return the line that goes behind it."""
    return _line(key, private.sign(note.encode()))


def cosignature_line(
    note: str, key: NoteKey, private: Ed25519PrivateKey, at: datetime
) -> str:
    """Sign, as a witness, that the note is the longest consistent one seen so far.

    Parameters
    ----------
    note : str
        A checkpoint's body.
    key : NoteKey
        Of kind `COSIGNATURE`.
    at : datetime
        Now, with a time zone.
    """
    seconds = int(at.timestamp())
    signature = private.sign(_cosigned(note, seconds))
    return _line(key, seconds.to_bytes(_STAMP_BYTES, "big") + signature)


def _cosigned(note: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{note}".encode()


def _line(key: NoteKey, signature: bytes) -> str:
    encoded = base64.b64encode(key.key_id + signature).decode()
    return f"{_DASH} {key.name} {encoded}\n"


def split_note(text: str) -> tuple[str, list[str]]:
    """Split a signed note into its body, with its last newline, and the signatures.

    Raises
    ------
    ValueError
        If there is no signature.
    """
    body, blank, lines = text.partition("\n\n")
    signatures = [line for line in lines.splitlines() if line.startswith(f"{_DASH} ")]
    if not blank or not signatures:
        raise ValueError(_("this is no checkpoint ({error})").format(error="unsigned"))
    return body + "\n", signatures


def _of_key(lines: list[str], key: NoteKey) -> list[bytes]:
    found = []
    for line in lines:
        name, _blank, encoded = line.removeprefix(f"{_DASH} ").partition(" ")
        try:
            raw = base64.b64decode(encoded.strip(), validate=True)
        except binascii.Error:
            continue
        if name == key.name and raw[:_ID_BYTES] == key.key_id:
            found.append(raw[_ID_BYTES:])
    return found


def is_signed(text: str, key: NoteKey) -> bool | None:
    """Whether a key signed a note; None if no signature says it is that key's."""
    note, lines = split_note(text)
    found = _of_key(lines, key)
    if not found:
        return None
    return any(key.verifies(signature, note.encode()) for signature in found)


def cosigned_at(text: str, key: NoteKey) -> datetime | None:
    """Return when a witness cosigned a checkpoint, or None if it did not."""
    note, lines = split_note(text)
    for raw in _of_key(lines, key):
        seconds = int.from_bytes(raw[:_STAMP_BYTES], "big")
        if key.verifies(raw[_STAMP_BYTES:], _cosigned(note, seconds)):
            return datetime.fromtimestamp(seconds, UTC)
    return None
