"""Backup, restore and move: one copy routine, checked on both ends.

What cannot be copied is said, and never stops the rest: a store with a fault needs its
backup most. The copy goes entry by entry, so it can go from an encrypted file to
PostgreSQL and back, while others write.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from vein_imaging.durable import make_folder, write_durably
from vein_imaging.storage.database.engines import make_tables
from vein_imaging.storage.database.postgresql import Server
from vein_imaging.storage.errors import StoreDamagedError, translated
from vein_imaging.storage.files.images import ImageFolder
from vein_imaging.storage.files.keys import Vault
from vein_imaging.storage.files.layout import StoreLayout, describe_store, find_store
from vein_imaging.storage.files.whole_folder import built_folder
from vein_imaging.storage.opening import open_store
from vein_imaging.storage.store import Store
from vein_imaging.storage.upkeep.kept_checkpoints import write_checkpoints
from vein_imaging.storage.upkeep.ledger_copy import copy_ledger
from vein_imaging.storage.upkeep.picture_copy import copy_pictures
from vein_imaging.storage.upkeep.verify import verify_store
from vein_imaging.words import translate as _

__all__ = [
    "Backup",
    "back_up",
    "copy_store",
    "generations",
    "opened_generation",
    "readable_copy",
    "restore",
]


@dataclass(frozen=True, slots=True)
class Backup:
    """What a run of `back_up` made.

    Attributes
    ----------
    generation : Path
        The new generation's folder.
    wrong : tuple of str
        What could not be backed up, or is not as it was written; empty where all is.
    mended : int
        Damaged pictures of the backup that were copied again.
    """

    generation: Path
    wrong: tuple[str, ...]
    mended: int


def back_up(
    store: Store, folder: Path, key: bytes, *, author: str, at: datetime
) -> Backup:
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
        Who backs up. That a backup began is an entry of the ledger, in the copy too;
        that it was made is one more, and only then.
    at : datetime
        Names the generation.

    Raises
    ------
    StoreError, OSError
        If no copy can be made at all; no generation is left then.
    """
    body: dict[str, object] = {"folder": folder.name}
    store.append_own("backup_begun", body, author=author, at=at)
    of_store = folder / store.layout.store_id
    generation = of_store / at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    make_folder(of_store / "images")
    with built_folder(generation) as building:
        layout = StoreLayout(building, store.layout.store_id, images="../images")
        wrong, mended = _copy(store, layout, key, None)
        _copy_users(store, layout)
        with open_store(building, key) as copy:
            try:
                write_checkpoints(copy, [building])
            except StoreDamagedError as error:
                wrong.append(str(error))
    body |= {"generation": generation.name, "wrong": len(wrong)}
    store.append_own("backup", body, author=author, at=at)
    return Backup(generation, tuple(wrong), mended)


