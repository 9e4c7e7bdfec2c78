"""Whether what lies in a folder is one store, and as much of it as was acknowledged."""

from __future__ import annotations

from itertools import islice

from sqlalchemy import Connection, text

from vein_imaging.storage.database.engines import Database
from vein_imaging.storage.database.schema import event
from vein_imaging.storage.entries.ledger import CREATED, head, read_entries
from vein_imaging.storage.errors import StoreDamagedError
from vein_imaging.storage.files.head_mark import HeadMark, KeptHead
from vein_imaging.storage.files.keys import Vault
from vein_imaging.storage.files.layout import StoreLayout
from vein_imaging.words import translate as _

__all__ = [
    "check_identity",
    "check_mark",
    "mark_problem",
    "renew_mark",
    "settle_copy",
]


def check_identity(connection: Connection, layout: StoreLayout, vault: Vault) -> None:
    """Compare the description beside the ledger with what is sealed in it.

    Raises
    ------
    StoreDamagedError
        If the ledger is of another store, or the description was changed.
    """
    began = event.c.kind == CREATED
    first = next(islice(read_entries(connection, vault, began), 1), None)
    sealed_id = str(first.body.get("store_id")) if first else ""
    if first is not None and sealed_id != layout.store_id:
        raise StoreDamagedError(
            _(
                "{folder}: store.json says store {store_id}, the ledger is that of "
                "store {sealed_id}: one of them was changed or is of another store. "
                "Restore the folder from a backup"
            ).format(
                folder=layout.folder, store_id=layout.store_id, sealed_id=sealed_id
            )
        )


def check_mark(connection: Connection, layout: StoreLayout, vault: Vault) -> None:
    """Compare the ledger with the mark beside it; a copy's pages are all checked once.

    Raises
    ------
    StoreDamagedError
        If entries are missing, or the copy's pages are of two moments.
    """
    kept = HeadMark(layout, vault.mark_key)
    mark = None if layout.database_url else kept.read()
    if mark is None:
        return
    if missing := missing_entries(connection, layout, mark):
        raise StoreDamagedError(missing)
    if _is_copy(kept, layout):
        _refuse_mixed(connection, layout)


def settle_copy(database: Database, layout: StoreLayout, vault: Vault) -> None:
    """Carry a copy's write-ahead log into its file, before its pages are checked.

    A power cut while that was done leaves half a page in the file; the log still holds
    the whole one, and the check of the file's pages would cry wolf.
    """
    if _is_copy(HeadMark(layout, vault.mark_key), layout):
        with database.read.connect() as connection:
            cursor = connection.connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")


def _is_copy(kept: HeadMark, layout: StoreLayout) -> bool:
    mark = None if layout.database_url else kept.read()
    return mark is not None and mark.file_number != kept.file_number()


def renew_mark(connection: Connection, layout: StoreLayout, vault: Vault) -> None:
    """Say that the ledger is, from here on, the one that lies in this folder."""
    newest = head(connection)
    HeadMark(layout, vault.mark_key).write(newest.seq, newest.hash)


def missing_entries(
    connection: Connection, layout: StoreLayout, mark: KeptHead
) -> str | None:
    """Return how a ledger falls short of its mark, or None."""
    newest = head(connection)
    if newest.seq >= mark.seq:
        return None
    return _(
        "{folder} lacks entries that were acknowledged: it had {wanted} once, and "
        "{got} are there. It was copied while the program was in use, or "
        "ledger.db-wal was removed, or an older copy was put back. Put back the whole "
        "folder; copy it only while nobody is signed in, or use `store backup`. If "
        "nothing better is left, remove {mark}: it opens then as it is"
    ).format(
        folder=layout.folder,
        wanted=mark.seq,
        got=newest.seq,
        mark=layout.mark_file.name,
    )


def mark_problem(
    connection: Connection, layout: StoreLayout, vault: Vault
) -> str | None:
    """Return what `verify` says of a ledger that its mark is ahead of."""
    mark = None if layout.database_url else HeadMark(layout, vault.mark_key).read()
    return missing_entries(connection, layout, mark) if mark else None


def _refuse_mixed(connection: Connection, layout: StoreLayout) -> None:
    faults = [
        str(row[0])
        for pragma in ("cipher_integrity_check", "integrity_check(1)")
        for row in connection.execute(text(f"PRAGMA {pragma}"))
        if row[0] != "ok"
    ]
    if faults:
        raise StoreDamagedError(
            _(
                "{folder} is a copy that is not whole ({fault}): it was made while the "
                "program was in use, or is damaged. Copy the folder while nobody is "
                "signed in, or use `store backup`; `verify` says what is wrong"
            ).format(folder=layout.folder, fault=faults[0])
        )
