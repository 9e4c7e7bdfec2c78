"""A store that a release wrote is read by this one: all of it, by everyone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest

from vein_imaging.domain.session import Annotated
from vein_imaging.storage import Server, StoreError, open_store
from vein_imaging.storage.errors import (
    PatientErasedError,
    StoreReadOnlyError,
    WrongPasswordError,
)
from vein_imaging.storage.people.administration import recover
from vein_imaging.storage.people.roles import Role
from vein_imaging.storage.people.signed_in import Clocks, SignedInStore, sign_in
from vein_imaging.storage.upkeep.backup import back_up, generations, restore
from vein_imaging.storage.upkeep.checkpoint import read_checkpoint
from vein_imaging.storage.upkeep.patient_export import export_patient
from vein_imaging.storage.upkeep.verify import verify_store

Manifest = dict[str, Any]
Held = Callable[..., None]


def the_day_after(manifest: Manifest) -> datetime:
    return datetime.fromisoformat(manifest["last_written_at"]) + timedelta(days=1)


def signed_in(
    folder: Path, manifest: Manifest, name: str, **given: str
) -> SignedInStore:
    user, now = manifest["users"][name], the_day_after(manifest)
    secret = user["totp_secret"]
    code = pyotp.TOTP(secret).at(now) if secret else ""
    clocks = Clocks(now=lambda: now, idle=lambda: 0.0)
    said = {"password": user["password"], "code": code, **given}
    return sign_in(folder, name, clocks=clocks, **said)


def test_all_that_was_written_is_there_as_it_was_written(
    either_folder: Path, key: bytes, is_as_released: Held
) -> None:
    with open_store(either_folder, key) as store:
        is_as_released(store)


def test_it_opens_from_a_disk_that_cannot_be_written(
    parts: Path, key: bytes, is_as_released: Held, manifest: Manifest
) -> None:
    before = (parts / "clinic" / "ledger.db").read_bytes()
    with pytest.raises(StoreReadOnlyError, match="of another release"):
        open_store(parts / "clinic", key, read_only=True)
    assert (parts / "clinic" / "ledger.db").read_bytes() == before
    open_store(parts / "clinic", key).close()  # brings a copy up to this release
    with open_store(parts / "clinic", key, read_only=True) as store:
        is_as_released(store)


def test_a_store_whose_program_was_killed_has_its_last_entry(
    parts: Path, key: bytes, manifest: Manifest, is_as_released: Held
) -> None:
    with open_store(parts / "killed", key) as store:
        is_as_released(store)
        killed = manifest["killed"]
        last = store.events(killed["session_id"])[-1]
        assert last.hash.hex() == killed["last_hash"]
        assert last.value.entry_id == killed["last_entry_id"]
        assert store.head().seq == manifest["head"]["seq"] + 1


def test_everyone_signs_in_with_password_and_code_and_has_the_same_roles(
    either_folder: Path, manifest: Manifest
) -> None:
    for name, user in manifest["users"].items():
        with signed_in(either_folder, manifest, name) as clinic:
            assert clinic.user.roles == {Role(role) for role in user["roles"]}
            assert bool(clinic.user.totp_secret) == bool(user["totp_secret"])


def test_nobody_signs_in_by_less(parts: Path, manifest: Manifest) -> None:
    by_code = [n for n, user in manifest["users"].items() if user["totp_secret"]]
    assert by_code
    for name in by_code:
        with pytest.raises(WrongPasswordError):
            signed_in(parts / "clinic", manifest, name, code="000000")
    with pytest.raises(WrongPasswordError):
        signed_in(parts / "clinic", manifest, "anton", password="not the password")
    for name in manifest["former_users"]:
        with pytest.raises(WrongPasswordError):
            sign_in(parts / "clinic", name, "amber trombone lichen")


def test_the_printed_recovery_key_still_opens_it(
    parts: Path, manifest: Manifest
) -> None:
    now, password = the_day_after(manifest), "harpsichord quarry elm"
    folder, paper = parts / "clinic", manifest["recovery_key"]
    recover(folder, paper, "olga", password, at=now)
    with signed_in(folder, manifest, "olga", password=password) as clinic:
        assert Role.OWNER in clinic.user.roles


def test_an_erased_patient_stays_unreadable(
    either_folder: Path, key: bytes, manifest: Manifest
) -> None:
    (gone,) = manifest["erased_patients"]
    with open_store(either_folder, key) as store:
        with pytest.raises(PatientErasedError):
            store.patient_events(gone)
        assert store.patients("weg") == ()


def test_work_goes_on_in_it(
    either_folder: Path, key: bytes, manifest: Manifest, is_as_released: Held
) -> None:
    session_id = manifest["killed"]["session_id"]
    note = Annotated(entry_id="new", text="written by this version")
    with signed_in(either_folder, manifest, "carla") as clinic:
        written = clinic.append(session_id, note)
        assert clinic.events(session_id)[-1].value == note
    assert written.seq > manifest["head"]["seq"]
    with open_store(either_folder, key) as store:
        is_as_released(store)
        fresh = store.add_patient({"name": "New One"}, author="carla", at=written.at)
        store.start_session(fresh, author="carla", at=written.at)
        assert verify_store(store).problems == []


@pytest.mark.parametrize("target", ["file", "server"])
def test_its_backup_restores_onto_either_database(
    target: str,
    parts: Path,
    key: bytes,
    manifest: Manifest,
    is_as_released: Held,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    server: Server | None = None
    if target == "server":
        server = request.getfixturevalue("server")
    (generation,) = generations(parts / "backup")
    restored = tmp_path / "restored"
    with restore(generation, restored, key, server=server) as store:
        until = manifest["backup"]["entries"]
        assert store.head().seq == until
        is_as_released(store, until=until)
        checkpoint = next(generation.glob("*.checkpoint"))
        assert verify_store(store, checkpoints=[checkpoint]).problems == []
    with signed_in(restored, manifest, "olga") as clinic:
        assert clinic.user.name == "olga"


def test_it_is_backed_up_and_moves_to_the_other_database(
    parts: Path, key: bytes, manifest: Manifest, is_as_released: Held, server: Server
) -> None:
    at = the_day_after(manifest)
    with open_store(parts / "clinic", key) as store:
        generation = back_up(store, parts / "new", key, author="olga", at=at)
    with restore(generation, parts / "moved", key, server=server) as store:
        is_as_released(store)


def test_a_patient_handed_out_reads_the_same_today(
    parts: Path, key: bytes, manifest: Manifest
) -> None:
    released = parts / "export"
    lines = [
        json.loads(line)
        for line in (released / "entries.jsonl").read_text("utf-8").splitlines()
    ]
    by_seq = {entry["seq"]: entry for entry in manifest["entries"]}
    for line in lines:
        entry = by_seq[line["seq"]]
        for name in ("author", "session_id", "kind", "body", "hash"):
            assert line[name] == entry[name]
    signed = read_checkpoint(
        (released / "checkpoint.txt").read_text("utf-8"), manifest["verification_key"]
    )
    assert by_seq[signed.seq]["hash"] == signed.hash.hex()
    pictures = {p.stem: p.read_bytes() for p in (released / "images").iterdir()}
    for sha256, png in pictures.items():
        assert hashlib.sha256(png).hexdigest() == sha256
    today = parts / "export today"
    with open_store(parts / "clinic", key) as store:
        export_patient(
            store,
            lines[0]["patient_id"],
            today,
            author="carla",
            at=the_day_after(manifest),
        )
    again = (today / "entries.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in again[: len(lines)]] == lines
    assert {p.stem: p.read_bytes() for p in (today / "images").iterdir()} == pictures


def test_another_stores_key_opens_nothing(either_folder: Path) -> None:
    with pytest.raises(StoreError, match="does not open"):
        open_store(either_folder, bytes(32))
