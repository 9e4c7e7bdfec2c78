"""Small pictures, tasks over them, and a real cluster of dask."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from vein_imaging.batch import (
    NotStarted,
    ResultFolder,
    Task,
    code_version,
    open_results,
    picture_paths,
    picture_tasks,
)
from vein_imaging.pipeline import AnalysisSettings

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
SETTINGS = AnalysisSettings(quality="fast")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Seven: a picture under two names and a damaged one among them."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    rows, columns = np.mgrid[0:96, 0:128]
    rng = np.random.default_rng(5)
    for number in range(5):
        skin = 160 - 40 * np.exp(-((rows - 30 - 8 * number - columns / 9) ** 2) / 8)
        skin += rng.normal(0, 2, skin.shape)
        cv2.imwrite(str(folder / f"leg{number}.png"), skin.astype(np.uint8))
    (folder / "twin.png").write_bytes((folder / "leg0.png").read_bytes())
    (folder / "cut.png").write_bytes((folder / "leg1.png").read_bytes()[:900])
    return folder


@pytest.fixture
def tasks(pictures: Path) -> list[Task | NotStarted]:
    return list(
        picture_tasks(
            picture_paths([pictures]),
            lambda path: None,
            mm_per_pixel=0.5,
            settings=SETTINGS,
        )
    )


@pytest.fixture
def results(tmp_path: Path) -> ResultFolder:
    return open_results(tmp_path / "out", code_version(), SETTINGS, now=NOON)


@dataclass
class Cluster:
    """A scheduler and its workers, each a process of its own."""

    folder: Path
    port: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        self.start("scheduler", "--host", "127.0.0.1", "--port", str(self.port))

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def add_worker(self, **environment: str) -> subprocess.Popen[bytes]:
        return self.start(
            *("worker", self.address, "--host", "127.0.0.1", "--nthreads", "1"),
            *("--local-directory", str(self.folder), "--no-nanny"),
            **environment,
        )

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        with (self.folder / "cluster.log").open("ab") as log:
            made = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments, "--no-dashboard"],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment, **environment},
            )
        self.started.append(made)
        return made

    def stop(self) -> None:
        for one in reversed(self.started):
            one.kill()
            one.wait()


@pytest.fixture
def make_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Cluster]]:
    pytest.importorskip("distributed", reason="the extra `batch` is not installed")
    # these will answer; how soon, on a busy machine, is not what is tested
    monkeypatch.setattr("vein_imaging.batch.cluster._CONNECT_S", 300)
    monkeypatch.setattr("vein_imaging.batch.cluster._FIRST_WORKER_S", 300)
    made: list[Cluster] = []

    def make(port: int = 0, **environment: str) -> Cluster:
        made.append(Cluster(tmp_path, port, environment))
        return made[-1]

    yield make
    for one in made:
        one.stop()
