"""`vein-imaging batch`: files and patients, here and on a cluster, killed, resumed."""

from __future__ import annotations

import csv
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from vein_imaging.batch import Task, UnfitWorkerError
from vein_imaging.cli import main
from vein_imaging.cli.batch import worker
from vein_imaging.cli.batch.stored import pair_tasks, photograph_tasks
from vein_imaging.cli.batch.tables import COMPARED, WORDS
from vein_imaging.cli.batch.worker import measure_stored
from vein_imaging.comparison import CompareSettings
from vein_imaging.pipeline import AnalysisSettings
from vein_imaging.storage import Server
from vein_imaging.storage.people.administration import add_user, set_up
from vein_imaging.storage.people.clinic import ClinicSettings
from vein_imaging.storage.people.roles import Action, Role
from vein_imaging.storage.people.signed_in import Clocks, sign_in
from vein_imaging.treatment import AtWork
from vein_imaging.treatment.photographs import Circumstances
from vein_imaging.treatment.reading_store import store_id_of

SAMPLES = Path(__file__).parents[3] / "sample_images"
PASSWORD = "four unrelated words"
PEOPLE = {"anna": Role.CLINICIAN, "carl": Role.AUDITOR, "rita": Role.AUDITOR}
HOW = Circumstances("transilluminated", "standing", "left lateral")
LONGEST_WAIT_S = 120


@dataclass
class Desk:
    """A store with two patients; one has three photographs on three days."""

    folder: Path
    user: str = "carl"
    patient_id: str = ""

    def environment(self) -> dict[str, str]:
        return {
            "VEIN_IMAGING_STORE": str(self.folder),
            "VEIN_IMAGING_USER": self.user,
            "VEIN_IMAGING_PASSWORD": PASSWORD,
        }

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["batch", *arguments], env=self.environment())

    def json(self, *arguments: str) -> Any:
        result = self(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        "vein_imaging.storage.people.passwords.ARGON2ID_COST", (32, 1, 4)
    )
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("STORE", "USER", "PASSWORD", "SCHEDULER"):
        monkeypatch.delenv(f"VEIN_IMAGING_{name}", raising=False)


def skin(number: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    rows, columns = np.mgrid[0:96, 0:128]
    noise = np.random.default_rng(number).normal(0, 2, rows.shape)
    vein = 40 * np.exp(-((rows - 30 - 8 * number - columns / 9) ** 2) / 8)
    return np.asarray(160 - vein + noise, np.uint8)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    (folder / "deeper").mkdir(parents=True)
    for number in range(3):
        cv2.imwrite(str(folder / f"leg{number}.png"), skin(number))
    cv2.imwrite(str(folder / "deeper" / "leg3.tif"), skin(3))
    (folder / "notes.txt").write_text("no picture")
    return folder


def make_desk(folder: Path, server: Server | None = None) -> Desk:
    begun = datetime.now(UTC) - timedelta(days=100)
    set_up(folder, "olga", PASSWORD, at=begun, server=server)
    clocks = Clocks(lambda: begun)
    with sign_in(folder, "olga", PASSWORD, clocks=clocks) as owner:
        owner.set_clinic(ClinicSettings("US", "Europe/London"))
        for name, role in PEOPLE.items():
            add_user(owner, name, PASSWORD, [role], at=begun)
    desk = Desk(folder)
    with sign_in(folder, "anna", PASSWORD, clocks=clocks) as anna:
        work = AtWork(anna)
        desk.patient_id = work.add_patient({"name": "Probe"}).patient_id
        work.add_patient({"name": "Nobody Photographed"})
    for number, days in enumerate((90, 60, 0)):
        at = datetime.now(UTC) - timedelta(days=days)
        moved = Clocks(lambda at=at: at)  # type: ignore[misc]
        with sign_in(folder, "anna", PASSWORD, clocks=moved) as anna:
            visit = AtWork(anna).start_session(desk.patient_id)
            visit.photographs.take(skin(number), HOW, 0.5)
    return desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path / "clinic")


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["batch", *arguments])


