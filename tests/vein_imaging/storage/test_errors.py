"""A refusal is told by its code: words change with language and release."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3
from sqlalchemy import Engine, create_engine, exc
from sqlalchemy.pool import NullPool

from vein_imaging.storage import Server, StoreError
from vein_imaging.storage.errors import (
    DiskFullError,
    StoreBusyError,
    StoreDamagedError,
    StoreReadOnlyError,
    StoreUnreachableError,
    WrongKeyError,
    translated,
)


def sqlite(file: Path, mode: str = "rwc") -> Engine:
    return create_engine(
        "sqlite+pysqlite://",
        module=sqlcipher3,
        creator=lambda: sqlcipher3.connect(
            f"{file.as_uri()}?mode={mode}", uri=True, timeout=0.0, isolation_level=None
        ),
        poolclass=NullPool,
    )


def run(engine: Engine, *statements: str) -> None:
    with translated(), engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "some.db"
    run(sqlite(path), "CREATE TABLE t (x)", "INSERT INTO t VALUES (randomblob(90000))")
    return path


def test_sqlite_full(file: Path) -> None:
    limit, insert = "PRAGMA max_page_count=1", "INSERT INTO t VALUES (zeroblob(90000))"
    with pytest.raises(DiskFullError, match="Make room"):
        run(sqlite(file), limit, insert)


def test_sqlite_read_only(file: Path) -> None:
    with pytest.raises(StoreReadOnlyError, match="cannot be written"):
        run(sqlite(file, "ro"), "INSERT INTO t VALUES (1)")


def test_sqlite_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(StoreReadOnlyError, match="cannot be opened"):
        run(sqlite(tmp_path / "nowhere" / "x.db"), "SELECT * FROM t")


def test_sqlite_busy(file: Path) -> None:
    with sqlite(file).connect() as other:
        other.exec_driver_sql("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusyError, match="held the store"):
            run(sqlite(file), "INSERT INTO t VALUES (1)")


def test_sqlite_wrong_key(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(bytes(range(256)) * 32)
    with pytest.raises(WrongKeyError, match="does not open"):
        run(sqlite(tmp_path / "x.db"), "SELECT * FROM t")


def test_sqlite_damaged(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096 : 4096 + 512] = b"\xff" * 512
    file.write_bytes(content)
    with pytest.raises(StoreDamagedError, match="file is damaged"):
        run(sqlite(file), "SELECT * FROM t")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (10 | 1 << 8, StoreDamagedError),  # SQLITE_IOERR_READ, an extended code
        (5 | 2 << 8, StoreBusyError),  # SQLITE_BUSY_SNAPSHOT
        (19, StoreError),  # SQLITE_CONSTRAINT
    ],
)
def test_the_words_do_not_matter(code: int, kind: type[StoreError]) -> None:
    refusal: Any = sqlcipher3.OperationalError("Datei gesperrt: disk is full")
    refusal.sqlite_errorcode = code
    with pytest.raises(StoreError, match="Datei gesperrt") as seen, translated():
        raise exc.OperationalError("INSERT", {}, refusal)
    assert type(seen.value) is kind


@pytest.fixture
def owner(server: Server) -> Iterator[Engine]:
    engine = create_engine(server.owner_url, poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("53100", DiskFullError),
        ("25006", StoreReadOnlyError),
        ("55P03", StoreBusyError),
        ("57P01", StoreUnreachableError),
        ("57P03", StoreUnreachableError),
        ("08006", StoreUnreachableError),
        ("58030", StoreDamagedError),
        ("XX001", StoreDamagedError),
        ("23505", StoreError),
    ],
)
def test_postgresql_by_its_state(
    owner: Engine, state: str, kind: type[StoreError]
) -> None:
    said = f"DO $$ BEGIN RAISE 'keine Ahnung' USING ERRCODE = '{state}'; END $$"
    with pytest.raises(StoreError, match="keine Ahnung") as seen:
        run(owner, said)
    assert type(seen.value) is kind


def test_postgresql_that_is_locked(owner: Engine) -> None:
    with owner.connect() as other:
        other.exec_driver_sql("SELECT pg_advisory_xact_lock(1)")
        with pytest.raises(StoreBusyError, match="held the store"):
            run(owner, "SET lock_timeout = 10", "SELECT pg_advisory_xact_lock(1)")


def test_postgresql_that_is_not_there() -> None:
    engine = create_engine("postgresql+psycopg://app@/clinic?host=/nowhere")
    with pytest.raises(StoreUnreachableError, match="does not answer"):
        run(engine, "SELECT 1")


def test_postgresql_that_goes_away_in_the_middle(owner: Engine) -> None:
    with (
        pytest.raises(StoreUnreachableError, match="closed the connection"),
        translated(),
        owner.connect() as connection,
        owner.connect() as other,
    ):
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        other.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")
        connection.exec_driver_sql("SELECT 1")
