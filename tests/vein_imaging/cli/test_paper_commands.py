"""Report, sheet, calendar, tables and import from the command line; killed half-way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from vein_imaging.cli import main
from vein_imaging.storage.people.administration import add_user, set_up
from vein_imaging.storage.people.clinic import ClinicSettings
from vein_imaging.storage.people.roles import Role
from vein_imaging.storage.people.signed_in import sign_in

PASSWORD = "four unrelated words"
PHOTOGRAPHS = 24


@dataclass
class Face:
    """The command line, signed in."""

    folder: Path
    tmp: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "VEIN_IMAGING_STORE": str(self.folder),
            "VEIN_IMAGING_USER": "anna",
            "VEIN_IMAGING_PASSWORD": PASSWORD,
            "XDG_DATA_HOME": str(self.tmp / "data"),
        }

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, env=self.environment)

    def done(self, *arguments: str) -> str:
        result = self(*arguments)
        assert result.exit_code == 0, (arguments, result.output)
        return result.stdout.strip()


@pytest.fixture(autouse=True, scope="module")
def quick_passwords() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vein_imaging.storage.people.passwords.ARGON2ID_COST", (32, 1, 4))
        yield


@pytest.fixture
def face(tmp_path: Path) -> Face:
    folder, now = tmp_path / "clinic", datetime.now(UTC)
    set_up(folder, "olga", PASSWORD, at=now)
    with sign_in(folder, "olga", PASSWORD) as owner:
        settings = ClinicSettings(
            "US", "Europe/London", name="Vein Clinic", phone="020 7946 0123"
        )
        owner.set_clinic(settings)
        add_user(owner, "anna", PASSWORD, [Role.CLINICIAN], at=now)
    return Face(folder, tmp_path)


def listed_folder(face: Face, count: int = PHOTOGRAPHS) -> tuple[str, str]:
    """A folder of photographs of twelve days, and its list."""
    folder = face.tmp / "photographs"
    folder.mkdir()
    rows = ["file,patient,taken,light,pose,view"]
    for number in range(count):
        noise = np.random.default_rng(number).integers(0, 256, (12, 16))
        cv2.imwrite(str(folder / f"{number:03}.png"), noise.astype(np.uint8))
        day = f"2025-{number % 12 + 1:02}-03"
        rows.append(f"{number:03}.png,P-1,{day},white,standing,left lateral")
    listing = face.tmp / "list.csv"
    listing.write_text("\n".join(rows), "utf-8")
    return str(folder), str(listing)


def test_the_clinics_name_and_telephone_are_written_and_shown(face: Face) -> None:
    row = json.loads(face.done("store", "clinic", "--json"))
    assert (row["name"], row["phone"]) == ("Vein Clinic", "020 7946 0123")
    assert "020 7946 0123" in face.done("store", "clinic")


def test_a_page_of_an_unknown_kind_is_refused(face: Face) -> None:
    patient = face.done("patient", "add", "Maria Probe")
    session = face.done("session", "start", patient)
    refused = face("session", "report", session, "--out", str(face.tmp / "page.docx"))
    assert refused.exit_code == 2 and "ends in .pdf or .html" in refused.stderr
    assert not (face.tmp / "page.docx").exists()


def test_a_dry_run_shows_and_writes_nothing(face: Face) -> None:
    patient = face.done("patient", "add", "Maria Probe", "--number", "P-1")
    folder, listing = listed_folder(face, 3)
    said = face.done("import", folder, listing, "--dry-run")
    assert "002.png" in said and "(new)" in said and "a dry run: 3" in said
    assert json.loads(face.done("session", "list", patient, "--json")) == []


def test_an_import_is_told_and_a_second_one_names_every_row(face: Face) -> None:
    patient = face.done("patient", "add", "Maria Probe", "--number", "P-1")
    folder, listing = listed_folder(face)
    row = json.loads(face.done("import", folder, listing, "--json"))
    assert row["imported"] == PHOTOGRAPHS and row["problems"] == []
    assert len(json.loads(face.done("session", "list", patient, "--json"))) == 12
    again = face("import", folder, listing)
    assert again.exit_code == 1
    assert f"nothing was imported: {PHOTOGRAPHS} problems" in again.stderr


def test_tables_are_written_and_parquet_says_what_it_needs(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    face.done("patient", "add", "=1+1")
    folder = str(face.tmp / "tables")
    written = json.loads(face.done("tables", folder, "--json"))
    assert [Path(one).name for one in written] == [
        "injections.csv",
        "sites.csv",
        "vessels.csv",
        "changes.csv",
    ]
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    refused = face("tables", folder, "--format", "parquet")
    assert refused.exit_code == 1 and "vein-imaging[parquet]" in refused.stderr


@pytest.mark.parametrize("after", [1, PHOTOGRAPHS // 2, PHOTOGRAPHS])
def test_an_import_that_is_killed_leaves_all_or_nothing(face: Face, after: int) -> None:
    patient = face.done("patient", "add", "Maria Probe", "--number", "P-1")
    folder, listing = listed_folder(face)
    script = (
        "import os, signal, sys\n"
        "from vein_imaging.storage.people import passwords\n"
        "passwords.ARGON2ID_COST = (32, 1, 4)\n"
        "from vein_imaging.treatment.at_work import AtWork\n"
        "put, kept = AtWork.put_patient_image, []\n"
        "def killed(work, patient_id, png):\n"
        "    name = put(work, patient_id, png)\n"
        "    kept.append(name)\n"
        f"    if len(kept) == {after}:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return name\n"
        "AtWork.put_patient_image = killed\n"
        "from vein_imaging.cli import main\n"
        f"main(['import', {folder!r}, {listing!r}])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **face.environment},
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    sessions: Any = json.loads(face.done("session", "list", patient, "--json"))
    assert sessions == []
    row = json.loads(face.done("import", folder, listing, "--json"))
    assert row["imported"] == PHOTOGRAPHS
