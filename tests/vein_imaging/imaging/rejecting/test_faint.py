from __future__ import annotations

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.rejecting.faint import drop_specks, find_faint
from vein_imaging.imaging.tracing.centreline import Path, trace_centrelines
from vein_imaging.imaging.tracing.chains import Chains
from vein_imaging.imaging.tracing.profile import take_profiles
from vein_imaging.imaging.working_size import WorkingSize

ROWS, _ = np.mgrid[:300, :400].astype(float)


def faint_points(depths: tuple[float, float]) -> list[bool]:
    """Whether each of two dark lines, along rows 80 and 220, is found faint."""
    noise = np.random.default_rng(1).normal(0, 1, ROWS.shape)
    picture = 140 + noise
    mask = np.zeros(ROWS.shape, np.uint8)
    for row, depth in zip((80, 220), depths, strict=True):
        picture -= depth * np.exp(-0.5 * ((ROWS - row) / 2.5) ** 2)
        cv2.line(mask, (30, row), (370, row), 1, 5)
    chains = Chains.of(trace_centrelines(mask > 0), WorkingSize.same(mask.shape))
    image = np.round(picture).astype(np.float32)
    found = find_faint(take_profiles(image, chains), chains)
    upper = chains.points_rc[:, 0] < 150
    assert len(set(found[upper])) == len(set(found[~upper])) == 1
    return [bool(found[upper][0]), bool(found[~upper][0])]


@pytest.mark.parametrize("depths", [(1.0, 6.0), (1.5, 30.0)])
def test_a_line_of_one_grey_level_is_faint_and_the_vein_beside_it_is_not(
    depths: tuple[float, float],
) -> None:
    assert faint_points(depths) == [True, False]
    assert faint_points(depths[::-1]) == [False, True]


def test_a_speck_is_dropped_and_a_twig_as_short_is_not() -> None:
    def path(length: int, start_node: int, end_node: int) -> Path:
        return Path(np.arange(length), start_node, end_node)

    stem, twig, long, ring = (
        path(90, 0, 1),
        path(12, 1, 2),
        path(40, 3, 4),
        path(9, 5, 5),
    )
    branch = path(30, 1, 6)
    kept = drop_specks((stem, twig, branch, long, path(15, 7, 8), ring))
    assert kept == (stem, twig, branch, long, ring)
