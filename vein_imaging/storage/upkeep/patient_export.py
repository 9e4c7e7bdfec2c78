"""A whole patient in open formats: readable by anyone, without this program."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vein_imaging.durable import make_folder, write_durably
from vein_imaging.storage.database.schema import event
from vein_imaging.storage.entries.checked_append import named_images
from vein_imaging.storage.entries.ledger import StoredEvent, key_of, read_entries
from vein_imaging.storage.files.whole_folder import built_folder
from vein_imaging.storage.store import Store
from vein_imaging.storage.upkeep.proofs import HOW_TO_PROVE, write_proofs

__all__ = ["PatientExport", "export_patient"]

_READ_ME = """\
One patient's record, taken out of a vein-imaging store. It is NOT encrypted.

entries.jsonl   one JSON object a line, in the order written: place in the clinic's
                ledger (seq), time (UTC), author, session, kind, body, hash
images/         PNG files, named by their SHA-256; "image_id" in an entry names one
proofs.jsonl    for each entry, that it stands in the clinic's ledger; see below
checkpoint.txt  the ledger's head when this was made, signed (C2SP tlog-checkpoint)

Volumes and strengths are decimal numbers written as text. A correction is an entry of
its own; the entry that it corrects stays.
"""


@dataclass(frozen=True, slots=True)
class PatientExport:
    """What was written, and where."""

    folder: Path
    entries: int
    images: int


def export_patient(
    store: Store, patient_id: str, folder: Path, *, author: str, at: datetime
) -> PatientExport:
    """Log that a patient's record is handed out, then write it into a new folder.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty. It is whole, or not there, also where the program
        is killed.
    author, at
        Who hands it out, and now.

    Raises
    ------
    PatientErasedError
        If there is no such patient (any more).
    MissingImageError, DamagedImageError
        If a picture is not as recorded; nothing is left then.
    """
    of_patient = event.c.patient_id == patient_id
    with built_folder(folder, plain=True) as building:
        with store.reading() as connection:
            key = key_of(connection, store.vault, patient_id)
            entries = list(read_entries(connection, store.vault, of_patient))
        images = {sha256 for entry in entries for sha256 in named_images(entry.body)}
        body = {"entries": len(entries), "images": len(images)}
        store.append_own("export", body, author=author, at=at, patient_id=patient_id)
        make_folder(building / "images")
        for sha256 in sorted(images):
            png = store.images.read(key, sha256)
            write_durably(building / "images" / f"{sha256}.png", png)
        lines = "".join(map(_line, entries))
        write_durably(building / "entries.jsonl", lines.encode())
        with store.reading() as connection:
            write_proofs(store, connection, building, [entry.seq for entry in entries])
        how = (_READ_ME + HOW_TO_PROVE).encode()
        write_durably(building / "README.txt", how)
    return PatientExport(folder, len(entries), len(images))


def _line(entry: StoredEvent) -> str:
    line = {
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "author": entry.author,
        "patient_id": entry.patient_id,
        "session_id": entry.session_id,
        "kind": entry.kind,
        "body": entry.body,
        "hash": entry.hash.hex(),
    }
    return json.dumps(line, ensure_ascii=False) + "\n"
