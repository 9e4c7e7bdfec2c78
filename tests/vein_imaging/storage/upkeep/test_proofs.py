"""A recipient proves what was handed out with openssl and hashlib, not with us."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from vein_imaging.domain.session import Annotated
from vein_imaging.storage import Store
from vein_imaging.storage.errors import PatientErasedError
from vein_imaging.storage.upkeep.checkpoint import verification_key
from vein_imaging.storage.upkeep.erasure import erase_patient
from vein_imaging.storage.upkeep.patient_export import export_patient

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def root_of(hash_: bytes, index: int, size: int, path: list[str]) -> bytes:
    """RFC 9162, section 2.1.3.2, as the README sends one to it."""
    number, last, got = index, size - 1, sha256(b"\x00" + hash_)
    for sibling in map(bytes.fromhex, path):
        if number % 2 or number == last:
            got = sha256(b"\x01" + sibling + got)
            while number and not number % 2:
                number, last = number // 2, last // 2
        else:
            got = sha256(b"\x01" + got + sibling)
        number, last = number // 2, last // 2
    assert last == 0
    return got


def signature_holds(folder: Path) -> bool:
    done = subprocess.run(
        [
            *("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", folder / "log.pem"),
            *("-rawin", "-in", folder / "checkpoint.note"),
            *("-sigfile", folder / "checkpoint.sig"),
        ],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def faults(folder: Path) -> list[str]:
    """Follow the README's four steps."""
    found = [] if signature_holds(folder) else ["signature"]
    note = (folder / "checkpoint.note").read_text("utf-8")
    assert (folder / "checkpoint.txt").read_text("utf-8").startswith(note + "\n")
    _origin, size, root = note.splitlines()[:3]
    entries = {line["seq"]: line for line in lines(folder / "entries.jsonl")}
    proven = set()
    for proof in lines(folder / "proofs.jsonl"):
        entry, header = entries[proof["seq"]], json.loads(proof["header"])
        same = ("seq", "author", "patient_id", "session_id", "kind")
        if any(entry[name] != header[name] for name in same):
            found.append(f"header of {proof['seq']}")
        committed = sha256(bytes.fromhex(proof["salt"]) + proof["body"].encode())
        if (
            committed.hex() != header["commitment"]
            or json.loads(proof["body"]) != entry["body"]
        ):
            found.append(f"body of {proof['seq']}")
        own = sha256(bytes.fromhex(proof["prev"]) + proof["header"].encode())
        if own.hex() != entry["hash"]:
            found.append(f"hash of {proof['seq']}")
        got = root_of(own, proof["seq"] - 1, int(size), proof["path"])
        if got != base64.b64decode(root):
            found.append(f"place of {proof['seq']}")
        proven.add(proof["seq"])
    return found + [f"no proof of {seq}" for seq in entries.keys() - proven]


@pytest.fixture
def handed_out(
    either_store: Store, patient_id: str, session_id: str, tmp_path: Path
) -> Path:
    for number in range(9):
        other = either_store.add_patient({"name": "Other"}, author="a", at=NOON)
        assert other
        note = Annotated(entry_id=f"{number}", text=f"0.{number} mL, größer")
        either_store.append(session_id, note, author="anna", at=NOON)
    folder = tmp_path / "handed out"
    export_patient(either_store, patient_id, folder, author="anna", at=NOON)
    return folder


def test_a_recipient_proves_every_entry_without_this_program(
    handed_out: Path, either_store: Store
) -> None:
    assert faults(handed_out) == []
    vkey = (handed_out / "log.vkey").read_text().strip()
    assert vkey == verification_key(either_store)


@pytest.mark.parametrize(
    ("file", "was", "becomes", "said"),
    [
        ("entries.jsonl", "0.3 mL", "0.8 mL", "body of"),
        ("proofs.jsonl", "0.3 mL", "0.8 mL", "body of"),
        ("proofs.jsonl", '\\"author\\":\\"anna\\"', '\\"author\\":\\"bob\\"', "header"),
        ("checkpoint.note", "vein-imaging/", "vein-imagink/", "signature"),
    ],
)
def test_a_change_after_it_was_handed_out_is_found(
    handed_out: Path, file: str, was: str, becomes: str, said: str
) -> None:
    changed = handed_out / file
    text = changed.read_text("utf-8")
    assert was in text
    changed.write_text(text.replace(was, becomes), "utf-8")
    if file == "checkpoint.note":
        whole = handed_out / "checkpoint.txt"
        whole.write_text(whole.read_text("utf-8").replace(was, becomes), "utf-8")
    assert any(one.startswith(said) for one in faults(handed_out))


def test_a_salt_tells_nothing_of_another_entry_and_none_is_left_after_erasure(
    either_store: Store, handed_out: Path, patient_id: str
) -> None:
    salts = [proof["salt"] for proof in lines(handed_out / "proofs.jsonl")]
    assert len(set(salts)) == len(salts)
    erase_patient(either_store, patient_id, reason="r", author="olga", at=NOON)
    with pytest.raises(PatientErasedError):
        export_patient(
            either_store,
            patient_id,
            handed_out.parent / "again",
            author="anna",
            at=NOON,
        )
