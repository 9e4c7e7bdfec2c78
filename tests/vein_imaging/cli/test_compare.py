"""`vein-imaging compare` as a shell sees it."""

from __future__ import annotations

import csv
import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result
from numpy.typing import NDArray

from vein_imaging.cli.compare import compare_command
from vein_imaging.comparison.telling import lettering, picture
from vein_phantom import PhantomSettings, draw_frame

LEG = PhantomSettings(seed=1, width_px=640, height_px=360, mm_per_pixel=0.12)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("visits")
    for visit in ("before", "after"):
        pixels, _ = draw_frame(replace(LEG, visit=visit))
        cv2.imwrite(str(folder / f"{visit}.png"), pixels)
    cv2.imwrite(str(folder / "blank.png"), np.full((360, 640), 90, np.uint8))
    return folder


def run(folder: Path, *arguments: str, after: str = "after.png") -> Result:
    return CliRunner().invoke(
        compare_command,
        [
            str(folder / "before.png"),
            str(folder / after),
            "--out",
            str(folder / "out"),
            *arguments,
        ],
    )


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_tables_and_pictures_are_written_with_the_error_beside_the_percentage(
    folder: Path,
) -> None:
    dates = ("--before-date", "2026-09-01", "--after-date", "2026-11-01")
    left = np.zeros((360, 640), np.uint8)
    left[:, :320] = 255
    cv2.imwrite(str(folder / "left.png"), left)
    region = f"treated={folder / 'left.png'}"
    result = run(folder, "--mm-per-pixel", "0.12", *dates, "--region", region)
    assert result.exit_code == 0, result.output
    assert "repeat error" in result.stdout and "interval" in result.stdout
    row, treated = table(folder / "out/change_summary.csv")
    assert treated["region"] == "treated"
    assert 0 < float(treated["judged_mm"]) < float(row["judged_mm"])
    assert row["days_between"] == "61"
    parts = [float(row[f"{name}_mm"]) for name in ("cleared", "faded", "persistent")]
    assert float(row["judged_mm"]) == pytest.approx(sum(parts), rel=1e-3)
    low, middle, high = (
        float(row[f"clearance{end}_pct"]) for end in ("_lo", "", "_hi")
    )
    assert low <= middle <= high
    pieces = table(folder / "out/change_pieces.csv")
    assert {piece["change"] for piece in pieces} <= {
        "cleared", "faded", "persistent", "new", "unjudged",
    }  # fmt: skip
    for name in ("comparison", "change_map", "after_aligned"):
        assert cv2.imread(str(folder / f"out/{name}.png")) is not None


def test_under_eight_weeks_nothing_is_assessed(folder: Path) -> None:
    dates = ("--before-date", "2026-10-01", "--after-date", "2026-11-01")
    result = run(folder, *dates)
    assert "not yet assessable" in result.stdout
    assert "% cleared" not in result.stdout


def test_a_picture_without_veins_exits_1_and_says_why(folder: Path) -> None:
    result = run(folder, "--json", after="blank.png")
    assert result.exit_code == 1, result.exception
    row = json.loads(result.stdout)
    assert row["verdict"] == "refused" and row["clearance_pct"] is None
    assert row["assessment"] == "not comparable"
    assert result.stderr.startswith("not comparable: ")


def test_a_region_that_is_none_is_a_usage_error(folder: Path) -> None:
    result = run(folder, "--region", "treated")
    assert result.exit_code == 2 and "a region is NAME=MASK" in result.stderr
    result = run(folder, "--region", "treated=nowhere.png")
    assert result.exit_code == 2 and "nowhere.png" in result.stderr


def test_dates_in_the_wrong_order_are_a_usage_error(folder: Path) -> None:
    dates = ("--before-date", "2026-11-01", "--after-date", "2026-10-01")
    result = run(folder, *dates)
    assert result.exit_code == 2 and "swap the pictures" in result.stderr


