"""What a server kept for newcomers, told by how it comes; time is an argument."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from vein_devices.cameras.network.backlog import Backlog


def over_after(waits_s: Iterable[float], usual_s: float) -> int | None:
    """The number of packets after which it is over; None: it is not."""
    backlog, now_s = Backlog(0.0), 0.0
    for count, wait_s in enumerate(waits_s, 1):
        # the first packet has none before it to be compared with
        backlog.see(now_s, now_s + wait_s, usual_s if count > 1 else 0.0)
        now_s += wait_s
        if backlog.is_over:
            return count
    return None


@pytest.mark.parametrize("fps", [120.0, 30.0, 4.0, 2.0])
def test_sixty_pictures_at_once_are_all_skipped(fps: float) -> None:
    waits = [0.0005] * 60 + [1 / fps] * 20
    count = over_after(waits, 1 / fps)
    assert count is not None and count > 60
    assert sum(waits[60:count]) <= max(0.11 + 1 / fps, 2 / fps + 1e-9)


@pytest.mark.parametrize("stop_s", [0.04, 0.2, 1.0])
def test_a_program_that_was_kept_from_running_once_is_not_fooled(stop_s: float) -> None:
    """All of it waited in the buffer meanwhile."""
    waits = [0.0005] * 30 + [stop_s] + [0.0005] * 29
    assert over_after(waits, 0.05) is None


def test_without_anything_kept_two_periods_are_enough() -> None:
    assert over_after([0.2] * 10, 0.2) == 3


def test_a_stream_slower_than_that_is_believed_after_three_seconds() -> None:
    assert over_after([2.5] * 10, 2.5) == 2


def test_a_stream_without_times_is_believed_after_three_seconds() -> None:
    backlog = Backlog(10.0)
    backlog.see(10.0, 12.9, 0.0)
    assert not backlog.is_over
    backlog.see(12.9, 13.1, 0.0)
    assert backlog.is_over
