from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from vein_imaging.domain.session import Annotated, Photographed
from vein_imaging.storage import (
    Server,
    Store,
    StoreError,
    create_store,
    open_store,
)
from vein_imaging.storage.errors import StoreDamagedError
from vein_imaging.storage.upkeep.backup import back_up, generations, restore
from vein_imaging.storage.upkeep.verify import verify_store

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
PNG = bytes(cv2.imencode(".png", np.arange(600).astype(np.uint8).reshape(20, 30))[1])


def note(text: str = "x") -> Annotated:
    return Annotated(entry_id=uuid.uuid4().hex, text=text)


def photographed(sha256: str) -> Photographed:
    return Photographed(
        entry_id=sha256, image_id=sha256, at=NOON, light="white", pose="standing"
    )


def photograph(store: Store, session_id: str, png: bytes = PNG) -> str:
    sha256 = store.put_image(session_id, png)
    entry = photographed(sha256)
    store.append(session_id, entry, author="anna", at=NOON)
    return sha256


def test_what_is_restored_is_what_was_backed_up(
    either_store: Store, session_id: str, key: bytes, tmp_path: Path
) -> None:
    sha256 = photograph(either_store, session_id)
    generation = back_up(either_store, tmp_path / "disk", key, author="o", at=NOON)
    either_store.append(session_id, note(), author="a", at=NOON)
    with restore(generation, tmp_path / "new", key) as restored:
        assert [e.kind for e in restored.events(session_id)] == ["photographed"]
        assert restored.image(session_id, sha256) == PNG
        assert restored.patients() == either_store.patients()
        assert verify_store(restored).problems == []
        restored.append(session_id, note(), author="a", at=NOON)


def test_a_file_moves_to_a_server_and_back(
    store: Store, session_id: str, key: bytes, tmp_path: Path, server: Server
) -> None:
    sha256 = photograph(store, session_id)
    events = store.events(session_id)
    with restore(store.layout.folder, tmp_path / "at-server", key, server=server):
        pass
    with restore(tmp_path / "at-server", tmp_path / "back", key) as back:
        assert back.events(session_id) == events
        assert back.image(session_id, sha256) == PNG
        assert back.head() == store.head()


def test_generations_share_their_pictures_and_are_listed_in_order(
    store: Store, session_id: str, key: bytes, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    photograph(store, session_id)
    first = back_up(store, disk, key, author="o", at=NOON)
    photograph(store, session_id, PNG + b"\0")
    second = back_up(store, disk, key, author="o", at=NOON + timedelta(days=1))
    assert generations(disk) == [first, second]
    assert len(list((first / "../images").iterdir())) == 2
    with open_store(first, key) as older, open_store(second, key) as newer:
        assert len(older.events(session_id)) == 1
        assert len(newer.events(session_id)) == 2


def test_a_store_that_does_not_verify_makes_no_backup(
    store: Store, session_id: str, key: bytes, tmp_path: Path
) -> None:
    photograph(store, session_id)
    (image,) = store.images.files()
    image.write_bytes(image.read_bytes()[:-1])
    with pytest.raises(StoreDamagedError, match="the copy has faults"):
        back_up(store, tmp_path / "disk", key, author="o", at=NOON)
    assert generations(tmp_path / "disk") == []


def test_a_damaged_backup_is_not_restored(
    store: Store, session_id: str, key: bytes, tmp_path: Path
) -> None:
    photograph(store, session_id)
    generation = back_up(store, tmp_path / "disk", key, author="o", at=NOON)
    ledger = generation / "ledger.db"
    ledger.write_bytes(ledger.read_bytes()[: 5 * 4096])
    with pytest.raises(StoreError):
        restore(generation, tmp_path / "new", key)
    assert not (tmp_path / "new").exists()


def test_a_restore_overwrites_nothing(store: Store, key: bytes, tmp_path: Path) -> None:
    with create_store(tmp_path / "other", key, author="o", at=NOON) as other:
        before = other.head()
        with pytest.raises(FileExistsError, match="not empty"):
            restore(store.layout.folder, tmp_path / "other", key)
        assert other.head() == before
