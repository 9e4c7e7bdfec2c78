from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from vein_imaging.domain.session import Photographed, event_to_body
from vein_imaging.storage import Store
from vein_imaging.storage.errors import (
    DamagedImageError,
    DiskFullError,
    PatientErasedError,
)
from vein_imaging.storage.upkeep.patient_export import export_patient

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
PNG = bytes(cv2.imencode(".png", np.arange(600).astype(np.uint8).reshape(20, 30))[1])


def photographed(sha256: str) -> Photographed:
    return Photographed(
        entry_id=sha256, image_id=sha256, at=NOON, light="white", pose="standing"
    )


def test_a_patient_is_readable_with_a_text_editor_and_a_picture_viewer(
    store: Store, patient_id: str, session_id: str, tmp_path: Path
) -> None:
    sha256 = store.put_image(session_id, PNG)
    taken = replace(photographed(sha256), view="links außen")
    store.append(session_id, taken, author="anna", at=NOON)
    store.add_patient({"name": "Somebody else"}, author="anna", at=NOON)
    done = export_patient(store, patient_id, tmp_path / "out", author="anna", at=NOON)
    assert (done.entries, done.images) == (3, 1)
    logged = store.own_entries()[-1]
    assert (logged.kind, logged.author) == ("store.export", "anna")
    assert logged.patient_id == patient_id
    text = (tmp_path / "out" / "entries.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines[0]["body"]["name"] == "Käthe Probe"
    assert lines[2]["body"] == event_to_body(taken)
    assert "Somebody else" not in text
    picture = (tmp_path / "out" / "images" / f"{sha256}.png").read_bytes()
    assert hashlib.sha256(picture).hexdigest() == sha256
    decoded = cv2.imdecode(np.frombuffer(picture, np.uint8), 0)
    assert decoded is not None
    assert decoded.shape == (20, 30)
    assert "NOT encrypted" in (tmp_path / "out" / "README.txt").read_text()


def test_an_export_that_fails_leaves_nothing(
    store: Store, patient_id: str, session_id: str, tmp_path: Path
) -> None:
    sha256 = store.put_image(session_id, PNG)
    entry = photographed(sha256)
    store.append(session_id, entry, author="anna", at=NOON)
    (image,) = store.images.files()
    image.write_bytes(b"")
    with pytest.raises(DamagedImageError):
        export_patient(store, patient_id, tmp_path / "out", author="anna", at=NOON)
    with pytest.raises(PatientErasedError):
        export_patient(store, "nobody", tmp_path / "out", author="anna", at=NOON)
    assert [p.name for p in tmp_path.iterdir()] == ["clinic"]


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from vein_imaging.storage import open_store
from vein_imaging.storage.upkeep import patient_export

folder, key, patient_id, out = sys.argv[1:]
write, written = patient_export.write_durably, []

def write_then_die(file, content):
    write(file, content)
    written.append(file)
    if len(written) == int(os.environ["KILLED_AFTER"]):
        print(sum(1 for _ in file.parent.glob("*.png")), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

patient_export.write_durably = write_then_die
with open_store(Path(folder), bytes.fromhex(key)) as store:
    at = datetime.now(UTC)
    patient_export.export_patient(store, patient_id, Path(out), author="a", at=at)
"""


@pytest.mark.parametrize("after", [1, 2, 4])
def test_a_killed_export_is_logged_and_leaves_no_picture(
    store: Store,
    patient_id: str,
    session_id: str,
    tmp_path: Path,
    key: bytes,
    after: int,
) -> None:
    for number in range(3):
        sha256 = store.put_image(session_id, PNG + bytes([number]))
        store.append(session_id, photographed(sha256), author="anna", at=NOON)
    folder, out = str(store.layout.folder), str(tmp_path / "out")
    killed = subprocess.run(  # until the last process that has its stderr is gone
        [sys.executable, "-c", KILLED, folder, key.hex(), patient_id, out],
        env={**os.environ, "KILLED_AFTER": str(after)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert killed.stdout == f"{after if after < 4 else 0}\n"
    assert [p.name for p in tmp_path.iterdir()] == ["clinic"]
    assert store.own_entries()[-1].kind == "store.export"


def test_nothing_is_handed_out_that_could_not_be_logged(
    store: Store,
    patient_id: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> None:
        assert not any(tmp_path.glob("**/*.jsonl"))
        raise DiskFullError("full")

    monkeypatch.setattr(store, "append_own", full)
    with pytest.raises(DiskFullError):
        export_patient(store, patient_id, tmp_path / "out", author="anna", at=NOON)
    assert [p.name for p in tmp_path.iterdir()] == ["clinic"]