# --- files -----------------------------------------------------------------------


def test_a_folder_is_measured_as_analyse_does_and_not_twice(
    pictures: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    asked = (str(pictures), "--out", str(out), "--mm-per-pixel", "0.5", "--workers")
    first = json.loads(run(*asked, "2", "--json").stdout)
    assert (first["measured"], first["known"], first["failed"]) == (4, 0, [])
    table = rows_of(Path(first["results"]) / "pictures.csv")
    assert [Path(row["picture"]).name for row in table] == [
        *("leg3.tif", "leg0.png", "leg1.png", "leg2.png"),
    ]
    single = CliRunner().invoke(
        main,
        [
            *("analyse", str(pictures / "leg0.png"), "--mm-per-pixel", "0.5"),
            *("--out", str(tmp_path / "single"), "--json"),
        ],
    )
    (alone,) = json.loads(single.stdout)
    assert float(table[1]["length_mm"]) == alone["length_mm"] > 0
    again = run(*asked, "1")
    assert "0 measured, 4 known from before, 0 failed" in again.output
    assert rows_of(Path(first["results"]) / "pictures.csv") == table


def test_a_failing_picture_is_named_and_the_others_are_measured(
    pictures: Path, tmp_path: Path
) -> None:
    (pictures / "cut.png").write_bytes((pictures / "leg0.png").read_bytes()[:500])
    (pictures / "empty.jpg").write_bytes(b"")
    result = run(str(pictures), "--out", str(tmp_path / "out"), "--workers", "1")
    assert result.exit_code == 1
    assert "4 measured, 0 known from before, 2 failed" in result.stdout
    assert "2 were not measured: see" in result.stderr
    (line,) = [one for one in result.stderr.splitlines() if "cut.png" in one]
    assert "DataError" not in line
    (failures,) = (tmp_path / "out").glob("*/failures.csv")
    assert {Path(row["picture"]).name for row in rows_of(failures)} == {
        *("cut.png", "empty.jpg"),
    }


def test_a_calibration_beside_the_pictures_counts(
    pictures: Path, tmp_path: Path
) -> None:
    from vein_calibration import PixelSize
    from vein_calibration.profile import Profile, Scale
    from vein_calibration.profile_file import profile_id, write_profile

    scale = Scale(PixelSize(0.4, 0.004), np.eye(3), spread=0.2)
    profile = Profile("uvc:", (128, 96), datetime.now(UTC), "test", scale=scale)
    write_profile(profile, pictures / "calibration.json")
    told = run(
        *(str(pictures / "leg0.png"), "--out", str(tmp_path / "out"), "--workers", "1")
    )
    assert told.exit_code == 0, told.output
    (file,) = (tmp_path / "out").glob("*/results/*/*.json")
    document = json.loads(file.read_bytes())
    assert document["given"]["calibration"] == profile_id(profile)
    assert document["figures"]["summary"]["mm_per_pixel"] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("analyse",), "name PATHS or --patients: one of the two"),
        (("{}", "--patients", "all"), "name PATHS or --patients: one of the two"),
        (("{}",), "name a folder for the results with --out"),
        (("--patients", "all"), "name it with --store"),
        (("compare", "--patients", "all"), "Missing option '--store'"),
        (("nowhere", "--out", "x"), "'nowhere' does not exist"),
        (("{}", "--out", "{}", "--scheduler", "x"), "no scheduler answers at x"),
    ],
)
def test_what_cannot_be_asked_is_said(
    arguments: tuple[str, ...], said: str, pictures: Path
) -> None:
    pytest.importorskip("distributed", reason="the extra `batch` is not installed")
    result = run(*(one.format(pictures) for one in arguments))
    assert result.exit_code != 0
    assert said in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("stopped_by", "status"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)]
)
def test_the_command_stopped_half_way_goes_on_and_leaves_no_process(
    pictures: Path, tmp_path: Path, stopped_by: signal.Signals, status: int
) -> None:
    out = tmp_path / "out"
    for number in range(4, 24):
        cv2.imwrite(str(pictures / f"leg{number:02d}.png"), skin(number))
    asked = [
        *(sys.executable, "-m", "vein_imaging", "batch", str(pictures)),
        *("--out", str(out), "--workers", "2"),
    ]
    command = subprocess.Popen(
        asked,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )

    def written() -> dict[str, int]:
        found = out.glob("*/results/*/*.json")
        return {file.name: file.stat().st_mtime_ns for file in found}

    end = time.monotonic() + LONGEST_WAIT_S
    while not written() and command.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.002)
    if stopped_by is signal.SIGINT:  # Ctrl-C goes to the whole terminal
        os.killpg(command.pid, stopped_by)
    else:
        command.send_signal(stopped_by)
    # its workers hold the pipe: it closes when the last of them has ended
    told, _nothing = command.communicate()
    assert command.returncode == status
    before = written()
    if stopped_by is signal.SIGINT:
        assert "stopped. " in told and "run again to go on" in told
        assert "Traceback" not in told
    result = run(str(pictures), "--out", str(out), "--workers", "2", "--json")
    again = json.loads(result.stdout)
    assert again["known"] == len(before)
    assert again["measured"] + again["known"] == 24 == len(written())
    assert before.items() <= written().items()


