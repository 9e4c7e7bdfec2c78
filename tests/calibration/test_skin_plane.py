from dataclasses import replace

import numpy as np
import pytest

from vein_calibration import SHEET, Lens, find_target, plane_from_target
from vein_calibration.errors import ScaleError
from vein_calibration.lens import correcting_map
from vein_phantom.target_view import Placement

from .conftest import MIDDLE_MM, OPTICS, seen

TILTED = Placement(120.0, MIDDLE_MM, 12.0, 40.0, 10.0)


def true_scale(place: Placement) -> float:
    middle = np.array([319.5, 239.5])
    points = middle + np.array([[0, 0], [0.01, 0], [0, 0.01]])
    on_plane = place.from_rays((points - np.array(OPTICS.centre_xy)) / OPTICS.focal_px)
    return float(abs(np.linalg.det((on_plane[1:] - on_plane[0]) / 0.01)) ** 0.5)


def test_scale_tilt_and_distance_are_found_with_their_error(lens: Lens) -> None:
    plane = plane_from_target(find_target(seen(TILTED), SHEET), lens)
    low, high = plane.pixel_size.interval_mm
    assert low < true_scale(TILTED) < high
    assert plane.pixel_size.mm_per_pixel == pytest.approx(true_scale(TILTED), rel=1e-3)
    assert plane.tilt_deg == pytest.approx(12.0, abs=0.3)
    assert plane.distance_mm == pytest.approx(120.0, rel=0.005)
    assert plane.tilted
    assert plane.pixel_size.relative_error < 0.0026


def test_a_flattened_picture_has_one_scale_everywhere(lens: Lens) -> None:
    sighting = find_target(seen(TILTED), SHEET)
    plane = plane_from_target(sighting, lens)
    undo = correcting_map(lens.size_px, lens, plane.flattening())
    straight = find_target(undo.apply(seen(TILTED)), SHEET)
    again = plane_from_target(straight, None)
    assert again.spread < 0.005 < plane.spread
    assert again.pixel_size.mm_per_pixel == pytest.approx(
        plane.pixel_size.mm_per_pixel, rel=1e-3
    )


def test_a_sheet_seen_from_the_side_is_refused(lens: Lens) -> None:
    leaning = replace(TILTED, tilt_deg=42.0, distance_mm=150.0)
    with pytest.raises(ScaleError, match="tilted too far"):
        plane_from_target(find_target(seen(leaning), SHEET), lens)


def test_a_lens_of_another_size_is_refused(lens: Lens) -> None:
    small = replace(
        OPTICS, width_px=320, height_px=240, focal_px=400.0, centre_xy=(162.0, 118.0)
    )
    sighting = find_target(seen(Placement(120.0, MIDDLE_MM), small), SHEET)
    with pytest.raises(ScaleError, match="calibrated at 640 x 480"):
        plane_from_target(sighting, lens)
