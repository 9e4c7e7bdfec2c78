"""What goes with a patient handed out, so that others can prove it.

Nothing of this program is needed: SHA-256 and Ed25519, which `openssl` and every
language have, are enough. The README in the folder says how.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection

from vein_imaging.durable import write_durably
from vein_imaging.storage.database.schema import event
from vein_imaging.storage.entries.canonical import canonical_flat
from vein_imaging.storage.entries.ledger import (
    commitment_salt,
    hashed_header,
    head,
    header_of,
    key_of,
)
from vein_imaging.storage.entries.ledger_tree import ledger_tree
from vein_imaging.storage.files.keys import opened
from vein_imaging.storage.store import Store
from vein_imaging.storage.upkeep.checkpoint import log_key, sign_head
from vein_imaging.storage.upkeep.signed_note import split_note, vkey_of

__all__ = ["HOW_TO_PROVE", "write_proofs"]

HOW_TO_PROVE = """\

To prove that these entries stand in the clinic's ledger as it was signed, without any
program of ours. SHA-256 is over bytes; + joins them; numbers are as in the files.

1  checkpoint.txt is signed:  openssl pkeyutl -verify -pubin -inkey log.pem -rawin \\
       -in checkpoint.note -sigfile checkpoint.sig
   log.pem is the ledger's key, log.vkey the same for verifiers of transparency logs
   (C2SP signed-note). Compare it with the one that the clinic printed. Its second line
   is the ledger's size, the third the root (base64), RFC 6962, section 2.1.
   A witness's line behind it (C2SP tlog-cosignature) is checked with the witness's key.
2  For each line of proofs.jsonl (one entry each, by "seq"):
   a  "header" is text. Read as JSON it is the line of entries.jsonl, without its body.
   b  SHA-256(salt + body) = header's "commitment". "salt" is in hex; "body" is text:
      read as JSON it is the body in entries.jsonl. Entries of release 0.1.0 have no
      commitment: place, time, author and kind are proven for them, not the words.
   c  SHA-256(prev + header) = "hash" in entries.jsonl; "prev" is in hex.
   d  leaf = SHA-256(00 + hash). With "path" (hex, from the leaf up) and index seq - 1
      it gives the root: RFC 9162, section 2.1.3.2.
"""


def write_proofs(
    store: Store, connection: Connection, folder: Path, seqs: Iterable[int]
) -> None:
    """Write the checkpoint and a proof for each entry into a folder.

    Parameters
    ----------
    connection : in the transaction that read the entries
    folder : Path
    seqs : iterable of int
        The entries handed out.
    """
    newest = head(connection)
    tree = ledger_tree(connection, newest.seq)
    lines = []
    for seq in seqs:
        row = connection.execute(event.select().where(event.c.seq == seq)).one()
        header = header_of(row)
        hashed = hashed_header(header, row.content, row.commitment)
        line: dict[str, object] = {
            "seq": seq,
            "header": canonical_flat(hashed).decode(),
            "prev": row.prev.hex(),
            "path": [one.hex() for one in tree.inclusion(seq - 1)],
        }
        if row.commitment is not None:
            key = key_of(connection, store.vault, row.patient_id)
            plain = opened(key, row.content, canonical_flat(header))
            salt = commitment_salt(key, header).hex()
            line |= {"salt": salt, "body": plain.decode()}
        lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    write_durably(folder / "proofs.jsonl", "".join(lines).encode())
    _write_checkpoint(store, sign_head(connection, store, newest), folder)


def _write_checkpoint(store: Store, text: str, folder: Path) -> None:
    key = log_key(store)
    note, (line, *_others) = split_note(text)
    signature = base64.b64decode(line.split(" ")[2])[len(key.key_id) :]
    public = Ed25519PublicKey.from_public_bytes(key.public)
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write_durably(folder / "checkpoint.txt", text.encode())
    write_durably(folder / "checkpoint.note", note.encode())
    write_durably(folder / "checkpoint.sig", signature)
    write_durably(folder / "log.pem", pem)
    write_durably(folder / "log.vkey", f"{vkey_of(key)}\n".encode())