# --- patients --------------------------------------------------------------------


def test_every_photograph_of_a_store_is_measured_by_those_who_only_read(
    desk: Desk,
) -> None:
    told = desk.json("--patients", "all", "--workers", "2")
    assert (told["measured"], told["failed"]) == (3, [])
    folder = Path(told["results"])
    assert folder.parent == desk.folder.with_name("clinic-measured")
    table = rows_of(folder / "pictures.csv")
    assert {row["patient_id"] for row in table} == {desk.patient_id}
    assert {float(row["mm_per_pixel"]) for row in table} == {0.5}
    assert "Probe" not in (folder / "pictures.csv").read_text()
    one = desk.json("--patients", desk.patient_id, "--workers", "1")
    assert (one["measured"], one["known"]) == (0, 3)


def test_who_may_write_does_no_batch(desk: Desk) -> None:
    desk.user = "anna"
    for command in (("--patients", "all"), ("compare", "--patients", "all")):
        result = desk(*command, "--workers", "1")
        assert result.exit_code == 1
        assert "anna may also: prepare, capture" in result.stderr
        assert "user add NAME --role auditor" in result.stderr
    desk.user = "olga"
    assert "may not: read" in desk("--patients", "all").stderr


def test_a_batch_changes_nothing_but_the_log_of_reads(desk: Desk) -> None:
    def entries() -> list[str]:
        with sign_in(desk.folder, "rita", PASSWORD) as rita:
            store = rita.allowed_store(Action.VERIFY)
            return [event.kind for event in store.patient_events(desk.patient_id)]

    before = entries()
    desk.json("compare", "--patients", "all", "--workers", "1")
    assert entries() == before
    with sign_in(desk.folder, "rita", PASSWORD) as rita:
        logged = [event for event in rita.log() if event.author == "carl"]
    reads = [str(e.body["what"]) for e in logged if e.kind == "store.read"]
    assert sum(what.startswith("image ") for what in reads) == 3


def test_an_unknown_patient_is_said(desk: Desk) -> None:
    result = desk("--patients", "0" * 32)
    assert result.exit_code == 1 and "patient" in result.stderr


def test_the_record_says_how_patients_were_calibrated(desk: Desk) -> None:
    result = desk("--patients", "all", "--mm-per-pixel", "0.1")
    assert result.exit_code == 2 and "leave that out" in result.stderr


