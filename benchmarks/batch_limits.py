"""What a batch over many machines meets first: the command, and the store's log.

    python benchmarks/batch_limits.py > benchmarks/results/batch_limits.txt

`driver`: how many results a second one command can hand out, take and keep, with
workers that answer at once; and the memory that a task costs it. `pair`: what a pair of
1080p costs. `reads`: how many pictures a second 1 and 2 signed-in readers get from one
store, on the encrypted file and on PostgreSQL (a server of its own, on this machine);
each read is an entry of the store's log, which has one writer at a time.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from batch import (  # type: ignore[import-not-found]
    MM_PER_PIXEL,
    SETTINGS,
    bare_frame,
    draw_frames,
)
from crash import Cluster  # type: ignore[import-not-found]

from vein_imaging.batch import (
    Outcome,
    Task,
    code_version,
    open_results,
    pair_figures,
    picture_tasks,
    run_batch,
)
from vein_imaging.batch.workers import Broken
from vein_imaging.comparison import CompareSettings
from vein_imaging.storage import Server
from vein_imaging.storage.people.administration import add_user, set_up
from vein_imaging.storage.people.roles import Role
from vein_imaging.storage.people.signed_in import sign_in
from vein_imaging.treatment import AtWork, ClinicSettings
from vein_imaging.treatment.photographs import Circumstances
from vein_imaging.treatment.reading_store import ReadingStore
from vein_phantom import PhantomSettings, draw_frame

PASSWORD = "four unrelated words"
HOW = Circumstances("transilluminated", "standing", "left lateral")


class InstantWorkers:
    """Answers at once: what is left is the command's own work."""

    room = 640

    def __init__(self, figures: str) -> None:
        self.outcome = Outcome(figures, cpu_s=0.1)

    def submit(self, task: Task) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        future.set_result(self.outcome)
        return future

    def explain(self, error: BaseException) -> Broken:
        raise error


def made_tasks(like: Task, count: int) -> Iterator[Task]:
    for number in range(count):
        label = {"picture": f"{like.label['picture']}-{number}"}
        place = (f"{like.place[0]}-{number}", "")
        yield replace(like, inputs=(f"{number:064x}",), place=place, label=label)


def driver(folder: Path, count: int) -> None:
    (path,) = draw_frames(folder / "frames", 1)
    (task,) = picture_tasks(
        [path], lambda path: None, mm_per_pixel=MM_PER_PIXEL, settings=SETTINGS
    )
    assert isinstance(task, Task)
    figures = json.dumps(task.work(task), sort_keys=True)
    results = open_results(
        folder / "driver", code_version(), SETTINGS, now=datetime.now(UTC)
    )
    wall, cpu = time.perf_counter(), time.process_time()
    done = list(run_batch(made_tasks(task, count), InstantWorkers(figures), results))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert len(done) == count == len(results)
    size = next(results.folder.glob("results/*/*.json")).stat().st_size
    tracemalloc.start()
    tasks = list(made_tasks(task, count))
    held = tracemalloc.get_traced_memory()[0] / len(tasks)
    tracemalloc.stop()
    print(
        f"driver   {count} results kept at {count / wall:.0f} a second "
        f"({1e3 * wall / count:.1f} ms wall, {1e3 * cpu / count:.1f} ms CPU each, one "
        f"fsync of file and folder in it); {size / 1e3:.0f} kB a result; {held:.0f} "
        "bytes of memory a task"
    )


def pair(times: int) -> None:
    seen = [
        draw_frame(
            PhantomSettings(
                seed=seed,
                width_px=1920,
                height_px=1080,
                mm_per_pixel=MM_PER_PIXEL,
            )
        )[0]
        for seed in (3,)
    ]
    before, after = seen[0], np.roll(seen[0], 9, axis=1)
    costs = []
    for _ in range(times):
        begun = time.process_time()
        pair_figures(
            (before, after),
            mm_per_pixel=[MM_PER_PIXEL, MM_PER_PIXEL],
            days_between=60,
            settings=CompareSettings(),
        )
        costs.append(time.process_time() - begun)
    print(f"pair     {statistics.median(costs):.2f} s of CPU for a pair of 1080p")


# --- reads -----------------------------------------------------------------------


def fill(folder: Path, frames: list[Path], server: Server | None) -> list[str]:
    """A store of one patient; the ids of the session and of the pictures."""
    begun = datetime.now(UTC) - timedelta(days=1)
    set_up(folder, "olga", PASSWORD, at=begun, server=server)
    with sign_in(folder, "olga", PASSWORD) as owner:
        owner.set_clinic(ClinicSettings("US", "UTC"))
        add_user(owner, "anna", PASSWORD, [Role.CLINICIAN], at=begun)
        add_user(owner, "rita", PASSWORD, [Role.AUDITOR], at=begun)
    with sign_in(folder, "anna", PASSWORD) as anna:
        work = AtWork(anna)
        visit = work.start_session(work.add_patient({"name": "Probe"}).patient_id)
        for frame in frames:
            pixels = cv2.imread(str(frame), cv2.IMREAD_GRAYSCALE)
            assert pixels is not None
            visit.photographs.take(np.asarray(pixels, np.uint8), HOW, MM_PER_PIXEL)
        taken = visit.photographs.all()
        return [visit.head.session_id, *(photo.image_id for photo in taken)]


def read_all(folder: str, ids: list[str]) -> tuple[float, float]:
    """Wall and CPU time for a picture of one reader, without its signing in."""
    store = ReadingStore(Path(folder), "rita", PASSWORD)
    session_id, first, *others = ids
    store.picture(session_id, first)
    wall, cpu = time.perf_counter(), time.process_time()
    for image_id in others:
        store.picture(session_id, image_id)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    store.close()
    return wall / len(others), cpu / len(others)


def reads(folder: Path, frames: list[Path], server: Server | None, name: str) -> None:
    ids = fill(folder, frames, server)
    spawned = get_context("spawn")
    with ProcessPoolExecutor(2, spawned) as pool:
        list(pool.map(bare_frame, [str(frames[0])] * 2))  # both have imported
        for count in (1, 2):
            told = list(pool.map(read_all, [str(folder)] * count, [ids] * count))
            wall = max(wall for wall, _ in told)
            cpu = statistics.mean(cpu for _, cpu in told)
            print(
                f"reads    {name}, {count} reader(s): {count / wall:.0f} pictures a "
                f"second, {1e3 * wall:.0f} ms wall and {1e3 * cpu:.0f} ms CPU each"
            )


@contextmanager
def postgresql() -> Iterator[Server]:
    cluster = Cluster()
    try:
        cluster.empty()
        yield Server(cluster.url("app"), cluster.url("owner"))
    finally:
        cluster.remove()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=int, default=2000)
    parser.add_argument("--pictures", type=int, default=100)
    parser.add_argument("--frames", type=Path, help="folder with frames drawn before")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        where = Path(made)
        print(
            f"benchmarks/batch_limits.py, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, "
            f"{os.cpu_count()} cores, load {os.getloadavg()[1]:.1f}, {code_version()}"
        )
        driver(where, asked.results)
        pair(3)
        pictures = draw_frames(asked.frames or where / "frames", asked.pictures)
        reads(where / "file", pictures, None, "encrypted file")
        with postgresql() as found:
            reads(where / "server", pictures, found, "PostgreSQL")
