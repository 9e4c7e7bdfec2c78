"""`run_viewer` from the outside: a picture of the window, and clean ends."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication

from vein_devices.errors import DeviceAddressError
from vein_imaging.treatment.practice import practice_visit
from vein_imaging.viewer import ViewerOptions, run_viewer
from vein_imaging.viewer.application import NoPictureError
from vein_imaging.viewer.window import ViewerWindow

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


SPLASH = """
import sys
import vein_imaging.viewer.run as run
from vein_imaging.cli import main
real = run.splash
def shown(*given):
    cover = real(*given)
    slow = {"napari", "cv2", "scipy", "skimage", "sqlalchemy", "numpy"}
    print("before the splash:", sorted(slow & sys.modules.keys()), flush=True)
    return cover
run.splash = shown
main(["view", "phantom:?seed=3&size=320x240&fps=0", "--screenshot", sys.argv[1],
      "--canvas", "qt"])
"""


def test_a_process_of_its_own_shows_the_splash_before_anything_slow_is_imported(
    tmp_path: Path,
) -> None:
    """Also: an application that nobody holds is gone, and Qt ends the process."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment["XDG_CONFIG_HOME"] = str(tmp_path)
    file = tmp_path / "window.png"
    told = subprocess.run(
        [sys.executable, "-c", SPLASH, str(file)],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines() == ["before the splash: []"]
    assert cv2.imread(str(file)) is not None


def test_a_session_ends_the_day_where_one_window_was_asked_for(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after the demo: its window closes, and no page to sign in comes."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    seen: list[str] = []

    def close() -> None:
        for top in QApplication.topLevelWidgets():
            if isinstance(top, ViewerWindow) and top.isVisible():
                seen.append(top.windowTitle())
                top.close()

    closing = QTimer()
    closing.timeout.connect(close)
    closing.start(50)
    run_viewer("phantom:?seed=3&size=320x240&fps=10", options=OPTIONS)
    assert len(seen) == 1
    assert "PRACTICE" in seen[0]
