"""One store of every released version, unpacked: on a file and on PostgreSQL."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vein_imaging.domain.session import fold
from vein_imaging.domain.session.body import to_json
from vein_imaging.storage import Server, Store
from vein_imaging.storage.opening import migrate_server
from vein_imaging.storage.upkeep.verify import verify_store

TESTS = next(parent for parent in Path(__file__).parents if parent.name == "tests")
RELEASES = sorted((TESTS / "fixtures").glob("store-*"))


@pytest.fixture(params=RELEASES, ids=lambda folder: str(folder.name))
def release(request: pytest.FixtureRequest) -> Path:
    """The folder of a release: the archive, its manifest, and how it was written."""
    folder: Path = request.param
    return folder


@pytest.fixture
def manifest(release: Path) -> dict[str, Any]:
    """What the release's store holds."""
    read: dict[str, Any] = json.loads((release / "manifest.json").read_text("utf-8"))
    return read


@pytest.fixture
def key(manifest: dict[str, Any]) -> bytes:
    return bytes.fromhex(manifest["data_key"])


@pytest.fixture
def parts(release: Path, tmp_path: Path) -> Path:
    """The archive, unpacked; every store in it with its pictures."""
    with tarfile.open(release / "store.tar.gz") as archive:
        archive.extractall(tmp_path / "parts", filter="data")
    pictures = tmp_path / "parts" / "clinic" / "images"
    for store in ("killed", "server"):
        shutil.copytree(pictures, tmp_path / "parts" / store / "images")
    return tmp_path / "parts"


@pytest.fixture
def server_folder(parts: Path, server: Server, cluster: Any) -> Path:
    """The store whose ledger lies on a server, with its dump put back there."""
    cluster.run("DROP SCHEMA public CASCADE")  # the dump brings its own
    psql = max(Path("/usr/lib/postgresql").glob("*/bin/psql"))
    subprocess.run(
        [
            *(psql, "--host", cluster.socket, "--username", "owner", "--no-psqlrc"),
            *("--quiet", "--output", "/dev/null", "--set", "ON_ERROR_STOP=1"),
            *("--file", parts / "server" / "ledger.sql", "postgres"),
        ],
        check=True,
        capture_output=True,
    )
    description = parts / "server" / "store.json"
    described = json.loads(description.read_text())
    description.write_text(json.dumps({**described, "database_url": server.url}))
    return parts / "server"


@pytest.fixture(params=["file", "server"])
def either_folder(request: pytest.FixtureRequest, parts: Path) -> Path:
    """The store, once with its ledger in a file and once on PostgreSQL."""
    if request.param == "file":
        return parts / "clinic"
    folder: Path = request.getfixturevalue("server_folder")
    server: Server = request.getfixturevalue("server")
    migrate_server(folder, request.getfixturevalue("key"), server.owner_url)
    return folder


Held = Callable[..., None]


@pytest.fixture
def is_as_released(manifest: dict[str, Any], parts: Path) -> Held:
    """Compare all that a store holds, up to an entry, with the manifest."""

    def compare(store: Store, *, until: int = manifest["head"]["seq"]) -> None:
        _compare_entries(store, manifest, until)
        _compare_sessions(store, manifest)
        wanted = manifest["patients"]
        assert {p.patient_id: p.facts for p in store.patients()} == wanted
        whole = until == manifest["head"]["seq"]
        checkpoints = (parts / "elsewhere").iterdir() if whole else ()
        seen = verify_store(
            store,
            checkpoints=checkpoints,
            fold=lambda events: fold(one.value for one in events),
        )
        assert seen.problems == []
        for name, value in manifest["verified"].items():
            assert getattr(seen, name) == value, name

    return compare


def _compare_entries(store: Store, manifest: dict[str, Any], until: int) -> None:
    clinical = [e for session in manifest["sessions"] for e in store.events(session)]
    got = sorted([*store.own_entries(), *clinical], key=lambda entry: entry.seq)
    wanted = [e for e in manifest["entries"] if "erased" not in e and e["seq"] <= until]
    for entry, expected in zip(got, wanted, strict=False):
        shown = {
            "seq": entry.seq,
            "at": entry.at.isoformat(timespec="microseconds"),
            "latest_at": entry.latest_at.isoformat(timespec="microseconds"),
            "author": entry.author,
            "patient_id": entry.patient_id,
            "session_id": entry.session_id,
            "kind": entry.kind,
            "hash": entry.hash.hex(),
            "body": entry.body,
        }
        assert shown == {k: v for k, v in expected.items() if k != "canonical_sha256"}
    assert len(got) >= len(wanted)
    assert [entry.seq for entry in got[len(wanted) :] if entry.seq <= until] == []


def _compare_sessions(store: Store, manifest: dict[str, Any]) -> None:
    for session_id, wanted in manifest["sessions"].items():
        events = [e for e in store.events(session_id) if e.seq in wanted["entries"]]
        session = fold(one.value for one in events)
        assert {
            "patient_id": store.patient_of(session_id),
            "entries": [one.seq for one in events],
            "injections": [to_json(one) for one in session.injections],
            "signed": session.is_signed,
            "screening": to_json(session.screening),
            "adverse_events": [one.entry_id for one in session.adverse_events],
            "irregularities": list(session.irregularities),
            "pictures": wanted["pictures"],
        } == wanted
        for sha256, size in wanted["pictures"].items():
            png = store.image(session_id, sha256)
            assert (len(png), hashlib.sha256(png).hexdigest()) == (size, sha256)
