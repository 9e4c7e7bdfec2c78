"""A checkpoint is kept while people work, elsewhere, and missed when it is gone."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from vein_imaging.domain.session import Annotated
from vein_imaging.durable import make_folder
from vein_imaging.storage import Store, open_store
from vein_imaging.storage.people.administration import add_user
from vein_imaging.storage.people.roles import Action, Role
from vein_imaging.storage.people.signed_in import SignedInStore
from vein_imaging.storage.upkeep.checkpoint import read_note
from vein_imaging.storage.upkeep.kept_checkpoints import (
    checkpoint_file,
    kept_checkpoints,
    write_checkpoints,
)

from .conftest import NOON, Clinic

CARLA = "granite lantern oboe"


@pytest.fixture
def safe(tmp_path: Path, clinic: Clinic) -> Path:
    """Where checkpoints are kept; carla, a clinician, works there."""
    clinic.add("carla", CARLA, Role.CLINICIAN)
    clinic.checkpoint_folders = [tmp_path / "elsewhere"]
    return tmp_path / "elsewhere"


def kept(safe: Path) -> int:
    (file,) = safe.glob("*.checkpoint")
    return read_note(file.read_text("utf-8")).seq


def write(signed_in: SignedInStore, session_id: str, number: int) -> int:
    note = Annotated(entry_id=f"n{number}", text="x")
    return signed_in.append(session_id, note).seq


def test_a_checkpoint_is_kept_at_sign_in_every_two_minutes_and_at_the_signature(
    clinic: Clinic, safe: Path
) -> None:
    carla = clinic.sign_in("carla", CARLA)
    store = carla.allowed_store(Action.VERIFY)
    assert kept(safe) == store.head().seq
    session_id = carla.start_session(carla.add_patient({"name": "Probe"}))
    before = kept(safe)
    for number in range(5):
        clinic.pass_s(20)
        write(carla, session_id, number)
    assert kept(safe) == before
    clinic.pass_s(20)
    assert write(carla, session_id, 5) == kept(safe) + 1 > before + 1
    signed = carla.sign(session_id, CARLA)
    assert kept(safe) >= signed.seq
    last = write(carla, session_id, 6)
    clinic.pass_s(120)
    assert not carla.locked  # the window asks this every second
    assert kept(safe) == last
    carla.lock()
    assert kept(safe) == last + 1


def test_a_day_put_back_after_a_kill_is_said(
    clinic: Clinic, safe: Path, tmp_path: Path
) -> None:
    """Killed before sign-out; ledger and mark put back to the morning's."""
    shutil.copytree(clinic.folder, tmp_path / "morning")
    carla = clinic.sign_in("carla", CARLA)
    session_id = carla.start_session(carla.add_patient({"name": "Probe"}))
    write(carla, session_id, 0)
    carla.sign(session_id, CARLA)
    carla.allowed_store(Action.VERIFY).database.dispose()  # as if killed
    for name in ("ledger.db", "ledger.mark"):
        shutil.copy(tmp_path / "morning" / name, clinic.folder / name)
    (clinic.folder / "ledger.db-wal").unlink(missing_ok=True)
    with clinic.sign_in("carla", CARLA) as again:
        (warning,) = again.warnings
    assert "an older copy was put back" in warning


def test_a_checkpoint_that_was_there_and_is_gone_is_said(
    clinic: Clinic, safe: Path
) -> None:
    clinic.sign_in("carla", CARLA).lock()
    with clinic.sign_in("carla", CARLA) as carla:
        assert carla.warnings == ()
    shutil.rmtree(safe)
    with clinic.sign_in("carla", CARLA) as carla:
        (warning,) = carla.warnings
    assert "is missing: the ledger says that this computer kept it" in warning
    with clinic.sign_in("carla", CARLA) as carla:
        assert carla.warnings == ()


def test_another_computer_that_never_kept_one_is_not_blamed(
    clinic: Clinic, safe: Path, tmp_path: Path
) -> None:
    clinic.sign_in("carla", CARLA).lock()
    clinic.checkpoint_folders = [tmp_path / "another computers"]
    with clinic.sign_in("carla", CARLA) as carla:
        assert carla.warnings == ()


def test_removing_the_newest_leaves_the_ones_before_it(
    store: Store, session_id: str, tmp_path: Path
) -> None:
    safe = [tmp_path / "safe"]
    for number in range(40):
        note = Annotated(entry_id=f"{number}", text="x")
        store.append(session_id, note, author="a", at=NOON)
        write_checkpoints(store, safe)
    assert len(kept_checkpoints(store, safe[0])) == 31
    checkpoint_file(store, safe[0]).unlink()
    earlier = kept_checkpoints(store, safe[0])
    assert read_note(earlier[0].read_text("utf-8")).seq == store.head().seq - 1


def test_a_folder_that_cannot_be_written_makes_nothing_look_failed(
    clinic: Clinic, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    clinic.checkpoint_folders = [blocked / "checkpoints", tmp_path / "good"]
    with clinic.olga() as olga:
        add_user(olga, "carla", CARLA, [Role.CLINICIAN], at=NOON)
    (said,) = olga.late_warnings
    assert "What was written stands" in said
    assert list((tmp_path / "good").glob("*.checkpoint"))
    with clinic.sign_in("carla", CARLA) as carla:
        assert carla.warnings == ()


def test_evidence_is_never_overwritten(
    clinic: Clinic, safe: Path, tmp_path: Path
) -> None:
    shutil.copytree(clinic.folder, tmp_path / "older")
    clinic.sign_in("carla", CARLA).lock()
    before = {file: file.read_bytes() for file in safe.rglob("*.checkpoint")}
    shutil.rmtree(clinic.folder)
    (tmp_path / "older").rename(clinic.folder)
    with clinic.sign_in("carla", CARLA) as carla:
        assert len(carla.warnings) == 1
    assert {file: file.read_bytes() for file in safe.rglob("*.checkpoint")} == before


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_folders_on_the_way_are_for_this_user_only(tmp_path: Path) -> None:
    mask = os.umask(0o000)
    try:
        make_folder(tmp_path / "a" / "b" / "c")
    finally:
        os.umask(mask)
    for folder in ("a", "a/b", "a/b/c"):
        assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == 0o700


def test_a_checkpoint_of_release_0_1_0_is_still_compared(
    store: Store, session_id: str, folder: Path, key: bytes
) -> None:
    """Its hash is the chain's, where the tree's root stands today."""
    import base64

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from vein_imaging.storage.upkeep.checkpoint import compare_with_checkpoint, log_key
    from vein_imaging.storage.upkeep.signed_note import signature_line

    (created,) = [e for e in store.own_entries() if e.kind == "store.created"]
    seed = bytes.fromhex(str(created.body["checkpoint_seed"]))
    newest, signing = log_key(store), Ed25519PrivateKey.from_private_bytes(seed)
    for chain, agrees in ((store.head().hash, True), (bytes(32), False)):
        encoded = base64.b64encode(chain).decode()
        note = f"{newest.name}\n{store.head().seq}\n{encoded}\n{NOON.isoformat()}\n"
        old = f"{note}\n{signature_line(note, newest, signing)}"
        assert (compare_with_checkpoint(store, old) is None) == agrees
    store.close()
    open_store(folder, key).close()
