"""Witnesses: others who saw the ledger grow, and sign that it only grew.

A witness keeps the last checkpoint it signed, and signs the next one only with a proof
that it continues that one. A ledger that was cut, forked or computed anew is then shown
by any one witness. What goes to and fro are files of C2SP tlog-witness's
"add-checkpoint", so any witness that speaks it will do; one that knows no store and no
key of it comes with the program.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vein_imaging.durable import make_folder, write_durably
from vein_imaging.storage.entries.ledger import head
from vein_imaging.storage.entries.ledger_tree import ledger_tree
from vein_imaging.storage.entries.merkle import EMPTY_ROOT, consistency_holds
from vein_imaging.storage.files.keys import key_from_file
from vein_imaging.storage.store import Store
from vein_imaging.storage.upkeep.checkpoint import (
    Checkpoint,
    compare_with_checkpoint,
    read_checkpoint,
    read_note,
    sign_head,
)
from vein_imaging.storage.upkeep.signed_note import (
    COSIGNATURE,
    NoteKey,
    cosignature_line,
    cosigned_at,
    parse_key,
    split_note,
)
from vein_imaging.words import translate as _

__all__ = ["Witness", "cosignature_problem", "witness_request"]

_MOST_LINES = 63
"""Of a proof, by tlog-witness: enough for 2**63 entries."""


def witness_request(store: Store, since: int = 0) -> str:
    """Return what a witness is sent: proof and checkpoint ("add-checkpoint").

    Parameters
    ----------
    since : int
        Size of the last checkpoint that this witness signed; 0 for its first.

    Raises
    ------
    ValueError
        If the ledger is shorter.
    """
    with store.reading() as connection:
        newest = head(connection)
        proof = ledger_tree(connection, newest.seq).consistency(since)
        lines = [f"old {since}", *(base64.b64encode(one).decode() for one in proof)]
        checkpoint = sign_head(connection, store, newest)
    return "".join(f"{line}\n" for line in lines) + f"\n{checkpoint}"


@dataclass(frozen=True, slots=True)
class _Request:
    since: int
    proof: tuple[bytes, ...]
    checkpoint: str


def _read_request(text: str) -> _Request:
    first, blank, checkpoint = text.partition("\n\n")
    try:
        old, *lines = first.split("\n")
        word, size = old.split(" ")
        proof = tuple(base64.b64decode(line, validate=True) for line in lines)
        whole = blank and word == "old" and len(lines) <= _MOST_LINES
        since = int(size)
    except (ValueError, binascii.Error):
        whole = ""
    if not whole:
        raise ValueError(
            _("this is no request to a witness: its first line is 'old SIZE'")
        )
    return _Request(since, proof, checkpoint)


class Witness:
    """One who signs that a store's history only grew; knows nothing of its content.

    Parameters
    ----------
    name : str
        Without blanks and plus signs.
    folder : Path
        Keeps the witness's key and, for each store, the last checkpoint it signed.
        Not on the computer that the store is on.
    """

    def __init__(self, name: str, folder: Path) -> None:
        if not name or "+" in name or name.split() != [name]:
            raise ValueError(
                _(
                    "a witness's name has no blank and no plus sign, got {name!r}"
                ).format(name=name)
            )
        self._folder = folder
        make_folder(folder)
        seed = key_from_file(folder / "witness.key", create=True)
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._private.public_key().public_bytes_raw()
        self.key = NoteKey(name, COSIGNATURE, public)

    def _state(self, origin: str) -> Path:
        return self._folder / f"{origin.rpartition('/')[2]}.cosigned"

    def last(self, log_vkey: str) -> Checkpoint | None:
        """Return the last checkpoint of a store that was signed here."""
        file = self._state(parse_key(log_vkey).name)
        return read_note(file.read_text("utf-8")) if file.exists() else None

    def cosign(self, request: str, log_vkey: str, at: datetime) -> str:
        """Check a request and return the checkpoint with this witness's signature.

        Parameters
        ----------
        request : str
            As `witness_request` gave it.
        log_vkey : str
            The store's verification key, from its set-up's paper.
        at : datetime
            Now, with a time zone.

        Raises
        ------
        ValueError
            If it is of another store, was changed, or does not continue what was
            signed here: then the store was cut, forked or computed anew.
        """
        asked = _read_request(request)
        checkpoint = read_checkpoint(asked.checkpoint, log_vkey)
        last = self.last(log_vkey)
        size = last.seq if last else 0
        root = last.root if last and last.root else EMPTY_ROOT
        if checkpoint.root is None:
            raise ValueError(_("it is a checkpoint of release 0.1.0: nothing to prove"))
        if checkpoint.seq < size:
            raise ValueError(
                _(
                    "it has {seq} entries, and {size} were signed here before: an "
                    "older copy was put back, or the end was cut off"
                ).format(seq=checkpoint.seq, size=size)
            )
        if asked.since != size:
            raise ValueError(
                _(
                    "the proof begins at {since}, and {size} entries were signed here: "
                    "ask for it with --since {size}"
                ).format(since=asked.since, size=size)
            )
        roots = (root, checkpoint.root)
        if not consistency_holds(size, checkpoint.seq, asked.proof, *roots):
            raise ValueError(
                _(
                    "it does not continue the {size} entries that were signed here: "
                    "the ledger was forked or computed anew. Keep both files"
                ).format(size=size)
            )
        note, _signatures = split_note(asked.checkpoint)
        line = cosignature_line(note, self.key, self._private, at)
        cosigned = asked.checkpoint + line
        write_durably(self._state(checkpoint.origin), cosigned.encode())
        return cosigned


def cosignature_problem(store: Store, text: str, witness_vkey: str) -> str | None:
    """Return what a cosigned checkpoint says against a store, or None.

    Parameters
    ----------
    text : str
        A checkpoint with signatures.
    witness_vkey : str
        Of the witness whose word counts.

    Raises
    ------
    ValueError
        If the text is no checkpoint of this store.
    """
    key = parse_key(witness_vkey)
    if cosigned_at(text, key) is None:
        return _("{name} did not sign it").format(name=key.name)
    return compare_with_checkpoint(store, text)
