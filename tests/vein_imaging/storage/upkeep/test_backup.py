from __future__ import annotations

import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
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
from vein_imaging.storage.database.sqlcipher import sqlcipher_engine
from vein_imaging.storage.entries.ledger import key_of
from vein_imaging.storage.errors import MissingImageError
from vein_imaging.storage.files.images import ImageFolder
from vein_imaging.storage.upkeep.backup import (
    back_up,
    generations,
    opened_generation,
    restore,
)
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
    made = back_up(either_store, tmp_path / "disk", key, author="o", at=NOON)
    assert (made.wrong, made.mended) == ((), 0)
    either_store.append(session_id, note(), author="a", at=NOON)
    with restore(made.generation, tmp_path / "new", key) as restored:
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
    first = back_up(store, disk, key, author="o", at=NOON).generation
    photograph(store, session_id, PNG + b"\0")
    tomorrow = NOON + timedelta(days=1)
    second = back_up(store, disk, key, author="o", at=tomorrow).generation
    assert generations(disk) == [first, second]
    assert len(list((first / "../images").iterdir())) == 2
    with open_store(first, key) as older, open_store(second, key) as newer:
        assert len(older.events(session_id)) == 1
        assert len(newer.events(session_id)) == 2


def flip(file: Path, place: int = -1) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)


def other_png(number: int) -> bytes:
    return PNG + bytes([number])


@pytest.fixture
def ten(store: Store, session_id: str) -> list[str]:
    """Ten pictures."""
    return [photograph(store, session_id, other_png(n)) for n in range(10)]


def image_file(images: ImageFolder, store: Store, patient_id: str, sha256: str) -> Path:
    with store.reading() as connection:
        key = key_of(connection, store.vault, patient_id)
    return images.folder / images.name(key, sha256)


@pytest.mark.parametrize("fault", ["flipped", "missing"])
def test_a_picture_that_is_wrong_on_the_live_side_stops_no_backup(
    store: Store,
    session_id: str,
    patient_id: str,
    ten: list[str],
    key: bytes,
    tmp_path: Path,
    fault: str,
) -> None:
    live = image_file(store.images, store, patient_id, ten[3])
    flip(live) if fault == "flipped" else live.unlink()
    made = back_up(store, tmp_path / "disk", key, author="o", at=NOON)
    assert len(made.wrong) == 1
    assert ten[3][:12] in made.wrong[0]
    with open_store(made.generation, key) as copy:
        for sha256 in set(ten) - {ten[3]}:
            assert copy.image(session_id, sha256)
    wrong: list[str] = []
    with restore(made.generation, tmp_path / "new", key, wrong=wrong) as restored:
        for sha256 in set(ten) - {ten[3]}:
            assert restored.image(session_id, sha256)
        with pytest.raises(MissingImageError):
            restored.image(session_id, ten[3])
    assert len(wrong) == 1
    assert ten[3][:12] in wrong[0]


