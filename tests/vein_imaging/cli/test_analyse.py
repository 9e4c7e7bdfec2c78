from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import av
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
    assert "not a picture" in result.output or "no video" in result.output


def test_a_scale_of_nothing_is_refused(leg: Path, tmp_path: Path) -> None:
    arguments = [str(leg), "--out", str(tmp_path), "--mm-per-pixel", "0"]
    result = CliRunner().invoke(analyse_command, arguments)
    assert result.exit_code == 2
    assert "mm_per_pixel" in result.output


def test_an_interlaced_clip_is_refused_and_never_measured_on_the_clip_before(
    leg: Path, tmp_path: Path
) -> None:
    clips = []
    kinds = {"plain": {}, "interlaced": {"flags": "+ildct+ilme", "x264opts": "tff=1"}}
    picture: Any = cv2.imread(str(leg))
    for name, options in kinds.items():
        clips.append(tmp_path / f"{name}.mp4")
        with av.open(str(clips[-1]), "w") as container:
            stream: Any = container.add_stream("libx264", rate=10, options=options)
            stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
            container.mux(stream.encode())
    out = tmp_path / "out"
    arguments = [*map(str, clips), "--out", str(out), "--quality", "fast"]
    result = CliRunner().invoke(analyse_command, arguments)
    assert result.exit_code == 0
    assert "not measured" in result.stderr
    assert "interlaced.mp4: frame 0 is interlaced" in result.stderr
    assert {path.name.split("-")[0] for path in out.iterdir()} == {"plain"}


def test_a_damaged_frame_is_left_out_the_next_taken_and_it_is_said(
    leg: Path, tmp_path: Path
) -> None:
    path = tmp_path / "leg.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 360))
    picture: Any = cv2.imread(str(leg))
    for _ in range(6):
        writer.write(picture)
    writer.release()
    data = bytearray(path.read_bytes())
    at = -1
    for _ in range(4):
        at = data.index(b"\xff\xd8\xff", at + 1)
    data[at + 700 : at + 3000] = bytes(2300)
    path.write_bytes(data)
    out = tmp_path / "out"
    arguments = [str(path), "--out", str(out), "--quality", "fast", "--every", "3"]
    result = CliRunner().invoke(analyse_command, arguments)
    assert result.exit_code == 0
    found = sorted(path.name for path in out.glob("*-mask.png"))
    assert found == ["leg-000000-mask.png", "leg-000004-mask.png"]
    assert "1 damaged frame was left out" in result.stderr


def test_a_box_says_where_to_look(leg: Path, tmp_path: Path) -> None:
    box = ["--box", "100", "80", "400", "300"]
    arguments = [str(leg), "--out", str(tmp_path), "--json", *box]
    result = CliRunner().invoke(analyse_command, arguments)
    assert result.exit_code == 0, result.output
    (summary,) = json.loads(result.stdout)
    assert summary["field_area_px"] == 300 * 220


def test_a_box_outside_the_picture_is_refused(leg: Path, tmp_path: Path) -> None:
    box = ["--box", "100", "80", "4000", "300"]
    arguments = [str(leg), "--out", str(tmp_path), *box]
    result = CliRunner().invoke(analyse_command, arguments)
    assert result.exit_code == 2
    assert "640 px wide and 360 px high" in result.output


def test_a_picture_without_light_is_said_to_need_more(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "dark.png"), np.zeros((120, 160, 3), np.uint8))
    arguments = [str(tmp_path / "dark.png"), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(analyse_command, arguments)
    assert result.exit_code == 0, result.output
    assert "more light" in result.stderr
