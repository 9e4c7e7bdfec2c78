from __future__ import annotations

import itertools
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from vein_devices.errors import DeviceAbsentError, DeviceTimeoutError
from vein_devices.frame import Frame, FrameFlag
from vein_imaging.capture import Overflow, acknowledged, record_frames

MakeFrame = Callable[..., Frame]
Scripted = Callable[[list[Frame | Exception]], Any]


def test_exactly_the_frames_asked_for_are_there(
    scripted: Scripted, make_frame: MakeFrame, tmp_path: Path
) -> None:
    camera = scripted([make_frame(i) for i in range(30)])
    done = record_frames(camera, tmp_path / "r", 20, overflow=Overflow.WAIT)
    assert (done.frames, done.problem) == (20, "")
    rows = acknowledged(tmp_path / "r")
    assert [row["index"] for row in rows] == [str(i) for i in range(20)]
    assert camera.closed == 1


def test_damaged_frames_do_not_count_and_leave_a_told_gap(
    scripted: Scripted, make_frame: MakeFrame, tmp_path: Path
) -> None:
    bad = replace(make_frame(1), flags=FrameFlag.DAMAGED, dropped_before=2)
    camera = scripted([make_frame(0), bad, make_frame(2), make_frame(3)])
    done = record_frames(camera, tmp_path / "r", 3, overflow=Overflow.WAIT)
    assert (done.frames, done.damaged, done.problem) == (3, 1, "")
    gaps = [row["dropped_before"] for row in acknowledged(tmp_path / "r")]
    assert gaps == ["0", "3", "0"]


def test_a_recording_that_ends_early_says_how_much_there_is(
    scripted: Scripted, make_frame: MakeFrame, tmp_path: Path
) -> None:
    camera = scripted([make_frame(i) for i in range(3)])
    done = record_frames(camera, tmp_path / "r", 5, overflow=Overflow.WAIT)
    assert done.frames == 3
    assert done.problem == "3 of 5 frames: camera ended"


def test_an_unplugged_camera_leaves_what_came_before(
    scripted: Scripted, make_frame: MakeFrame, tmp_path: Path
) -> None:
    camera = scripted(
        [*(make_frame(i) for i in range(4)), DeviceAbsentError("unplugged")]
    )
    done = record_frames(camera, tmp_path / "r", 9, overflow=Overflow.WAIT)
    assert done.problem == "4 of 9 frames: camera failed: unplugged"
    assert len(acknowledged(tmp_path / "r")) == 4


def test_a_silent_camera_is_given_up(
    scripted: Scripted, make_frame: MakeFrame, tmp_path: Path
) -> None:
    silent: list[Frame | Exception] = [DeviceTimeoutError("nothing")] * 100_000
    ticks = itertools.count(step=4.0)
    done = record_frames(
        scripted([make_frame(0), *silent]),
        tmp_path / "r",
        2,
        silence_s=10.0,
        clock=lambda: next(ticks),
    )
    assert done.frames <= 1
    assert "no good frame for 10 s" in done.problem


def test_no_frame_is_no_recording(scripted: Scripted, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one"):
        record_frames(scripted([]), tmp_path / "r", 0)


def _run(url: str, out: Path, count: int, **kwargs: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "vein_imaging", "capture", url]
    return subprocess.Popen(
        [*command, "--frames", str(count), "--out", str(out)],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **kwargs,
    )


def _all_whole(folder: Path) -> int:
    """Every acknowledged frame decodes; how many there are."""
    rows = acknowledged(folder)
    for row in rows:
        assert cv2.imread(str(folder / row["file"])) is not None, row
    return len(rows)


def test_killed_with_9_in_the_middle_every_acknowledged_frame_is_whole(
    tmp_path: Path,
) -> None:
    out = tmp_path / "r"
    with _run("phantom:?size=96x64&fps=0", out, 100_000) as process:
        while process.poll() is None and not (
            (out / "frames.csv").exists() and len(acknowledged(out)) >= 20
        ):
            pass
        assert process.poll() is None, process.communicate()
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        process.communicate()
    count = _all_whole(out)
    assert count >= 20
    files = len([f for f in out.iterdir() if f.suffix == ".png"])
    assert files - count <= 8  # one group, not yet acknowledged


def test_a_full_disk_leaves_all_that_was_acknowledged(tmp_path: Path) -> None:
    """No file may grow past 40 kB: the third picture does not fit."""
    pictures = tmp_path / "in"
    pictures.mkdir()
    rng = np.random.default_rng(2)
    for index, side in enumerate((40, 40, 400, 40)):
        noise = rng.integers(0, 256, (side, side), np.uint8)
        cv2.imwrite(str(pictures / f"{index}.png"), noise)

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    out = tmp_path / "r"
    with _run(f"file:{pictures}", out, 4, preexec_fn=small_files) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert len(errors.splitlines()) == 1 and "2 complete frames are in" in errors
    assert _all_whole(out) == 2
    assert not list(out.glob("*.part"))
