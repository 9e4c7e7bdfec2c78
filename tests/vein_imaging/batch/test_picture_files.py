"""A batch reads pictures as `analyse` does: by the same reader, with the same words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from vein_devices.cameras.pictures.kind import PICTURE_SUFFIXES
from vein_devices.errors import DeviceDataError, DeviceUnsupportedError
from vein_imaging.batch import NotStarted, Task, picture_paths, picture_tasks
from vein_imaging.batch.picture_files import measure_file
from vein_imaging.pipeline import AnalysisSettings

Pixels = np.ndarray[Any, Any]


@pytest.fixture
def leg() -> Pixels:
    rows, columns = np.mgrid[0:240, 0:320]
    noise = np.random.default_rng(2).normal(0, 1.5, rows.shape)
    vein = 40 * np.exp(-((rows - 80 - columns / 4) ** 2) / 18)
    return np.asarray(np.rint(150 + columns / 8 - vein + noise), np.uint8)


def tasks_of(*places: Path) -> Iterator[Task | NotStarted]:
    return picture_tasks(
        picture_paths(places),
        lambda _path: None,
        mm_per_pixel=0.1,
        settings=AnalysisSettings(quality="fast"),
    )


def summary_of(file: Path) -> dict[str, Any]:
    (task,) = tasks_of(file)
    assert isinstance(task, Task)
    return dict(measure_file(task)["summary"])


def test_twelve_bits_in_a_file_of_sixteen_are_measured_and_said(
    tmp_path: Path, leg: Pixels
) -> None:
    """A vein of 30 mm was measured as none, without a word."""
    cv2.imwrite(str(tmp_path / "leg.png"), leg)
    tifffile.imwrite(tmp_path / "leg.tif", leg.astype(np.uint16) * 16)
    known, found = summary_of(tmp_path / "leg.png"), summary_of(tmp_path / "leg.tif")
    assert known["length_mm"] > 25
    assert found["length_mm"] == pytest.approx(known["length_mm"], rel=0.03)
    assert "12 bits" in found["advice"]


def test_a_damaged_jpeg_is_not_measured(tmp_path: Path, leg: Pixels) -> None:
    data = bytearray(cv2.imencode(".jpg", leg)[1].tobytes())
    middle = len(data) // 2
    data[middle : middle + 64] = b"\xff\xd9" + bytes(range(62))
    (tmp_path / "leg.jpg").write_bytes(data)
    with pytest.raises(DeviceDataError, match="damaged"):
        summary_of(tmp_path / "leg.jpg")


def test_pages_are_refused_and_not_all_but_the_first_passed_over(
    tmp_path: Path, leg: Pixels
) -> None:
    tifffile.imwrite(tmp_path / "leg.tif", np.stack([leg, leg]), photometric=1)
    with pytest.raises(DeviceUnsupportedError, match="holds 2 pictures"):
        summary_of(tmp_path / "leg.tif")


def test_what_is_transparent_is_not_measured(tmp_path: Path, leg: Pixels) -> None:
    shown = np.full(leg.shape, 255, np.uint8)
    shown[:, 160:] = 0
    Image.fromarray(np.dstack([leg, shown])).save(tmp_path / "half.png")
    cv2.imwrite(str(tmp_path / "leg.png"), leg)
    half, whole = summary_of(tmp_path / "half.png"), summary_of(tmp_path / "leg.png")
    assert half["length_mm"] < 0.7 * whole["length_mm"]
    assert "transparent" in half["advice"]


def test_every_kind_that_is_read_is_found_in_a_folder_and_no_pipe(
    tmp_path: Path, leg: Pixels
) -> None:
    for suffix in PICTURE_SUFFIXES:
        (tmp_path / f"leg{suffix}").write_bytes(b"x")
    (tmp_path / "folder.png").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.png")
    found = {path.suffix for path in picture_paths([tmp_path])}
    assert found == PICTURE_SUFFIXES
    assert len(picture_paths([tmp_path])) == len(PICTURE_SUFFIXES)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_a_pipe_that_is_named_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "leg.png")
    (task,) = tasks_of(tmp_path / "leg.png")
    assert isinstance(task, NotStarted)
    assert "where a file is wanted" in task.reason
