"""Every released schema opens for ever, and a broken-off migration changes nothing."""

from __future__ import annotations

import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlcipher3

from vein_imaging.domain.session import Annotated
from vein_imaging.storage import Store, open_store
from vein_imaging.storage.database import migrating
from vein_imaging.storage.database.schema import HEAD_REVISION
from vein_imaging.storage.errors import NoSuchStoreError
from vein_imaging.storage.files.keys import Vault
from vein_imaging.storage.upkeep.verify import verify_store

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def note(text: str = "x") -> Annotated:
    return Annotated(entry_id=uuid.uuid4().hex, text=text)


RELEASED = Path(__file__).parent / "released"
# The fixtures hold invented people; their key is no secret.
KEY = bytes(range(32))


WRITTEN: dict[str, list[tuple[str, dict[str, object]]]] = {
    "r0001": [("injected", {"volume_ml": "0.1", "product": "asclera"})],
    "r0002": [("annotated", {"entry_id": "n", "text": "0.1 mL"})],
}


def shell(folder: Path, key: bytes, statement: str) -> object:
    connection = sqlcipher3.connect(str(folder / "ledger.db"), isolation_level=None)
    connection.execute(f"PRAGMA key=\"x'{Vault(key).database_key.hex()}'\"")
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def test_every_revision_has_a_store_that_a_release_made() -> None:
    versions = Path(migrating.__file__).parent / "migrations" / "versions"
    made = {path.stem.split("_")[0] for path in versions.glob("r*.py")}
    assert {path.name for path in RELEASED.iterdir()} == made


@pytest.mark.parametrize("released", sorted(p.name for p in RELEASED.iterdir()))
def test_a_released_store_opens_verifies_and_takes_entries(
    released: str, tmp_path: Path
) -> None:
    shutil.copytree(RELEASED / released, tmp_path / "clinic")
    with open_store(tmp_path / "clinic", KEY) as store:
        seen = verify_store(store)
        assert seen.problems == []
        assert (seen.sessions, seen.images, seen.erased) == (2, 1, 1)
        (patient,) = store.patients("probe")
        (session,) = store.sessions(patient.patient_id)
        events = store.events(session.session_id)
        assert [(e.kind, e.body) for e in events[1:]] == WRITTEN[released]
        sha256 = str(events[0].body["image_id"])
        assert store.image(session.session_id, sha256).startswith(b"\x89PNG")
        store.append(session.session_id, note(), author="a", at=NOON)
        assert verify_store(store).problems == []


def test_a_store_of_a_newer_release_is_refused(
    store: Store, folder: Path, key: bytes
) -> None:
    store.close()
    shell(folder, key, "UPDATE alembic_version SET version_num = 'r9999'")
    with pytest.raises(NoSuchStoreError, match="newer release"):
        open_store(folder, key)


FAILS_HALFWAY = """
revision = "r9000"
down_revision = "{head}"

def upgrade():
    from alembic import op
    import sqlalchemy as sa
    op.create_table("fresh", sa.Column("x", sa.Text))
    op.get_bind().exec_driver_sql("DROP TRIGGER event_no_update")
    raise RuntimeError("the power went")
"""


def test_a_migration_that_breaks_off_leaves_everything_as_it_was(
    store: Store,
    session_id: str,
    folder: Path,
    key: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store.append(session_id, note(), author="a", at=NOON)
    store.close()
    # this release's migrations and one more, which fails in its middle
    package = tmp_path / "package"
    real = Path(migrating.__file__).parent / "migrations"
    shutil.copytree(real, package / "migrations")
    bad = package / "migrations" / "versions" / "r9000_bad.py"
    bad.write_text(FAILS_HALFWAY.format(head=HEAD_REVISION))
    schema = "SELECT name, sql FROM sqlite_master ORDER BY name"
    before = shell(folder, key, schema)
    with monkeypatch.context() as patch:
        patch.setattr(migrating, "__file__", str(package / "migrating.py"))
        patch.setattr(migrating, "HEAD_REVISION", "r9000")
        patch.setattr("vein_imaging.storage.database.engines.HEAD_REVISION", "r9000")
        with pytest.raises(RuntimeError, match="the power went"):
            open_store(folder, key)
    assert shell(folder, key, schema) == before
    with open_store(folder, key) as again:
        assert verify_store(again).problems == []
        assert len(again.events(session_id)) == 1
