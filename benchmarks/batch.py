"""Many pictures at once: overhead and speed-up of each engine, and what kills cost.

    python benchmarks/batch.py scaling --frames 400 >> benchmarks/results/batch.txt
    python benchmarks/batch.py kills --frames 60 >> benchmarks/results/batch.txt

`scaling`: the same frames through a bare `concurrent.futures` pool, through the local
processes of a batch, and through a real dask scheduler and workers, each with 1 and 2
of them; block by block in turn, so that what else the machine does meets all of them.
`kills`: a worker, the scheduler and the command killed with -9 half-way.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
import psutil

from vein_imaging.batch import (
    Workers,
    cluster_workers,
    code_version,
    local_workers,
    open_results,
    picture_tasks,
    run_batch,
)
from vein_imaging.pipeline import AnalysisSettings, analyse
from vein_phantom import PhantomSettings, draw_scene

SIZE = (1920, 1080)
MM_PER_PIXEL = 102.4 / SIZE[0]
SETTINGS = AnalysisSettings(quality="full")
FRAMES_OF_A_LEG = 25
"""Hand-shifted frames of one drawn leg: drawing a leg takes longer than finding it."""
BIN = Path(sys.executable).parent
TUNED = "dask as in the how-to"
HOW_TO = Path(__file__).parents[1] / "docs" / "how-to" / "run-a-batch.md"
Run = Callable[[Sequence[Path]], None]
Of = Callable[[], list[psutil.Process]]


def draw_frames(folder: Path, count: int) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"leg-{number:04d}.png" for number in range(count)]
    for number, path in enumerate(paths):
        seed, index = divmod(number, FRAMES_OF_A_LEG)
        if index == 0 and not all(
            one.exists() for one in paths[number : number + FRAMES_OF_A_LEG]
        ):
            scene = draw_scene(
                PhantomSettings(
                    seed=seed,
                    width_px=SIZE[0],
                    height_px=SIZE[1],
                    mm_per_pixel=MM_PER_PIXEL,
                )
            )
        if not path.exists():
            pixels, _ = scene.frame(index)
            coded = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1]
            path.write_bytes(coded.tobytes())
    return paths


# --- engines ---------------------------------------------------------------------


def one_thread() -> None:
    cv2.setNumThreads(1)


def bare_frame(path: str) -> int:
    """What a frame's work is, without any batch."""
    raw = np.frombuffer(Path(path).read_bytes(), np.uint8)
    picture = cv2.imdecode(raw, cv2.IMREAD_COLOR_RGB | cv2.IMREAD_ANYDEPTH)
    assert picture is not None
    found = analyse(picture, mm_per_pixel=MM_PER_PIXEL, settings=SETTINGS)
    return len(found.branches)


