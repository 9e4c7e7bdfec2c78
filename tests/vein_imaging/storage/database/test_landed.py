"""What a database answers is not believed: an entry that it did not keep is noticed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from vein_imaging.domain.session import Annotated
from vein_imaging.storage import Server, Store
from vein_imaging.storage.database.sqlcipher import sqlcipher_engine
from vein_imaging.storage.errors import NotKeptError
from vein_imaging.storage.upkeep.verify import verify_store

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def note() -> Annotated:
    return Annotated(entry_id=uuid.uuid4().hex, text="x")


@pytest.fixture
def owner(server: Server) -> Iterator[Engine]:
    engine = create_engine(server.owner_url, poolclass=NullPool)
    yield engine
    engine.dispose()


def do(owner: Engine, *statements: str) -> None:
    with owner.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def trigger(body: str, name: str = "a_trap", table: str = "event") -> tuple[str, str]:
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" 'BEGIN {body} END'",
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW"
        f" EXECUTE FUNCTION {name}()",
    )


ELSEWHERE = (
    "CREATE TABLE elsewhere (LIKE event)",
    "GRANT SELECT, INSERT ON elsewhere TO app",
    "CREATE RULE r AS ON INSERT TO event DO INSTEAD"
    " INSERT INTO elsewhere VALUES (NEW.*)",
)
SWALLOWED = {
    "a rule": ("CREATE RULE r AS ON INSERT TO event DO INSTEAD NOTHING",),
    "a rule that counts": ELSEWHERE,
    "a trigger": trigger("RETURN NULL;"),
    "a trigger that edits": trigger("NEW.author := ''eve''; RETURN NEW;"),
}


@pytest.mark.parametrize("how", SWALLOWED)
def test_a_server_that_swallows_an_entry_is_noticed_at_once_and_by_verify(
    server_store: Store, session_id: str, owner: Engine, how: str
) -> None:
    server_store.append(session_id, note(), author="a", at=NOON)
    before = server_store.head()
    do(owner, *SWALLOWED[how])
    with pytest.raises(NotKeptError, match="nothing was recorded"):
        server_store.append(session_id, note(), author="a", at=NOON)
    with pytest.raises(NotKeptError, match="nothing was recorded"):
        server_store.append_own("read", {}, author="a", at=NOON)
    said = [str(problem) for problem in verify_store(server_store).problems]
    assert any("database: " in line for line in said)
    assert server_store.head() == before


def test_a_patients_key_that_is_swallowed_is_noticed(
    server_store: Store, owner: Engine
) -> None:
    before = server_store.head()
    do(owner, "CREATE RULE r AS ON INSERT TO patient_key DO INSTEAD NOTHING")
    with pytest.raises(NotKeptError):
        server_store.add_patient({"name": "N"}, author="a", at=NOON)
    assert server_store.head() == before


def test_a_file_whose_trigger_swallows_an_entry_is_noticed(
    store: Store, session_id: str
) -> None:
    before = store.head()
    file = sqlcipher_engine(
        store.layout.ledger_file, store.vault.database_key, guarded=False
    )
    with file.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER trap BEFORE INSERT ON event BEGIN SELECT RAISE(IGNORE); END"
        )
    file.dispose()
    with pytest.raises(NotKeptError, match="nothing was recorded"):
        store.append(session_id, note(), author="a", at=NOON)
    assert store.head() == before
