"""Erasing a patient on lawful request, and clearing away files that nobody names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete

from vein_imaging.durable import flush_folder
from vein_imaging.storage.database.schema import event, patient_key
from vein_imaging.storage.entries.checked_append import named_images
from vein_imaging.storage.entries.ledger import (
    Draft,
    Entry,
    append_entry,
    has_key,
    key_of,
    read_entries,
)
from vein_imaging.storage.entries.patient_directory import ERASED
from vein_imaging.storage.errors import StoreBusyError, StoreDamagedError
from vein_imaging.storage.store import Store
from vein_imaging.words import translate as _

__all__ = ["Erasure", "erase_patient", "orphans", "remove_files"]

# A picture is on the disk a moment before the entry that names it.
_BEING_WRITTEN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was made unreadable, and which image files were removed."""

    entries: int
    files: int


def erase_patient(
    store: Store, patient_id: str, *, reason: str, author: str, at: datetime
) -> Erasure:
    """Destroy a patient's key and pictures. Nothing brings them back.

    The sealed entries stay, so that the chain stays whole; nobody can open them. An
    entry of the clinic's says who did it, when and why. Copies in backups made before
    keep their own key: remove those generations too.

    Parameters
    ----------
    reason : str
        Kept for ever, so it must not name the patient.

    Raises
    ------
    PatientErasedError
        If there never was such a patient.
    StoreBusyError
        If somebody reads meanwhile, who would keep the destroyed key in the write-ahead
        log. It says whether the patient is erased already; asked again, an erasure
        that could not end so is ended, and 0 entries and files are returned.
    StoreDamagedError
        If the database kept the key that it was told to delete; nothing was written.
    """
    try:
        store.settle_file(empty_log=True)
    except StoreBusyError as error:
        raise StoreBusyError(
            _("{error}, then erase again: nothing was erased").format(error=error)
        ) from error
    if _is_erased(store, patient_id):
        return Erasure(0, 0)
    of_patient = event.c.patient_id == patient_id
    with store.writing() as connection:
        key = key_of(connection, store.vault, patient_id)
        entries = list(read_entries(connection, store.vault, of_patient))
        hashes = {h for entry in entries for h in named_images(entry.body)}
        body = {"patient_id": patient_id, "reason": reason}
        append_entry(connection, store.vault, Draft(Entry(ERASED, body), at, author))
        connection.execute(
            delete(patient_key).where(patient_key.c.patient_id == patient_id)
        )
        if has_key(connection, patient_id):
            raise StoreDamagedError(
                _(
                    "the database kept the key of {patient_id}: nothing was erased. "
                    "Run `vein-imaging verify`"
                ).format(patient_id=patient_id)
            )
    store.vault.forget(patient_id)
    files = [store.images.folder / store.images.name(key, h) for h in hashes]
    removed = remove_files(files)
    try:
        store.settle_file(empty_log=True)
    except StoreBusyError as error:
        raise StoreBusyError(
            _(
                "The patient is erased, but the destroyed key is still in the "
                "write-ahead log. {error}, then erase again: that empties the log"
            ).format(error=error)
        ) from error
    return Erasure(len(entries), removed)


def _is_erased(store: Store, patient_id: str) -> bool:
    with store.reading() as connection:
        if has_key(connection, patient_id):
            return False
        erased = read_entries(connection, store.vault, event.c.kind == ERASED)
        return any(entry.body["patient_id"] == patient_id for entry in erased)


def orphans(store: Store, *, now: datetime) -> list[Path]:
    """Return the image files that no readable entry names, and broken-off writes.

    Files younger than an hour are left out: their entry may be about to be written.
    """
    named: set[str] = set()
    with store.reading() as connection:
        for entry in read_entries(connection, store.vault, skip_erased=True):
            for sha256 in named_images(entry.body):
                key = key_of(connection, store.vault, entry.patient_id)
                named.add(store.images.name(key, sha256))
    return [
        file
        for file in store.images.files() + store.images.leftovers()
        if file.name not in named
        and now - datetime.fromtimestamp(file.stat().st_mtime, UTC) > _BEING_WRITTEN
    ]


def remove_files(files: Iterable[Path]) -> int:
    """Remove files, flush their folders, and return how many were there."""
    removed = [file for file in files if file.exists()]
    for file in removed:
        file.unlink()
    for folder in {file.parent for file in removed}:
        flush_folder(folder)
    return len(removed)
