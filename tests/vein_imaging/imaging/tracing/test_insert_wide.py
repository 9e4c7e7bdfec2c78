from __future__ import annotations

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.tracing.centreline import trace_skeleton
from vein_imaging.imaging.tracing.chains import Chains
from vein_imaging.imaging.tracing.insert_wide import LINK, insert_lines, loose_links
from vein_imaging.imaging.tracing.wide_veins import WideLine
from vein_imaging.imaging.working_size import WorkingSize

SHAPE = (120, 200)
TRUNK = WideLine(
    np.stack([np.full(160, 60.4), np.arange(20.0, 180.0)], axis=1).astype(np.float32),
    np.full(160, 12, np.float32),
)


def skeleton() -> np.ndarray:
    """The trunk's ragged middle, and a side vein that meets it from above."""
    lines = np.zeros(SHAPE, np.uint8)
    ragged = [(x, 60 + round(5 * np.sin(x / 7))) for x in range(20, 180)]
    cv2.polylines(lines, [np.array(ragged)], False, 1)
    cv2.line(lines, (60, 5), (90, 60), 1)
    return lines > 0


RADIUS = np.full(SHAPE, 2, np.float32)


def test_without_wide_lines_nothing_changes() -> None:
    before = skeleton()
    inserted = insert_lines(before, RADIUS, ())
    assert np.array_equal(inserted.skeleton, before)
    assert not inserted.body.any()


def test_a_wide_line_takes_the_place_of_what_was_inside_of_it() -> None:
    inserted = insert_lines(skeleton(), RADIUS, (TRUNK,))
    trunk = inserted.number >= 0
    assert np.array_equal(np.unique(np.nonzero(trunk)[0]), [60])
    inside = inserted.skeleton & inserted.body
    assert np.array_equal(inside, (trunk | (inserted.number == LINK)) & inserted.body)
    assert inserted.radius_px[60, 100] == 12


def test_a_vein_that_was_cut_is_led_on_straight() -> None:
    inserted = insert_lines(skeleton(), RADIUS, (TRUNK,))
    paths = trace_skeleton(inserted.skeleton, inserted.radius_px).paths
    assert len(paths) == 3
    rows, columns = np.nonzero(inserted.number == LINK)
    expected = 60 + 30 / 55 * (rows - 5)
    assert np.abs(columns - expected).max() < 5


def test_wide_lines_lie_exactly_where_they_are() -> None:
    inserted = insert_lines(skeleton(), RADIUS, (TRUNK,))
    trace = trace_skeleton(inserted.skeleton, inserted.radius_px)
    size = WorkingSize((2 * SHAPE[0], 2 * SHAPE[1]), SHAPE)
    placed = inserted.moved_onto_wide_lines(
        Chains.of(trace, size), trace.pixels_rc, size
    )
    on_trunk = inserted.number[tuple(trace.pixels_rc.T)] >= 0
    rows = placed.points_rc[on_trunk, 0]
    assert rows == pytest.approx((60.4 + 0.5) * 2 - 0.5, abs=1e-3)


def test_a_line_that_leaves_the_picture_is_cut_at_its_edge() -> None:
    long = WideLine(TRUNK.points_rc + np.array([0, 100], np.float32), TRUNK.radius_px)
    inserted = insert_lines(np.zeros(SHAPE, bool), RADIUS, (long,))
    assert np.nonzero(inserted.skeleton)[1].max() == SHAPE[1] - 1


@pytest.mark.parametrize("gone", ["trunk", "side vein"])
def test_a_link_goes_with_what_it_joined(gone: str) -> None:
    inserted = insert_lines(skeleton(), RADIUS, (TRUNK,))
    trace = trace_skeleton(inserted.skeleton, inserted.radius_px)
    own = inserted.number[tuple(trace.pixels_rc.T)]
    bad = own >= 0 if gone == "trunk" else own == -1
    nothing = np.zeros(len(own), bool)
    assert not loose_links(inserted.number, trace.pixels_rc, nothing).any()
    loose = loose_links(inserted.number, trace.pixels_rc, bad)
    assert np.array_equal(loose, own == LINK)


def test_a_ragged_end_is_led_on_once() -> None:
    lines = skeleton().astype(np.uint8)
    # a fork and a loop where the side vein comes in
    cv2.line(lines, (78, 40), (84, 60), 1)
    cv2.line(lines, (78, 40), (100, 60), 1)
    inserted = insert_lines(lines > 0, RADIUS, (TRUNK,))
    links = (inserted.number == LINK).view(np.uint8)
    trunk = np.flatnonzero((inserted.number[60] >= 0) & (links[59] > 0))
    assert len(trunk) == 1


def test_what_hardly_leaves_a_wide_vein_is_that_vein() -> None:
    lines = skeleton().astype(np.uint8)
    bulge = [(120, 60), (126, 46), (136, 46), (142, 60)]
    cv2.polylines(lines, [np.array(bulge)], False, 1)
    inserted = insert_lines(lines > 0, RADIUS, (TRUNK,))
    assert not inserted.skeleton[40:58, 115:150].any()
