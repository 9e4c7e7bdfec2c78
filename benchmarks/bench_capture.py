"""What the capture side costs, and what it loses when things go wrong.

    python benchmarks/bench_capture.py age          # a frame's age at the mailbox
    python benchmarks/bench_capture.py record       # frames/s to the disk
    python benchmarks/bench_capture.py kill         # kill -9, 20 times
    python benchmarks/bench_capture.py full DIR     # DIR: a small, empty file system

Under pytest the small bodies run once, so that none rots.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from vein_devices import Frame, open_camera
from vein_devices.frame import Pixels
from vein_devices.supervision.supervisor import watch
from vein_imaging.capture import (
    CaptureSettings,
    FrameRing,
    LiveFeed,
    LiveLoop,
    LivePicture,
    Mailbox,
    Overflow,
    acknowledged,
    record_frames,
)
from vein_imaging.imaging.vein_map import VeinMap
from vein_imaging.pipeline import AnalysisSettings, LiveStep

PERIOD_S = 1 / 30
PHANTOM = "phantom:?seed=7&size=1920x1080&fps=30"


class Replay:
    """Drawn frames kept in memory, given at 30/s: drawing is not what is measured."""

    address = "replay of " + PHANTOM
    nominal_fps = 30.0

    def __init__(self, count: int = 30) -> None:
        with open_camera(PHANTOM.replace("fps=30", "fps=0")) as camera:
            self.pixels = [camera.read().pixels for _ in range(count)]

    def open(self) -> None:
        self._index, self._due_s = 0, time.monotonic()

    def read(self, timeout_s: float = 2.0) -> Frame:
        self._due_s += PERIOD_S
        time.sleep(max(0.0, self._due_s - time.monotonic()))
        index, self._index = self._index, self._index + 1
        # Due, not now: waiting for a core counts as age.
        return Frame(self.pixels[index % len(self.pixels)], index, self._due_s)

    def close(self) -> None:
        pass


@dataclass
class _Bare:
    vein_map: VeinMap
    overlay: Pixels
    frame_quality: None = None


class BareStep:
    """No analysis: what the threads, the ring and the mailbox cost by themselves."""

    def __init__(self, settings: CaptureSettings, frame: Frame) -> None:
        blank = np.zeros(frame.pixels.shape[:2], np.float32)
        nowhere, none = blank > 0, np.zeros((0, 2), np.float32)
        self._map = VeinMap(blank, nowhere, nowhere, (), none, None, "grey")

    def step(self, pixels: Pixels, **_: object) -> _Bare:
        overlay = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), np.uint8)
        return _Bare(self._map, overlay)


def fast_step(settings: CaptureSettings, frame: Frame) -> LiveStep:
    return LiveStep(AnalysisSettings(quality="fast"), 0.08)


class _Ages(Mailbox[LivePicture]):
    def __init__(self) -> None:
        super().__init__()
        self.ages_s: list[float] = []

    def put(self, value: LivePicture) -> None:
        self.ages_s.append(time.monotonic() - value.frame.monotonic_s)
        super().put(value)


def ages(make_step: Any, seconds: float) -> list[float]:
    """Ages in s of the frames that reached the mailbox."""
    ring, mailbox = FrameRing(), _Ages()
    camera: Any = Replay()
    camera = watch(camera)
    live = LiveLoop(ring, make_step, mailbox, CaptureSettings())
    live.start()
    camera.start(ring.put, ring.close)
    time.sleep(seconds)
    ring.close()
    camera.close()
    live.stop()
    return mailbox.ages_s


def show_ages(seconds: float) -> None:
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for name, step in (("threads alone", BareStep), ("live step, fast", fast_step)):
        periods = np.array(ages(step, seconds)) / PERIOD_S
        middle, late = np.percentile(periods, [50, 99])
        print(
            f"{name}: {len(periods) / seconds:.1f} pictures/s; age at the mailbox in "
            f"frame periods: median {middle:.2f}, 99 % {late:.2f}"
        )


def show_record(count: int = 150) -> None:
    camera: Any = Replay()
    for overflow in (Overflow.WAIT, Overflow.DROP):
        with tempfile.TemporaryDirectory() as folder:
            begun_s = time.monotonic()
            done = record_frames(camera, Path(folder) / "r", count, overflow=overflow)
            took_s = time.monotonic() - begun_s
            print(
                f"{overflow.value}: {done.frames} frames of 1080p in {took_s:.1f} s, "
                f"{done.frames / took_s:.1f}/s, lost {done.lost}"
            )


def whole(folder: Path) -> tuple[int, int, int]:
    """Acknowledged frames, those of them that do not decode, files without a row."""
    rows = acknowledged(folder)
    broken = sum(cv2.imread(str(folder / row["file"])) is None for row in rows)
    files = len(list(folder.glob("frame-*.png")))
    return len(rows), broken, files - len(rows)


def _capture(folder: Path, count: int) -> subprocess.Popen[bytes]:
    url = "phantom:?seed=7&size=640x480&fps=0"
    command = [sys.executable, "-m", "vein_imaging", "capture", url]
    return subprocess.Popen(
        [*command, "--frames", str(count), "--out", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def show_kills(times: int = 20) -> None:
    chance = random.Random(1)
    totals = np.zeros(3, int)
    for _ in range(times):
        with tempfile.TemporaryDirectory() as root:
            folder = Path(root) / "r"
            process = _capture(folder, 100_000)
            while not (folder / "frames.csv").exists():
                time.sleep(0.01)
            time.sleep(chance.uniform(0.2, 1.5))
            process.send_signal(signal.SIGKILL)
            process.wait()
            totals += whole(folder)
    print(
        f"{times} recordings killed with -9: {totals[0]} frames acknowledged, "
        f"{totals[1]} of them broken; {totals[2]} files not yet acknowledged"
    )


def show_full(disk: Path) -> None:
    folder = disk / "r"
    shutil.rmtree(folder, ignore_errors=True)
    status = _capture(folder, 100_000).wait()
    count, broken, loose = whole(folder)
    free = shutil.disk_usage(disk).free
    print(
        f"full disk: exit {status}, {count} frames acknowledged, {broken} broken, "
        f"{loose} without a row, {free} bytes free"
    )


def bench_a_frame_through_ring_and_mailbox(benchmark: Any) -> None:
    ring, mailbox = FrameRing(), Mailbox[Frame]()
    frame = Frame(np.zeros((1080, 1920), np.uint8), 0, 0.0)
    number = 0

    def once() -> None:
        nonlocal number
        ring.put(frame)
        newest, number = ring.newest(number, 0.0)
        assert newest is not None
        mailbox.put(newest)
        assert mailbox.take() is frame

    benchmark(once)


def bench_live_feed_gives_a_picture(benchmark: Any) -> None:
    def once() -> None:
        feed = LiveFeed(
            open_camera("phantom:?size=320x240&fps=0"),
            fast_step,
        )
        feed.start()
        while feed.mailbox.take() is None:
            assert feed.running
        assert feed.stop()

    benchmark.pedantic(once, rounds=1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("age", "record", "kill", "full"))
    parser.add_argument("folder", nargs="?", type=Path, default=Path("full-disk"))
    parser.add_argument("--seconds", type=float, default=20.0)
    chosen = parser.parse_args()
    match chosen.what:
        case "age":
            show_ages(chosen.seconds)
        case "record":
            show_record()
        case "kill":
            show_kills()
        case "full":
            show_full(chosen.folder)
