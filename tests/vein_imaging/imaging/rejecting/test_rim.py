from __future__ import annotations

import numpy as np

from vein_imaging.imaging.rejecting.rim import wide_lines_off_rim
from vein_imaging.imaging.tracing.wide_veins import WideLine
from vein_imaging.imaging.working_size import WorkingSize

SIZE = WorkingSize((240, 400), (120, 200))
FIELD = np.zeros(SIZE.full, bool)
FIELD[40:] = True


def level(row: float) -> WideLine:
    columns = np.arange(20.0, 180.0, 4.0)
    points = np.stack([np.full(len(columns), row), columns], axis=1)
    return WideLine(points.astype(np.float32), np.full(len(columns), 7, np.float32))


def slanting() -> WideLine:
    columns = np.arange(20.0, 180.0, 4.0)
    points = np.stack([10 + columns / 2, columns], axis=1)
    return WideLine(points.astype(np.float32), np.full(len(columns), 7, np.float32))


def test_a_line_along_the_rim_goes_and_the_vein_beside_it_stays() -> None:
    kept = wide_lines_off_rim((level(24), level(70)), FIELD, SIZE)
    assert len(kept) == 1
    assert np.array_equal(kept[0].points_rc, level(70).points_rc)
    assert np.array_equal(kept[0].radius_px, level(70).radius_px)


def test_of_a_vein_that_comes_out_of_the_rim_the_rest_stays() -> None:
    (kept,) = wide_lines_off_rim((slanting(),), FIELD, SIZE)
    whole = slanting().points_rc
    assert np.array_equal(kept.points_rc, whole[-len(kept.points_rc) :])
    assert 20 + 1.5 * 7 <= kept.points_rc[0, 0] < 20 + 1.5 * 7 + 12


def test_no_lines_give_none() -> None:
    assert wide_lines_off_rim((), FIELD, SIZE) == ()