class Engine:
    """An engine in a process of its own: what it costs while idle is nobody else's."""

    def __init__(self, name: str, count: int, folder: Path, frames: int) -> None:
        self.name = f"{name}, {count}"
        self.wall_s: list[float] = []
        self.cpu_s: list[float] = []
        self.peak_mb = 0.0
        asked = ("engine", "--engine", name, "--count", str(count))
        where = ("--folder", str(folder), "--frames", str(frames))
        self._process = subprocess.Popen(
            [sys.executable, __file__, *asked, *where],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._say(0, 4)  # all have started and imported

    def block(self, begin: int, end: int) -> None:
        wall_s, cpu_s, self.peak_mb = self._say(begin, end)
        self.wall_s.append(wall_s / (end - begin))
        self.cpu_s.append(cpu_s / (end - begin))

    def _say(self, begin: int, end: int) -> tuple[float, float, float]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{begin} {end}\n")
        self._process.stdin.flush()
        wall_s, cpu_s, peak_mb = map(float, self._process.stdout.readline().split())
        return wall_s, cpu_s, peak_mb

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def serve_engine(name: str, count: int, paths: Sequence[Path], work: Path) -> None:
    """Do the blocks that are named on stdin; tell wall and CPU time, and memory."""
    with ExitStack() as stack:
        run, processes = started(name, count, stack, work)
        for line in sys.stdin:
            begin, end = map(int, line.split())
            before, wall = cpu_s(processes), time.perf_counter()
            run(paths[begin:end])
            wall, cpu = time.perf_counter() - wall, cpu_s(processes) - before
            peak = max(peak_memory_mb(one.pid) for one in processes())
            print(wall, cpu, peak, flush=True)


def started(name: str, count: int, stack: ExitStack, work: Path) -> tuple[Run, Of]:
    if name == "bare pool":
        spawned = get_context("spawn")
        pool = stack.enter_context(ProcessPoolExecutor(count, spawned, one_thread))
        return bare_run(pool), children
    if name == "batch":
        return batch_of(stack.enter_context(local_workers(count)), work), children
    environment = {"DASK_CONFIG": str(how_to_settings(work))} if name == TUNED else {}
    cluster = stack.enter_context(Cluster(work / "cluster", count, 0, environment))
    workers = stack.enter_context(cluster_workers(cluster.address))
    return batch_of(workers, work), cluster.processes


def how_to_settings(folder: Path) -> Path:
    """What the how-to's step 1 says of speed, without its certificates."""
    told = HOW_TO.read_text().partition("```yaml\n")[2].partition("  comm:")[0]
    assert "MALLOC_ARENA_MAX" in told
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "dask.yaml"
    file.write_text(told)
    return file


def cpu_s(processes: Of) -> float:
    own = time.process_time()
    for one in processes():
        times = one.cpu_times()
        own += times.user + times.system
    return own


def peak_memory_mb(pid: int) -> float:
    told = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", told)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def children() -> list[psutil.Process]:
    found = psutil.Process().children()
    return [one for one in found if "resource_tracker" not in " ".join(one.cmdline())]


def batch_of(workers: Workers, out: Path) -> Run:
    """A batch's whole way: hashed, handed out, measured, kept durably."""

    def run(paths: Sequence[Path]) -> None:
        shutil.rmtree(out / "out", ignore_errors=True)
        results = open_results(
            out / "out", code_version(), SETTINGS, now=datetime.now(UTC)
        )
        tasks = picture_tasks(
            paths, lambda path: None, mm_per_pixel=MM_PER_PIXEL, settings=SETTINGS
        )
        done = [one.how for one in run_batch(tasks, workers, results)]
        assert done == ["kept"] * len(paths), done

    return run


def bare_run(pool: ProcessPoolExecutor) -> Run:
    def run(paths: Sequence[Path]) -> None:
        assert all(pool.map(bare_frame, map(str, paths)))

    return run


class Cluster:
    """A scheduler and workers of dask, as processes of their own."""

    def __init__(
        self,
        folder: Path,
        workers: int,
        port: int = 0,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.environment = {**os.environ, "OMP_NUM_THREADS": "1", **environment}
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.count = workers
        self.port = port or free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.started: list[psutil.Process] = []

    def __enter__(self) -> Cluster:
        where = ("--host", "127.0.0.1", "--no-dashboard")
        self._start("scheduler", *where, "--port", str(self.port))
        self._start(
            *("worker", self.address, *where, "--nthreads", "1"),
            *("--nworkers", str(self.count), "--local-directory", str(self.folder)),
        )
        return self

    def _start(self, *arguments: str) -> None:
        with (self.folder / "log").open("ab") as log:
            made = subprocess.Popen(
                [BIN / "dask", *arguments],
                stdout=log,
                stderr=log,
                env=self.environment,
            )
        self.started.append(psutil.Process(made.pid))

    def processes(self) -> list[psutil.Process]:
        alive = [one for one in self.started if one.is_running()]
        return [*alive, *(two for one in alive for two in one.children(True))]

    def worker_processes(self) -> list[psutil.Process]:
        """The processes that work, under the nanny that starts them again."""
        found = self.started[1].children(recursive=True)
        return [one for one in found if "spawn_main" in " ".join(one.cmdline())]

    def __exit__(self, *_: object) -> None:
        for one in reversed(self.processes()):
            one.kill()
        psutil.wait_procs(self.started)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# --- scaling ---------------------------------------------------------------------


def scaling(frames: int, block: int, folder: Path) -> None:
    draw_frames(folder / "frames", frames)
    engines = [
        Engine(name, count, folder, frames)
        for name in ("bare pool", "batch", "dask", TUNED)
        for count in (1, 2)
    ]
    for begin in range(0, frames, block):
        for engine in random.Random(begin).sample(engines, len(engines)):
            engine.block(begin, min(begin + block, frames))
        print(f"block {begin}", file=sys.stderr, flush=True)
    for engine in engines:
        engine.close()
    print(
        f"## scaling: {frames} frames of {SIZE[0]} x {SIZE[1]}, {SETTINGS.quality}, "
        f"in blocks of {block}, all engines in turn; medians of the blocks\n"
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[1]:.1f}, {code_version()}\n"
    )
    print(
        "| engine | ms CPU a frame | over bare | ms wall a frame | peak MB a process |"
    )
    print("|---|---|---|---|---|")
    bare = engines[0]
    for engine in engines:
        over = paired(engine.cpu_s, bare.cpu_s)
        cpu, wall = map(statistics.median, (engine.cpu_s, engine.wall_s))
        print(
            f"| {engine.name} | {1e3 * cpu:.0f} | {100 * (over - 1):+.1f} % "
            f"| {1e3 * wall:.0f} | {engine.peak_mb:.0f} |"
        )
    print("\n| engine | 2 beside 1: speed-up | share of the bare pool's |")
    print("|---|---|---|")
    reached = paired(engines[0].wall_s, engines[1].wall_s)
    for one, two in zip(engines[::2], engines[1::2], strict=True):
        speed_up = paired(one.wall_s, two.wall_s)
        share = f"{speed_up / reached:.2f}"
        print(f"| {one.name.split(',')[0]} | {speed_up:.2f} | {share} |")
    print()


def paired(over: Sequence[float], under: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(over, under, strict=True))


# --- kills -----------------------------------------------------------------------


def batch_command(frames: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "vein_imaging", "batch", str(frames)),
            *("--out", str(out), "--mm-per-pixel", str(MM_PER_PIXEL), *more),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kept(out: Path) -> dict[str, tuple[str, int]]:
    """Each result by its name: hash of its bytes, and when it was written."""
    return {
        file.name: (hashlib.sha256(file.read_bytes()).hexdigest(), stat.st_mtime_ns)
        for file in out.glob("*/results/*/*.json")
        for stat in (file.stat(),)
    }


def same_bytes(one: Path, other: Path) -> bool:
    first, second = kept(one), kept(other)
    return {n: h for n, (h, _) in first.items()} == {
        n: h for n, (h, _) in second.items()
    }


def wait_until(out: Path, count: int, process: subprocess.Popen[str]) -> None:
    while len(list(out.glob("*/results/*/*.json"))) < count:
        if process.poll() is not None:
            raise RuntimeError(f"ended before {count} results: {process.communicate()}")
        time.sleep(0.05)


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, errors = process.communicate()
    return process.returncode, out.splitlines()[0] if out else "", errors.strip()


def kills(frames: int, folder: Path) -> None:
    paths = draw_frames(folder / "frames", frames)
    pictures = folder / "with-damage"
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir()
    for path in paths:
        (pictures / path.name).symlink_to(path)
    damaged = pictures / "damaged.png"
    damaged.write_bytes(paths[0].read_bytes()[:20_000])
    (pictures / "same-as-0000.png").symlink_to(paths[0])
    shutil.rmtree(folder / "out", ignore_errors=True)
    out = folder / "out"
    print(f"## kills: {frames} frames, one twice under two names, one damaged\n")
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n")
    told = finish(batch_command(pictures, out / "1", "--workers", "1"))
    reference = out / "1"
    print(f"- 1 worker: exit {told[0]}, {told[1]}; {told[2].splitlines()[0][:60]}...")
    for count in ("2", "4"):
        told = finish(batch_command(pictures, out / count, "--workers", count))
        say(f"{count} workers", told, reference, out / count)
    half = frames // 2
    kill_local_worker(pictures, out / "worker", half, reference)
    kill_command(pictures, out / "command", half, reference)
    kill_cluster(pictures, out, half, reference, folder)


def say(what: str, told: tuple[int, str, str], reference: Path, out: Path) -> None:
    same = "the same bytes" if same_bytes(reference, out) else "OTHER BYTES"
    print(f"- {what}: exit {told[0]}, {told[1]}; {len(kept(out))} results, {same}")
    sys.stdout.flush()


def kill_local_worker(pictures: Path, out: Path, half: int, reference: Path) -> None:
    command = batch_command(pictures, out, "--workers", "2")
    wait_until(out, half, command)
    workers = [
        one
        for one in psutil.Process(command.pid).children()
        if "spawn_main" in " ".join(one.cmdline())
    ]
    workers[0].send_signal(signal.SIGKILL)
    say("a local worker killed", finish(command), reference, out)


def kill_command(pictures: Path, out: Path, half: int, reference: Path) -> None:
    command = batch_command(pictures, out, "--workers", "2")
    wait_until(out, half, command)
    under = psutil.Process(command.pid).children(recursive=True)
    command.kill()
    command.communicate()
    _gone, alive = psutil.wait_procs(under, timeout=20)
    there = kept(out)
    told = finish(batch_command(pictures, out, "--workers", "2"))
    say(f"the command killed after {len(there)}, run again", told, reference, out)
    untouched = all(kept(out)[name] == old for name, old in there.items())
    print(f"  - written before and not again: {untouched}; left running: {len(alive)}")


def kill_cluster(
    pictures: Path, out: Path, half: int, reference: Path, folder: Path
) -> None:
    with Cluster(folder / "cluster", 2) as cluster:
        at = ("--scheduler", cluster.address)
        command = batch_command(pictures, out / "dask-worker", *at)
        wait_until(out / "dask-worker", half, command)
        cluster.worker_processes()[0].send_signal(signal.SIGKILL)
        say("a dask worker killed", finish(command), reference, out / "dask-worker")
        command = batch_command(pictures, out / "dask", *at)
        wait_until(out / "dask", half, command)
        cluster.started[0].send_signal(signal.SIGKILL)
        told = finish(command)
        there = kept(out / "dask")
        print(f"- the scheduler killed: exit {told[0]}, {told[2].splitlines()[-1]}")
        port = cluster.port
    with Cluster(folder / "cluster", 2, port):
        told = finish(batch_command(pictures, out / "dask", *at))
    say(f"  run again after {len(there)}", told, reference, out / "dask")
    untouched = all(kept(out / "dask")[name] == old for name, old in there.items())
    print(f"  - written before and not again: {untouched}")


@contextmanager
def work_folder(given: Path | None) -> Iterator[Path]:
    if given:
        yield given
    else:
        with tempfile.TemporaryDirectory() as made:
            yield Path(made)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("scaling", "kills", "engine"))
    parser.add_argument("--frames", type=int, default=400)
    parser.add_argument("--block", type=int, default=50)
    parser.add_argument("--engine", help="for `scaling` itself")
    parser.add_argument("--count", type=int)
    parser.add_argument("--folder", type=Path, help="kept; frames in it are used again")
    asked = parser.parse_args()
    with work_folder(asked.folder) as where:
        if asked.what == "scaling":
            scaling(asked.frames, asked.block, where)
        elif asked.what == "kills":
            kills(asked.frames, where)
        else:
            drawn = draw_frames(where / "frames", asked.frames)
            mine = where / f"{asked.engine}-{asked.count}".replace(" ", "-")
            serve_engine(asked.engine, asked.count, drawn, mine)
