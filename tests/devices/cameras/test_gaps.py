"""Frames that are missing, by the time between those that came."""

from __future__ import annotations

import numpy as np
import pytest

from vein_devices.cameras.gaps import GapCounter


def counted(times_s: list[float], *, by_device: bool = True) -> int:
    gaps = GapCounter(by_device=by_device)
    return sum(gaps.lost(time_s) for time_s in times_s)


@pytest.mark.parametrize("missing", [1, 2, 59])
def test_a_gap_by_the_devices_clock_counts_what_was_in_it(missing: int) -> None:
    times = [i / 30 for i in range(140) if not 20 <= i < 20 + missing]
    assert counted(times) == missing


def test_every_third_frame_missing_is_counted_each_time() -> None:
    assert counted([i / 30 for i in range(99) if i < 9 or i % 3]) == 30


@pytest.mark.parametrize(("share", "counted_least"), [(0.1, 0.9), (0.5, 0.85)])
def test_where_many_are_lost_by_chance_nearly_all_are_counted(
    share: float, counted_least: float
) -> None:
    """As packets of a bad line are: the usual interval is then a rare one."""
    rng = np.random.default_rng(18)
    for _ in range(20):
        kept = np.flatnonzero((rng.random(300) > share) | (np.arange(300) == 0))
        times = (kept + rng.uniform(-0.05, 0.05, len(kept))) / 30
        lost = int(kept[-1]) + 1 - len(kept)
        assert counted_least * lost <= counted(list(times)) <= lost


def test_a_steady_stream_that_wavers_has_no_gap() -> None:
    rng = np.random.default_rng(3)
    for fps in (120, 30, 2, 0.4):
        times = (np.arange(200) + rng.uniform(-0.15, 0.15, 200)) / fps
        assert counted(list(times)) == 0
        times = (np.arange(200) + rng.uniform(-0.4, 0.4, 200)) / fps
        assert counted(sorted(times), by_device=False) == 0


def test_what_was_told_already_is_not_counted_twice() -> None:
    gaps = GapCounter(by_device=True)
    for i in range(10):
        gaps.lost(i / 30)
    assert gaps.lost(15 / 30, told=5) == 0
    assert gaps.lost(20 / 30, told=1) == 3


def test_a_camera_that_exposes_longer_counts_as_losing_for_a_moment_only() -> None:
    slower = [1 + i / 10 for i in range(1, 60)]
    assert counted([i / 30 for i in range(31)] + slower) <= 2 * 5


def test_a_server_that_catches_up_in_a_burst_has_lost_nothing_after_it() -> None:
    burst = [1.0 + 0.002 * i for i in range(1, 50)]
    steady = [1.1 + i / 30 for i in range(1, 60)]
    assert counted([i / 30 for i in range(31)] + burst + steady) <= 30


def test_a_camera_that_gets_faster_is_followed() -> None:
    faster = [10 + i / 30 for i in range(1, 300) if i != 250]
    assert counted([i / 10 for i in range(101)] + faster) == 1


def test_a_clock_that_goes_back_is_no_gap() -> None:
    assert counted([i / 30 for i in range(20)] + [i / 30 for i in range(20)]) == 0
