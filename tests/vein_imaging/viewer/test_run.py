"""`run_viewer` from the outside: a picture of the window, and clean ends."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from qtpy.QtWidgets import QApplication

from vein_devices.errors import DeviceAddressError
from vein_imaging.treatment.practice import practice_visit
from vein_imaging.viewer import ViewerOptions, run_viewer
from vein_imaging.viewer.application import NoPictureError

OPTIONS = ViewerOptions(size_px=(1366, 768), screenshot_after=2)


def test_a_screenshot_shows_the_leg_and_the_panel(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAPARI_CONFIG", str(tmp_path / "napari.yaml"))
    before = threading.active_count()
    file = tmp_path / "shots" / "window.png"
    run_viewer("phantom:?seed=3&size=320x240&fps=0", screenshot=file, options=OPTIONS)
    picture = cv2.imread(str(file))
    assert picture is not None
    height, width = picture.shape[:2]
    assert (width, height) == (1366, 768)
    # A canvas that OpenGL did not draw is black, and no error is raised.
    assert np.std(picture[100:700, 50:800]) > 10
    assert threading.active_count() == before


def test_a_wrong_address_opens_no_window() -> None:
    with pytest.raises(DeviceAddressError, match="nonsense"):
        run_viewer("nonsense:1", screenshot=Path("never.png"))


def test_a_camera_without_a_picture_is_an_error_not_a_black_picture(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAPARI_CONFIG", str(tmp_path / "napari.yaml"))
    file = tmp_path / "window.png"
    with pytest.raises(NoPictureError, match="failed"):
        run_viewer(f"file:{tmp_path / 'missing.mp4'}", screenshot=file, options=OPTIONS)
    assert not file.exists()


def test_a_visit_without_the_person_at_work_is_refused() -> None:
    together = pytest.raises(ValueError, match="go together")
    with practice_visit("US", "UTC") as visit, together:
        run_viewer(visit=visit)
