from __future__ import annotations

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.tracing.centreline import trace_centrelines
from vein_imaging.imaging.tracing.gaps import bridge_gaps

Line = tuple[tuple[int, int], tuple[int, int]]


def branches(*lines: Line) -> int:
    canvas = np.zeros((200, 300), np.uint8)
    for start, stop in lines:
        cv2.line(canvas, start, stop, 1, 3)
    trace = trace_centrelines(canvas > 0)
    return len(bridge_gaps(trace.paths, trace.pixels_rc))


def test_a_vein_with_a_short_gap_is_one_branch() -> None:
    assert branches(((20, 100), (140, 100)), ((150, 102), (280, 102))) == 1


def test_several_gaps_are_all_bridged() -> None:
    parts = [((20 + 60 * n, 100), (70 + 60 * n, 100)) for n in range(4)]
    assert branches(*parts) == 1


@pytest.mark.parametrize(
    "other",
    [
        ((180, 100), (280, 100)),  # too far
        ((150, 100), (150, 190)),  # turns off
        ((60, 108), (138, 108)),  # runs beside, ends level
    ],
)
def test_what_does_not_go_on_is_not_joined(other: Line) -> None:
    assert branches(((20, 100), (140, 100)), other) == 2


def test_an_almost_closed_ring_stays_open() -> None:
    canvas = np.zeros((200, 200), np.uint8)
    cv2.ellipse(canvas, (100, 100), (60, 60), 0, 5, 355, 1, 3)
    trace = trace_centrelines(canvas > 0)
    assert len(bridge_gaps(trace.paths, trace.pixels_rc)) == 1


def test_nothing_gives_nothing() -> None:
    assert bridge_gaps((), np.zeros((0, 2), np.intp)) == ()
