"""What gets through to the ledger on an open connection: nothing but an append."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from vein_imaging.domain.session import Annotated
from vein_imaging.storage import Server, Store, StoreError
from vein_imaging.storage.database.sqlcipher import sqlcipher_engine

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def note(text: str = "x") -> Annotated:
    return Annotated(entry_id=uuid.uuid4().hex, text=text)


INSERT = "INSERT INTO event VALUES ({}, 'a', 'a', 'a', '', '', 'k', {}, {}, {}, NULL)"
LAST = "(SELECT hash FROM event ORDER BY seq DESC LIMIT 1)"
ANY = {"file": "zeroblob(32)", "server": "decode(repeat('00', 32), 'hex')"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET author = 'bob'",
        "UPDATE event SET content = content WHERE seq = 2",
        "DELETE FROM event",
        "DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)",
        "DROP TRIGGER event_no_update ON event",
        "DROP TRIGGER event_no_update",
        "DROP TABLE event",
        "ALTER TABLE event RENAME TO old",
        "ALTER TABLE event ADD COLUMN x TEXT",
        "CREATE TABLE other (x TEXT)",
        "TRUNCATE event",
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 2",
        "REPLACE INTO event SELECT * FROM event WHERE seq = 1",
        "PRAGMA writable_schema=ON",
        "PRAGMA recursive_triggers=OFF",
        "PRAGMA synchronous=OFF",
        "ATTACH 'other.db' AS other",
        "SET session_replication_role = replica",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "UPDATE patient_key SET wrapped = wrapped",
    ],
)
def test_the_programs_own_connection_cannot(
    either_store: Store, session_id: str, statement: str
) -> None:
    before = either_store.head()
    with pytest.raises(StoreError), either_store.writing() as connection:
        connection.execute(text(statement))
    assert either_store.head() == before
    either_store.append(session_id, note(), author="a", at=NOON)


@pytest.mark.parametrize(
    ("seq", "prev"),
    [
        ("9", LAST),
        ("3", LAST),
        ("2", LAST),
        ("4", "{any}"),
        ("4", "(SELECT hash FROM event WHERE seq = 2)"),
        ("-1", LAST),
    ],
)
def test_a_gap_a_fork_and_a_second_entry_in_a_place_are_refused(
    either_store: Store, session_id: str, seq: str, prev: str
) -> None:
    any_ = ANY["server" if either_store.layout.database_url else "file"]
    statement = INSERT.format(seq, any_, prev.format(any=any_), any_)
    refused = pytest.raises(StoreError, match=r"no gaps|duplicate")
    with refused, either_store.writing() as connection:
        connection.execute(text(statement))


def test_the_refused_statement_is_accepted_in_its_right_place(
    either_store: Store, session_id: str
) -> None:
    # or the test above would prove nothing but a spelling mistake
    any_ = ANY["server" if either_store.layout.database_url else "file"]
    with either_store.writing() as connection:
        connection.execute(text(INSERT.format(4, any_, LAST, any_)))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET author = 'bob'",
        "DELETE FROM event WHERE seq = 1",
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 2",
    ],
)
def test_without_the_guard_the_triggers_still_refuse(
    store: Store, session_id: str, statement: str
) -> None:
    engine = sqlcipher_engine(
        store.layout.ledger_file, store.vault.database_key, guarded=False
    )
    with engine.begin() as connection:
        for off in ("recursive_triggers=OFF", "foreign_keys=OFF"):
            connection.execute(text(f"PRAGMA {off}"))
    with pytest.raises(DBAPIError, match="the ledger"), engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET author = 'bob'",
        "DELETE FROM event WHERE seq = 1",
        "TRUNCATE event",
        "SET session_replication_role = replica; DELETE FROM event WHERE seq = 1",
    ],
)
def test_on_a_server_the_owners_triggers_refuse_the_owner_too(
    server_store: Store, server: Server, statement: str
) -> None:
    engine = create_engine(server.owner_url)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
