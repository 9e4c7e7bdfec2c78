from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from vein_imaging.storage import Server, Store, StoreError, create_store, open_store
from vein_imaging.storage.database.postgresql import postgresql_engine


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+psycopg://app:secret@/clinic", "password file"),
        ("postgresql+psycopg://app@db.clinic/clinic", "verify-full"),
        ("postgresql+psycopg://app@db.clinic/clinic?sslmode=require", "verify-full"),
        ("mysql://app@localhost/clinic", "wanted postgresql"),
    ],
)
def test_a_url_that_would_leak_is_refused(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        postgresql_engine(url)


def test_a_server_that_may_lose_entries_is_refused(
    server_store: Store, server: Server, folder: Path, key: bytes
) -> None:
    engine = create_engine(server.owner_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER ROLE app SET synchronous_commit = off"))
    try:
        with pytest.raises(StoreError, match="synchronous_commit = off"):
            open_store(folder, key)
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER ROLE app RESET synchronous_commit"))
        engine.dispose()


def test_no_name_and_no_dose_is_readable_for_the_servers_owner(
    server_store: Store, session_id: str, server: Server
) -> None:
    engine = create_engine(server.owner_url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM event")).all()
        keys = connection.execute(text("SELECT * FROM patient_key")).all()
    engine.dispose()
    shown = repr([tuple(row) for row in [*rows, *keys]])
    assert "store.patient" in shown
    assert "Probe" not in shown
    assert "P-17" not in shown


@pytest.mark.parametrize("table", ["event", "patient_key", "alembic_version"])
def test_the_apps_role_may_select_and_insert_and_destroy_keys_only(
    server_store: Store, server: Server, table: str
) -> None:
    rights = [
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "TRUNCATE",
        "REFERENCES",
        "TRIGGER",
    ]
    engine = create_engine(server.owner_url)
    with engine.connect() as connection:
        held = {
            right
            for right in rights
            if connection.scalar(
                text("SELECT has_table_privilege('app', :table, :right)"),
                {"table": table, "right": right},
            )
        }
    engine.dispose()
    assert (
        held
        == {
            "event": {"SELECT", "INSERT"},
            "patient_key": {"SELECT", "INSERT", "DELETE"},
            "alembic_version": {"SELECT"},
        }[table]
    )


def test_making_a_second_store_in_the_same_database_is_refused(
    server_store: Store, server: Server, tmp_path: Path, key: bytes
) -> None:
    at = datetime(2026, 11, 25, tzinfo=UTC)
    with pytest.raises(StoreError):
        create_store(tmp_path / "other", key, author="o", at=at, server=server)
    assert not (tmp_path / "other").exists()
    assert server_store.head().seq == 1


def test_a_server_that_is_gone_is_said_so(
    server_store: Store, folder: Path, key: bytes
) -> None:
    server_store.close()
    file = folder / "store.json"
    file.write_text(file.read_text().replace("host=", "host=/nowhere"))
    with pytest.raises(StoreError, match="does not answer"):
        open_store(folder, key)
