"""Each way a stored record can differ from what was written, and that it is named."""

from __future__ import annotations

import base64
import random
import shutil
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
import sqlcipher3
from sqlalchemy import create_engine, text

from vein_imaging.domain.session import Annotated, Photographed, fold
from vein_imaging.storage import Entry, Server, Store, StoreError, open_store
from vein_imaging.storage.database.append_only import SQLITE_0001, SQLITE_0002
from vein_imaging.storage.database.schema import TILE_ENTRIES, event
from vein_imaging.storage.entries.ledger import entry_hash, header_of
from vein_imaging.storage.entries.ledger_tree import kept_tiles, ledger_tree
from vein_imaging.storage.errors import StoreDamagedError
from vein_imaging.storage.files.keys import Vault
from vein_imaging.storage.upkeep.checkpoint import (
    compare_with_checkpoint,
    read_checkpoint,
    signed_checkpoint,
    verification_key,
)
from vein_imaging.storage.upkeep.kept_checkpoints import (
    checkpoint_file,
    write_checkpoints,
)
from vein_imaging.storage.upkeep.verify import Verification, verify_store

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
PNG = bytes(cv2.imencode(".png", np.arange(600).astype(np.uint8).reshape(20, 30))[1])


def note(text: str = "x") -> Annotated:
    return Annotated(entry_id=uuid.uuid4().hex, text=text)


def photographed(sha256: str) -> Photographed:
    return Photographed(
        entry_id=sha256, image_id=sha256, at=NOON, light="white", pose="standing"
    )


def write_day(store: Store, session_id: str, entries: int = 40) -> str:
    sha256 = store.put_image(session_id, PNG)
    store.append(session_id, photographed(sha256), author="anna", at=NOON)
    for number in range(entries):
        store.append(session_id, note(str(number)), author="anna", at=NOON)
    return sha256


def problems(folder: Path, key: bytes, *checkpoints: Path) -> list[str]:
    """Open and verify: whichever of the two notices is what the user sees."""
    try:
        with open_store(folder, key) as store:
            seen = verify_store(store, checkpoints=checkpoints)
    except StoreError as error:
        return [str(error)]
    return [str(problem) for problem in seen.problems]


def edit(folder: Path, key: bytes, *statements: str) -> None:
    """Change the file as one would who has the key and a SQL shell."""
    connection = sqlcipher3.connect(str(folder / "ledger.db"), isolation_level=None)
    connection.execute(f"PRAGMA key=\"x'{Vault(key).database_key.hex()}'\"")
    for statement in statements:
        connection.execute(statement)
    connection.close()


NO_TRIGGERS = (
    "DROP TRIGGER event_no_update",
    "DROP TRIGGER event_no_delete",
    "DROP TRIGGER event_in_order",
)


def put_triggers_back(folder: Path, key: bytes) -> None:
    edit(folder, key, *SQLITE_0001.values())


def test_a_store_as_written_has_no_problems(
    either_store: Store, session_id: str
) -> None:
    write_day(either_store, session_id)
    seen = verify_store(either_store, fold=lambda events: events[0].body)
    assert seen == Verification(entries=44, sessions=1, images=1)


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["UPDATE event SET author='bob' WHERE seq=9"], "entry 9: was changed"),
        (
            ["UPDATE event SET at='2020-01-01T00:00:00.000000+00:00' WHERE seq=9"],
            "entry 9: was changed",
        ),
        (["UPDATE event SET content=zeroblob(60) WHERE seq=9"], "entry 9: was changed"),
        (["DELETE FROM event WHERE seq=9"], "entry 10: entry 9 should stand here"),
        (["DELETE FROM event WHERE seq=1"], "entry 1: is not the entry that began"),
        (
            ["UPDATE event SET hash=randomblob(32) WHERE seq=9"],
            "entry 10: does not con",
        ),
        (
            [
                "UPDATE event SET seq=900 WHERE seq=9",
                "UPDATE event SET seq=9 WHERE seq=10",
                "UPDATE event SET seq=10 WHERE seq=900",
            ],
            "entry 9: does not continue",
        ),
        (["DELETE FROM patient_key WHERE patient_id<>''"], "no entry says that it was"),
        (
            ["UPDATE patient_key SET wrapped=zeroblob(60) WHERE patient_id<>''"],
            "does not open",
        ),
    ],
)
def test_an_edited_entry_is_named(
    store: Store,
    session_id: str,
    folder: Path,
    key: bytes,
    statements: list[str],
    said: str,
) -> None:
    write_day(store, session_id)
    store.close()
    edit(folder, key, *NO_TRIGGERS, *statements)
    put_triggers_back(folder, key)
    assert said in "\n".join(problems(folder, key))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DROP TRIGGER event_no_update", "trigger event_no_update is missing"),
        ("DROP TRIGGER event_no_delete", "trigger event_no_delete is missing"),
        ("DROP TRIGGER event_in_order", "trigger event_in_order is missing"),
        ("DROP INDEX event_by_kind", "index event_by_kind is missing"),
        (
            "CREATE TRIGGER hide AFTER INSERT ON event BEGIN SELECT 1; END",
            "trigger hide does not belong",
        ),
        ("CREATE TABLE event_copy AS SELECT * FROM event", "table event_copy does not"),
    ],
)
def test_a_changed_schema_is_named(
    store: Store, session_id: str, folder: Path, key: bytes, statement: str, said: str
) -> None:
    store.close()
    edit(folder, key, statement)
    assert said in "\n".join(problems(folder, key))


