import math
from dataclasses import replace

import numpy as np
import pytest

from vein_imaging.imaging.vein_map import Branch, VeinMap
from vein_imaging.viewer.live.vein_reading import VeinReading, vein_at


def _branch(row: float, width_px: float, sd_px: float = 0.5) -> Branch:
    columns = np.arange(100, dtype=np.float32)
    points = np.stack([np.full_like(columns, row), columns], axis=1)
    widths = np.full(100, width_px, np.float32)
    return Branch(
        points, widths, sd_px, widths / np.float32(10), "unknown", 100, 10.0, 0, 1
    )


def _map(*branches: Branch, mm_per_pixel: float | None = 0.1) -> VeinMap:
    blank = np.zeros((100, 100), np.float32)
    nothing = blank > 0
    junctions = np.zeros((0, 2), np.float32)
    return VeinMap(blank, nothing, ~nothing, branches, junctions, mm_per_pixel, "grey")


def test_the_nearest_vein_is_read() -> None:
    reading = vein_at(_map(_branch(20, 8), _branch(40, 22)), (38.0, 50.0))
    assert reading is not None
    assert reading.diameter_mm == pytest.approx(2.2)
    assert reading.vein_class == "reticular"


def test_a_width_whose_interval_straddles_a_limit_is_undecided() -> None:
    reading = vein_at(_map(_branch(20, 10, sd_px=1)), (20.0, 50.0))
    assert reading is not None and reading.vein_class == "undecided"


def test_beside_the_veins_there_is_no_reading() -> None:
    assert vein_at(_map(_branch(20, 8)), (60.0, 50.0)) is None
    assert vein_at(_map(), (60.0, 50.0)) is None


def test_without_a_scale_there_are_no_millimetres() -> None:
    assert vein_at(_map(_branch(20, 8), mm_per_pixel=None), (20.0, 50.0)) is None


def test_the_width_is_that_of_the_place_and_not_of_the_whole_branch() -> None:
    branch = _branch(20, 8)
    widths = branch.diameter_px.copy()
    widths[70:] = 30
    reading = vein_at(_map(replace(branch, diameter_px=widths)), (20.0, 90.0))
    assert reading is not None and reading.diameter_mm == pytest.approx(3.0)


def test_unknown_widths_are_not_made_up() -> None:
    branch = _branch(20, math.nan)
    assert vein_at(_map(branch), (20.0, 50.0)) is None


def test_a_reading_never_claims_more_than_it_knows() -> None:
    sentence = VeinReading(1.26, 0.1, "reticular").sentence
    assert "1.3 \N{PLUS-MINUS SIGN} 0.2 mm" in sentence and "standing" in sentence
    assert (
        "\N{PLUS-MINUS SIGN}" not in VeinReading(1.26, math.nan, "reticular").sentence
    )
