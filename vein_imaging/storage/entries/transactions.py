"""The transactions of an open store, until it is closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from sqlalchemy import Connection, event

from vein_imaging.storage.database.engines import Database
from vein_imaging.storage.entries.ledger import Head, head, newest_written
from vein_imaging.storage.errors import LockedError, translated
from vein_imaging.storage.files.head_mark import HeadMark
from vein_imaging.storage.files.keys import Vault
from vein_imaging.storage.files.layout import StoreLayout
from vein_imaging.words import translate as _

__all__ = ["Transactions"]


def _nothing() -> None:
    """Do nothing after a commit."""


class Transactions:
    """What reads and writes the ledger. Use it in a `with`, or `close` it.

    Attributes
    ----------
    after_commit : function
        Called behind each write that was acknowledged, outside of its transaction.
    """

    def __init__(self, layout: StoreLayout, database: Database, vault: Vault) -> None:
        self.layout = layout
        self.database = database
        self.vault = vault
        self.after_commit: Callable[[], None] = _nothing
        self._mark = HeadMark(layout, vault.mark_key)
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database and overwrite the keys; nothing works any more after it.

        Neither this object nor an engine that somebody has kept connects again.
        """
        if self._closed:
            return
        self._closed = True
        for engine in {self.database.read, self.database.write}:
            # the first to answer wins, and `insert` does nothing for this event
            for connects in list(engine.dialect.dispatch.do_connect):
                event.remove(engine, "do_connect", connects)
            event.listen(engine, "do_connect", _refuse)
        self.database.dispose()
        self.vault.close()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the package's other modules a transaction that is the only writer."""
        self._refuse_closed()
        with self.database.writing() as connection:
            yield connection
            newest = newest_written(connection)
        if newest is not None:
            self._mark.write(newest.seq, newest.hash)
            self.after_commit()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give the package's other modules a transaction that only reads."""
        self._refuse_closed()
        with translated(), self.database.read.begin() as connection:
            yield connection

    def _refuse_closed(self) -> None:
        if self._closed:
            raise LockedError(_("Locked: sign in again"))

    def settle_file(self, *, empty_log: bool = False) -> None:
        """Move what the write-ahead log holds into the file itself.

        With `empty_log`, wait for other readers and leave nothing in the log: what was
        deleted is nowhere then. Raises `StoreBusyError` where they go on for too long.
        """
        self._refuse_closed()
        with translated():
            self.database.settle_file(empty_log=empty_log)

    def head(self) -> Head:
        """Return the newest entry's sequence number, hash and time."""
        with self.reading() as connection:
            return head(connection)


def _refuse(*_args: object) -> None:
    raise LockedError(_("Locked: sign in again"))
