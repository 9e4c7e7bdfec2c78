"""Checkpoints: the tree's head, signed, kept where the database is not.

A chain proves that nothing inside it was changed; it cannot show that an older copy of
everything was put back, or that the whole chain was computed again. A checkpoint that
is kept elsewhere can.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select

from vein_imaging.storage.database.schema import event
from vein_imaging.storage.entries.ledger import CREATED, Head, head, read_entries
from vein_imaging.storage.entries.ledger_tree import ledger_tree
from vein_imaging.storage.errors import StoreDamagedError
from vein_imaging.storage.store import Store
from vein_imaging.storage.upkeep.signed_note import (
    ED25519,
    NoteKey,
    is_signed,
    parse_key,
    signature_line,
    split_note,
    vkey_of,
)
from vein_imaging.words import translate as _

__all__ = [
    "Checkpoint",
    "compare_with_checkpoint",
    "log_key",
    "read_checkpoint",
    "read_note",
    "signed_checkpoint",
    "verification_key",
]

_CHAIN = "chain "


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
        The chain's hash of entry `seq`.
    root : 32 bytes, optional
        The Merkle tree's; release 0.1.0 had the chain's hash in its place.
    """

    origin: str
    seq: int
    hash: bytes
    root: bytes | None = None


def log_key(store: Store) -> NoteKey:
    """Return the public key that checkpoints of this store are signed with."""
    with store.reading() as connection:
        return _keys(connection, store)[0]


def _keys(connection: Connection, store: Store) -> tuple[NoteKey, Ed25519PrivateKey]:
    first = next(read_entries(connection, store.vault, event.c.kind == CREATED), None)
    if first is None:
        raise StoreDamagedError(
            _("the ledger's first entry is missing; restore a backup")
        )
    seed = bytes.fromhex(str(first.body["checkpoint_seed"]))
    private = Ed25519PrivateKey.from_private_bytes(seed)
    origin = f"vein-imaging/{store.layout.store_id}"
    return NoteKey(origin, ED25519, private.public_key().public_bytes_raw()), private


def verification_key(store: Store) -> str:
    """Return the public key as a C2SP signed-note "vkey": name, id, key.

    Printed at set-up and kept on paper, it lets anyone check a checkpoint.
    """
    return vkey_of(log_key(store))


def signed_checkpoint(store: Store) -> str:
    """Return the newest head as a signed text, fit for print and for a QR code.

    The form is C2SP tlog-checkpoint: origin, size, the RFC 6962 root, two lines of
    extension (the chain's hash and the time), an empty line, an Ed25519 signature.
    """
    with store.reading() as connection:
        return sign_head(connection, store, head(connection))


def sign_head(connection: Connection, store: Store, newest: Head) -> str:
    """Sign the ledger's head as it stands in this transaction."""
    key, private = _keys(connection, store)
    root = ledger_tree(connection, newest.seq).root()
    latest_at = newest.latest_at.isoformat() if newest.latest_at else "-"
    note = (
        f"{key.name}\n{newest.seq}\n{_encoded(root)}\n"
        f"{_CHAIN}{_encoded(newest.hash)}\ntime {latest_at}\n"
    )
    return f"{note}\n{signature_line(note, key, private)}"


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def read_note(text: str) -> Checkpoint:
    """Read a checkpoint's body; its signatures are not checked.

    Raises
    ------
    ValueError
        If the text is no checkpoint.
    """
    note, _signatures = split_note(text)
    try:
        origin, size, encoded, *extensions = note.removesuffix("\n").split("\n")
        root = base64.b64decode(encoded, validate=True)
        chain = [e.removeprefix(_CHAIN) for e in extensions if e.startswith(_CHAIN)]
        own = base64.b64decode(chain[0], validate=True) if chain else root
        return Checkpoint(origin, int(size), own, root if chain else None)
    except ValueError as error:
        raise ValueError(
            _("this is no checkpoint ({error})").format(error=error)
        ) from error


def read_checkpoint(text: str, vkey: str) -> Checkpoint:
    """Check a checkpoint's signature and read it.

    Parameters
    ----------
    text : str
        As `signed_checkpoint` gave it; witnesses may have signed it too.
    vkey : str
        As `verification_key` gave it.

    Raises
    ------
    ValueError
        If the text is no checkpoint, is of another store, or was changed.
    """
    key, checkpoint = parse_key(vkey), read_note(text)
    signed = is_signed(text, key)
    if checkpoint.origin != key.name or signed is None:
        raise ValueError(
            _("it is of another store: {own_origin}, wanted {origin}").format(
                own_origin=checkpoint.origin, origin=key.name
            )
        )
    if not signed:
        raise ValueError(_("its signature is wrong: it was changed"))
    return checkpoint


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
        root = checkpoint.root
        if found is not None and root is not None:
            root = ledger_tree(connection, checkpoint.seq).root()
    if found is None and checkpoint.seq:
        return _(
            "the checkpoint knows {seq} entries, the store has {newest}: an older copy "
            "was put back, or the end was cut off"
        ).format(seq=checkpoint.seq, newest=newest.seq)
    if found != checkpoint.hash or root != checkpoint.root:
        return _(
            "entry {seq} is not the one that was signed: an older copy was put back "
            "and written on, or the ledger was computed anew"
        ).format(seq=checkpoint.seq)
    return None
