"""The checkpoints that a place keeps: the newest, and the ones before it."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path

from vein_imaging.durable import make_folder, write_durably
from vein_imaging.storage.errors import StoreDamagedError
from vein_imaging.storage.store import Store
from vein_imaging.storage.upkeep.checkpoint import (
    compare_with_checkpoint,
    read_note,
    signed_checkpoint,
)
from vein_imaging.words import translate as _

__all__ = [
    "checkpoint_file",
    "checkpoint_warnings",
    "kept_checkpoints",
    "missing_checkpoints",
    "place_of",
    "write_checkpoints",
]

_KEPT = 30
"""One every two minutes of work: an hour, so that removing the newest brings nobody
back far; and no folder fills up."""


def checkpoint_file(store: Store, folder: Path) -> Path:
    """Return where a folder keeps this store's newest checkpoint."""
    return folder / f"{store.layout.store_id}.checkpoint"


def _earlier_folder(store: Store, folder: Path) -> Path:
    return folder / f"{store.layout.store_id}.earlier"


def kept_checkpoints(store: Store, folder: Path) -> list[Path]:
    """Return the checkpoints that a folder keeps of this store, the newest first."""
    newest = checkpoint_file(store, folder)
    earlier = sorted(_earlier_folder(store, folder).glob("*.checkpoint"), reverse=True)
    return [*([newest] if newest.exists() else []), *earlier]


def place_of(folder: Path) -> str:
    """Return what the ledger calls a folder on this computer."""
    of = f"{platform.node()}\n{folder.absolute()}"
    return hashlib.sha256(of.encode()).hexdigest()[:16]


def missing_checkpoints(
    store: Store, folders: Sequence[Path], known_places: Iterable[str]
) -> tuple[str, ...]:
    """Return a warning for each folder that kept a checkpoint once and has none now.

    Parameters
    ----------
    known_places : iterable of str
        Where the ledger says that one was kept (`place_of`).
    """
    known = set(known_places)
    return tuple(
        _(
            "{file} is missing: the ledger says that this computer kept it. Somebody "
            "removed it, so nothing here shows whether an older copy was put back. "
            "Compare one that is kept elsewhere: verify --checkpoint FILE"
        ).format(file=checkpoint_file(store, folder))
        for folder in folders
        if place_of(folder) in known and not checkpoint_file(store, folder).exists()
    )


def checkpoint_warnings(store: Store, folders: Sequence[Path]) -> tuple[str, ...]:
    """Return how a store contradicts the checkpoints in these folders."""
    warnings: list[str] = []
    for folder in folders:
        for file in kept_checkpoints(store, folder)[:2]:  # `verify` compares them all
            try:
                against = compare_with_checkpoint(store, file.read_text("utf-8"))
            except (ValueError, OSError) as error:
                against = str(error)
            if against:
                warnings.append(f"{file}: {against}")
                break
    return tuple(warnings)


def write_checkpoints(store: Store, folders: Sequence[Path]) -> None:
    """Put the newest checkpoint into each folder, and keep those before it.

    A checkpoint that contradicts the store is evidence: it is never overwritten.

    Raises
    ------
    StoreDamagedError
        If a folder's checkpoint contradicts the store.
    OSError
        If a folder cannot be written; the others have it then.
    """
    text = signed_checkpoint(store) if folders else ""
    failed: list[OSError] = []
    for folder in folders:
        for warning in checkpoint_warnings(store, [folder]):
            raise StoreDamagedError(
                _("{warning}. It was left as it is").format(warning=warning)
            )
        try:
            make_folder(folder)
            _keep_earlier(store, folder)
            write_durably(checkpoint_file(store, folder), text.encode())
        except OSError as error:
            failed.append(error)
    if failed:
        raise failed[0]


def _keep_earlier(store: Store, folder: Path) -> None:
    newest, kept = checkpoint_file(store, folder), _earlier_folder(store, folder)
    if not newest.exists():
        return
    content = newest.read_bytes()
    make_folder(kept)
    size = read_note(content.decode("utf-8")).seq
    write_durably(kept / f"{size:012}.checkpoint", content)
    for old in sorted(kept.glob("*.checkpoint"))[:-_KEPT]:
        old.unlink()
