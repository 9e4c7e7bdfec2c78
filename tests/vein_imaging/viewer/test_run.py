"""`run_viewer` from the outside: a picture of the window, and clean ends."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from qtpy.QtWidgets import QApplication

from vein_devices.errors import DeviceAddressError
from vein_imaging.domain.session import Opened, event_to_body
from vein_imaging.storage import Entry, create_store, new_key
from vein_imaging.storage.errors import NoSuchSessionError
from vein_imaging.viewer import ViewerOptions, run_viewer
from vein_imaging.viewer.application import NoPictureError
from vein_imaging.viewer.run import _open_session

OPTIONS = ViewerOptions(author="test", size_px=(1366, 768), screenshot_after=2)


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


def test_region_and_zone_are_the_sessions_own(tmp_path: Path) -> None:
    at = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    opened = Opened(
        entry_id="o",
        started=at,
        patient_id="p",
        region="DE",
        timezone="Europe/Berlin",
        limits_version="v",
    )
    with create_store(tmp_path / "s", new_key(), author="a", at=at) as store:
        patient = store.add_patient({"name": "N"}, author="a", at=at)
        session_id = store.start_session(patient, author="a", at=at)
        entry = Entry(opened.kind, event_to_body(opened))
        store.append(session_id, entry, author="a", at=at)
        log, _ = _open_session(store, session_id, ViewerOptions(region="US"))
        assert "aethoxysklerol" in log.names and "asclera" not in log.names
        with pytest.raises(NoSuchSessionError):
            _open_session(store, "no such", ViewerOptions())


def test_a_store_without_its_session_is_refused() -> None:
    with pytest.raises(ValueError, match="go together"):
        run_viewer(session_id="abc")
