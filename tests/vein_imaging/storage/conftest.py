from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vein_imaging.storage import Store, create_store, new_key

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
    with create_store(folder, key, author="owner", at=NOON) as opened:
        yield opened


@pytest.fixture
def patient_id(store: Store) -> str:
    facts = {"name": "Käthe Probe", "number": "P-17"}
    return store.add_patient(facts, author="anna", at=NOON)


@pytest.fixture
def session_id(store: Store, patient_id: str) -> str:
    return store.start_session(patient_id, author="anna", at=NOON)
