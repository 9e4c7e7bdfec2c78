from __future__ import annotations

import numpy as np
import pytest

from vein_imaging.imaging.field.objects import cut_objects, find_barriers

ROWS, COLUMNS = np.mgrid[:120, :160].astype(float)
LIT = np.ones(ROWS.shape, np.uint8)


def objects_of(picture: np.ndarray, lit: np.ndarray = LIT) -> np.ndarray:
    small = picture.astype(np.uint8)
    barrier = np.maximum(*find_barriers(small, lit, 150, lines=True))
    labels, core = cut_objects(barrier, lit, weakest=0.6, core_px=7)
    return np.where(core > 0, labels, 0)


def count(labels: np.ndarray) -> int:
    return len(np.unique(labels[labels > 0]))


def line(gap_px: int = 0, every_px: int = 999, depth: float = 0.15) -> np.ndarray:
    """Skin with a dark line along row 60, open for some columns now and then."""
    dark = (np.abs(ROWS - 60) < 2) & ((COLUMNS + 40) % every_px >= gap_px)
    return np.where(dark, 150 * (1 - depth), 150.0)


def test_a_dark_line_all_the_way_parts_two_objects() -> None:
    labels = objects_of(line())
    assert count(labels) == 2
    assert labels[20, 80] != labels[100, 80]


def test_a_faint_line_does_not() -> None:
    assert count(objects_of(line(depth=0.03))) == 1


@pytest.mark.parametrize(("every_px", "parts"), [(80, 2), (8, 1)])
def test_narrow_gaps_in_a_line_count_by_their_share_of_it(
    every_px: int, parts: int
) -> None:
    assert count(objects_of(line(5, every_px))) == parts


def test_a_step_parts_two_objects_and_a_slope_of_light_does_not() -> None:
    assert count(objects_of(np.where(COLUMNS < 80, 150, 110))) == 2
    assert count(objects_of(200 * np.exp(-COLUMNS / 120))) == 1


def test_a_dark_line_is_told_from_a_step() -> None:
    steps, lines = find_barriers(line().astype(np.uint8), LIT, 150, lines=True)
    assert lines[60].min() > 1
    edge = np.where(ROWS < 60, 150, 110).astype(np.uint8)
    steps, lines = find_barriers(edge, LIT, 150, lines=True)
    assert steps[60].min() > 1
    assert lines.max() < 0.1
    assert not find_barriers(line().astype(np.uint8), LIT, 150, lines=False)[1].any()


def test_mirroring_the_picture_mirrors_its_objects() -> None:
    picture = line() - 40.0 * (COLUMNS > 110)
    labels, mirrored = objects_of(picture), objects_of(picture[:, ::-1])
    assert count(labels) == count(mirrored) == 4
    for label in np.unique(labels[labels > 0]):
        there = mirrored[:, ::-1][labels == label]
        assert (there == np.median(there)).mean() > 0.98


def test_where_there_is_no_light_there_is_no_object() -> None:
    nothing = np.zeros(ROWS.shape)
    assert count(objects_of(nothing, nothing.astype(np.uint8))) == 0


def test_objects_that_touch_by_a_corner_only_stay_apart() -> None:
    cross = (np.abs(ROWS - 60) < 2) | (np.abs(COLUMNS - 80) < 2)
    middle = np.maximum(np.abs(ROWS - 60), np.abs(COLUMNS - 80)) < 5
    assert count(objects_of(np.where(cross & ~middle, 125.0, 150.0))) == 4
