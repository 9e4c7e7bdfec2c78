from __future__ import annotations

import os
import signal
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import active_children
from pathlib import Path

import pytest

from vein_imaging.batch import (
    ResultFolder,
    Task,
    code_version,
    local_workers,
    open_results,
    run_batch,
)

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def kept(results: ResultFolder) -> dict[str, bytes]:
    files = results.folder.glob("results/*/*.json")
    return {file.name: file.read_bytes() for file in files}


def ends_its_process(task: Task) -> dict[str, object]:
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


@pytest.fixture
def alone(tasks: list[Task], results: ResultFolder) -> dict[str, bytes]:
    """What one worker makes of the pictures."""
    with local_workers(1) as workers:
        done = Counter(one.how for one in run_batch(tasks, workers, results))
    assert done == {"kept": 5, "known": 1, "failed": 1}
    return kept(results)


def test_two_and_four_workers_make_the_same_bytes_and_one_of_two_may_be_killed(
    tasks: list[Task], alone: dict[str, bytes], tmp_path: Path
) -> None:
    for count in (2, 4):
        out = tmp_path / f"out{count}"
        results = open_results(out, code_version(), tasks[0].settings, now=NOON)
        others = set(active_children())
        with local_workers(count) as workers:
            run = run_batch(tasks, workers, results)
            next(run)
            mine = set(active_children()) - others
            if count == 2:
                os.kill(min(one.pid or 0 for one in mine), signal.SIGKILL)
            list(run)
        assert kept(results) == alone
        assert not set(active_children()) - others


def test_a_picture_that_ends_every_process_is_reported_and_the_rest_is_measured(
    tasks: list[Task], results: ResultFolder
) -> None:
    deadly = replace(tasks[1], work=ends_its_process)
    with local_workers(2) as workers:
        done = list(run_batch([deadly, *tasks[2:4]], workers, results))
    assert Counter(one.how for one in done) == {"failed": 1, "kept": 2}
    (failed,) = (one for one in done if one.how == "failed")
    assert failed.reason == "its process was ended; out of memory?"


def test_workers_have_one_thread_and_the_environment_is_as_before() -> None:
    before = dict(os.environ)
    with local_workers(1):
        assert os.environ["OMP_NUM_THREADS"] == "1"
    assert dict(os.environ) == before
