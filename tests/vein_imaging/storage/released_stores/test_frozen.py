"""What is released is never edited: revisions, triggers, how an entry is spelled."""

from __future__ import annotations

import ast
import hashlib
import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from vein_imaging.domain.outcome import Scored
from vein_imaging.domain.session import (
    Event,
    Photographed,
    event_from_body,
    event_to_body,
)
from vein_imaging.storage.database import migrating
from vein_imaging.storage.database.append_only import POSTGRESQL_0001, SQLITE_0001
from vein_imaging.storage.entries.canonical import canonical
from vein_imaging.storage.entries.ledger import entry_hash

VERSIONS = Path(migrating.__file__).parent / "migrations" / "versions"

# Of every released revision, without its import lines: files may move. A wrong one is
# set right by a revision of its own; a line here is added and never changed.
FROZEN_REVISIONS = {
    "r0001_ledger.py": (
        "7c51f693bd6481c60d96ed8b34589291148c4d7d8673ed3347ae21a75aac3f18"
    ),
}
FROZEN_TRIGGERS = {
    "SQLITE_0001": ("a5f24ff232f6ba1427e04d68101fda1ded6567fd8a092c1439e946cd77a913ae"),
    "POSTGRESQL_0001": (
        "c74fed3511c4ed8d44062e03bcc3fcdd6bdd323e681234f56f8364b33eb9f0bb"
    ),
}
# A store of a release that is made again proves nothing about the stores in clinics.
FROZEN_STORES = {
    "store-0.1.0/manifest.json": (
        "def8284576bc3fb02b7a9aa36f1d7235a6e3c5e72e2e3dedfdc87547d835e1b1"
    ),
    "store-0.1.0/store.tar.gz": (
        "cb9f00d395e07fa8f156be5b2b57fb77889a01d00ccd2c080be7f293dc1291ec"
    ),
}

# Kinds that no release has written yet. The release that writes them first brings a
# store that holds them, and empties this.
NOT_YET_RELEASED: frozenset[str] = frozenset({"weighed"})


def without_imports(source: str) -> str:
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            assert node.end_lineno
            for number in range(node.lineno - 1, node.end_lineno):
                lines[number] = ""
    return "\n".join(line for line in lines if line)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_released_revision_is_as_it_was_released() -> None:
    now = {
        name: digest(without_imports((VERSIONS / name).read_text("utf-8")))
        for name in FROZEN_REVISIONS
    }
    assert now == FROZEN_REVISIONS


def test_a_released_trigger_is_as_it_was_released() -> None:
    texts = {"SQLITE_0001": SQLITE_0001, "POSTGRESQL_0001": POSTGRESQL_0001}
    now = {name: digest(json.dumps(texts[name])) for name in FROZEN_TRIGGERS}
    assert now == FROZEN_TRIGGERS


def test_the_store_of_a_release_is_the_one_it_wrote(release: Path) -> None:
    now = {
        f"{release.name}/{name}": hashlib.sha256(
            (release / name).read_bytes()
        ).hexdigest()
        for name in ("manifest.json", "store.tar.gz")
    }
    assert now == {name: FROZEN_STORES.get(name) for name in now}


def test_every_released_revision_is_frozen(manifest: dict[str, Any]) -> None:
    frozen = {name.split("_")[0] for name in FROZEN_REVISIONS}
    released = {
        name.split("_")[0]
        for name in (file.name for file in VERSIONS.glob("r*.py"))
        if name.split("_")[0] <= manifest["revision"]
    }
    assert released <= frozen


def test_every_entry_is_spelled_in_the_same_bytes(manifest: dict[str, Any]) -> None:
    kinds = {kind.kind for kind in get_args(Event)}
    for entry in manifest["entries"]:
        if "erased" in entry:
            continue
        bodies = [entry["body"]]
        if entry["kind"] in kinds:
            event = event_from_body(entry["kind"], entry["body"])
            bodies.append(event_to_body(event))
        for body in bodies:
            spelled = hashlib.sha256(canonical(body)).hexdigest()
            assert spelled == entry["canonical_sha256"], entry["kind"]


def test_awkward_numbers_and_times_are_spelled_in_the_same_bytes() -> None:
    taken = Photographed(
        entry_id="p",
        image_id="i",
        at=datetime(2026, 3, 29, 2, 30, 0, 5, timezone(timedelta(hours=5, minutes=30))),
        light="white",
        pose="lying",
    )
    assert canonical(event_to_body(taken)) == (
        b'{"at":"2026-03-29T02:30:00.000005+05:30","entry_id":"p","image_id":"i",'
        b'"light":"white","pose":"lying"}'
    )
    scored = Scored(
        entry_id="o",
        treated_on=date(2026, 1, 1),
        scored_on=date(2026, 3, 1),
        cleared_percent=Decimal("1E+1"),
    )
    assert canonical(event_to_body(scored)) == (
        b'{"cleared_percent":"10","entry_id":"o","scored_on":"2026-03-01",'
        b'"treated_on":"2026-01-01"}'
    )


def test_a_coordinate_is_spelled_in_the_same_bytes() -> None:
    body = {"points_rc": [[31.5, 1e21], [0.1 + 0.2, 2.0]], "ä": None, "n": 2**53 - 1}
    assert canonical(body) == (
        b'{"n":9007199254740991,"points_rc":[[31.5,1e+21],[0.30000000000000004,2]],'
        b'"\xc3\xa4":null}'
    )


def test_an_entry_has_the_same_hash() -> None:
    header = {
        "seq": 2,
        "at": "2026-11-25T12:00:00.000000+00:00",
        "latest_at": "2026-11-25T12:00:00.000000+00:00",
        "author": "anna",
        "patient_id": "p",
        "session_id": "s",
        "kind": "injected",
    }
    assert entry_hash(bytes(32), header, b"sealed").hex() == (
        "64f0f4aef21ccebe44a6f99fb7687a475886ea2d6f1dd325701376ec04f306a8"
    )


def test_every_kind_of_entry_is_in_a_released_store(manifest: dict[str, Any]) -> None:
    held = {entry["kind"] for entry in manifest["entries"]}
    assert {kind.kind for kind in get_args(Event)} - NOT_YET_RELEASED <= held
