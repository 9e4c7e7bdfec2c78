from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vein_imaging.storage import Server, Store, create_store, new_key

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


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
