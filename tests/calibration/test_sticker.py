from dataclasses import replace

import numpy as np
import pytest

from vein_calibration import Lens, PixelSize
from vein_calibration.errors import ScaleError, TargetError
from vein_calibration.sticker import Sticker, distance_changed, read_sticker
from vein_calibration.target import marker_bits
from vein_phantom.target_view import Placement, view_flat

from .conftest import OPTICS, Pixels

STICKER = Sticker(12.0, 3)


def skin_with_sticker(copies: int = 1) -> Pixels:
    thing = np.full((600, 800), 150, np.uint8)
    bits = np.kron(marker_bits("4x4_50", 3), np.ones((20, 20), bool))
    for n in range(copies):
        left = 340 - 250 * n
        thing[240 - 30 : 240 + 150, left - 30 : left + 150] = 230
        thing[240:360, left : left + 120] = np.where(bits, 230, 15)
    return thing


def seen(place: Placement, copies: int = 1) -> Pixels:
    return view_flat(skin_with_sticker(copies), 10.0, OPTICS, place)


def test_the_scale_is_read_off_a_sticker_within_its_error(lens: Lens) -> None:
    reading = read_sticker(
        seen(Placement(130.0, (40.0, 30.0), 5.0, 70.0)), STICKER, lens
    )
    assert reading is not None
    low, high = reading.pixel_size.interval_mm
    assert low < 130.0 / 800.0 < high
    assert reading.pixel_size.relative_error < 0.01


def test_a_camera_that_moved_away_is_noticed(lens: Lens) -> None:
    expected = PixelSize(130.0 / 800.0, 0.002)
    near = read_sticker(seen(Placement(131.0, (40.0, 30.0))), STICKER, lens)
    far = read_sticker(seen(Placement(150.0, (40.0, 30.0))), STICKER, lens)
    assert near is not None and far is not None
    assert distance_changed(near, expected) == ""
    assert "further away" in distance_changed(far, expected)


def test_no_sticker_is_none_and_two_are_refused(lens: Lens) -> None:
    place = Placement(130.0, (40.0, 30.0))
    assert read_sticker(seen(place), replace(STICKER, number=4), lens) is None
    with pytest.raises(ScaleError, match="2 times"):
        read_sticker(seen(place, copies=2), STICKER, lens)


def test_a_sticker_seen_from_the_side_is_refused(lens: Lens) -> None:
    with pytest.raises(ScaleError, match="from the side"):
        read_sticker(seen(Placement(110.0, (40.0, 30.0), 45.0, 0.0)), STICKER, lens)


def test_an_impossible_sticker_is_refused() -> None:
    with pytest.raises(TargetError, match="1 to 200 mm"):
        Sticker(0.0)
    with pytest.raises(TargetError, match="markers 0 to 49"):
        Sticker(10.0, 50)