def test_a_picture_damaged_in_the_backup_is_copied_again(
    store: Store, patient_id: str, ten: list[str], key: bytes, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    back_up(store, disk, key, author="o", at=NOON)
    shared = ImageFolder(disk / store.layout.store_id / "images")
    flipped, cut, gone = (
        image_file(shared, store, patient_id, sha256) for sha256 in ten[:3]
    )
    flip(flipped)
    cut.write_bytes(cut.read_bytes()[:-1])
    gone.unlink()
    made = back_up(store, disk, key, author="o", at=NOON + timedelta(days=1))
    assert (made.wrong, made.mended) == ((), 2)
    for generation in generations(disk):
        with opened_generation(generation, key) as copy:
            assert verify_store(copy).problems == []


def test_a_whole_picture_of_the_backup_is_named_and_not_overwritten(
    store: Store, patient_id: str, ten: list[str], key: bytes, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    back_up(store, disk, key, author="o", at=NOON)
    shared = ImageFolder(disk / store.layout.store_id / "images")
    whole = image_file(shared, store, patient_id, ten[0])
    flip(image_file(store.images, store, patient_id, ten[0]))
    made = back_up(store, disk, key, author="o", at=NOON + timedelta(days=1))
    assert len(made.wrong) == 1
    assert str(whole) in made.wrong[0]
    with opened_generation(made.generation, key) as copy:
        assert verify_store(copy).problems == []


def test_an_entry_that_was_changed_is_in_the_list_and_in_the_backup(
    store: Store, session_id: str, key: bytes, tmp_path: Path, folder: Path
) -> None:
    for _ in range(5):
        store.append(session_id, note(), author="a", at=NOON)
    change_by_hand(store, "UPDATE event SET author = 'eve' WHERE seq = 5")
    change_by_hand(store, "DELETE FROM event WHERE seq = 6")
    made = back_up(store, tmp_path / "disk", key, author="o", at=NOON)
    said = "\n".join(made.wrong)
    assert "entry 5" in said
    assert "entry 6 should stand here: a gap" in said
    with open_store(made.generation, key) as copy:
        assert copy.head().seq == store.head().seq - 1
        kinds = [e.kind for e in copy.own_entries()]
        assert kinds[-1] == "store.backup_begun"


def test_a_ledger_that_lost_its_first_entry_is_backed_up(
    store: Store, session_id: str, key: bytes, tmp_path: Path
) -> None:
    change_by_hand(store, "DELETE FROM event WHERE seq = 1")
    made = back_up(store, tmp_path / "disk", key, author="o", at=NOON)
    assert "entry 1: is not the entry that began this store" in made.wrong
    with opened_generation(made.generation, key) as copy:
        assert copy.sessions(copy.patient_of(session_id))


def change_by_hand(store: Store, statement: str) -> None:
    """Do what someone does who has the key and can program."""
    engine = sqlcipher_engine(
        store.layout.ledger_file, store.vault.database_key, guarded=False
    )
    with engine.begin() as connection:
        triggers = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).all()
        for name, _sql in triggers:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(statement)
        for _name, sql in triggers:
            connection.exec_driver_sql(sql)
    engine.dispose()


def test_only_a_backup_that_was_made_is_logged_as_one(
    store: Store, key: bytes, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "disk"
    in_the_way.write_text("no folder")
    with pytest.raises(OSError, match="disk"):
        back_up(store, in_the_way, key, author="o", at=NOON)
    kinds = [entry.kind for entry in store.own_entries()]
    assert "store.backup" not in kinds
    back_up(store, tmp_path / "other", key, author="o", at=NOON)
    assert store.own_entries()[-1].kind == "store.backup"


def test_what_a_damaged_ledger_still_holds_is_restored(
    store: Store, session_id: str, key: bytes, tmp_path: Path
) -> None:
    for number in range(60):
        store.append(session_id, note(f"{number:0400}"), author="a", at=NOON)
    made = back_up(store, tmp_path / "disk", key, author="o", at=NOON)
    flip(made.generation / "ledger.db", 12 * 4096 + 100)
    with pytest.raises(StoreError):
        restore(made.generation, tmp_path / "strict", key)
    assert not (tmp_path / "strict").exists()
    wrong: list[str] = []
    with restore(made.generation, tmp_path / "new", key, wrong=wrong) as restored:
        seqs = {event.seq for event in restored.events(session_id)}
    whole = {event.seq for event in store.events(session_id)}
    assert len(whole - seqs) < 15
    lost = sorted(whole - seqs)
    assert f"entries {lost[0]} to {lost[-1]} cannot be read" in wrong


def test_a_generation_on_a_disk_that_cannot_be_written_is_restored(
    store: Store, session_id: str, ten: list[str], key: bytes, tmp_path: Path
) -> None:
    made = back_up(store, tmp_path / "disk", key, author="o", at=NOON)
    with unwritable(tmp_path / "disk"):
        with restore(made.generation, tmp_path / "new", key) as restored:
            assert restored.image(session_id, ten[0])
        with unwritable(store.layout.folder):
            restore(store.layout.folder, tmp_path / "moved", key).close()


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Mount a folder read-only where that is allowed; else take its rights away."""
    bound = (
        shutil.which("mount")
        and not subprocess.run(
            ["mount", "--bind", "-r", folder, folder], check=False, capture_output=True
        ).returncode
    )
    everything = [folder, *folder.rglob("*")]
    modes = {path: path.stat().st_mode for path in everything}
    if not bound:
        for path in everything:
            path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        yield
    finally:
        if bound:
            subprocess.run(["umount", folder], check=True)
        else:
            for path, mode in modes.items():
                path.chmod(mode)


def test_a_folder_without_backups_is_told_from_one_that_is_not_there(
    tmp_path: Path,
) -> None:
    assert generations(tmp_path) == []
    with pytest.raises(FileNotFoundError, match="is no folder"):
        generations(tmp_path / "gone")


def test_a_restore_overwrites_nothing(store: Store, key: bytes, tmp_path: Path) -> None:
    with create_store(tmp_path / "other", key, author="o", at=NOON) as other:
        before = other.head()
        with pytest.raises(FileExistsError, match="not empty"):
            restore(store.layout.folder, tmp_path / "other", key)
        assert other.head() == before