def recompute(folder: Path, key: bytes) -> None:
    """Change one entry's author and compute every later hash anew."""
    edit(folder, key, *NO_TRIGGERS, "UPDATE event SET author='bob' WHERE seq=20")
    with open_store(folder, key) as store, store.reading() as connection:
        rows = connection.execute(event.select().order_by(event.c.seq)).all()
    prev, statements = rows[18].hash, []
    for row in rows[19:]:
        own = entry_hash(prev, header_of(row), row.content, row.commitment)
        statements.append(
            f"UPDATE event SET prev=x'{prev.hex()}', hash=x'{own.hex()}'"
            f" WHERE seq={row.seq}"
        )
        prev = own
    edit(folder, key, *statements)
    put_triggers_back(folder, key)


def test_a_chain_computed_anew_is_seen_by_what_each_content_is_bound_to(
    store: Store, session_id: str, folder: Path, key: bytes
) -> None:
    write_day(store, session_id)
    store.close()
    recompute(folder, key)
    assert "entry 20" in "\n".join(problems(folder, key))


def test_a_chain_computed_anew_contradicts_the_checkpoint(
    store: Store, session_id: str, folder: Path, key: bytes, tmp_path: Path
) -> None:
    write_day(store, session_id)
    write_checkpoints(store, [tmp_path / "safe"])
    file = checkpoint_file(store, tmp_path / "safe")
    store.close()
    recompute(folder, key)
    found = "\n".join(problems(folder, key, file))
    assert "entry 44 is not the one that was signed" in found
    refused = pytest.raises(StoreDamagedError, match="left as it is")
    with open_store(folder, key) as again, refused:
        write_checkpoints(again, [tmp_path / "safe"])


def test_an_older_copy_put_back_is_noticed_with_the_checkpoint_only(
    store: Store, session_id: str, folder: Path, key: bytes, tmp_path: Path
) -> None:
    write_day(store, session_id)
    store.close()
    shutil.copytree(folder, tmp_path / "older")
    with open_store(folder, key) as later:
        later.append(session_id, note(), author="a", at=NOON)
        write_checkpoints(later, [tmp_path / "safe"])
        file = checkpoint_file(later, tmp_path / "safe")
    shutil.rmtree(folder)
    (tmp_path / "older").rename(folder)
    assert problems(folder, key) == []
    (found,) = problems(folder, key, file)
    assert "knows 45 entries, the store has 44: an older copy was put back" in found


def test_a_checkpoint_that_was_changed_or_is_anothers_is_refused(
    store: Store, session_id: str
) -> None:
    text_, vkey = signed_checkpoint(store), verification_key(store)
    assert read_checkpoint(text_, vkey).seq == 3
    assert compare_with_checkpoint(store, text_) is None
    for broken, said in [
        (text_.replace("\n3\n", "\n4\n"), "its signature is wrong"),
        (text_.replace("vein-imaging/", "vein-imaging/0"), "of another store"),
        ("", "no checkpoint"),
        ("a\nb\nc\n\n- - -\n", "no checkpoint"),
    ]:
        with pytest.raises(ValueError, match=said):
            read_checkpoint(broken, vkey)


def test_a_checkpoint_reads_like_a_c2sp_note(store: Store) -> None:
    lines = signed_checkpoint(store).split("\n")
    origin = f"vein-imaging/{store.layout.store_id}"
    assert lines[0] == origin
    assert lines[1] == "1"
    with store.reading() as connection:
        root = ledger_tree(connection).root()
    assert base64.b64decode(lines[2]) == root
    assert lines[3:5] == [
        "chain " + base64.b64encode(store.head().hash).decode(),
        f"time {NOON.isoformat()}",
    ]
    assert lines[5] == ""
    assert lines[6].startswith(f"\u2014 {origin} ")
    assert lines[7:] == [""]


