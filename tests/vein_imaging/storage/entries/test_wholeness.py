"""A folder is one store, whole, or it does not open; words say why."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlcipher3

from vein_imaging.domain.session import Annotated
from vein_imaging.storage import Server, Store, create_store, open_store
from vein_imaging.storage.errors import LockedError, StoreDamagedError
from vein_imaging.storage.files.keys import Vault
from vein_imaging.storage.opening import migrate_server

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def note() -> Annotated:
    return Annotated(entry_id=uuid.uuid4().hex, text="x")


def append_some(store: Store, session_id: str, count: int = 30) -> None:
    for _ in range(count):
        store.append(session_id, note(), author="a", at=NOON)


def say_another_id(folder: Path) -> None:
    """Change one digit of the store's id in its description."""
    file = folder / "store.json"
    described = json.loads(file.read_text())
    first = described["store_id"][0]
    described["store_id"] = ("1" if first == "0" else "0") + described["store_id"][1:]
    file.write_text(json.dumps(described))


def test_a_changed_store_id_does_not_open(
    either_store: Store, folder: Path, key: bytes
) -> None:
    either_store.close()
    say_another_id(folder)
    with pytest.raises(StoreDamagedError, match=r"store\.json says store"):
        open_store(folder, key)


def test_another_clinics_ledger_does_not_open_even_under_the_same_key(
    store: Store, folder: Path, key: bytes, tmp_path: Path
) -> None:
    store.close()
    create_store(tmp_path / "other", key, author="o", at=NOON).close()
    for name in ("ledger.db", "ledger.mark"):
        shutil.copy(tmp_path / "other" / name, folder / name)
    with pytest.raises(StoreDamagedError, match="is of another store"):
        open_store(folder, key)


def test_another_clinics_server_does_not_open(
    server_store: Store, folder: Path, key: bytes, server: Server, tmp_path: Path
) -> None:
    server_store.close()
    create_store(tmp_path / "other", key, author="o", at=NOON).close()
    file = tmp_path / "other" / "store.json"
    file.write_text(
        json.dumps({**json.loads(file.read_text()), "database_url": server.url})
    )
    migrate_server(tmp_path / "other", key, server.owner_url)
    with pytest.raises(StoreDamagedError, match="is of another store"):
        open_store(tmp_path / "other", key)


def write_until_killed(folder: Path, key: bytes, session_id: str) -> None:
    with open_store(folder, key) as store:
        append_some(store, session_id)
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def killed(store: Store, session_id: str, folder: Path, key: bytes) -> Path:
    """A store whose program was killed with thirty entries in the log only."""
    store.close()
    process = multiprocessing.get_context("fork").Process(
        target=write_until_killed, args=(folder, key, session_id)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert (folder / "ledger.db-wal").stat().st_size
    return folder


def test_after_a_kill_nothing_is_missing(killed: Path, key: bytes) -> None:
    with open_store(killed, key) as store:
        assert store.head().seq == 33


def test_a_log_that_was_deleted_is_said(killed: Path, key: bytes) -> None:
    (killed / "ledger.db-wal").unlink()
    with pytest.raises(StoreDamagedError, match="it had 33 once, and 3 are there"):
        open_store(killed, key)
    (killed / "ledger.mark").unlink()  # what the message says, where nothing is better
    with open_store(killed, key) as store:
        assert store.head().seq == 3


def test_an_older_ledger_put_back_is_said(
    store: Store, session_id: str, folder: Path, key: bytes, tmp_path: Path
) -> None:
    store.close()
    shutil.copy(folder / "ledger.db", tmp_path / "older")
    with open_store(folder, key) as again:
        append_some(again, session_id, 2)
    shutil.copy(tmp_path / "older", folder / "ledger.db")
    with pytest.raises(StoreDamagedError, match="an older copy was put back"):
        open_store(folder, key)


@pytest.mark.parametrize("order", ["log first", "file first", "no log"])
def test_a_copy_of_a_folder_in_use_is_whole_or_refuses(
    order: str, store: Store, session_id: str, folder: Path, key: bytes, tmp_path: Path
) -> None:
    names = {
        "log first": ["ledger.db-wal", "ledger.db", "ledger.mark"],
        "file first": ["ledger.db", "ledger.db-wal", "ledger.mark"],
        "no log": ["ledger.db", "ledger.mark"],
    }[order]
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(folder / "store.json", copy)
    append_some(store, session_id)
    for name in names:
        shutil.copy(folder / name, copy)
        # what others write while it is copied: the log is carried over and begun anew
        store.settle_file(empty_log=True)
        append_some(store, session_id)
    acknowledged_before = 33
    try:
        with open_store(copy, key) as opened:
            assert opened.head().seq >= acknowledged_before
            assert len(opened.events(session_id)) == opened.head().seq - 3
    except StoreDamagedError as refused:
        assert "while the program was in use" in str(refused) or "damaged" in str(
            refused
        )


def test_a_quiet_copy_opens_and_is_no_copy_any_more(
    store: Store, session_id: str, folder: Path, key: bytes, tmp_path: Path
) -> None:
    append_some(store, session_id, 3)
    store.close()
    shutil.copytree(folder, tmp_path / "copy")
    for _ in range(2):
        with open_store(tmp_path / "copy", key) as opened:
            assert opened.head().seq == 6


def test_a_copy_with_pages_of_two_moments_refuses(
    store: Store, session_id: str, folder: Path, key: bytes, tmp_path: Path
) -> None:
    append_some(store, session_id, 200)
    store.settle_file(empty_log=True)
    early = (folder / "ledger.db").read_bytes()
    append_some(store, session_id, 200)
    store.settle_file(empty_log=True)
    late = (folder / "ledger.db").read_bytes()
    store.close()
    shutil.copytree(folder, tmp_path / "copy")
    half = len(early) // 2 // 4096 * 4096
    (tmp_path / "copy" / "ledger.db").write_bytes(early[:half] + late[half:])
    with pytest.raises(StoreDamagedError):
        open_store(tmp_path / "copy", key)


def test_a_mark_of_another_key_says_nothing(
    store: Store, folder: Path, key: bytes
) -> None:
    store.close()
    (folder / "ledger.mark").write_bytes(bytes(84))
    open_store(folder, key).close()


def test_a_closed_store_reads_and_writes_nothing(
    either_store: Store, session_id: str, key: bytes
) -> None:
    kept = either_store.database
    vault = either_store.vault
    either_store.close()
    for act in (either_store.head, lambda: either_store.events(session_id)):
        with pytest.raises(LockedError, match="sign in again"):
            act()
    with pytest.raises(LockedError, match="sign in again"):
        append_some(either_store, session_id, 1)
    for engine in (kept.read, kept.write):
        with pytest.raises(LockedError, match="sign in again"), engine.connect():
            pass
    with pytest.raises(LockedError):
        vault.wrap("p", bytes(32))
    assert not any(vault.database_key)
    assert Vault(key).database_key != vault.database_key


def test_without_the_key_in_memory_a_new_engine_opens_nothing(
    store: Store, folder: Path
) -> None:
    store.close()
    connection = sqlcipher3.connect(str(folder / "ledger.db"))
    with pytest.raises(sqlcipher3.DatabaseError):
        connection.execute("SELECT * FROM event").fetchall()
    connection.close()
