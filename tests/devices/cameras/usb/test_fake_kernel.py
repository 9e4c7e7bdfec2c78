"""The USB camera through the real OpenCV and the real ioctls, on a kernel's stand-in.

`fake_v4l2.c` is loaded before libc and answers open, ioctl and mmap of one node with
the kernel's own structures. It must be there when a process starts, so the tests here
and the contract of all cameras run once more in a process of their own.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from vein_devices import open_camera
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceDataError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
)
from vein_devices.supervision.states import DeviceState, Patience
from vein_devices.supervision.supervisor import supervise

HERE = Path(__file__).parent
INSIDE = "FAKE_V4L2" in os.environ
inside = pytest.mark.skipif(
    not INSIDE, reason="run in a process of its own, by the test at the end"
)


@pytest.fixture
def node() -> Iterator[Path]:
    """The node, plugged in, with four pictures to give."""
    path = Path(os.environ["FAKE_V4L2"])
    for i in range(4):
        cv2.imwrite(f"{path}.{i}.jpg", np.full((120, 160), 40 * i + 20, np.uint8))
    path.write_text("r")
    yield path
    path.write_text("r")


@inside
def test_jpegs_come_whole_in_order_with_the_kernels_time(node: Path) -> None:
    with open_camera(f"uvc:{node}?fourcc=MJPG") as camera:
        frames = [camera.read() for _ in range(8)]
    whole = {Path(f"{node}.{i}.jpg").read_bytes() for i in range(4)}
    for frame in frames:
        assert frame.pixels.shape == (120, 160, 3)
        assert frame.jpeg in whole
        assert frame.device_s is not None
        assert 0.0 <= frame.monotonic_s - frame.device_s < 5.0


@inside
def test_uncompressed_pictures_are_converted(node: Path) -> None:
    with open_camera(f"uvc:{node}?fourcc=YUYV") as camera:
        row = camera.read().pixels[0].mean(axis=1)
    # a ramp that wraps round at 200, of limited range (16 to 235)
    assert np.median(np.diff(row)) == pytest.approx(255 / 219, abs=0.4)


@inside
def test_controls_go_through_the_kernels_structures(node: Path) -> None:
    with open_camera(f"uvc:{node}?exposure_us=8000&gain=20") as camera:
        assert camera.read().exposure_us == 8000.0
    with pytest.raises(DeviceUnsupportedError, match="between 300 and 204700"):
        open_camera(f"uvc:{node}?exposure_us=900000").open()
    with pytest.raises(DeviceUnsupportedError, match="has no brightness"):
        open_camera(f"uvc:{node}?brightness=5").open()


@inside
def test_a_frozen_camera_is_a_timeout_and_goes_on_when_it_thaws(node: Path) -> None:
    with open_camera(f"uvc:{node}") as camera:
        camera.read()
        node.write_text("f")
        with pytest.raises(DeviceTimeoutError, match="frozen"):
            for _ in range(20):  # what is in the buffers comes first
                camera.read(0.2)
        node.write_text("r")
        assert camera.read(10.0).pixels.shape == (120, 160, 3)


@inside
def test_pictures_cut_in_half_are_never_given(node: Path) -> None:
    with open_camera(f"uvc:{node}?fourcc=MJPG") as camera:
        camera.read()
        node.write_text("c")
        with pytest.raises(DeviceDataError):
            for _ in range(20):  # what is in the buffers comes first
                camera.read(5.0)
        node.write_text("r")
        assert camera.read(10.0).jpeg is not None


@inside
def test_an_unplugged_camera_is_absent_at_once(node: Path) -> None:
    with open_camera(f"uvc:{node}") as camera:
        camera.read()
        node.unlink()
        with pytest.raises(DeviceAbsentError):
            for _ in range(20):
                camera.read(2.0)


@inside
def test_a_camera_that_is_plugged_in_again_comes_back(node: Path) -> None:
    quick = Patience(pause_s=(0.02, 0.2), absent_pause_s=0.1)
    with supervise(f"uvc:{node}", patience=quick) as camera:
        camera.read(10.0)
        node.unlink()
        while camera.status.state is not DeviceState.ABSENT:
            with pytest.raises(DeviceTimeoutError):
                while True:
                    camera.read(0.1)
        node.write_text("r")
        assert camera.read(20.0).pixels.shape == (120, 160, 3)
        assert camera.status.reconnects == 1


def _missing(times_s: list[float], told: list[int]) -> list[tuple[int, int]]:
    """(lost by the kernel's time, told) for each frame but the first."""
    gaps = np.diff(times_s) / 0.02
    return [(round(gap) - 1, said) for gap, said in zip(gaps, told[1:], strict=True)]


@inside
def test_what_the_kernel_lost_is_counted_by_its_time(node: Path) -> None:
    with open_camera(f"uvc:{node}?fourcc=MJPG") as camera:
        for _ in range(6):
            camera.read()
        node.write_text("g")
        frames = [camera.read() for _ in range(60)]
    rows = _missing(
        [frame.device_s or 0.0 for frame in frames],
        [frame.dropped_before for frame in frames],
    )
    assert sum(lost for lost, _ in rows) >= 12
    assert all(lost == told for lost, told in rows)


@inside
def test_a_program_that_was_stopped_leaves_no_silent_gap(
    node: Path, tmp_path: Path
) -> None:
    out = tmp_path / "recording"
    table = out / "frames.csv"
    command: list[str | Path] = [sys.executable, "-m", "vein_imaging", "capture",
               f"uvc:{node}?fourcc=MJPG", "--frames", "100", "--out", out]  # fmt: skip
    with subprocess.Popen(command) as run:
        while not table.exists() or table.read_text().count("\n") < 30:
            assert run.poll() is None
            time.sleep(0.01)
        run.send_signal(signal.SIGSTOP)
        time.sleep(0.7)
        run.send_signal(signal.SIGCONT)
        assert run.wait(60) == 0
    rows = list(csv.DictReader(table.read_text().splitlines()))
    gaps = _missing(
        [float(row["device_s"]) for row in rows],
        [int(row["dropped_before"]) for row in rows],
    )
    assert max(lost for lost, _ in gaps) >= 20
    assert all(lost == told for lost, told in gaps)


@pytest.mark.skipif(INSIDE, reason="this is the process of its own")
@pytest.mark.skipif(sys.platform != "linux", reason="V4L2")
def test_the_usb_camera_keeps_the_contract_of_all_cameras(tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler: run scripts/setup")
    shim = tmp_path / "fake_v4l2.so"
    subprocess.run(
        [compiler, "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", "-o", shim,
         HERE / "fake_v4l2.c", "-lpthread", "-ldl"], check=True,
    )  # fmt: skip
    node = tmp_path / "video0"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-xvfb",
         HERE / "test_fake_kernel.py", HERE.parent / "test_table.py",
         "-k", "fake_kernel or uvc"],
        env={**os.environ, "LD_PRELOAD": str(shim), "FAKE_V4L2": str(node)},
        cwd=HERE.parents[3], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " failed" not in done.stdout
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None, done.stdout
    assert int(passed[1]) >= 14, done.stdout  # the contract, and what is its own
