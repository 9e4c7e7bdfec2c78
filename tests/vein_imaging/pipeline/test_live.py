from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest
from scipy.spatial import KDTree

from vein_imaging import AnalysisSettings, VeinMap
from vein_imaging.pipeline import LiveStep
from vein_imaging.pipeline.pace import Pace
from vein_phantom import PhantomSettings, draw_frame


@pytest.fixture(scope="module")
def frame() -> np.ndarray:
    settings = PhantomSettings(seed=2, width_px=640, height_px=360, mm_per_pixel=0.12)
    return draw_frame(settings)[0]


def test_a_step_gives_map_and_overlay_of_the_frames_size(frame: np.ndarray) -> None:
    result = LiveStep(mm_per_pixel=0.12).step(frame)
    assert result.overlay.shape == (*frame.shape, 3)
    assert result.vein_map.branches
    assert result.quality == "fast"
    assert result.cost_s > 0


def test_in_a_box_veins_are_found_there_and_nowhere_else(frame: np.ndarray) -> None:
    height, width = frame.shape[:2]
    box = (width // 4, height // 4, 3 * width // 4, 3 * height // 4)
    result = LiveStep(box=box).step(frame)
    points = np.concatenate([b.points_rc for b in result.vein_map.branches])
    assert len(points) and not result.vein_map.field[: height // 4].any()
    assert points[:, 0].min() >= box[1] - 1 and points[:, 0].max() <= box[3]
    assert points[:, 1].min() >= box[0] - 1 and points[:, 1].max() <= box[2]
    assert result.picture is frame or (result.picture == frame).all()
    with pytest.raises(ValueError, match="box lies outside"):
        LiveStep(box=(width, 0, width + 9, 9)).step(frame)


def test_branches_move_along_when_the_hand_moves(frame: np.ndarray) -> None:
    step = LiveStep()
    first = step.step(frame).vein_map
    moved = step.step(np.roll(frame, 8, axis=1)).vein_map
    assert len(moved.branches) == len(first.branches)
    shift = moved.branches[0].points_rc - first.branches[0].points_rc
    assert np.abs(shift - (0, 8)).max() < 1.5


def test_a_still_picture_settles(frame: np.ndarray) -> None:
    rng = np.random.default_rng(3)
    step = LiveStep()
    masks = [
        step.step(
            np.clip(frame + rng.normal(0, 3, frame.shape), 0, 255).astype(np.uint8)
        ).vein_map.mask
        for _ in range(6)
    ]
    alone = [
        LiveStep()
        .step(np.clip(frame + rng.normal(0, 3, frame.shape), 0, 255).astype(np.uint8))
        .vein_map.mask
        for _ in range(2)
    ]
    assert np.mean(masks[4] != masks[5]) < np.mean(alone[0] != alone[1])


def test_another_size_starts_anew(frame: np.ndarray) -> None:
    step = LiveStep()
    step.step(frame)
    assert step.step(frame[:300]).vein_map.mask.shape == (300, 640)


def test_a_bad_frame_does_not_spoil_the_next(frame: np.ndarray) -> None:
    step = LiveStep()
    step.step(frame)
    with pytest.raises(ValueError, match="RGB"):
        step.step(np.zeros((10, 10, 10), np.uint8))
    assert step.step(frame).vein_map.branches


def test_quality_falls_when_the_budget_is_missed(frame: np.ndarray) -> None:
    seconds = itertools.count(0, 1)
    step = LiveStep(
        AnalysisSettings(quality="full"), budget_s=0.1, clock=lambda: next(seconds)
    )
    qualities = [step.step(frame).quality for _ in range(10)]
    assert qualities[0] == "full"
    assert qualities[-1] == "fast"


def run(pace: Pace, cost_s: float, frames: int) -> Pace:
    for _ in range(frames):
        pace = pace.after(cost_s)
    return pace


def test_tracing_gets_rarer_but_never_stops() -> None:
    assert run(Pace("fast", 0.1), 1.0, 500).trace_every == 8


def test_quality_returns_when_there_is_room_but_not_above_what_was_asked() -> None:
    slow = run(Pace("full", 0.1), 0.2, 50)
    assert slow.quality == "fast"
    assert run(slow, 0.01, 500).quality == "full"
    assert run(Pace("fast", 0.1), 0.01, 500).quality == "fast"


def test_a_steady_cost_within_the_budget_changes_nothing() -> None:
    pace = run(Pace("full", 0.1), 0.08, 1000)
    assert (pace.quality, pace.trace_every) == ("full", 5)


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="budget_s"):
        Pace("fast", 0.0)


class Later:
    """Takes work, and does it when told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[Future[Any], Callable[[], Any]]] = []

    def __call__(self, work: Callable[[], Any]) -> Future[Any]:
        self.asked.append((Future(), work))
        return self.asked[-1][0]

    def do(self) -> None:
        future, work = self.asked[-1]
        future.set_result(work())


def test_veins_traced_aside_show_on_later_frames_where_they_then_are(
    frame: np.ndarray,
) -> None:
    later = Later()
    step = LiveStep(mm_per_pixel=0.12)
    for shift in (0, 12, 24, 36, 48, 60):
        step.step(np.roll(frame, shift, axis=1), in_background=later)
    assert len(later.asked) == 1
    later.do()
    shown = step.step(np.roll(frame, 70, axis=1), in_background=later).vein_map
    assert len(later.asked) == 1
    there = LiveStep(mm_per_pixel=0.12).step(np.roll(frame, 70, axis=1)).vein_map
    apart, _ = KDTree(_points(there)).query(_points(shown))
    # moved by whole pixels of the working size, .16 mm, and 70 px lie between two
    assert np.median(apart) < 0.16 / 0.12


def test_work_done_elsewhere_changes_nothing_in_the_step(frame: np.ndarray) -> None:
    later = Later()
    step = LiveStep(mm_per_pixel=0.12)
    for _ in range(7):
        step.step(frame, in_background=later)
    before = dict(vars(step))
    later.do()
    assert vars(step) == before
    assert len(later.asked) == 1  # no second one while the first is not done


def test_what_work_done_elsewhere_raises_is_raised_once(frame: np.ndarray) -> None:
    later = Later()
    step = LiveStep(mm_per_pixel=0.12)
    for _ in range(7):
        step.step(frame, in_background=later)
    later.asked[-1][0].set_exception(ArithmeticError("no"))
    with pytest.raises(ArithmeticError):
        step.step(frame, in_background=later)
    assert step.step(frame, in_background=later).vein_map.branches


def test_a_new_place_is_traced_at_once_even_if_work_may_wait(
    frame: np.ndarray,
) -> None:
    step = LiveStep(mm_per_pixel=0.12)
    step.step(np.full_like(frame, 120))
    later = Later()
    assert step.step(frame, in_background=later).vein_map.branches
    assert not later.asked


def _points(vein_map: VeinMap) -> np.ndarray:
    return np.concatenate([branch.points_rc for branch in vein_map.branches])
