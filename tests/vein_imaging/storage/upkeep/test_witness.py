"""A witness signs a history that only grew, and shows a fork, a cut or a new one."""

from __future__ import annotations

import base64
import shutil
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from vein_imaging.domain.session import Annotated
from vein_imaging.storage import Store, open_store
from vein_imaging.storage.upkeep.checkpoint import (
    read_checkpoint,
    signed_checkpoint,
    verification_key,
)
from vein_imaging.storage.upkeep.signed_note import cosigned_at, parse_key, vkey_of
from vein_imaging.storage.upkeep.witness import (
    Witness,
    cosignature_problem,
    witness_request,
)

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
# C2SP tlog-cosignature's own example: a log's checkpoint, signed by log and witness.
EXAMPLE = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""  # noqa: E501


def grow(store: Store, session_id: str, count: int = 5) -> None:
    for _ in range(count):
        note = Annotated(entry_id=f"{store.head().seq}", text="x")
        store.append(session_id, note, author="a", at=NOON)


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness("clinic.example/second-pc", tmp_path / "witness")


def test_a_witness_signs_each_step_of_a_history_that_only_grows(
    either_store: Store, session_id: str, witness: Witness
) -> None:
    vkey = verification_key(either_store)
    for step in range(4):
        grow(either_store, session_id, 3 * step)
        last = witness.last(vkey)
        request = witness_request(either_store, last.seq if last else 0)
        text = witness.cosign(request, vkey, NOON + timedelta(hours=step))
        assert cosigned_at(text, witness.key) == NOON + timedelta(hours=step)
        assert read_checkpoint(text, vkey).seq == either_store.head().seq
        assert cosignature_problem(either_store, text, vkey_of(witness.key)) is None


def test_the_cosignature_is_over_the_bytes_that_the_form_says(
    store: Store, witness: Witness
) -> None:
    text = witness.cosign(witness_request(store), verification_key(store), NOON)
    note, signatures = text.split("\n\n")
    last = signatures.splitlines()[-1]
    name, encoded = last.removeprefix("\u2014 ").split(" ")
    raw = base64.b64decode(encoded)
    seconds = struct.unpack(">Q", raw[4:12])[0]
    assert (name, seconds) == (witness.key.name, int(NOON.timestamp()))
    signed = f"cosignature/v1\ntime {seconds}\n{note}\n".encode()
    Ed25519PublicKey.from_public_bytes(witness.key.public).verify(raw[12:], signed)


def test_a_note_of_the_forms_own_example_is_read() -> None:
    from vein_imaging.storage.upkeep.checkpoint import read_note
    from vein_imaging.storage.upkeep.signed_note import split_note

    read = read_note(EXAMPLE)
    assert (read.origin, read.seq) == ("example.com/behind-the-sofa", 20852163)
    assert len(split_note(EXAMPLE)[1]) == 2


def test_a_cut_ledger_is_shown_by_a_witness(
    store: Store,
    session_id: str,
    witness: Witness,
    folder: Path,
    key: bytes,
    tmp_path: Path,
) -> None:
    vkey = verification_key(store)
    store.close()
    shutil.copytree(folder, tmp_path / "older")
    with open_store(folder, key) as honest:
        grow(honest, session_id)
        cosigned = witness.cosign(witness_request(honest), vkey, NOON)
    shutil.rmtree(folder)
    (tmp_path / "older").rename(folder)
    with open_store(folder, key) as cut:
        with pytest.raises(ValueError, match="an older copy was put back"):
            witness.cosign(witness_request(cut), vkey, NOON)
        said = cosignature_problem(cut, cosigned, vkey_of(witness.key))
        assert said is not None and "an older copy was put back" in said


def test_a_fork_is_shown_by_a_witness(
    store: Store,
    session_id: str,
    witness: Witness,
    folder: Path,
    key: bytes,
    tmp_path: Path,
) -> None:
    """Two copies written on, each with the store's own signature."""
    vkey = verification_key(store)
    store.close()
    shutil.copytree(folder, tmp_path / "other")
    with open_store(folder, key) as one:
        grow(one, session_id, 3)
        cosigned = witness.cosign(witness_request(one), vkey, NOON)
        size = one.head().seq
    with open_store(tmp_path / "other", key) as other:
        grow(other, session_id, 8)
        with pytest.raises(ValueError, match="was forked or computed anew"):
            witness.cosign(witness_request(other, size), vkey, NOON)
        said = cosignature_problem(other, cosigned, vkey_of(witness.key))
        assert said is not None and "is not the one that was signed" in said


def test_a_witness_refuses_what_it_cannot_check(
    store: Store, session_id: str, witness: Witness, folder: Path, key: bytes
) -> None:
    vkey = verification_key(store)
    request = witness_request(store)
    witness.cosign(request, vkey, NOON)
    grow(store, session_id)
    refused = {
        "the proof begins at 0": witness_request(store, 0),
        "this is no request": "old x\n\nnothing",
        "this is no checkpoint": "old 3\n\nnothing",
        "its signature is wrong": witness_request(store, 3).replace("time 2", "time 3"),
        "does not continue": witness_request(store, 3).replace(
            "old 3\n", "old 3\n" + base64.b64encode(bytes(32)).decode() + "\n"
        ),
    }
    for said, asked in refused.items():
        with pytest.raises(ValueError, match=said):
            witness.cosign(asked, vkey, NOON)
    last = witness.last(vkey)
    assert last is not None and last.seq == 3


def test_another_clinics_checkpoint_is_refused(
    store: Store, witness: Witness, tmp_path: Path, key: bytes
) -> None:
    from vein_imaging.storage import create_store

    vkey = verification_key(store)
    with create_store(tmp_path / "b", key, author="o", at=NOON) as other:
        request = witness_request(other)
    with pytest.raises(ValueError, match="of another store"):
        witness.cosign(request, vkey, NOON)


def test_who_did_not_sign_is_no_witness(
    store: Store, witness: Witness, tmp_path: Path
) -> None:
    other = Witness("clinic.example/share", tmp_path / "other")
    text = witness.cosign(witness_request(store), verification_key(store), NOON)
    said = cosignature_problem(store, text, vkey_of(other.key))
    assert said == "clinic.example/share did not sign it"
    plain = signed_checkpoint(store)
    assert cosigned_at(plain, witness.key) is None


@pytest.mark.parametrize("wrong", ["", "a+b", "a+00000000+AQ==", "x y"])
def test_a_text_that_is_no_key_is_refused(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no verification key"):
        parse_key(wrong)


@pytest.mark.parametrize("wrong", ["", "a b", "a+b"])
def test_a_name_that_a_note_cannot_hold_is_refused(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no blank and no plus sign"):
        Witness(wrong, tmp_path / "w")
