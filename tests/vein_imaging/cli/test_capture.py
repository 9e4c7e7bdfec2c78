import json
from pathlib import Path

import cv2
import numpy as np
from click.testing import CliRunner

from vein_devices import open_camera
from vein_imaging.cli import main

PHANTOM = "phantom:?seed=7&size=64x48&fps=0"


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
