"""Checkpoints: the newest hash, signed, kept where the database is not.

A chain proves that nothing inside it was changed; it cannot show that an older copy of
everything was put back, or that the whole chain was computed again. A checkpoint that
is kept elsewhere can.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from sqlalchemy import Connection, select

from vein_imaging.durable import make_folder, write_durably
from vein_imaging.storage.database.schema import event
from vein_imaging.storage.entries.ledger import CREATED, head, read_entries
from vein_imaging.storage.errors import StoreDamagedError
from vein_imaging.storage.store import Store
from vein_imaging.words import translate as _

__all__ = [
    "Checkpoint",
    "checkpoint_file",
    "checkpoint_warnings",
    "compare_with_checkpoint",
    "read_checkpoint",
    "signed_checkpoint",
    "verification_key",
    "write_checkpoints",
]

_ED25519 = b"\x01"  # the signature type of C2SP signed-note
_DASH = "\u2014"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A head that was signed: the entry `seq` had this hash.

    Attributes
    ----------
    origin : str
        ``vein-imaging/STORE_ID``.
    seq : int
        Number of entries, the "tree size" of the format.
    hash : 32 bytes
        The chain's hash of entry `seq`, in the place of the format's root hash.
    """

    origin: str
    seq: int
    hash: bytes


def _origin(store: Store) -> str:
    return f"vein-imaging/{store.layout.store_id}"


def _signer(connection: Connection, store: Store) -> Ed25519PrivateKey:
    first = next(read_entries(connection, store.vault, event.c.kind == CREATED), None)
    if first is None:
        raise StoreDamagedError(
            _("the ledger's first entry is missing; restore a backup")
        )
    seed = bytes.fromhex(str(first.body["checkpoint_seed"]))
    return Ed25519PrivateKey.from_private_bytes(seed)


def _key_id(origin: str, public: bytes) -> bytes:
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + public).digest()[:4]


def verification_key(store: Store) -> str:
    """Return the public key as a C2SP signed-note "vkey": name, id, key.

    Printed at set-up and kept on paper, it lets anyone check a checkpoint.
    """
    with store.reading() as connection:
        public = _signer(connection, store).public_key().public_bytes_raw()
    origin = _origin(store)
    encoded = base64.b64encode(_ED25519 + public).decode()
    return f"{origin}+{_key_id(origin, public).hex()}+{encoded}"


def signed_checkpoint(store: Store) -> str:
    """Return the newest head as a signed text of six lines, fit for print.

    The format is C2SP tlog-checkpoint (origin, size, hash, a line of extension with
    the time, an empty line, an Ed25519 signature) with one difference: the hash is the
    chain's, not a Merkle tree's root.
    """
    with store.reading() as connection:
        newest = head(connection)
        signer = _signer(connection, store)
    origin = _origin(store)
    latest_at = newest.latest_at.isoformat() if newest.latest_at else "-"
    encoded = base64.b64encode(newest.hash).decode()
    note = f"{origin}\n{newest.seq}\n{encoded}\n{latest_at}\n"
    public = signer.public_key().public_bytes_raw()
    signature = _key_id(origin, public) + signer.sign(note.encode())
    return f"{note}\n{_DASH} {origin} {base64.b64encode(signature).decode()}\n"


def read_checkpoint(text: str, vkey: str) -> Checkpoint:
    """Check a checkpoint's signature and read it.

    Parameters
    ----------
    text : str
        As `signed_checkpoint` gave it.
    vkey : str
        As `verification_key` gave it.

    Raises
    ------
    ValueError
        If the text is no checkpoint, is of another store, or was changed.
    """
    origin, _key_hash, encoded_key = vkey.split("+", 2)
    public = base64.b64decode(encoded_key)[1:]
    note, _blank, signature_line = text.partition("\n\n")
    note += "\n"
    try:
        own_origin, size, encoded_hash = note.split("\n")[:3]
        dash, name, encoded = signature_line.strip().split(" ")
        signature = base64.b64decode(encoded, validate=True)
        checkpoint = Checkpoint(
            own_origin, int(size), base64.b64decode(encoded_hash, validate=True)
        )
    except ValueError as error:
        raise ValueError(
            _("this is no checkpoint ({error})").format(error=error)
        ) from error
    by_this_key = name == origin and signature[:4] == _key_id(origin, public)
    if own_origin != origin or dash != _DASH or not by_this_key:
        raise ValueError(
            _("it is of another store: {own_origin}, wanted {origin}").format(
                own_origin=own_origin, origin=origin
            )
        )
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature[4:], note.encode())
    except InvalidSignature as error:
        raise ValueError(_("its signature is wrong: it was changed")) from error
    return checkpoint


def checkpoint_file(store: Store, folder: Path) -> Path:
    """Return where a folder keeps this store's checkpoint."""
    return folder / f"{store.layout.store_id}.checkpoint"


def compare_with_checkpoint(store: Store, text: str) -> str | None:
    """Return how this store contradicts a checkpoint, or None if they agree.

    Raises
    ------
    ValueError
        If the text is no checkpoint of this store.
    """
    checkpoint = read_checkpoint(text, verification_key(store))
    with store.reading() as connection:
        newest = head(connection)
        found = connection.execute(
            select(event.c.hash).where(event.c.seq == checkpoint.seq)
        ).scalar_one_or_none()
    if found is None:
        return _(
            "the checkpoint knows {seq} entries, the store has {newest}: an older copy "
            "was put back, or the end was cut off"
        ).format(seq=checkpoint.seq, newest=newest.seq)
    if found != checkpoint.hash:
        return _(
            "entry {seq} is not the one that was signed: an older copy was put back "
            "and written on, or the ledger was computed anew"
        ).format(seq=checkpoint.seq)
    return None


def checkpoint_warnings(store: Store, folders: Sequence[Path]) -> tuple[str, ...]:
    """Return how a store contradicts the checkpoints in these folders."""
    warnings: list[str] = []
    for folder in folders:
        file = checkpoint_file(store, folder)
        if file.exists():
            try:
                against = compare_with_checkpoint(store, file.read_text("utf-8"))
            except (ValueError, OSError) as error:
                against = str(error)
            if against:
                warnings.append(f"{file}: {against}")
    return tuple(warnings)


def write_checkpoints(store: Store, folders: Sequence[Path]) -> None:
    """Put the newest checkpoint into each folder.

    A checkpoint that contradicts the store is evidence: it is never overwritten.

    Raises
    ------
    StoreDamagedError
        If a folder's checkpoint contradicts the store.
    """
    text = signed_checkpoint(store) if folders else ""
    for folder in folders:
        for warning in checkpoint_warnings(store, [folder]):
            raise StoreDamagedError(
                _("{warning}. It was left as it is").format(warning=warning)
            )
        make_folder(folder)
        write_durably(checkpoint_file(store, folder), text.encode())