def flip(file: Path, random_: random.Random) -> None:
    content = bytearray(file.read_bytes())
    content[random_.randrange(len(content))] ^= 1 << random_.randrange(8)
    file.write_bytes(content)


@pytest.mark.parametrize("part", ["ledger.db", "images"])
def test_every_flipped_bit_is_noticed(
    store: Store, session_id: str, folder: Path, key: bytes, part: str
) -> None:
    write_day(store, session_id)
    store.close()
    random_ = random.Random(part)
    file = folder / part
    if part == "images":
        (file,) = file.iterdir()
    good = file.read_bytes()
    for _ in range(20):
        flip(file, random_)
        assert problems(folder, key)
        file.write_bytes(good)
    assert problems(folder, key) == []


PAGE = 4096


def zero_page(content: bytes) -> bytes:
    return content[: 3 * PAGE] + bytes(PAGE) + content[4 * PAGE :]


def swap_pages(content: bytes) -> bytes:
    parts = [content[i : i + PAGE] for i in range(0, len(content), PAGE)]
    parts[3], parts[4] = parts[4], parts[3]
    return b"".join(parts)


@pytest.mark.parametrize(
    "damage",
    [zero_page, swap_pages, lambda content: content[: len(content) // 2 + 17]],
    ids=["zeroed page", "swapped pages", "cut file"],
)
def test_damaged_pages_are_noticed(
    store: Store,
    session_id: str,
    folder: Path,
    key: bytes,
    damage: Callable[[bytes], bytes],
) -> None:
    write_day(store, session_id, 200)
    store.close()
    file = folder / "ledger.db"
    file.write_bytes(damage(file.read_bytes()))
    assert problems(folder, key)


def test_an_older_page_put_back_is_noticed(
    store: Store, session_id: str, folder: Path, key: bytes
) -> None:
    write_day(store, session_id, 60)
    store.close()
    file = folder / "ledger.db"
    older = file.read_bytes()
    with open_store(folder, key) as again:
        write_day(again, session_id, 60)
    newer = file.read_bytes()
    changed = [
        i
        for i in range(0, len(older), PAGE)
        if older[i : i + PAGE] != newer[i : i + PAGE]
    ]
    assert len(changed) > 3
    for i in changed:
        file.write_bytes(newer[:i] + older[i : i + PAGE] + newer[i + PAGE :])
        assert problems(folder, key), f"page {i // PAGE}"
    file.write_bytes(newer)
    assert problems(folder, key) == []


def test_a_lost_image_and_an_image_in_anothers_place_are_named(
    store: Store, session_id: str, folder: Path, key: bytes
) -> None:
    first = write_day(store, session_id)
    second = store.put_image(session_id, PNG + b"\0")
    store.append(session_id, photographed(second), author="a", at=NOON)
    store.close()
    files = sorted((folder / "images").iterdir())
    files[0].write_bytes(files[1].read_bytes())
    assert "was changed or cut" in "\n".join(problems(folder, key))
    files[0].unlink()
    found = "\n".join(problems(folder, key))
    assert "is not in" in found
    assert (first[:12] in found) or (second[:12] in found)


def test_files_that_nobody_names_are_counted_and_no_problem(
    store: Store, session_id: str
) -> None:
    store.put_image(session_id, PNG)
    (store.images.folder / "x.partial").write_bytes(b"half")
    seen = verify_store(store)
    assert seen.orphans == 2
    assert seen.problems == []


def test_a_session_that_cannot_be_folded_is_named(
    store: Store, session_id: str
) -> None:
    write_day(store, session_id)

    def fold(events: object) -> None:
        raise ValueError("volume_ml: got 'x'")

    (problem,) = verify_store(store, fold=fold).problems
    assert problem.where == f"session {session_id}"
    assert problem.what == "cannot be read back: volume_ml: got 'x'"


def test_clocks_set_back_are_listed(store: Store, session_id: str) -> None:
    year_ago = NOON - timedelta(days=365)
    store.append(session_id, note(), author="a", at=year_ago)
    assert verify_store(store).clock_set_back == [4]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE event SET author = 'bob' WHERE seq = 9", "entry 9: was changed"),
        ("DELETE FROM event WHERE seq = 9", "entry 10: entry 9 should stand here"),
    ],
)
def test_on_a_server_what_its_owner_edits_is_named(
    server_store: Store, session_id: str, server: Server, statement: str, said: str
) -> None:
    write_day(server_store, session_id)
    engine = create_engine(server.owner_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE event DISABLE TRIGGER event_no_change"))
        connection.execute(text(statement))
    engine.dispose()
    found = "\n".join(str(problem) for problem in verify_store(server_store).problems)
    assert said in found
    assert "trigger event_no_change is switched off" in found


def test_a_page_torn_while_the_log_was_carried_over_is_no_problem(
    store: Store, session_id: str, folder: Path, key: bytes, tmp_path: Path
) -> None:
    store.settle_file(empty_log=True)
    before = (folder / "ledger.db").read_bytes()
    write_day(store, session_id, 60)
    for file in ("ledger.db-wal", "store.json"):
        shutil.copy(folder / file, tmp_path)
    store.settle_file()
    after = (folder / "ledger.db").read_bytes()
    store.close()
    # the disk after a cut in the middle of carrying over: half a page new, half old
    page = next(
        i
        for i in range(PAGE, len(before), PAGE)
        if before[i : i + PAGE] != after[i : i + PAGE]
    )
    torn = before[: page + 512] + after[page + 512 : page + PAGE]
    (folder / "ledger.db").write_bytes(torn + before[page + PAGE :])
    shutil.copy(tmp_path / "ledger.db-wal", folder)
    assert problems(folder, key) == []
    with open_store(folder, key) as again:
        assert len(again.events(session_id)) == 61


def test_what_a_fold_finds_odd_is_told_and_is_no_problem(
    store: Store, session_id: str
) -> None:
    body = {"entry_id": "e1", "voids": "nowhere", "reason": "by mistake"}
    store.append(session_id, Entry("voided", body), author="anna", at=NOON)
    seen = verify_store(store, fold=lambda events: fold(e.value for e in events))
    assert seen.problems == []
    (odd,) = seen.oddities
    assert "nowhere" in odd.what


def test_an_entry_whose_commitment_is_not_its_bodys_is_named(
    store: Store, session_id: str, folder: Path, key: bytes
) -> None:
    write_day(store, session_id)
    with store.reading() as connection:
        rows = connection.execute(event.select().order_by(event.c.seq)).all()
    store.close()
    for commitment in (bytes(32), None):
        prev, statements = rows[-2].hash, list(NO_TRIGGERS)
        last = rows[-1]
        own = entry_hash(prev, header_of(last), last.content, commitment)
        spelled = f"x'{commitment.hex()}'" if commitment else "NULL"
        statements.append(
            f"UPDATE event SET commitment={spelled}, hash=x'{own.hex()}'"
            f" WHERE seq={last.seq}"
        )
        edit(folder, key, *statements)
        put_triggers_back(folder, key)
        (found,) = problems(folder, key)
        assert found == f"entry {last.seq}: its commitment is not that of its body"


def test_a_changed_root_of_the_tree_is_named(
    store: Store, session_id: str, folder: Path, key: bytes
) -> None:
    for number in range(TILE_ENTRIES):
        entry = Annotated(entry_id=f"{number}", text="x")
        store.append(session_id, entry, author="a", at=NOON)
    assert verify_store(store).problems == []
    with store.reading() as connection:
        assert len(kept_tiles(connection)) == 1
        whole = ledger_tree(connection).root()
        assert ledger_tree(connection, from_entries=True).root() == whole
    store.close()
    edit(
        folder,
        key,
        "DROP TRIGGER tile_no_update",
        "UPDATE tile SET root=zeroblob(32)",
        SQLITE_0002["tile_no_update"],
    )
    assert problems(folder, key) == [
        "entries 1 to 256: the kept root of the tree is not theirs"
    ]


def test_a_ledger_with_a_gap_has_a_tree_that_no_checkpoint_agrees_with(
    store: Store, session_id: str, folder: Path, key: bytes
) -> None:
    write_day(store, session_id)
    before = signed_checkpoint(store)
    size = store.head().seq
    store.close()
    edit(folder, key, *NO_TRIGGERS, "DELETE FROM event WHERE seq = 9")
    put_triggers_back(folder, key)
    found = problems(folder, key)
    assert any("a gap" in one for one in found)
    with open_store(folder, key) as again:
        assert again.head().seq == size
        assert read_checkpoint(signed_checkpoint(again), verification_key(again))
        assert compare_with_checkpoint(again, before) is not None
        again.append_own("read", {}, author="a", at=NOON)
