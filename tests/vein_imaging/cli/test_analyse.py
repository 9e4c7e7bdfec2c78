from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from vein_imaging.cli.analyse import analyse_command
from vein_phantom import PhantomSettings, draw_frame


@pytest.fixture(scope="module")
def leg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pixels, _ = draw_frame(
        PhantomSettings(seed=4, width_px=640, height_px=360, mm_per_pixel=0.12)
    )
    path = tmp_path_factory.mktemp("leg") / "leg.png"
    cv2.imwrite(str(path), pixels)
    return path


def test_it_writes_overlay_mask_branches_and_summary(leg: Path, tmp_path: Path) -> None:
    arguments = [str(leg), "--out", str(tmp_path), "--mm-per-pixel", "0.12", "--json"]
    result = CliRunner().invoke(analyse_command, arguments)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "leg-branches.csv",
        "leg-mask.png",
        "leg-overlay.png",
        "leg-summary.json",
    ]
    (summary,) = json.loads(result.stdout)
    assert summary == json.loads((tmp_path / "leg-summary.json").read_text())
    with (tmp_path / "leg-branches.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == summary["branch_count"] > 0
    total = sum(float(row["length_mm"]) for row in rows)
    assert total == pytest.approx(summary["length_mm"], rel=0.01)
    mask = cv2.imread(str(tmp_path / "leg-mask.png"), cv2.IMREAD_UNCHANGED)
    assert mask is not None
    assert set(np.unique(mask)) == {0, 255}


def test_of_a_video_every_nth_frame_is_analysed(leg: Path, tmp_path: Path) -> None:
    video = tmp_path / "leg.avi"
    fourcc = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(video), fourcc, 10, (640, 360))
    picture = cv2.imread(str(leg))
    assert picture is not None
    for _ in range(7):
        writer.write(picture)
    writer.release()
    out = tmp_path / "out"
    arguments = [str(video), "--out", str(out), "--every", "3", "--quality", "fast"]
    result = CliRunner().invoke(analyse_command, arguments)
    assert result.exit_code == 0, result.output
    found = sorted(path.name for path in out.glob("*-mask.png"))
    assert found == [f"leg-{index:06d}-mask.png" for index in (0, 3, 6)]


def test_two_pictures_of_one_name_are_refused(leg: Path, tmp_path: Path) -> None:
    arguments = [str(leg), str(leg), "--out", str(tmp_path)]
    result = CliRunner().invoke(analyse_command, arguments)
    assert result.exit_code == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["broken.png", "broken.mp4"])
def test_a_file_that_is_no_picture_is_refused(name: str, tmp_path: Path) -> None:
    broken = tmp_path / name
    broken.write_bytes(b"no picture at all")
    arguments = [str(broken), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(analyse_command, arguments)
    assert result.exit_code == 2
    assert "OpenCV" in result.output


def test_a_scale_of_nothing_is_refused(leg: Path, tmp_path: Path) -> None:
    arguments = [str(leg), "--out", str(tmp_path), "--mm-per-pixel", "0"]
    result = CliRunner().invoke(analyse_command, arguments)
    assert result.exit_code == 2
    assert "mm_per_pixel" in result.output
