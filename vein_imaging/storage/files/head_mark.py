"""The mark beside the ledger: how far it had come when it was last written.

A copy of a folder that is in use may lack the newest entries, or hold pages of two
moments; so may a folder whose write-ahead log was deleted. SQLite opens both without a
word. The mark is one small block, written in place behind each commit, without a flush:
it is never ahead of the ledger on the same disk, and a copy that it is ahead of is one
that lacks entries.
"""

from __future__ import annotations

import hmac
import os
import struct
from dataclasses import dataclass

from vein_imaging.storage.files.layout import StoreLayout

__all__ = ["HeadMark", "KeptHead"]

_MAGIC = b"VIHM"
_FORMAT = struct.Struct(">4sQ32sQ")  # magic, number of entries, hash, the file's number
_MAC_BYTES = 32  # HMAC-SHA-256


@dataclass(frozen=True, slots=True)
class KeptHead:
    """What the mark says.

    Attributes
    ----------
    seq : int
        Entries that the ledger had.
    hash : 32 bytes
        Of the last of them.
    file_number : int
        The ledger's inode; a copy has another.
    """

    seq: int
    hash: bytes
    file_number: int


class HeadMark:
    """The file `ledger.mark` of a store whose ledger is a file; else nothing.

    Parameters
    ----------
    layout : StoreLayout
    key : bytes
        Without it no mark can be made.
    """

    def __init__(self, layout: StoreLayout, key: bytes | bytearray) -> None:
        self._ledger = layout.ledger_file
        self._file = None if layout.database_url else layout.mark_file
        self._key = key

    def file_number(self) -> int:
        """Return the ledger's inode as it is now."""
        return self._ledger.stat().st_ino

    def read(self) -> KeptHead | None:
        """Return the mark, or None where there is none that this store's key made."""
        try:
            content = self._file.read_bytes() if self._file else b""
        except FileNotFoundError:
            return None
        body, mac = content[: _FORMAT.size], content[_FORMAT.size :]
        if not hmac.compare_digest(hmac.digest(self._key, body, "sha256"), mac):
            return None
        _magic, seq, own_hash, number = _FORMAT.unpack(body)
        return KeptHead(seq, own_hash, number)

    def write(self, seq: int, own_hash: bytes) -> None:
        """Say how far the ledger has come; what cannot be written is left out.

        The entry is on the disk already: it must not look lost for want of a mark.
        """
        if self._file is None:
            return
        try:
            body = _FORMAT.pack(_MAGIC, seq, own_hash, self.file_number())
            flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)
            descriptor = os.open(self._file, flags, 0o600)
            try:
                os.write(descriptor, body + hmac.digest(self._key, body, "sha256"))
            finally:
                os.close(descriptor)
        except OSError:
            return
