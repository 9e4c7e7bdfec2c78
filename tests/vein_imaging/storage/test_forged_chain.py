"""What someone with the data key can forge so that every hash is right again.

The hashes say nothing then; what the entries themselves say still does, and a
checkpoint kept elsewhere.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3

from vein_imaging.domain.session import Annotated
from vein_imaging.storage import Store, open_store
from vein_imaging.storage.database.append_only import SQLITE_0001
from vein_imaging.storage.database.schema import GENESIS, patient_key
from vein_imaging.storage.entries.canonical import canonical
from vein_imaging.storage.entries.ledger import (
    commitment_of,
    commitment_salt,
    entry_hash,
)
from vein_imaging.storage.files.keys import Vault, opened, sealed
from vein_imaging.storage.upkeep.erasure import erase_patient
from vein_imaging.storage.upkeep.kept_checkpoints import (
    checkpoint_file,
    write_checkpoints,
)
from vein_imaging.storage.upkeep.verify import verify_store

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def note(text: str = "x") -> Annotated:
    return Annotated(entry_id=uuid.uuid4().hex, text=text)


COLUMNS = (
    *("seq", "at", "latest_at", "author"),
    *("patient_id", "session_id", "kind", "content"),
)
Rows = list[dict[str, Any]]


@pytest.fixture
def forge(
    store: Store, session_id: str, folder: Path, key: bytes, tmp_path: Path
) -> Callable[[Callable[[Rows], object]], list[str]]:
    """Rewrite the ledger, hashes and seals included; return what verify then says."""
    for number in range(4):
        store.append(session_id, note(str(number)), author="anna", at=NOON)
    store.close()
    vault = Vault(key)

    def rewrite(change: Callable[[Rows], object]) -> list[str]:
        shell = sqlcipher3.connect(str(folder / "ledger.db"), isolation_level=None)
        shell.execute(f"PRAGMA key=\"x'{vault.database_key.hex()}'\"")
        keys = {
            patient: vault.unwrap(patient, wrapped)
            for patient, wrapped in shell.execute("SELECT * FROM patient_key")
        }
        found = shell.execute(f"SELECT {', '.join(COLUMNS)} FROM event ORDER BY seq")
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in found]
        for row in rows:
            content = row.pop("content")
            row["plain"] = opened(keys[row["patient_id"]], content, canonical(row))
        change(rows)
        for name in SQLITE_0001:
            shell.execute(f"DROP TRIGGER {name}")
        shell.execute("DELETE FROM event")
        prev = GENESIS
        for row in rows:
            plain = row.pop("plain")
            content = sealed(keys[row["patient_id"]], plain, canonical(row))
            salt = commitment_salt(keys[row["patient_id"]], row)
            commitment = commitment_of(salt, plain)
            own = entry_hash(prev, row, content, commitment)
            shell.execute(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row.values(), content, prev, own, commitment),
            )
            prev = own
        for text in SQLITE_0001.values():
            shell.execute(text)
        shell.close()
        with open_store(folder, key) as again:
            return [str(problem) for problem in verify_store(again).problems]

    return rewrite


def test_a_perfect_forgery_is_seen_by_a_checkpoint_only(
    store: Store,
    forge: Callable[[Callable[[Rows], object]], list[str]],
    folder: Path,
    key: bytes,
    tmp_path: Path,
) -> None:
    with open_store(folder, key) as honest:
        write_checkpoints(honest, [tmp_path / "safe"])
        file = checkpoint_file(honest, tmp_path / "safe")
    assert forge(lambda rows: rows[4].update(author="bob")) == []
    with open_store(folder, key) as forged:
        (problem,) = verify_store(forged, checkpoints=[file]).problems
    assert "is not the one that was signed" in problem.what


def test_a_ledger_that_another_entry_begins_is_named(
    forge: Callable[[Callable[[Rows], object]], list[str]],
) -> None:
    found = forge(lambda rows: rows[0].update(kind="store.other"))
    assert found == ["entry 1: is not the entry that began this store"]


def test_a_time_that_was_set_back_afterwards_is_named(
    forge: Callable[[Callable[[Rows], object]], list[str]],
) -> None:
    early = "2020-01-01T00:00:00.000000+00:00"
    found = forge(lambda rows: rows[5].update(at=early, latest_at=early))
    assert found == ["entry 6: its latest time is not that of the entries before"]


def test_an_entry_of_a_session_that_never_began_is_named(
    forge: Callable[[Callable[[Rows], object]], list[str]],
) -> None:
    (found,) = forge(lambda rows: rows[5].update(session_id="elsewhere"))
    assert "session elsewhere was never begun for patient" in found


def test_a_session_that_begins_twice_is_named(
    forge: Callable[[Callable[[Rows], object]], list[str]],
) -> None:
    (found,) = forge(lambda rows: rows[5].update(kind="store.session"))
    assert "begins a second time" in found


def test_a_key_put_back_after_an_erasure_is_named(
    store: Store, patient_id: str, session_id: str
) -> None:
    of_patient = patient_key.c.patient_id == patient_id
    with store.reading() as connection:
        kept = connection.execute(patient_key.select().where(of_patient)).one()
    erase_patient(store, patient_id, reason="r", author="olga", at=NOON)
    with store.writing() as connection:
        connection.execute(patient_key.insert().values(tuple(kept)))
    (problem,) = verify_store(store).problems
    assert str(problem) == f"patient {patient_id}: was erased, but its key is there"
