from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from vein_imaging.domain.session import Annotated, Photographed
from vein_imaging.storage import Server, Store, open_store
from vein_imaging.storage.database.schema import patient_key
from vein_imaging.storage.errors import (
    PatientErasedError,
    StoreBusyError,
    StoreDamagedError,
)
from vein_imaging.storage.upkeep.erasure import erase_patient, orphans, remove_files
from vein_imaging.storage.upkeep.verify import verify_store

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
PNG = bytes(cv2.imencode(".png", np.arange(600).astype(np.uint8).reshape(20, 30))[1])


def note(text: str = "x") -> Annotated:
    return Annotated(entry_id=uuid.uuid4().hex, text=text)


def photographed(sha256: str) -> Photographed:
    return Photographed(
        entry_id=sha256, image_id=sha256, at=NOON, light="white", pose="standing"
    )


def photograph(store: Store, session_id: str, png: bytes = PNG) -> str:
    sha256 = store.put_image(session_id, png)
    entry = photographed(sha256)
    store.append(session_id, entry, author="anna", at=NOON)
    return sha256


def test_an_erased_patient_is_gone_and_the_chain_whole(
    either_store: Store, patient_id: str, session_id: str
) -> None:
    photograph(either_store, session_id)
    other = either_store.add_patient({"name": "Other"}, author="a", at=NOON)
    other_session = either_store.start_session(other, author="a", at=NOON)
    photograph(either_store, other_session)
    either_store.patients()
    done = erase_patient(
        either_store, patient_id, reason="request of 20 Nov", author="olga", at=NOON
    )
    assert (done.entries, done.files) == (3, 1)
    assert [p.name for p in either_store.patients()] == ["Other"]
    for read in (
        lambda: either_store.events(session_id),
        lambda: either_store.patient_events(patient_id),
        lambda: either_store.append(session_id, note(), author="a", at=NOON),
    ):
        with pytest.raises(PatientErasedError):
            read()
    assert len(either_store.events(other_session)) == 1
    seen = verify_store(either_store)
    assert seen.problems == []
    assert seen.erased == 1
    assert seen.orphans == 0


def test_the_destroyed_key_is_nowhere_in_the_file(
    store: Store, patient_id: str, session_id: str, folder: Path, key: bytes
) -> None:
    with store.reading() as connection:
        wrapped = connection.execute(
            patient_key.select().where(patient_key.c.patient_id == patient_id)
        ).one()
    erase_patient(store, patient_id, reason="r", author="o", at=NOON)
    log = folder / "ledger.db-wal"
    assert not log.exists() or log.stat().st_size == 0
    with store.reading() as connection:
        left = connection.execute(patient_key.select()).all()
    assert wrapped not in left
    with open_store(folder, key) as other, pytest.raises(PatientErasedError):
        other.events(session_id)


def test_an_open_window_notices_that_another_erased(
    store: Store, patient_id: str, session_id: str, folder: Path, key: bytes
) -> None:
    with open_store(folder, key) as other:
        assert other.patients("probe")
        other.append(session_id, note(), author="a", at=NOON)
        erase_patient(store, patient_id, reason="r", author="o", at=NOON)
        assert other.patients("probe") == ()
        with pytest.raises(PatientErasedError):
            other.append(session_id, note(), author="a", at=NOON)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vein_imaging.storage.database.sqlcipher.BUSY_TIMEOUT_S", 0.05)


@pytest.fixture
def reader(
    impatient: None, store: Store, folder: Path, key: bytes
) -> Iterator[Callable[[], AbstractContextManager[object]]]:
    """Another window, and what makes it read."""
    with open_store(folder, key) as other:

        @contextmanager
        def reads() -> Iterator[None]:
            with other.reading() as connection:
                connection.execute(patient_key.select()).all()
                yield

        yield reads


def test_nothing_is_erased_while_another_reads(
    reader: Callable[[], AbstractContextManager[object]],
    store: Store,
    patient_id: str,
    session_id: str,
) -> None:
    store.append(session_id, note(), author="a", at=NOON)
    before = store.head()
    with (
        reader(),
        pytest.raises(StoreBusyError, match="nothing was erased"),
    ):
        store.append(session_id, note(), author="a", at=NOON)
        erase_patient(store, patient_id, reason="r", author="o", at=NOON)
    assert store.head().seq == before.seq + 1
    assert len(store.events(session_id)) == 2


def test_a_key_that_a_reader_kept_in_the_log_is_said_and_removed_at_the_next_try(
    reader: Callable[[], AbstractContextManager[object]],
    store: Store,
    patient_id: str,
    session_id: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    photograph(store, session_id)
    log = store.layout.folder / "ledger.db-wal"
    with ExitStack() as reading:
        settle = store.settle_file

        def read_after_the_first(*, empty_log: bool) -> None:
            settle(empty_log=empty_log)
            reading.enter_context(reader())
            monkeypatch.setattr(store, "settle_file", settle)

        monkeypatch.setattr(store, "settle_file", read_after_the_first)
        with pytest.raises(StoreBusyError, match="is erased, but the destroyed key"):
            erase_patient(store, patient_id, reason="r", author="o", at=NOON)
        assert log.stat().st_size > 0
        assert store.images.files() == []
    again = erase_patient(store, patient_id, reason="r", author="o", at=NOON)
    assert (again.entries, again.files) == (0, 0)
    assert not log.exists() or log.stat().st_size == 0
    assert [e.kind for e in store.own_entries()].count("store.erased") == 1


def test_a_database_that_keeps_the_key_is_noticed(
    server_store: Store, patient_id: str, session_id: str, server: Server
) -> None:
    owner = create_engine(server.owner_url, poolclass=NullPool)
    with owner.begin() as connection:
        connection.exec_driver_sql(
            "CREATE RULE keep AS ON DELETE TO patient_key DO INSTEAD NOTHING"
        )
    before = server_store.head()
    with pytest.raises(StoreDamagedError, match="nothing was erased"):
        erase_patient(server_store, patient_id, reason="r", author="o", at=NOON)
    assert server_store.head() == before


def test_who_read_an_erased_patient_stays_in_the_log(
    either_store: Store, patient_id: str
) -> None:
    body = {"what": "record"}
    either_store.append_own("read", body, author="carl", at=NOON, patient_id=patient_id)
    erase_patient(either_store, patient_id, reason="r", author="o", at=NOON)
    (read,) = (e for e in either_store.own_entries() if e.kind == "store.read")
    assert (read.author, read.at, read.patient_id) == ("carl", NOON, patient_id)
    assert read.body == {}


def test_an_erasure_of_nobody_is_refused(store: Store) -> None:
    before = store.head()
    with pytest.raises(PatientErasedError):
        erase_patient(store, "nobody", reason="r", author="o", at=NOON)
    assert store.head() == before


def test_only_old_files_that_nobody_names_are_orphans(
    store: Store, session_id: str
) -> None:
    photograph(store, session_id)
    store.put_image(session_id, PNG + b"\0")
    (store.images.folder / "broken.partial").write_bytes(b"half")
    for file in store.images.files() + store.images.leftovers():
        os.utime(file, (NOON.timestamp(), NOON.timestamp()))
    assert orphans(store, now=NOON + timedelta(minutes=59)) == []
    found = orphans(store, now=NOON + timedelta(minutes=61))
    assert len(found) == 2
    assert remove_files(found) == 2
    assert verify_store(store).problems == []
    assert verify_store(store).orphans == 0
