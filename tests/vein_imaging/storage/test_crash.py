"""Killed writers, full disks, races: the small version of `benchmarks/crash.py`."""

from __future__ import annotations

import multiprocessing
import os
import signal
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import cv2
import numpy as np
import pytest

from vein_imaging.domain.session import Annotated, Photographed
from vein_imaging.storage import PatientHistory, Store, open_store
from vein_imaging.storage.database import sqlcipher
from vein_imaging.storage.errors import DiskFullError
from vein_imaging.storage.upkeep.verify import verify_store

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def note(text: str = "x") -> Annotated:
    return Annotated(entry_id=uuid.uuid4().hex, text=text)


def photographed(sha256: str) -> Photographed:
    return Photographed(
        entry_id=sha256, image_id=sha256, at=NOON, light="white", pose="standing"
    )


def write_for_ever(folder: Path, key: bytes, session_id: str, told: int) -> None:
    with open_store(folder, key) as store:
        for number in range(10**6):
            picture = np.full((16, 16), number % 256, np.uint8)
            sha256 = store.put_image(
                session_id, bytes(cv2.imencode(".png", picture)[1])
            )
            done = store.append(session_id, photographed(sha256), author="a", at=NOON)
            os.write(told, f"{done.seq} {done.hash.hex()} {sha256}\n".encode())


@pytest.mark.parametrize("acknowledged", [1, 2, 5, 9])
def test_what_a_killed_writer_had_acknowledged_is_there(
    either_store: Store, session_id: str, folder: Path, key: bytes, acknowledged: int
) -> None:
    either_store.close()
    out, into = os.pipe()
    context = multiprocessing.get_context("fork")
    writer = context.Process(
        target=write_for_ever, args=(folder, key, session_id, into)
    )
    writer.start()
    os.close(into)
    with os.fdopen(out) as stream:
        lines = [stream.readline() for _ in range(acknowledged)]
        assert writer.pid
        os.kill(writer.pid, signal.SIGKILL)
        lines += stream.readlines()
    writer.join()
    with open_store(folder, key) as store:
        there = {e.seq: e.hash.hex() for e in store.events(session_id)}
        for line in lines:
            seq, digest, sha256 = line.split()
            assert there[int(seq)] == digest
            store.image(session_id, sha256)
        assert verify_store(store).problems == []
        store.append(session_id, note(), author="a", at=NOON)


@dataclass(frozen=True)
class Stop:
    severity: str = "stop"


def race(
    folder: Path, key: bytes, sessions: list[str], barrier: Barrier, told: int
) -> None:
    def check(history: PatientHistory) -> list[Stop]:
        return [Stop()] if history.events else []

    with open_store(folder, key) as store:
        for session_id in sessions:
            barrier.wait(timeout=60)
            outcome = store.check_and_append(
                session_id, note(), check=check, author="a", at=NOON
            )
            os.write(told, b"1" if outcome.event else b"0")


def test_of_two_processes_one_passes_the_last_tenth_of_a_millilitre(
    either_store: Store, folder: Path, key: bytes
) -> None:
    sessions = []
    for _ in range(10):
        patient_id = either_store.add_patient({}, author="a", at=NOON)
        session_id = either_store.start_session(patient_id, author="a", at=NOON)
        sessions.append(session_id)
    either_store.close()
    out, into = os.pipe()
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(2)
    racers = [
        context.Process(target=race, args=(folder, key, sessions, barrier, into))
        for _ in range(2)
    ]
    for racer in racers:
        racer.start()
    os.close(into)
    with os.fdopen(out) as stream:
        assert sorted(stream.read()) == ["0"] * 10 + ["1"] * 10
    for racer in racers:
        racer.join()
    with open_store(folder, key) as store:
        assert [len(store.events(session_id)) for session_id in sessions] == [1] * 10


def test_a_full_disk_refuses_the_entry_keeps_the_rest_and_goes_on(
    store: Store,
    session_id: str,
    folder: Path,
    key: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store.close()
    full = ("max_page_count", "24", 24)
    with monkeypatch.context() as patch:
        patch.setattr(sqlcipher, "_PRAGMAS", (*sqlcipher._PRAGMAS, full))
        with open_store(folder, key) as small:
            written = 0
            with pytest.raises(DiskFullError, match="Make room"):
                for _ in range(200):
                    entry = note("x" * 500)
                    small.append(session_id, entry, author="a", at=NOON)
                    written += 1
            assert len(small.events(session_id)) == written
            assert verify_store(small).problems == []
    with open_store(folder, key) as roomy:
        roomy.append(session_id, note(), author="a", at=NOON)
        assert len(roomy.events(session_id)) == written + 1


def test_an_image_is_on_the_disk_before_the_entry_that_names_it(
    store: Store, session_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real: Callable[[int], None] = os.fsync

    def fsync(descriptor: int) -> None:
        steps.append("flush")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    picture = bytes(cv2.imencode(".png", np.zeros((4, 4), np.uint8))[1])
    sha256 = store.put_image(session_id, picture)
    assert steps[-2:] == ["flush", "flush"]  # the file, then its folder
    assert store.images.leftovers() == []
    store.append(session_id, photographed(sha256), author="a", at=NOON)
