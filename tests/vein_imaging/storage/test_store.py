from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from vein_imaging.domain.session import Annotated, Photographed
from vein_imaging.storage import (
    Entry,
    PatientHistory,
    Store,
    create_store,
    new_key,
    open_store,
)
from vein_imaging.storage.errors import (
    InvalidBodyError,
    MissingImageError,
    NoSuchSessionError,
    NoSuchStoreError,
    PatientErasedError,
    WrongKeyError,
)
from vein_imaging.storage.files import keys
from vein_imaging.storage.files.layout import find_store

PNG = bytes(cv2.imencode(".png", np.arange(600).astype(np.uint8).reshape(20, 30))[1])
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def note(text: str = "x") -> Annotated:
    return Annotated(entry_id=uuid.uuid4().hex, text=text)


def photographed(sha256: str) -> Photographed:
    return Photographed(
        entry_id=sha256, image_id=sha256, at=NOON, light="white", pose="standing"
    )


@dataclass(frozen=True)
class Stop:
    severity: str = "stop"


@dataclass(frozen=True)
class Note:
    severity: str = "note"


def test_entries_are_there_after_closing(
    either_store: Store, session_id: str, folder: Path, key: bytes
) -> None:
    written = [
        either_store.append(session_id, note(), author="anna", at=NOON)
        for _ in range(3)
    ]
    either_store.close()
    with open_store(folder, key) as again:
        assert list(again.events(session_id)) == written


def test_a_session_shows_its_own_entries_and_a_patient_those_of_all_sessions(
    either_store: Store, patient_id: str, session_id: str
) -> None:
    second = either_store.start_session(patient_id, author="anna", at=NOON)
    first_entry = either_store.append(session_id, note(), author="anna", at=NOON)
    second_entry = either_store.append(second, note(), author="anna", at=NOON)
    assert either_store.events(session_id) == (first_entry,)
    assert either_store.patient_events(patient_id) == (first_entry, second_entry)
    assert [s.session_id for s in either_store.sessions(patient_id)] == [
        session_id,
        second,
    ]


def open_a_session(store: Store, session_id: str) -> None:
    head = store.session_head(session_id)
    store.events(session_id)
    store.patient_events(head.patient_id)


