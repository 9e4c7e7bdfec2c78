from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from vein_imaging.domain.session import Annotated, Photographed
from vein_imaging.storage import Store, open_store
from vein_imaging.storage.database.schema import patient_key
from vein_imaging.storage.errors import PatientErasedError
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