def test_neither_key_nor_password_nor_pixels_travel_with_a_task(desk: Desk) -> None:
    with sign_in(desk.folder, "carl", PASSWORD) as carl:
        key = carl.allowed_key(Action.VERIFY)
        work, store_id = AtWork(carl), store_id_of(desk.folder)
        settings = AnalysisSettings()
        tasks = [
            *photograph_tasks(work, ["all"], store_id, settings),
            *pair_tasks(work, ["all"], store_id, CompareSettings()),
        ]
    assert len(tasks) == 6
    for task in tasks:
        sent = pickle.dumps(task)
        assert len(sent) < 2000
        assert PASSWORD.encode() not in sent and b"carl" not in sent
        assert key not in sent and key.hex().encode() not in sent


def photograph_task(desk: Desk) -> Task:
    with sign_in(desk.folder, "carl", PASSWORD) as carl:
        store_id, settings = store_id_of(desk.folder), AnalysisSettings()
        return next(photograph_tasks(AtWork(carl), ["all"], store_id, settings))


def test_a_worker_that_cannot_sign_in_is_unfit_and_says_why(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = photograph_task(desk)
    other = tmp_path / "other"
    set_up(other, "olga", PASSWORD, at=datetime.now(UTC))
    with pytest.raises(UnfitWorkerError, match="start it with VEIN_IMAGING_STORE, V"):
        measure_stored(task)
    for changed, said in (
        ({"VEIN_IMAGING_STORE": str(other)}, "is another store"),
        ({"VEIN_IMAGING_STORE": "/nowhere"}, "/nowhere holds no store"),
        ({"VEIN_IMAGING_PASSWORD": "another phrase"}, "password do not fit"),
        ({"VEIN_IMAGING_USER": "anna"}, "anna may also: prepare"),
    ):
        monkeypatch.setattr(worker, "_STORES", {})
        for name, value in {**desk.environment(), **changed}.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(UnfitWorkerError, match=said):
            measure_stored(task)


def test_a_calibration_that_the_command_has_and_the_worker_not_makes_it_unfit(
    desk: Desk,
) -> None:
    task = photograph_task(desk)
    calibrated = replace(task, given={**task.given, "calibration": "a" * 64})
    with pytest.raises(
        UnfitWorkerError, match="does not have calibration aaaaaaaaaaaa"
    ):
        measure_stored(calibrated)


# --- pairs -----------------------------------------------------------------------


def test_pairs_are_compared_and_old_figures_stand_beside_new_ones(desk: Desk) -> None:
    told = desk.json("compare", "--patients", "all", "--workers", "2")
    assert told["measured"] == 3 and told["failed"] == []
    folder = Path(told["results"])
    first = rows_of(folder / "compared.csv")
    assert [row["days_between"] for row in first] == ["30", "90", "60"]
    assert {row["new_version"] for row in first} == {folder.name}
    assert {row["old_version"] for row in first} == {""}
    assert "there are no earlier figures" in desk("compare", "--patients", "all").output
    as_earlier(folder)
    result = desk("compare", "--patients", "all")
    assert "0 measured, 3 known from before, 0 failed" in result.output
    assert "3 pairs have earlier figures: 3 with another verdict" in result.output
    table = rows_of(folder / "compared.csv")
    assert {row["old_version"] for row in table} == {"compare-0.0.9-00000000-00000000"}
    for row, was in zip(table, first, strict=True):
        assert row["verdict_old"] == "comparable"
        assert row["verdict_new"] == was["verdict_new"]
        assert float(row["common_field_pct_difference"]) == pytest.approx(
            float(row["common_field_pct_new"]) - 12.5
        )
    nothing = desk("compare", "--patients", "all", "--against", "x")
    assert "there are no earlier results named x" in nothing.stderr


def as_earlier(folder: Path) -> None:
    """Make of the results those of an earlier version, with other figures."""
    earlier = folder.with_name("compare-0.0.9-00000000-00000000")
    about = json.loads((folder / "about.json").read_text())
    about["version"]["release"], about["begun_at"] = "0.0.9", "2026-01-01T00:00:00"
    for file in folder.glob("results/*/*.json"):
        document = json.loads(file.read_bytes())
        document["figures"]["summary"]["common_field_pct"] = 12.5
        document["figures"]["summary"]["verdict"] = "comparable"
        target = earlier / file.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(document))
    (earlier / "about.json").write_text(json.dumps(about))


