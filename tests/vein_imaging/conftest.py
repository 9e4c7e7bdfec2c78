"""A PostgreSQL server of the tests' own, for whoever asks."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from vein_imaging.storage import Server


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
            env={
                "PATH": os.environ["PATH"],
                "LC_ALL": "C.UTF-8",
                "LOCPATH": str(folder / "locale"),  # what a test puts there
            },
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
