from __future__ import annotations

import cv2
import numpy as np

from vein_imaging.imaging.tracing.centreline import cut_paths, trace_centrelines


def drawn(*lines: tuple[tuple[int, int], tuple[int, int], int]) -> np.ndarray:
    canvas = np.zeros((200, 300), np.uint8)
    for start, stop, width in lines:
        cv2.line(canvas, start, stop, 1, width)
    return canvas > 0


def test_nothing_gives_nothing() -> None:
    trace = trace_centrelines(np.zeros((50, 50), bool))
    assert trace.paths == ()
    assert trace.pixels_rc.shape == (0, 2)


def test_a_straight_vein_is_one_branch() -> None:
    trace = trace_centrelines(drawn(((20, 100), (280, 100), 5)))
    assert len(trace.paths) == 1
    assert np.ptp(trace.pixels_rc[:, 1]) > 245


def test_a_y_has_three_branches_that_share_a_node() -> None:
    trace = trace_centrelines(
        drawn(
            ((150, 100), (20, 100), 5),
            ((150, 100), (280, 20), 5),
            ((150, 100), (280, 180), 5),
        )
    )
    ends = [{path.start_node, path.end_node} for path in trace.paths]
    assert len(trace.paths) == 3
    assert len(set.intersection(*ends)) == 1


def test_a_cross_has_four_branches() -> None:
    trace = trace_centrelines(
        drawn(((20, 20), (280, 180), 4), ((20, 180), (280, 20), 4))
    )
    # where thinning pulls the crossing apart the two halves keep a short piece between
    assert len([p for p in trace.paths if len(p.members) > 20]) == 4


def test_a_ring_is_one_loop() -> None:
    canvas = np.zeros((200, 200), np.uint8)
    cv2.circle(canvas, (100, 100), 60, 1, 5)
    (path,) = trace_centrelines(canvas > 0).paths
    assert path.start_node == path.end_node
    assert path.members[0] != path.members[1]


def test_a_spur_shorter_than_the_vein_is_wide_is_pruned() -> None:
    with_spur = drawn(((20, 100), (280, 100), 21), ((150, 100), (150, 84), 3))
    assert len(trace_centrelines(with_spur).paths) == 1


def test_a_side_branch_is_kept() -> None:
    side = drawn(((20, 100), (280, 100), 7), ((150, 100), (150, 40), 3))
    assert len(trace_centrelines(side).paths) == 3


def test_a_path_cut_in_the_middle_is_two() -> None:
    trace = trace_centrelines(drawn(((20, 100), (280, 100), 5)))
    bad = np.abs(trace.pixels_rc[:, 1] - 150) < 20
    first, second = cut_paths(trace.paths, bad)
    nodes = {first.start_node, first.end_node, second.start_node, second.end_node}
    assert len(nodes) == 4
    assert not bad[np.concatenate([first.members, second.members])].any()


def test_a_branch_cut_off_lets_the_rest_join_again() -> None:
    trace = trace_centrelines(
        drawn(((20, 100), (280, 100), 7), ((150, 100), (150, 40), 3))
    )
    bad = trace.pixels_rc[:, 0] < 95
    assert len(cut_paths(trace.paths, bad)) == 1