def test_the_figures_set_side_by_side_are_those_of_the_change_table(
    desk: Desk,
) -> None:
    told = desk.json("compare", "--patients", desk.patient_id, "--workers", "1")
    file = next(Path(told["results"]).glob("results/*/*.json"))
    row = json.loads(file.read_bytes())["figures"]["summary"]
    assert {*COMPARED, *WORDS} <= row.keys()


# --- many machines ---------------------------------------------------------------


@pytest.fixture
def scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Start a scheduler, and workers with an environment each; stop them all."""
    pytest.importorskip("distributed", reason="the extra `batch` is not installed")
    # these will answer; how soon, on a busy machine, is not what is tested
    monkeypatch.setattr("vein_imaging.batch.cluster._CONNECT_S", 300)
    monkeypatch.setattr("vein_imaging.batch.cluster._FIRST_WORKER_S", 300)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, **environment: str) -> str:
        with (tmp_path / "log").open("ab") as log:
            made = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments, "--no-dashboard"],
                stdout=log,
                stderr=log,
                env={**os.environ, **environment},
            )
        started.append(made)
        return address

    def worker(**environment: str) -> str:
        where = ("--local-directory", str(tmp_path / "dask"), "--no-nanny")
        return start("worker", address, "--nthreads", "1", *where, **environment)

    start("scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2])
    yield worker
    for one in reversed(started):
        one.kill()
        one.wait()


def test_on_postgresql_workers_sign_in_with_a_name_of_their_own(
    server: Server, tmp_path: Path, scheduler: Any
) -> None:
    desk = make_desk(tmp_path / "clinic", server)
    as_rita = {**desk.environment(), "VEIN_IMAGING_USER": "rita"}
    address = scheduler(**as_rita)
    scheduler(**as_rita)
    told = desk.json("compare", "--patients", "all", "--scheduler", address)
    assert told["measured"] == 3 and told["failed"] == []
    with sign_in(desk.folder, "carl", PASSWORD) as carl:
        log = [e for e in carl.log() if e.kind == "store.read"]
    by = {e.author for e in log if str(e.body["what"]).startswith("image ")}
    assert by == {"rita"}


def test_a_worker_that_may_write_ends_the_batch_in_words(
    desk: Desk, scheduler: Any
) -> None:
    address = scheduler(**{**desk.environment(), "VEIN_IMAGING_USER": "anna"})
    result = desk("--patients", "all", "--scheduler", address)
    assert result.exit_code == 1
    assert "is refused: anna may also: prepare" in result.stderr
    assert "not measured" not in result.stderr  # no picture is blamed


def test_a_worker_without_work_signs_out_by_itself(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = photograph_task(desk)
    monkeypatch.setattr(worker, "DEFAULT_IDLE_S", 0.0)
    monkeypatch.setattr(worker, "_STORES", {})
    for name, value in desk.environment().items():
        monkeypatch.setenv(name, value)
    for _ in range(2):  # and in again, with the next task
        measure_stored(task)
        worker._LATER[0].join()
        assert worker._STORES[task.place[0]]._signed_in.locked  # type: ignore[union-attr]
    with sign_in(desk.folder, "rita", PASSWORD) as rita:
        left = [e.body["why"] for e in rita.log() if e.kind == "store.logout"]
    assert left[-2:] == ["left alone", "left alone"]
