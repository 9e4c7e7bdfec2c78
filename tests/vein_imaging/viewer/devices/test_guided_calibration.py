"""A calibration in the real window: what is said, kept, saved and put in force."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QApplication

from vein_calibration import SHEET, Lens, find_target
from vein_calibration.profile import Profile
from vein_calibration.profile_file import profile_id
from vein_imaging.capture.camera_profiles import kept_profile, own_profile
from vein_imaging.treatment.practice import practice_visit
from vein_imaging.viewer import ViewerOptions
from vein_imaging.viewer.devices.calibration_words import seen_in_words
from vein_imaging.viewer.devices.guided_calibration import Guided, look
from vein_imaging.viewer.devices.target_outline import draw_target
from vein_imaging.viewer.feed import CalibratedFeed, SkinScale
from vein_imaging.viewer.window import ViewerWindow

from .conftest import MM_PER_PIXEL, SQUARE, SheetCamera, seen, turned, views


class Rig:
    """The window, and a camera that somebody points at a sheet."""

    def __init__(self, window: ViewerWindow, camera: SheetCamera) -> None:
        self.window = window
        self.camera = camera
        self.page = window.devices
        self.panel = window.devices.panel

    @property
    def state(self) -> Guided:
        state = self.page.desk.state
        assert state is not None
        return state

    def until(self, done: Callable[[], bool], limit_s: float = 240.0) -> None:
        end_s = time.monotonic() + limit_s
        while not done():
            assert time.monotonic() < end_s, "nothing happened in time"
            QApplication.processEvents()

    def show(self, picture: Any) -> None:
        """Point the camera there, and wait until that is on the screen."""
        self.camera.picture = picture
        live = self.window.live
        self.until(
            lambda: live.shown is not None and live.shown.frame.pixels is picture
        )


@pytest.fixture
def rig(qtbot: QtBot, profiles: Path) -> Iterator[Rig]:
    camera = SheetCamera()
    with practice_visit("US", "UTC") as visit:
        feed = CalibratedFeed(camera, SkinScale())  # type: ignore[arg-type]
        window = ViewerWindow(feed, visit, options=ViewerOptions(canvas="qt"))
        try:
            window.show((1366, 768))
            window.pages.show_page(window.devices)
            yield Rig(window, camera)
        finally:
            window.close()
            QApplication.processEvents()


def test_lens_and_scale_are_calibrated_saved_and_in_force_at_once(
    rig: Rig, person: Any
) -> None:
    rig.show(seen(SQUARE))
    assert "not calibrated" in rig.panel.in_force.text()
    person.click(rig.panel.both)
    assert "square to the sheet" in rig.panel.next.text()
    for place in views():
        kept = len(rig.state.views)
        rig.show(seen(place))
        rig.until(
            lambda kept=kept: (  # type: ignore[misc]
                len(rig.state.views) > kept or rig.state.step != "lens"
            )
        )
    rig.until(lambda: rig.state.step == "scale")
    assert "Lay the sheet flat" in rig.panel.next.text()
    rig.show(seen(SQUARE))
    rig.until(lambda: rig.state.view is not None)
    assert rig.state.step == "scale"  # where the skin will be, only a person knows
    person.click(rig.panel.keep)
    rig.until(lambda: rig.state.step == "done")
    said = rig.panel.seen.text()
    assert "One pixel is 0.1" in said and "(95 %)" in said and "Lens: " in said
    person.click(rig.panel.save)
    rig.until(lambda: rig.page.desk.state is None)
    profile = own_profile("sheet:")
    assert profile is not None and profile.pixel_size is not None
    assert profile.pixel_size.mm_per_pixel == pytest.approx(MM_PER_PIXEL, rel=0.005)
    assert profile.lens is not None and profile.blur is not None
    assert kept_profile(profile_id(profile)) is not None
    assert "Calibrated on" in rig.panel.in_force.text()

    def scale() -> float | None:
        shown = rig.window.live.shown
        found = None if shown is None else shown.result
        return None if found is None else found.vein_map.mm_per_pixel

    rig.until(lambda: scale() is not None)
    assert scale() == pytest.approx(MM_PER_PIXEL, rel=0.005)
    photographs = rig.window.photos._visit.photographs
    assert photographs._calibration == profile_id(profile)


def test_the_target_is_outlined_over_the_picture_while_it_is_calibrated(
    rig: Rig, person: Any
) -> None:
    picture = seen(SQUARE)
    rig.show(picture)
    person.click(rig.panel.both)
    rig.until(lambda: rig.state.view is not None)
    count = rig.window.live.count
    rig.until(lambda: rig.window.live.count > count + 1)
    view = rig.state.view
    assert view is not None
    canvas: Any = rig.window.canvas
    x, y = np.rint(view.corners_xy[0]).astype(int).tolist()
    blue, _green, red = canvas._pixels[y, x, :3].tolist()
    assert abs(int(red) - int(blue)) > 60  # a grey camera's picture has no colour
    person.click(rig.panel.stop)
    assert not rig.page.calibrating
    assert rig.page.desk.profile is None


def test_no_site_is_recorded_while_the_sheet_is_in_the_picture(
    rig: Rig, person: Any
) -> None:
    rig.show(seen(SQUARE))
    person.click(rig.panel.both)
    clicked = []
    rig.window.recorder.clicked = lambda *found: clicked.append(found)  # type: ignore[method-assign]
    rig.window._clicked((100.0, 100.0), True)
    assert clicked == []
    person.click(rig.panel.stop)
    rig.window._clicked((100.0, 100.0), True)
    assert len(clicked) == 1


def test_what_is_wrong_with_the_picture_is_said(rig: Rig, person: Any) -> None:
    rig.show(np.full((480, 640), 120, np.uint8))
    person.click(rig.panel.both)
    rig.until(lambda: bool(rig.panel.problem.text()))
    assert "corners found" in rig.panel.problem.text()
    assert not rig.panel.keep.isEnabled()
    rig.show(np.ascontiguousarray(seen(SQUARE)[:, ::-1]))
    rig.until(lambda: "mirrored" in rig.panel.problem.text())


def test_a_ruler_that_is_no_ruler_is_refused_with_a_reason(
    rig: Rig, person: Any
) -> None:
    for typed, says in (("abc", "wanted mm"), ("15", "ruler")):
        rig.panel.ruler.setText(typed)
        person.click(rig.panel.both)
        assert says in rig.panel.problem.text() and not rig.page.calibrating
    rig.panel.ruler.setText("149,2")
    person.click(rig.panel.scale_only)
    assert rig.state.target.square_mm == pytest.approx(SHEET.square_mm * 149.2 / 150)


def test_a_profile_that_cannot_be_written_is_said_and_nothing_is_in_force(
    rig: Rig, person: Any, profiles: Path
) -> None:
    profiles.parent.mkdir(exist_ok=True)
    profiles.write_text("a file where the folder should be")
    rig.show(seen(SQUARE))
    person.click(rig.panel.scale_only)
    rig.until(lambda: rig.state.view is not None)
    person.click(rig.panel.keep)
    rig.until(lambda: rig.state.step == "done")
    assert "No lens" in rig.panel.seen.text()
    person.click(rig.panel.save)
    rig.until(lambda: rig.panel.problem.text().startswith("NOT SAVED"))
    assert rig.page.desk.profile is None and rig.page.calibrating
    assert rig.panel.save.isEnabled()


def test_a_moving_sheet_is_not_kept_and_one_view_is_kept_once() -> None:
    state = look(Guided(SHEET), seen(SQUARE))
    assert state.view is not None and state.views == ()
    moved = look(state, seen(turned(SQUARE, middle_mm=(90.0, 110.0))))
    assert moved.views == ()
    once = look(state, seen(SQUARE))
    assert len(once.views) == 1 and once.took
    assert len(look(once, seen(SQUARE)).views) == 1
    assert len(look(once, seen(SQUARE), keep=True).views) == 2  # a person may


def test_how_the_sheet_lies_is_said_in_words() -> None:
    tilted = find_target(seen(turned(SQUARE, tilt_deg=20.0, towards_deg=90.0)), SHEET)
    state = replace(Guided(SHEET), view=tilted)
    said = seen_in_words(state)
    assert "of 336 corners" in said and "side nearer" in said and "tilted by" in said
    square = replace(state, view=find_target(seen(SQUARE), SHEET))
    assert "square on" in seen_in_words(square)


def test_without_a_target_only_the_picture_is_drawn() -> None:
    picture = seen(SQUARE)
    drawn = draw_target(picture, None)
    assert (drawn == picture[..., None]).all()
    other = find_target(seen(SQUARE), SHEET)
    assert (draw_target(picture, other) != drawn).any()
    half = np.ascontiguousarray(picture[:240])
    assert (draw_target(half, other) == half[..., None]).all()  # of another size


def test_a_site_is_kept_in_the_picture_that_is_stored_and_drawn_in_the_corrected_one(
    rig: Rig, person: Any
) -> None:
    values = (800.0, 800.0, 325.0, 236.0, -0.4, 0.0, 0.0, 0.0, 0.0)
    lens = Lens((640, 480), values, (0.0,) * 9, 0.1, 9, 500, 1.0)
    profile = Profile("sheet:", (640, 480), datetime.now(UTC), "test", lens=lens)
    assert isinstance(rig.window.feed, CalibratedFeed)
    rig.window.feed.scale = SkinScale(0.1, profile)
    picture = np.full((480, 640), 120, np.uint8)
    picture[56:65, 86:95] = 255
    rig.show(picture)
    ((row, column),) = profile.corrected(np.array([[60.0, 90.0]]))
    assert np.hypot(row - 60, column - 90) > 4  # else this says nothing

    def spot() -> int:
        shown = rig.window.live.shown
        return 0 if shown is None else int(shown.picture[round(row), round(column), 0])

    rig.until(lambda: spot() > 230)
    window, form = rig.window, rig.window.panel.form
    window.pages.show_page(window.panel)
    form.product.setEditText("Asclera")
    form.fields["concentration_percent"].setText("0.5")
    form.fields["volume_ml"].setText("0.1")
    form.fields["site"].setText("left thigh lateral")
    window.panel.log_sites.setChecked(True)
    place = window.canvas.to_screen((row, column))
    rig.until(lambda: window.recorder.switched_on)
    person.click(window.canvas.surface, place)
    session = window.patient.screening.visit
    rig.until(lambda: len(session.session.entries) == 1)
    mark = session.session.entries[0].event.mark
    assert mark is not None
    kept = np.array(mark.points_rc, float)
    assert np.abs(kept - [[60, 90]]).max() < 2  # a pixel of the screen is about one
    drawn = window.canvas.marks
    assert len(drawn) == 1
    assert np.abs(np.subtract(drawn[0].point_rc, (row, column))).max() < 2
