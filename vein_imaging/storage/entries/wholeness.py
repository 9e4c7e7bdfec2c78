"""Whether what lies in a folder is one store, and as much of it as was acknowledged."""

from __future__ import annotations

from itertools import islice

from sqlalchemy import Connection, text

from vein_imaging.storage.database.schema import event
from vein_imaging.storage.entries.ledger import CREATED, head, read_entries
from vein_imaging.storage.errors import StoreDamagedError
from vein_imaging.storage.files.head_mark import HeadMark, Mark
from vein_imaging.storage.files.keys import Vault
from vein_imaging.storage.files.layout import StoreLayout
from vein_imaging.words import translate as _

__all__ = ["check_identity", "check_mark"]


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


def check_mark(
    connection: Connection, layout: StoreLayout, vault: Vault, *, read_only: bool
) -> None:
    """Compare the ledger with the mark beside it; a copy's pages are all checked once.

    Raises
    ------
    StoreDamagedError
        If entries are missing, or the copy's pages are of two moments.
    """
    if layout.database_url:
        return
    kept = HeadMark(layout, vault.mark_key)
    mark, newest = kept.read(), head(connection)
    if mark is not None:
        _refuse_missing(connection, layout, mark)
        if mark.file_number != kept.file_number():
            _refuse_mixed(connection, layout)
    if not read_only:
        kept.write(newest.seq, newest.hash)


def _refuse_missing(connection: Connection, layout: StoreLayout, mark: Mark) -> None:
    newest = head(connection)
    at_mark = connection.execute(
        event.select().with_only_columns(event.c.hash).where(event.c.seq == mark.seq)
    ).scalar_one_or_none()
    if at_mark == mark.hash or not mark.seq:
        return
    raise StoreDamagedError(
        _(
            "{folder} lacks entries that were acknowledged: it had {wanted} once, and "
            "{got} are there. It was copied while the program was in use, or "
            "ledger.db-wal was removed, or an older ledger.db was put back. Put back "
            "the whole folder; copy it only while nobody is signed in, or use `store "
            "backup`. If nothing better is left, remove {mark}: it opens then as it is"
        ).format(
            folder=layout.folder,
            wanted=mark.seq,
            got=newest.seq,
            mark=layout.mark_file.name,
        )
    )


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
                "program was in use. Copy it while nobody is signed in, or use `store "
                "backup`"
            ).format(folder=layout.folder, fault=faults[0])
        )
