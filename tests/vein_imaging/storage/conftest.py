from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from vein_imaging.storage import Server, Store, create_store, new_key

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server of the tests' own, on a socket in a temporary folder."""

    socket: Path

    def url(self, database: str, role: str) -> str:
        return f"postgresql+psycopg://{role}@/{database}?host={self.socket}"

    def run(self, statements: str) -> None:
        """Run SQL as the owner of everything."""
        engine = create_engine(self.url("postgres", "owner"))
        with engine.begin() as connection:
            connection.exec_driver_sql(statements)
        engine.dispose()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.fail("PostgreSQL is not installed: run scripts/setup")
    # initdb refuses root; a socket's path may have 107 bytes, so not under tmp_path
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if user:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs[-1] / program, *arguments],
            check=True,
            capture_output=True,
            user=user,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )

    data = str(folder / "data")
    run("initdb", "-k", "--no-sync", "-A", "trust", "-U", "owner", "-D", data)
    options = f"-c listen_addresses='' -k {folder} -c shared_buffers=16MB"
    log = str(folder / "log")
    run("pg_ctl", "-w", "-D", data, "-l", log, "-o", options, "start")
    try:
        made = Cluster(folder)
        made.run("CREATE ROLE app LOGIN")
        yield made
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def server(cluster: Cluster) -> Server:
    """An empty database: a new schema, since a new database costs 7 MB."""
    cluster.run(
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
        "GRANT USAGE ON SCHEMA public TO app"
    )
    return Server(cluster.url("postgres", "app"), cluster.url("postgres", "owner"))


@pytest.fixture
def now() -> Callable[[], datetime]:
    """A clock that moves a second each time it is asked."""
    seconds = iter(range(100_000))
    return lambda: NOON + timedelta(seconds=next(seconds))


@pytest.fixture
def key() -> bytes:
    return new_key()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "clinic"


@pytest.fixture
def store(folder: Path, key: bytes) -> Iterator[Store]:
    """An empty store in an encrypted file."""
    with create_store(folder, key, author="owner", at=NOON) as opened:
        yield opened


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derive keys with the least cost that Argon2 knows."""
    monkeypatch.setattr(
        "vein_imaging.storage.people.passwords.ARGON2ID_COST", (32, 1, 4)
    )


@pytest.fixture(params=["file", "server"])
def either_store(
    request: pytest.FixtureRequest, folder: Path, key: bytes
) -> Iterator[Store]:
    """An empty store, once in an encrypted file and once on PostgreSQL."""
    at_server = None
    if request.param == "server":
        at_server = request.getfixturevalue("server")
    with create_store(folder, key, author="owner", at=NOON, server=at_server) as opened:
        yield opened


@pytest.fixture
def server_store(server: Server, folder: Path, key: bytes) -> Iterator[Store]:
    """An empty store on PostgreSQL."""
    with create_store(folder, key, author="owner", at=NOON, server=server) as opened:
        yield opened


@pytest.fixture
def patient_id(store_of_test: Store) -> str:
    facts = {"name": "Käthe Probe", "number": "P-17"}
    return store_of_test.add_patient(facts, author="anna", at=NOON)


@pytest.fixture
def store_of_test(request: pytest.FixtureRequest) -> Store:
    """Whichever store the test asked for."""
    asked = {"either_store", "server_store"}.intersection(request.fixturenames)
    name = asked.pop() if asked else "store"
    found: Store = request.getfixturevalue(name)
    return found


@pytest.fixture
def session_id(store_of_test: Store, patient_id: str) -> str:
    return store_of_test.start_session(patient_id, author="anna", at=NOON)
