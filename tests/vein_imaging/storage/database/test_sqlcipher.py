from __future__ import annotations

import sqlite3
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vein_imaging.domain.session import Annotated
from vein_imaging.storage import Store, StoreError, open_store
from vein_imaging.storage.errors import StoreReadOnlyError

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def note(text: str = "x") -> Annotated:
    return Annotated(entry_id=uuid.uuid4().hex, text=text)


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("secure_delete", 1),
        ("recursive_triggers", 1),
    ],
)
def test_every_connection_keeps_its_promises(
    store: Store, pragma: str, value: object
) -> None:
    for engine in (store.database.write, store.database.read):
        first, second = engine.raw_connection(), engine.raw_connection()
        for connection in (first, second):
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA {pragma}")
            assert cursor.fetchone() == (value,)
            connection.close()


def test_a_promise_that_is_not_kept_is_no_store(
    store: Store, folder: Path, key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.close()
    monkeypatch.setattr(
        "vein_imaging.storage.database.sqlcipher._PRAGMAS",
        (("synchronous", "NORMAL", 2),),
    )
    with pytest.raises(StoreError, match="did not accept synchronous"):
        open_store(folder, key)


def test_an_unsafe_sqlite_is_refused(
    folder: Path, key: bytes, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.close()
    monkeypatch.setattr("sqlcipher3.sqlite_version_info", (3, 51, 2))
    with pytest.raises(StoreError, match="can corrupt"):
        open_store(folder, key)


def test_only_this_user_may_read_any_file_of_a_store(
    store: Store, session_id: str, folder: Path
) -> None:
    store.append(session_id, note(), author="a", at=NOON)
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_stolen_file_tells_nothing(
    store: Store, session_id: str, folder: Path
) -> None:
    store.append(session_id, note("Probe"), author="a", at=NOON)
    store.close()
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        sqlite3.connect(folder / "ledger.db").execute("SELECT * FROM sqlite_master")
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for secret in ("Käthe", "Probe", "P-17", "SQLite format", "event"):
                assert secret.encode() not in content, file.name


def test_a_store_on_a_disk_that_cannot_be_written_opens_to_look_at(
    store: Store, session_id: str, folder: Path, key: bytes
) -> None:
    written = store.append(session_id, note(), author="a", at=NOON)
    store.close()
    with open_store(folder, key, read_only=True) as looked_at:
        assert looked_at.events(session_id) == (written,)
        assert looked_at.patients("probe")
        with pytest.raises(StoreReadOnlyError, match="cannot be written"):
            looked_at.append(session_id, note(), author="a", at=NOON)
    assert not (folder / "ledger.db-wal").exists()


def test_a_look_that_would_hide_the_newest_entries_is_refused(
    store: Store, session_id: str, folder: Path, key: bytes
) -> None:
    store.append(session_id, note(), author="a", at=NOON)
    with pytest.raises(StoreReadOnlyError, match="cannot show"):
        open_store(folder, key, read_only=True)
