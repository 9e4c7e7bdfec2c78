"""The light is lit while it is asked for and the window lives, and dark else."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from vein_devices.errors import DeviceAbsentError
from vein_devices.illuminators import open_illuminator
from vein_imaging.capture.light_feed import LightFeed


def settle(until: Callable[[], bool], limit_s: float = 6.0) -> None:
    end_s = time.monotonic() + limit_s
    while not until():
        assert time.monotonic() < end_s, "nothing happened in time"
        time.sleep(0.005)


def test_a_window_that_hangs_gets_no_light() -> None:
    """The firmware darkens a silent computer; a thread must not speak for the dead."""
    now = [100.0]
    feed = LightFeed(open_illuminator("simulated:"), clock=lambda: now[0])
    feed.start()
    settle(lambda: bool(feed.state.channels))
    channel = feed.state.channels[0]
    feed.set_level(channel, 500)
    settle(lambda: feed.state.levels == {channel: 500})
    now[0] += 0.9
    feed.window_lives()
    now[0] += 0.9
    assert feed.state.levels == {channel: 500}
    now[0] += 0.2
    settle(lambda: feed.state.levels == {})
    assert feed.stop()


def test_a_light_that_is_not_there_is_said_and_looked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    light = open_illuminator("simulated:")
    real, tries = light.open, []

    def absent() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise DeviceAbsentError("no light at simulated:")
        real()

    monkeypatch.setattr("vein_imaging.capture.light_feed._AGAIN_S", 0.05)
    monkeypatch.setattr(light, "open", absent)
    feed = LightFeed(light)
    feed.start()
    settle(lambda: "no light" in feed.state.problem or bool(feed.state.channels))
    settle(lambda: bool(feed.state.channels))
    assert feed.state.levels == {}
    assert feed.stop()


@pytest.mark.parametrize("level", [-1, 1001])
def test_a_level_out_of_range_is_refused(level: Any) -> None:
    with pytest.raises(ValueError, match="0 to 1000"):
        LightFeed(open_illuminator("simulated:")).set_level("white", level)