def generations(folder: Path) -> list[Path]:
    """Return the stores in a backup folder, the oldest first.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(
            _(
                "{folder} is no folder; check the path, and whether its disk is there"
            ).format(folder=folder)
        )
    return sorted(file.parent for file in folder.glob("*/*/store.json"))


@contextmanager
def readable_copy(generation: Path, *, scratch: Path | None = None) -> Iterator[Path]:
    """Give a folder that opens as this store does, and leaves it as it is.

    A generation of an earlier release is migrated when it is opened, and a disk with
    backups may be write-protected: all but the pictures is copied. A store that is no
    generation, on a disk that can be written, is given itself.

    Parameters
    ----------
    generation : Path
        One of `generations`; or any store.
    scratch : Path
        Existing folder on a disk with room for the ledger; the system's temporary one
        when left out.

    Raises
    ------
    NoSuchStoreError
        If it is no store.
    """
    layout = find_store(generation)
    if layout.images == "images" and os.access(generation, os.W_OK):
        yield generation
        return
    with TemporaryDirectory(prefix=".vein-imaging-", dir=scratch) as copied:
        folder = Path(copied) / generation.name
        make_folder(folder)
        for file in generation.iterdir():
            # without a disk's own rights; its mark would say that this is a copy
            if file.is_file() and file != layout.mark_file:
                shutil.copyfile(file, folder / file.name)
        yield folder


@contextmanager
def opened_generation(
    generation: Path, key: bytes, *, scratch: Path | None = None
) -> Iterator[Store]:
    """Open a backup's generation and leave it as it is, as `readable_copy` does.

    Parameters
    ----------
    generation, scratch
        Of `readable_copy`.
    key : 32 bytes

    Raises
    ------
    NoSuchStoreError, WrongKeyError
        As `open_store`.
    """
    with (
        readable_copy(generation, scratch=scratch) as folder,
        open_store(folder, key) as store,
    ):
        store.images = ImageFolder(find_store(generation).image_folder)
        yield store


def restore(
    generation: Path,
    folder: Path,
    key: bytes,
    *,
    server: Server | None = None,
    fresh_key: bytes | None = None,
    wrong: list[str] | None = None,
) -> Store:
    """Make a store out of a backup's generation, in a new folder, and open it.

    Parameters
    ----------
    generation : Path
        One of `generations`, which is left as it is; or any store, to move it.
    folder, key, server, fresh_key, wrong
        Of `copy_store`.

    Raises
    ------
    StoreDamagedError
        As `copy_store`; nothing is left then.
    """
    with opened_generation(generation, key, scratch=_parent(folder)) as source:
        return copy_store(
            source, folder, key, server=server, fresh_key=fresh_key, wrong=wrong
        )


def _parent(folder: Path) -> Path:
    make_folder(folder.absolute().parent)
    return folder.absolute().parent


def copy_store(
    source: Store,
    folder: Path,
    key: bytes,
    *,
    server: Server | None = None,
    fresh_key: bytes | None = None,
    wrong: list[str] | None = None,
) -> Store:
    """Make a new store with all that this one holds, and open it.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty.
    key : 32 bytes
        The source's.
    server : Server
        To put the ledger into an empty PostgreSQL database.
    fresh_key : 32 bytes
        A new data key for the new store: who knew the old one, or a password for it,
        cannot open what is written from now on. No user can sign in before they get a
        new password.
    wrong : list of str
        Takes what could not be copied, or is not as it was written: the rest is
        salvaged. Left out, the first such thing refuses the copy.

    Raises
    ------
    StoreDamagedError
        If something is wrong and nobody asked to salvage; nothing is left then.
    """
    with built_folder(folder) as building:
        url = server.url if server else ""
        layout = StoreLayout(building, source.layout.store_id, url)
        found, _mended = _copy(source, layout, fresh_key or key, server)
        if found and wrong is None:
            more = (
                _(" and {more} more").format(more=len(found) - 1) if found[1:] else ""
            )
            raise StoreDamagedError(
                _("the copy has faults: {problem}{more}").format(
                    problem=found[0], more=more
                )
            )
        if wrong is not None:
            wrong += found
        if not fresh_key:
            _copy_users(source, layout)
    return open_store(folder, fresh_key or key)


def _copy_users(store: Store, layout: StoreLayout) -> None:
    if store.layout.users_file.exists():
        write_durably(layout.users_file, store.layout.users_file.read_bytes())


def _copy(
    store: Store, layout: StoreLayout, key: bytes, server: Server | None
) -> tuple[list[str], int]:
    """Copy ledger and pictures; return what is wrong, and how many were mended."""
    vault = Vault(key)
    with translated():
        make_tables(layout, vault, server)
        lost = copy_ledger(store, layout, vault)
    describe_store(layout)
    with open_store(layout.folder, key) as copy:
        pictures = copy_pictures(store, copy)
        seen = verify_store(copy)
    return [*lost, *map(str, seen.problems), *pictures.wrong], pictures.mended
