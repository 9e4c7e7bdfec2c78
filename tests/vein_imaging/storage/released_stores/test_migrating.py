"""Whatever interrupts a migration, the store is what it was, or it is migrated.

Runs from the schema of every release to this one's, and on through two revisions of the
test's own, which do what a migration may have to: add a column to the ledger, fill it
past the triggers, add a table and fill it from the ledger.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401  (once here, not in every child)
import pytest
import sqlcipher3
from sqlalchemy import Engine, Pool, create_engine, event, text

from vein_imaging.storage import Server, create_store, open_store
from vein_imaging.storage.database import migrating
from vein_imaging.storage.database.schema import HEAD_REVISION
from vein_imaging.storage.errors import NoSuchStoreError, StoreReadOnlyError
from vein_imaging.storage.files.keys import Vault
from vein_imaging.storage.opening import migrate_server
from vein_imaging.storage.upkeep.backup import generations, restore

Held = Callable[..., None]
Rows = list[tuple[Any, ...]]
State = dict[str, Rows]

ADDS_A_COLUMN = f"""
import sqlalchemy as sa
from alembic import op
from {migrating.__name__.rpartition(".")[0]}.append_only import SQLITE_0001

revision, down_revision = "r9000", "{HEAD_REVISION}"


def upgrade():
    run = op.get_bind().exec_driver_sql
    op.add_column("event", sa.Column("room", sa.Text))
    if op.get_bind().dialect.name == "postgresql":
        run("ALTER TABLE event DISABLE TRIGGER event_no_change")
        run("UPDATE event SET room = kind || seq")
        run("ALTER TABLE event ENABLE ALWAYS TRIGGER event_no_change")
    else:
        run("DROP TRIGGER event_no_update")
        run("UPDATE event SET room = kind || seq")
        run(SQLITE_0001["event_no_update"])
"""
ADDS_A_TABLE = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "r9001", "r9000"


def upgrade():
    op.create_table(
        "visit", sa.Column("session_id", sa.Text), sa.Column("entries", sa.Integer),
        sqlite_strict=True,
    )
    op.get_bind().exec_driver_sql(
        "INSERT INTO visit SELECT session_id, count(*) FROM event GROUP BY session_id"
    )
    op.create_index("visit_by_session", "visit", ["session_id"])
"""
COMMITS_HALFWAY = ADDS_A_TABLE.replace(
    "    op.create_index",
    '    op.get_bind().exec_driver_sql("COMMIT")\n    op.create_index',
)


def add_revisions(
    patch: pytest.MonkeyPatch, folder: Path, revisions: dict[str, str]
) -> None:
    """Let the program have these revisions behind its own."""
    real = Path(migrating.__file__).parent / "migrations"
    shutil.copytree(real, folder / "migrations")
    for name, source in revisions.items():
        (folder / "migrations" / "versions" / f"{name}_test.py").write_text(source)
    patch.setattr(migrating, "__file__", str(folder / "migrating.py"))
    for name, module in list(sys.modules.items()):
        if name.startswith("vein_imaging.storage") and hasattr(module, "HEAD_REVISION"):
            patch.setattr(module, "HEAD_REVISION", max(revisions))


