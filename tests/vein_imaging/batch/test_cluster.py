from __future__ import annotations

import signal
import textwrap
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from vein_imaging.batch import (
    ResultFolder,
    Task,
    UnfitWorkerError,
    WorkersLostError,
    cluster_workers,
    code_version,
    local_workers,
    open_results,
    run_batch,
)

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
LONGEST_WAIT_S = 120
MakeCluster = Callable[..., Any]


def kept(results: ResultFolder) -> dict[str, bytes]:
    files = results.folder.glob("results/*/*.json")
    return {file.name: file.read_bytes() for file in files}


def slow(task: Task) -> dict[str, object]:
    """Work that is still going on when the scheduler is killed."""
    time.sleep(LONGEST_WAIT_S)
    return {}


def test_a_cluster_makes_the_same_bytes_and_outlives_a_killed_worker(
    tasks: list[Task], results: ResultFolder, make_cluster: MakeCluster, tmp_path: Path
) -> None:
    cluster = make_cluster()
    first = cluster.add_worker()
    with cluster_workers(cluster.address) as workers:
        run = run_batch(tasks, workers, results)
        done = [next(run)]
        first.send_signal(signal.SIGKILL)
        cluster.add_worker()
        done.extend(run)
    assert Counter(one.how for one in done) == {"kept": 5, "known": 1, "failed": 1}
    alone = open_results(
        tmp_path / "local", code_version(), tasks[0].settings, now=NOON
    )
    with local_workers(1) as workers:
        list(run_batch(tasks, workers, alone))
    assert kept(results) == kept(alone)


def test_a_killed_scheduler_is_said_and_a_new_one_goes_on(
    tasks: list[Task], results: ResultFolder, make_cluster: MakeCluster
) -> None:
    cluster = make_cluster()
    cluster.add_worker()
    endless = replace(tasks[1], work=slow)
    with cluster_workers(cluster.address) as workers:
        run = run_batch([tasks[2], endless], workers, results)
        assert next(run).how == "kept"
        cluster.started[0].send_signal(signal.SIGKILL)
        with pytest.raises(WorkersLostError, match=r"the scheduler tcp.* is gone"):
            next(run)
    cluster.stop()
    again = make_cluster(cluster.port)
    again.add_worker()
    with cluster_workers(again.address) as workers:
        done = [one.how for one in run_batch(tasks[1:4], workers, results)]
    assert sorted(done) == ["kept", "kept", "known"]


OTHER_VERSION = """
    import dataclasses, sys
    import vein_imaging.batch
    module = sys.modules["vein_imaging.batch.code_version"]
    other = dataclasses.replace(module.code_version(), release="9.9")
    module.code_version = lambda: other
    sys.modules["vein_imaging.batch.task"].code_version = module.code_version
"""


def test_a_worker_of_another_version_is_refused_in_words(
    tasks: list[Task], results: ResultFolder, make_cluster: MakeCluster, tmp_path: Path
) -> None:
    (tmp_path / "other.py").write_text(textwrap.dedent(OTHER_VERSION))
    cluster = make_cluster()
    cluster.add_worker(
        DASK_DISTRIBUTED__WORKER__PRELOAD=repr([str(tmp_path / "other.py")]),
    )
    with (
        pytest.raises(
            UnfitWorkerError, match=r"another version are refused: tcp.*: .*9\.9, not"
        ),
        cluster_workers(cluster.address),
    ):
        pass


def test_no_scheduler_and_no_worker_are_said_in_words(
    make_cluster: MakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = make_cluster()
    monkeypatch.setattr("vein_imaging.batch.cluster._FIRST_WORKER_S", 0.5)
    with (
        pytest.raises(WorkersLostError, match="has no worker"),
        cluster_workers(cluster.address),
    ):
        pass
    monkeypatch.setattr("vein_imaging.batch.cluster._CONNECT_S", 0.5)
    for address in ("tcp://127.0.0.1:1", "nonsense://x"):
        with (
            pytest.raises(WorkersLostError, match="no scheduler answers at"),
            cluster_workers(address),
        ):
            pass


def test_a_cluster_that_asks_for_a_certificate_is_told_in_words() -> None:
    with (
        pytest.raises(WorkersLostError, match="names none: docs/how-to"),
        cluster_workers("tls://127.0.0.1:1"),
    ):
        pass
