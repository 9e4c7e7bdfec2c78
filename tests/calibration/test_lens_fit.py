from dataclasses import replace

import numpy as np
import pytest

from vein_calibration import SHEET, Lens, Sighting, find_target, fit_lens
from vein_calibration.errors import LensError
from vein_calibration.lens import correcting_map
from vein_phantom.target_view import Placement

from .conftest import MIDDLE_MM, OPTICS, seen, sightings, views


def test_the_lens_is_found_again(lens: Lens) -> None:
    assert lens.focal_px == pytest.approx(OPTICS.focal_px, rel=0.002)
    assert lens.values[2:4] == pytest.approx(OPTICS.centre_xy, abs=1.5)
    assert lens.reprojection_px < 0.1
    assert abs(lens.focal_px / 800 - 1) < 4 * lens.focal_error < 0.005


def test_points_are_undistorted_to_where_a_pinhole_shows_them(lens: Lens) -> None:
    rays = np.array([[-0.3, -0.2], [0.1, 0.05], [0.35, 0.25]])
    straight = lens.undistorted(OPTICS.pixels(rays))
    pinhole = rays * OPTICS.focal_px + np.array(OPTICS.centre_xy)
    assert np.abs(straight - pinhole).max() < 0.5


def test_the_map_moves_the_picture_as_the_points_are_moved(lens: Lens) -> None:
    picture = np.zeros((480, 640), np.uint8)
    picture[58:63, 88:93] = 255
    corrected = correcting_map(lens.size_px, lens).apply(picture)
    rows, columns = np.nonzero(corrected > 100)
    wanted = lens.undistorted(np.array([[90.0, 60.0]]))[0]
    assert (columns.mean(), rows.mean()) == pytest.approx(tuple(wanted), abs=0.6)


def test_points_go_into_the_corrected_picture_and_back(lens: Lens) -> None:
    undistortion = correcting_map(lens.size_px, lens)
    points_rc = np.array([[60.0, 90.0], [240.0, 320.0], [430.5, 600.25]])
    corrected = undistortion.corrected(points_rc)
    assert np.abs(corrected - points_rc).max() > 2  # else this says nothing
    wanted = lens.undistorted(points_rc[:, ::-1])[:, ::-1]
    assert np.abs(corrected - wanted).max() < 0.1
    assert np.abs(undistortion.uncorrected(corrected) - points_rc).max() < 0.05


def test_a_view_of_another_camera_is_left_out_and_named() -> None:
    other = replace(OPTICS, focal_px=950.0)
    odd = find_target(seen(views()[3], other), SHEET, "odd.png")
    fit = fit_lens([*sightings(), odd])
    assert len(fit.left_out) == 1 and fit.left_out[0].startswith("odd.png")
    assert fit.lens.focal_px == pytest.approx(800, rel=0.003)


def test_too_few_views_are_refused_with_the_one_to_take_next() -> None:
    with pytest.raises(LensError, match="7 usable views, 8 are needed: next, show"):
        fit_lens(sightings()[:7])


def test_views_without_tilt_are_refused() -> None:
    flat = [
        find_target(seen(replace(place, tilt_deg=0.0), seed=n), SHEET)
        for n, place in enumerate(views(8))
    ]
    with pytest.raises(LensError, match=r"too alike.*by about 20 degrees"):
        fit_lens(flat)


def test_corners_in_the_middle_only_are_refused() -> None:
    def cropped(view: Sighting) -> Sighting:
        away = np.abs(view.corners_xy - [320, 240]) / [320, 240]
        return view.without(np.asarray(np.any(away > 0.45, axis=1)))

    with pytest.raises(LensError, match=r"next, show the target in the (upper|lower)"):
        fit_lens([cropped(view) for view in sightings()])


def test_pictures_of_two_sizes_are_refused_by_name() -> None:
    small = replace(
        OPTICS, width_px=320, height_px=240, focal_px=400.0, centre_xy=(162.0, 118.0)
    )
    place = Placement(120.0, MIDDLE_MM)
    odd = find_target(seen(place, small), SHEET, "small.png")
    with pytest.raises(LensError, match=r"small\.png \(320 x 240\)"):
        fit_lens([*sightings(), odd])