def sideways_jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """A photograph as a phone held upright stores it: turned, with a note."""
    _, coded = cv2.imencode(".jpg", np.rot90(pixels), [cv2.IMWRITE_JPEG_QUALITY, 97])
    tag = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + tag + bytes(4)
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    return coded[:2].tobytes() + segment + coded[2:].tobytes()


def test_a_region_lies_on_the_photograph_as_a_person_sees_it(folder: Path) -> None:
    for visit in ("before", "after"):
        pixels = cv2.imread(str(folder / f"{visit}.png"), cv2.IMREAD_GRAYSCALE)
        assert pixels is not None
        jpeg = sideways_jpeg(np.asarray(pixels, np.uint8))
        (folder / f"{visit}.jpg").write_bytes(jpeg)
    left = np.zeros((360, 640), np.uint8)
    left[:, :320] = 255
    cv2.imwrite(str(folder / "upright.png"), left)
    result = CliRunner().invoke(
        compare_command,
        [
            *(str(folder / "before.jpg"), str(folder / "after.jpg")),
            *("--out", str(folder / "out-exif"), "--mm-per-pixel", "0.12"),
            *("--region", f"treated={folder / 'upright.png'}"),
        ],
    )
    assert result.exit_code == 0, result.output
    assert "of the skin in BEFORE was compared" in result.stdout
    drawn = cv2.imread(str(folder / "out-exif/after_aligned.png"))
    assert drawn is not None and drawn.shape[:2] == (360, 640)


def test_a_file_that_is_no_picture_is_a_usage_error(folder: Path) -> None:
    (folder / "note.png").write_text("not a picture")
    result = run(folder, after="note.png")
    assert result.exit_code == 2 and "cannot be read" not in result.stdout
    assert "not a picture" in result.stderr


def test_one_picture_given_twice_is_no_comparison(folder: Path) -> None:
    """It read as "no measurable change"."""
    result = run(folder, after="before.png")
    assert result.exit_code == 2, result.output
    assert "one and the same picture" in result.stderr


def test_a_day_that_is_still_to_come_is_told(folder: Path) -> None:
    dates = ("--before-date", "2026-01-01", "--after-date", "2999-01-01")
    result = run(folder, *dates)
    assert "2999-01-01, which is still to come" in result.stderr
    assert "which is still to come" in (folder / "out/comparison.html").read_text()


def test_a_mask_of_another_size_is_told_before_anything_is_measured(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cv2.imwrite(str(folder / "small.png"), np.zeros((90, 160), np.uint8))

    def never(*_given: object, **_named: object) -> None:
        raise AssertionError("measured all the same")

    monkeypatch.setattr("vein_imaging.cli.compare.compare", never)
    result = run(folder, "--region", f"t={folder / 'small.png'}")
    assert result.exit_code == 2, result.exception
    assert "160 x 90 px and BEFORE 640 x 360" in result.stderr


def test_a_refusal_leaves_no_picture_of_the_pair_before(folder: Path) -> None:
    assert run(folder).exit_code == 0
    assert (folder / "out/change_map.png").exists()
    assert run(folder, after="blank.png").exit_code == 1
    left = {file.name for file in (folder / "out").iterdir()}
    assert left == {
        "change_pieces.csv", "change_summary.csv", "comparison.html", "comparison.png",
    }  # fmt: skip


def test_the_share_of_the_leg_is_on_the_sheet(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    plain = lettering.write

    def listening(canvas: NDArray[np.uint8], text: str, *at: Any, **how: Any) -> int:
        written.append(text)
        return plain(canvas, text, *at, **how)

    monkeypatch.setattr(picture, "write", listening)
    assert run(folder).exit_code == 0
    (share,) = (text for text in written if "of the skin in BEFORE" in text)
    assert written.index(share) < next(
        at for at, text in enumerate(written) if "% cleared" in text
    )
