from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from vein_imaging.domain.session import Photographed, event_to_body
from vein_imaging.storage import Store
from vein_imaging.storage.errors import DamagedImageError, PatientErasedError
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