def test_opening_a_session_decrypts_that_patient_however_many_there_are(
    either_store: Store,
    patient_id: str,
    session_id: str,
    folder: Path,
    key: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    either_store.append(session_id, note(), author="anna", at=NOON)
    opened: list[bytes] = []

    def count(box_key: bytes, box: bytes, about: bytes) -> bytes:
        opened.append(about)
        return keys.opened(box_key, box, about)

    monkeypatch.setattr("vein_imaging.storage.entries.ledger.opened", count)
    counts = []
    for crowd in (0, 20):
        for _ in range(crowd):
            other = either_store.add_patient({"name": "Other"}, author="a", at=NOON)
            either_store.start_session(other, author="a", at=NOON)
        with open_store(folder, key) as fresh:
            opened.clear()
            open_a_session(fresh, session_id)
            assert all(patient_id.encode() in about for about in opened)
            counts.append(len(opened))
    assert counts == [3, 3]


def test_opening_a_session_walks_through_no_other_patients_rows(
    store: Store, session_id: str, folder: Path, key: bytes
) -> None:
    counts = []
    for crowd in (0, 20):
        for _ in range(crowd):
            other = store.add_patient({"name": "Other"}, author="a", at=NOON)
            store.start_session(other, author="a", at=NOON)
        steps: list[int] = []
        with open_store(folder, key) as fresh:
            raw = fresh.database.read.raw_connection()
            assert raw.driver_connection is not None
            # called at every instruction of SQLite's machine
            raw.driver_connection.set_progress_handler(partial(steps.append, 1), 1)
            raw.close()
            open_a_session(fresh, session_id)
            fresh.sessions(fresh.patient_of(session_id))
        counts.append(len(steps))
    assert 0 < counts[0] <= counts[1] < counts[0] + 20  # not one for each of the crowd


def test_a_sessions_head_is_its_beginning(
    either_store: Store, patient_id: str, session_id: str
) -> None:
    either_store.start_session(patient_id, author="anna", at=NOON)
    either_store.append(session_id, note(), author="bea", at=NOON)
    (own,) = (
        one for one in either_store.sessions(patient_id) if one.session_id == session_id
    )
    assert either_store.session_head(session_id) == own
    for wrong in ("", "no such"):
        with pytest.raises(NoSuchSessionError):
            either_store.session_head(wrong)


def test_the_check_sees_all_that_was_written_about_the_patient(
    either_store: Store, patient_id: str, session_id: str
) -> None:
    second = either_store.start_session(patient_id, author="anna", at=NOON)
    either_store.append(session_id, note(), author="anna", at=NOON)
    seen: list[PatientHistory] = []

    def check(history: PatientHistory) -> list[Note]:
        seen.append(history)
        return [Note()]

    outcome = either_store.check_and_append(
        second, note(), check=check, author="anna", at=NOON
    )
    assert [len(history.events) for history in seen] == [1]
    assert outcome.findings == (Note(),)
    assert outcome.event == either_store.events(second)[0]


def test_a_session_whose_first_entry_was_not_written_can_be_begun_again(
    either_store: Store, patient_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vein_imaging.storage.entries import ledger
    from vein_imaging.storage.errors import DiskFullError

    module = "vein_imaging.storage.store.append_entry"
    begin = partial(
        either_store.start_session,
        patient_id,
        author="anna",
        at=NOON,
        session_id="s1",
        opened=note("first"),
    )
    whole, calls = ledger.append_entry, []

    def full(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:  # the session's beginning stands, its first entry does not
            raise DiskFullError("full")
        return whole(*arguments)

    monkeypatch.setattr(module, full)
    with pytest.raises(DiskFullError):
        begin()
    assert begin() == "s1"


def test_a_stop_leaves_nothing_written(either_store: Store, session_id: str) -> None:
    before = either_store.head()
    outcome = either_store.check_and_append(
        session_id, note(), check=lambda history: [Stop()], author="anna", at=NOON
    )
    assert outcome.event is None
    assert outcome.findings == (Stop(),)
    assert either_store.head() == before


def test_a_check_that_raises_leaves_nothing_written_and_the_store_open(
    either_store: Store, session_id: str
) -> None:
    before = either_store.head()

    def broken(history: PatientHistory) -> list[Stop]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        either_store.check_and_append(
            session_id, note(), check=broken, author="anna", at=NOON
        )
    assert either_store.head() == before
    either_store.append(session_id, note(), author="anna", at=NOON)


def test_two_threads_pass_the_last_tenth_of_a_millilitre_once(
    either_store: Store, folder: Path, key: bytes, session_id: str
) -> None:
    def check(history: PatientHistory) -> list[Stop]:
        return [Stop()] if len(history.events) >= 10 else []

    accepted: list[bool] = []

    def inject(mine: Store) -> None:
        for _ in range(10):
            outcome = mine.check_and_append(
                session_id, note(), check=check, author="anna", at=NOON
            )
            accepted.append(outcome.event is not None)

    with open_store(folder, key) as other:
        threads = [
            threading.Thread(target=inject, args=(mine,))
            for mine in (either_store, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert accepted.count(True) == 10
    assert len(either_store.events(session_id)) == 10


def test_a_clock_set_back_is_accepted_flagged_and_brings_no_time_back(
    either_store: Store, session_id: str
) -> None:
    either_store.append(session_id, note(), author="anna", at=NOON)
    year_ago = NOON - timedelta(days=365)
    histories: list[PatientHistory] = []

    def check(history: PatientHistory) -> list[Stop]:
        histories.append(history)
        return []

    outcome = either_store.check_and_append(
        session_id, note(), check=check, author="anna", at=year_ago
    )
    again = either_store.append(session_id, note(), author="anna", at=year_ago)
    assert histories[0].latest_at == NOON
    assert outcome.event is not None
    assert outcome.event.clock_set_back
    assert again.clock_set_back
    assert outcome.event.at == year_ago


def test_two_machines_a_minute_apart_are_no_clock_set_back(
    either_store: Store, session_id: str
) -> None:
    either_store.append(session_id, note(), author="anna", at=NOON)
    earlier = NOON - timedelta(minutes=1)
    assert not either_store.append(
        session_id, note(), author="b", at=earlier
    ).clock_set_back


def test_a_time_without_a_zone_is_refused(either_store: Store, session_id: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        either_store.append(
            session_id, note(), author="a", at=NOON.replace(tzinfo=None)
        )


def test_a_float_is_refused_and_nothing_is_written(
    either_store: Store, session_id: str
) -> None:
    before = either_store.head()
    with pytest.raises(InvalidBodyError, match="volume_ml"):
        either_store.append(
            session_id, Entry("annotated", {"volume_ml": 0.1}), author="a", at=NOON
        )
    assert either_store.head() == before


def test_patients_are_found_by_fragments_without_case_or_accents(
    either_store: Store, patient_id: str
) -> None:
    either_store.add_patient({"name": "Bodo Beispiel"}, author="a", at=NOON)
    assert [p.name for p in either_store.patients("prob KATHE")] == ["Käthe Probe"]
    assert [p.name for p in either_store.patients("p-17")] == ["Käthe Probe"]
    assert [p.name for p in either_store.patients()] == ["Bodo Beispiel", "Käthe Probe"]


def test_a_changed_patient_keeps_what_was_not_named(
    either_store: Store, patient_id: str, folder: Path, key: bytes
) -> None:
    either_store.patients()
    either_store.change_patient(
        patient_id, {"name": "Käthe Muster"}, author="a", at=NOON
    )
    with open_store(folder, key) as other:
        assert other.patients("muster") == either_store.patients("muster")
    assert either_store.patients("muster")[0].facts["number"] == "P-17"
    assert either_store.patients("probe") == ()


def test_a_picture_comes_back_byte_for_byte(
    either_store: Store, session_id: str
) -> None:
    sha256 = either_store.put_image(session_id, PNG)
    either_store.append(session_id, photographed(sha256), author="a", at=NOON)
    assert either_store.image(session_id, sha256) == PNG


def test_an_entry_cannot_name_a_picture_that_is_not_there(
    either_store: Store, session_id: str
) -> None:
    entry = photographed("ab" * 32)
    with pytest.raises(MissingImageError, match="store the picture first"):
        either_store.append(session_id, entry, author="a", at=NOON)


def test_unknown_sessions_and_patients_are_named(either_store: Store) -> None:
    with pytest.raises(NoSuchSessionError, match="nowhere"):
        either_store.append("nowhere", note(), author="a", at=NOON)
    with pytest.raises(NoSuchSessionError, match="nowhere"):
        either_store.events("nowhere")
    with pytest.raises(PatientErasedError, match="nobody"):
        either_store.start_session("nobody", author="a", at=NOON)


def test_a_session_is_started_once(
    either_store: Store, patient_id: str, session_id: str
) -> None:
    with pytest.raises(ValueError, match="exists"):
        either_store.start_session(
            patient_id, author="a", at=NOON, session_id=session_id
        )


def test_the_stores_own_kinds_cannot_be_forged(
    either_store: Store, session_id: str
) -> None:
    with pytest.raises(ValueError, match=r"store\."):
        either_store.append(session_id, Entry("store.erased", {}), author="a", at=NOON)


def test_a_wrong_key_opens_nothing(either_store: Store, folder: Path) -> None:
    either_store.close()
    with pytest.raises(WrongKeyError, match="does not open"):
        open_store(folder, new_key())
    with pytest.raises(WrongKeyError, match="32 bytes"):
        open_store(folder, b"short")


def test_a_folder_that_is_no_store_is_not_made_one(tmp_path: Path, key: bytes) -> None:
    with pytest.raises(NoSuchStoreError, match="holds no store"):
        open_store(tmp_path / "mistyped", key)
    assert list(tmp_path.iterdir()) == []


def test_a_lost_ledger_is_not_replaced_by_an_empty_one(
    store: Store, folder: Path, key: bytes
) -> None:
    store.close()
    find_store(folder).ledger_file.unlink()
    with pytest.raises(NoSuchStoreError, match="restore"):
        open_store(folder, key)


def test_a_store_is_made_in_an_empty_folder_only(
    either_store: Store, folder: Path, key: bytes
) -> None:
    with pytest.raises(FileExistsError, match="not empty"):
        create_store(folder, key, author="a", at=NOON)


def test_making_a_store_that_fails_leaves_no_store(
    tmp_path: Path,
    key: bytes,
    monkeypatch: pytest.MonkeyPatch,
    now: Callable[[], datetime],
) -> None:
    def fail(*_: object) -> None:
        raise OSError("pulled out")

    monkeypatch.setattr("vein_imaging.storage.opening.describe_store", fail)
    with pytest.raises(OSError, match="pulled out"):
        create_store(tmp_path / "clinic", key, author="a", at=now())
    assert not (tmp_path / "clinic").exists()
