"""A whole patient in open formats: readable by anyone, without this program."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vein_imaging.durable import make_folder, write_durably
from vein_imaging.storage.database.schema import event
from vein_imaging.storage.entries.checked_append import named_images
from vein_imaging.storage.entries.ledger import key_of, read_entries
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
    """Write all entries and pictures of one patient into a new folder, and log it.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty. It is whole, or not there.
    author, at
        Who hands it out, and now.

    Raises
    ------
    PatientErasedError
        If there is no such patient (any more).
    MissingImageError, DamagedImageError
        If a picture is not as recorded; nothing is left then.
    """
    lines: list[str] = []
    images: set[str] = set()
    seqs: list[int] = []
    of_patient = event.c.patient_id == patient_id
    with built_folder(folder) as building, store.reading() as connection:
        key = key_of(connection, store.vault, patient_id)
        make_folder(building / "images")
        for entry in read_entries(connection, store.vault, of_patient):
            line = {
                "seq": entry.seq,
                "at": entry.at.isoformat(),
                "author": entry.author,
                "patient_id": patient_id,
                "session_id": entry.session_id,
                "kind": entry.kind,
                "body": entry.body,
                "hash": entry.hash.hex(),
            }
            seqs.append(entry.seq)
            lines.append(json.dumps(line, ensure_ascii=False) + "\n")
            for sha256 in set(named_images(entry.body)) - images:
                png = store.images.read(key, sha256)
                write_durably(building / "images" / f"{sha256}.png", png)
                images.add(sha256)
        write_durably(building / "entries.jsonl", "".join(lines).encode())
        write_proofs(store, connection, building, seqs)
        how = (_READ_ME + HOW_TO_PROVE).encode()
        write_durably(building / "README.txt", how)
        body = {"entries": len(lines), "images": len(images)}
    store.append_own("export", body, author=author, at=at, patient_id=patient_id)
    return PatientExport(folder, len(lines), len(images))
