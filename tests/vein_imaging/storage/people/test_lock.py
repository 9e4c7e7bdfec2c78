"""After the desk has locked, nothing in memory reads or writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from vein_imaging.storage.errors import LockedError
from vein_imaging.storage.people.roles import Action

from .conftest import Clinic


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/mem")
def test_no_key_is_left_in_memory_after_the_lock(tmp_path: Path) -> None:
    script = Path(__file__).with_name("what_is_left_in_memory.py")
    ran = subprocess.run(
        [sys.executable, script, tmp_path / "clinic"],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(ran.stdout)
    assert told["before"]["data key"] >= 1, "the search finds what is there"
    left = told["after"].pop("database key in hex")  # SQLite's: docs/threat-model.md
    assert left <= told["before"]["database key in hex"]
    assert told["after"] == dict.fromkeys(told["after"], 0)


def test_a_store_that_somebody_kept_is_closed_by_the_lock(clinic: Clinic) -> None:
    olga = clinic.olga()
    store = olga.allowed_store(Action.BACKUP)
    engines = store.database
    olga.lock()
    with pytest.raises(LockedError, match="sign in again"):
        store.own_entries()
    with pytest.raises(LockedError, match="sign in again"):
        store.append_own("read", {}, author="olga", at=clinic.now)
    for engine in (engines.read, engines.write):
        with pytest.raises(LockedError), engine.connect():
            pass


def test_a_lock_that_cannot_be_written_down_locks_all_the_same(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vein_imaging.storage import Store
    from vein_imaging.storage.errors import DiskFullError

    def full(*_: object, **__: object) -> None:
        raise DiskFullError("The disk is full")

    olga = clinic.olga()
    store = olga.allowed_store(Action.BACKUP)
    monkeypatch.setattr(Store, "append_own", full)
    olga.lock()
    assert olga.locked
    assert olga.late_warnings == ("The disk is full",)
    with pytest.raises(LockedError):
        store.head()
