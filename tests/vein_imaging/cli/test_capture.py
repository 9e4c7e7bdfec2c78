import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from vein_devices import open_camera
from vein_devices.cameras.network.simulator import HttpCamera
from vein_imaging.capture import acknowledged
from vein_imaging.cli import main

PHANTOM = "phantom:?seed=7&size=64x48&fps=0"
SLOW = "phantom:?seed=7&size=64x48&fps=50"


def test_frames_are_those_the_camera_gives(tmp_path: Path) -> None:
    out = tmp_path / "r"
    result = CliRunner().invoke(
        main, ["capture", PHANTOM, "--frames", "3", "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    with open_camera(PHANTOM) as camera:
        for index in range(3):
            kept = cv2.imread(str(out / f"frame-{index:06d}.png"), cv2.IMREAD_UNCHANGED)
            assert np.array_equal(np.asarray(kept), camera.read().pixels)


def test_json_tells_states_and_counters(tmp_path: Path) -> None:
    arguments = ["capture", PHANTOM, "--frames", "2", "--out", str(tmp_path / "r")]
    result = CliRunner().invoke(main, [*arguments, "--json"])
    document = json.loads(result.stdout)
    assert (document["frames"], document["problem"]) == (2, "")
    assert {"dropped_by_camera", "lost_by_recorder", "damaged", "state"} <= set(
        document
    )


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_no_password_of_a_camera_is_printed_or_recorded(
    tmp_path: Path, more: list[str]
) -> None:
    """Neither where it works nor where it fails."""
    jpeg = cv2.imencode(".jpg", np.full((32, 48), 90, np.uint8))[1].tobytes()
    arguments = ["--frames", "2", "--out", str(tmp_path / "r"), "--silence", "2", *more]
    with HttpCamera(lambda _index: jpeg, fps=50) as server:
        url = server.url.replace("//", "//nurse:Pa55w0rd@") + "&token=Pa55w0rd"
        result = CliRunner().invoke(main, ["capture", url, *arguments])
    assert result.exit_code == 0, result.output
    failed = CliRunner().invoke(
        main, ["capture", url, *arguments[:3], str(tmp_path / "q"), *arguments[4:]]
    )
    assert failed.exit_code == 1
    told = result.output + failed.output
    told += "".join(file.read_text() for file in tmp_path.rglob("*.csv"))
    assert "127.0.0.1" in told
    assert "Pa55w0rd" not in told


def test_too_few_frames_is_1_with_one_line(tmp_path: Path) -> None:
    out = tmp_path / "r"
    missing = f"file:{tmp_path / 'missing.mp4'}"
    result = CliRunner().invoke(
        main, ["capture", missing, "--frames", "2", "--out", str(out)]
    )
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "0 of 2 frames" in result.stderr
    assert not out.exists()


def test_a_wrong_address_is_2(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main, ["capture", "nonsense:", "--frames", "1", "--out", str(tmp_path / "r")]
    )
    assert result.exit_code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_the_frames_that_are_there_are_told(
    number: signal.Signals, tmp_path: Path
) -> None:
    out = tmp_path / "r"
    command = [sys.executable, "-m", "vein_imaging", "capture", SLOW]
    command += ["--frames", "100000", "--out", str(out), "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        table = out / "frames.csv"
        while not table.exists() or table.read_text().count("\n") < 4:
            assert run.poll() is None
            time.sleep(0.01)
        run.send_signal(number)
        told, problem = run.communicate(timeout=30)
    document = json.loads(told)
    rows = acknowledged(out)
    assert document["frames"] == len(rows) >= 3
    assert all((out / row["file"]).is_file() for row in rows)
    assert problem == (f"Error: stopped: {len(rows)} of 100000 frames are in {out}\n")
    assert document["problem"] == problem[len("Error: ") : -1]
    assert run.returncode == 1
    assert not list(out.glob("*.part"))