@pytest.fixture(params=["to this release", "two revisions on"])
def revisions(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> dict[str, str]:
    """What the test adds to the migrations of this release: nothing, or two."""
    if request.param == "to this release":
        return {}
    added = {"r9000": ADDS_A_COLUMN, "r9001": ADDS_A_TABLE}
    add_revisions(monkeypatch, tmp_path / "package", added)
    return added


# --- what a store is, byte for byte ------------------------------------------------

_OF_POSTGRESQL = {
    "columns": "SELECT table_name, column_name, data_type, is_nullable,"
    " ordinal_position FROM information_schema.columns WHERE table_schema = 'public'",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "triggers": "SELECT tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger"
    " WHERE NOT tgisinternal",
    "functions": "SELECT proname, prosrc FROM pg_proc"
    " WHERE pronamespace = 'public'::regnamespace",
    "rights": "SELECT table_name, grantee, privilege_type"
    " FROM information_schema.role_table_grants WHERE table_schema = 'public'",
}
_OF_SQLITE = {"schema": "SELECT type, name, sql FROM sqlite_master WHERE sql NOT NULL"}
_TABLES = ("event", "patient_key", "alembic_version")


@dataclass
class Subject:
    """A released store that is migrated, and what migrates it."""

    folder: Path
    key: bytes
    server: Server | None

    def migrate(self) -> None:
        """Do what a user does: open it, or run `store migrate` for a server."""
        if self.server:
            migrate_server(self.folder, self.key, self.server.owner_url)
        open_store(self.folder, self.key).close()

    @contextmanager
    def asked(self) -> Iterator[Callable[[str], Rows]]:
        """Give what asks the bare database, past the program."""
        if self.server:
            engine = create_engine(self.server.owner_url)
            with engine.connect() as connection:
                yield lambda sql: [tuple(r) for r in connection.execute(text(sql))]
            engine.dispose()
        else:
            file = str(self.folder / "ledger.db")
            with closing(sqlcipher3.connect(file, isolation_level=None)) as raw:
                raw.execute(f"PRAGMA key=\"x'{Vault(self.key).database_key.hex()}'\"")
                yield lambda sql: list(raw.execute(sql))

    def state(self, *, rows: bool = True) -> State:
        """Return the whole schema and every row, as the database has them."""
        asking = dict(_OF_POSTGRESQL if self.server else _OF_SQLITE)
        if rows:
            asking |= {table: f"SELECT * FROM {table}" for table in _TABLES}
        with self.asked() as ask:
            return {name: sorted(ask(sql), key=repr) for name, sql in asking.items()}


@pytest.fixture(params=["file", "server"])
def subject(request: pytest.FixtureRequest, parts: Path, key: bytes) -> Subject:
    if request.param == "file":
        return Subject(parts / "clinic", key, None)
    server: Server = request.getfixturevalue("server")
    return Subject(request.getfixturevalue("server_folder"), key, server)


# --- what interrupts it ------------------------------------------------------------


@dataclass
class Reaper:
    """Counts what a migration does; kills the process at one of them.

    A step is the beginning of a transaction, each statement before it goes out, the
    commit before it goes out, and the end; or, within SQLite's statements, every
    hundredth instruction of its machine.
    """

    kill_at: int
    inside_statements: bool = False
    steps: int = 0

    def step(self, *_: object, **__: object) -> int:
        self.steps += 1
        if self.steps == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    def listen(self) -> None:
        if self.inside_statements:

            @event.listens_for(Pool, "connect")
            def _watch(connection: Any, _record: object) -> None:
                connection.set_progress_handler(self.step, 100)

            return
        for name in ("begin", "before_cursor_execute", "commit", "engine_disposed"):
            event.listen(Engine, name, self.step)


def steps_until_the_end(reaper: Reaper, migrate: Callable[[], None]) -> int | None:
    """Migrate in a process of its own; return its number of steps, None if killed."""
    out, into = os.pipe()

    def child() -> None:
        reaper.listen()
        migrate()
        os.write(into, str(reaper.steps).encode())

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    os.close(into)
    with os.fdopen(out) as told:
        said = told.read()
    process.join()
    ended = 0 if said else -signal.SIGKILL
    assert process.exitcode == ended, "half a migration: it cannot be run again"
    return int(said) if said else None


def interrupt_at_every_step(subject: Subject) -> tuple[int, int]:
    """Kill the migration at step 1, 2, 3, ... until it runs through.

    Returns
    -------
    (int, int)
        After how many kills the store was what it was, and after how many migrated.
    """
    as_it_was = subject.state()
    migrated: list[State] = []
    before = 0
    while (
        steps_until_the_end(Reaper(before + len(migrated) + 1), subject.migrate) is None
    ):
        now = subject.state()
        if now["alembic_version"] == as_it_was["alembic_version"]:
            assert now == as_it_was, f"half a migration, after {before} kills"
            before += 1
        else:
            migrated.append(now)
    whole = subject.state()
    assert all(now == whole for now in migrated), "half a migration, called whole"
    return before, len(migrated)


# --- the laws ----------------------------------------------------------------------


def test_killed_at_every_step_it_is_what_it_was_or_migrated(
    revisions: dict[str, str], subject: Subject, is_as_released: Held
) -> None:
    before, after = interrupt_at_every_step(subject)
    assert (before > 15 and after) or not revisions
    with open_store(subject.folder, subject.key) as store:
        is_as_released(store)
    with subject.asked() as ask:
        (found,) = ask("SELECT version_num FROM alembic_version")
        assert found == (max(revisions, default=HEAD_REVISION),)
        if revisions:
            total = ask("SELECT count(*) FROM event")
            assert ask("SELECT count(*) FROM event WHERE room = kind || seq") == total
            assert ask("SELECT sum(entries) FROM visit") == total


def test_killed_inside_a_statement_it_is_what_it_was(
    revisions: dict[str, str], parts: Path, key: bytes, is_as_released: Held
) -> None:
    dry = Subject(shutil.copytree(parts / "clinic", parts / "dry"), key, None)
    total = steps_until_the_end(Reaper(0, inside_statements=True), dry.migrate)
    assert total is not None
    assert total > 20 or not revisions
    subject = Subject(parts / "clinic", key, None)
    whole = (subject.state(), dry.state())
    chosen = random.Random(10).sample(range(1, total + 1), min(total, 20))
    for number in sorted(chosen):
        steps_until_the_end(Reaper(number, inside_statements=True), subject.migrate)
        assert subject.state() in whole
    with open_store(subject.folder, key) as store:
        is_as_released(store)


def test_a_server_is_migrated_by_its_owner_only(
    server_folder: Path, key: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    add_revisions(monkeypatch, tmp_path / "package", {"r9000": ADDS_A_COLUMN})
    with pytest.raises(NoSuchStoreError, match="store migrate"):
        open_store(server_folder, key)


def test_looking_at_an_old_store_read_only_changes_nothing(
    parts: Path, key: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    add_revisions(monkeypatch, tmp_path / "package", {"r9000": ADDS_A_COLUMN})
    subject = Subject(parts / "clinic", key, None)
    before = (parts / "clinic" / "ledger.db").read_bytes()
    with pytest.raises(StoreReadOnlyError, match="of another release"):
        open_store(parts / "clinic", key, read_only=True)
    assert (parts / "clinic" / "ledger.db").read_bytes() == before
    subject.migrate()


def test_restoring_a_backup_of_an_old_store_leaves_the_backup_as_it_is(
    parts: Path,
    key: bytes,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    manifest: dict[str, Any],
    is_as_released: Held,
) -> None:
    add_revisions(monkeypatch, tmp_path / "package", {"r9000": ADDS_A_COLUMN})
    (generation,) = generations(parts / "backup")
    before = (generation / "ledger.db").read_bytes()
    with restore(generation, tmp_path / "restored", key) as store:
        is_as_released(store, until=manifest["backup"]["entries"])
    assert (generation / "ledger.db").read_bytes() == before


def test_a_killed_programs_store_migrates_with_its_last_entry(
    revisions: dict[str, str],
    parts: Path,
    key: bytes,
    manifest: dict[str, Any],
    is_as_released: Held,
) -> None:
    with open_store(parts / "killed", key) as store:
        is_as_released(store)
        last = store.events(manifest["killed"]["session_id"])[-1]
        assert last.hash.hex() == manifest["killed"]["last_hash"]


def test_the_harness_sees_a_migration_that_commits_halfway(
    subject: Subject, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bad = {"r9000": ADDS_A_COLUMN, "r9001": COMMITS_HALFWAY}
    add_revisions(monkeypatch, tmp_path / "package", bad)
    with pytest.raises(AssertionError, match="half a migration"):
        interrupt_at_every_step(subject)


def open_at_once(folder: Path, key: bytes, barrier: Barrier) -> None:
    barrier.wait(timeout=60)
    open_store(folder, key).close()


def test_two_programs_that_open_it_at_once_migrate_it_once(
    revisions: dict[str, str], parts: Path, key: bytes, is_as_released: Held
) -> None:
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(2)
    both = [
        context.Process(target=open_at_once, args=(parts / "clinic", key, barrier))
        for _ in range(2)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert [one.exitcode for one in both] == [0, 0]
    with open_store(parts / "clinic", key) as store:
        is_as_released(store)


def test_a_migrated_store_has_the_schema_of_a_new_one(
    revisions: dict[str, str], subject: Subject, tmp_path: Path, cluster: Any
) -> None:
    subject.migrate()
    migrated = subject.state(rows=False)
    if subject.server:
        cluster.run(
            "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
            "GRANT USAGE ON SCHEMA public TO app"
        )
    fresh = Subject(tmp_path / "fresh", subject.key, subject.server)
    at = datetime(2026, 11, 25, tzinfo=UTC)
    create_store(
        fresh.folder, subject.key, author="o", at=at, server=subject.server
    ).close()
    assert fresh.state(rows=False) == migrated
