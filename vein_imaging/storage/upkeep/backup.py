"""Backup, restore and move: one copy routine, checked on both ends.

The copy goes entry by entry through the target's own triggers, so it can go from an
encrypted file to PostgreSQL and back, while others write.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from vein_imaging.durable import make_folder, write_durably
from vein_imaging.storage.database.engines import engines, make_tables
from vein_imaging.storage.database.postgresql import Server
from vein_imaging.storage.database.schema import event, patient_key
from vein_imaging.storage.errors import StoreDamagedError, translated
from vein_imaging.storage.files.images import ImageFolder
from vein_imaging.storage.files.keys import Vault
from vein_imaging.storage.files.layout import StoreLayout, describe_store, find_store
from vein_imaging.storage.files.whole_folder import built_folder
from vein_imaging.storage.opening import open_store
from vein_imaging.storage.store import Store
from vein_imaging.storage.upkeep.kept_checkpoints import write_checkpoints
from vein_imaging.storage.upkeep.verify import verify_store
from vein_imaging.words import translate as _

__all__ = ["back_up", "generations", "opened_generation", "restore"]

_BATCH = 1000  # half a megabyte of entries at a time, however large the store is


def back_up(
    store: Store, folder: Path, key: bytes, *, author: str, at: datetime
) -> Path:
    """Copy the store, as it stands at one moment, into a backup folder.

    Parameters
    ----------
    store : Store
        May be written meanwhile.
    folder : Path
        On another disk. Each call adds a generation, a store of its own that opens
        with the same keys and passwords; the generations share their pictures.
    key : 32 bytes
        The store's.
    author : str
        Who backs up; the backup is an entry of the ledger, in the copy too.
    at : datetime
        Names the generation.

    Returns
    -------
    Path
        The generation's folder.

    Raises
    ------
    StoreDamagedError
        If the copy does not verify; no generation is left then.
    """
    store.append_own("backup", {"folder": folder.name}, author=author, at=at)
    of_store = folder / store.layout.store_id
    generation = of_store / at.strftime("%Y%m%dT%H%M%SZ")
    make_folder(of_store / "images")
    with built_folder(generation) as building:
        layout = StoreLayout(building, store.layout.store_id, images="../images")
        _copy(store, layout, key, None)
        _copy_users(store, layout)
        with open_store(building, key) as copy:
            write_checkpoints(copy, [building])
    return generation


def generations(folder: Path) -> list[Path]:
    """Return the stores in a backup folder, the oldest first."""
    return sorted(file.parent for file in folder.glob("*/*/store.json"))


@contextmanager
def opened_generation(
    generation: Path, key: bytes, *, scratch: Path | None = None
) -> Iterator[Store]:
    """Open a backup's generation and leave it as it is, whatever opening changes.

    A generation of an earlier release is migrated when it is opened, and a disk with
    backups may be write-protected: its ledger is opened as a copy. A store that is no
    generation is opened itself.

    Parameters
    ----------
    generation : Path
        One of `generations`; or any store.
    key : 32 bytes
    scratch : Path
        Existing folder on a disk with room for the ledger; the system's temporary one
        when left out.

    Raises
    ------
    NoSuchStoreError, WrongKeyError
        As `open_store`.
    """
    layout = find_store(generation)
    if layout.images == "images":
        with open_store(generation, key) as store:
            yield store
        return
    with TemporaryDirectory(prefix=".vein-imaging-", dir=scratch) as copied:
        ledger = shutil.copytree(generation, Path(copied) / generation.name)
        with open_store(ledger, key) as store:
            store.images = ImageFolder(layout.image_folder)
            yield store


def restore(
    generation: Path,
    folder: Path,
    key: bytes,
    *,
    server: Server | None = None,
    fresh_key: bytes | None = None,
) -> Store:
    """Make a store out of a backup's generation, in a new folder, and open it.

    Parameters
    ----------
    generation : Path
        One of `generations`, which is left as it is; or any store, to move it.
    folder : Path
        Must not exist, or be empty.
    key : 32 bytes
        The store's when the backup was made.
    server : Server
        To put the ledger into an empty PostgreSQL database.
    fresh_key : 32 bytes
        A new data key for the new store: who knew the old one, or a password for it,
        cannot open what is written from now on. No user can sign in before they get a
        new password.

    Raises
    ------
    StoreDamagedError
        If the backup or the copy does not verify; nothing is left then.
    """
    with (
        built_folder(folder) as building,
        opened_generation(generation, key, scratch=building.parent) as source,
    ):
        url = server.url if server else ""
        layout = StoreLayout(building, source.layout.store_id, url)
        _copy(source, layout, fresh_key or key, server)
        if not fresh_key:
            _copy_users(source, layout)
    return open_store(folder, fresh_key or key)


def _copy_users(store: Store, layout: StoreLayout) -> None:
    if store.layout.users_file.exists():
        write_durably(layout.users_file, store.layout.users_file.read_bytes())


def _copy(store: Store, layout: StoreLayout, key: bytes, server: Server | None) -> None:
    vault = Vault(key)
    with translated():
        make_tables(layout, vault, server)
        target = engines(layout, vault)
        try:
            with store.reading() as read, target.write.begin() as write:
                for batch in _batches(read, patient_key):
                    rows = [_rewrapped(row, store.vault, vault) for row in batch]
                    write.execute(insert(patient_key), rows)
                for batch in _batches(read, event):
                    write.execute(insert(event), batch)
        finally:
            target.dispose()
    _copy_images(store, layout.image_folder)
    describe_store(layout)
    with open_store(layout.folder, key) as copy:
        seen = verify_store(copy)
    if seen.problems:
        more = (
            _(" and {more} more").format(more=len(seen.problems) - 1)
            if seen.problems[1:]
            else ""
        )
        raise StoreDamagedError(
            _("the copy has faults: {problem}{more}").format(
                problem=seen.problems[0], more=more
            )
        )


def _rewrapped(row: dict[str, Any], old: Vault, new: Vault) -> dict[str, object]:
    patient_id = row["patient_id"]
    key = old.unwrap(patient_id, row["wrapped"])
    return {"patient_id": patient_id, "wrapped": new.wrap(patient_id, key)}


def _batches(read: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    first = next(iter(table.primary_key))
    rows = read.execution_options(yield_per=_BATCH).execute(
        select(table).order_by(first)
    )
    for part in rows.partitions(_BATCH):
        yield [dict(row._mapping) for row in part]


def _copy_images(store: Store, target: Path) -> None:
    # An image's name is of its content: what is there with the same size is the same,
    # and the verification that follows reads it.
    for file in store.images.files():
        there = target / file.name
        if not there.exists() or there.stat().st_size != file.stat().st_size:
            make_folder(target)
            write_durably(there, file.read_bytes())
