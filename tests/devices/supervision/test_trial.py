"""A verdict on a camera that was tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from vein_devices import open_camera
from vein_devices.cameras.source import Shot, SourceCamera
from vein_devices.clock import ManualClock
from vein_devices.errors import DeviceAbsentError, DeviceTimeoutError
from vein_devices.frame import FrameFlag
from vein_devices.supervision.supervisor import supervise
from vein_devices.supervision.trial import Trial, try_camera


class Fake:
    nominal_fps = 10.0

    def __init__(self, clock: ManualClock, shot: Callable[[int], Shot]) -> None:
        self.clock, self.make, self.count = clock, shot, 0

    def open(self) -> None: ...
    def close(self) -> None: ...

    def shot(self, timeout_s: float) -> Shot:
        self.clock.sleep(0.1)
        self.count += 1
        return self.make(self.count)


def tried(shot: Callable[[int], Shot]) -> Trial:
    clock = ManualClock()
    return try_camera(SourceCamera("fake:", Fake(clock, shot), clock), 3.0, clock)


def plain(i: int) -> Shot:
    return Shot(np.full((4, 6), 50 + i, np.uint8))


def test_a_steady_camera_is_good() -> None:
    trial = tried(plain)
    assert trial.verdict == "good"
    assert trial.frames == 30
    assert trial.fps == pytest.approx(10.0)
    assert (trial.width_px, trial.height_px) == (6, 4)


def test_a_frozen_camera_is_bad() -> None:
    trial = tried(lambda i: plain(0))
    assert trial.faults == ("the picture is frozen",)
    assert trial.to_json()["verdict"] == "bad"


def test_a_damaged_frame_is_bad() -> None:
    trial = tried(
        lambda i: Shot(
            plain(i).pixels, flags=FrameFlag.DAMAGED if i == 9 else FrameFlag.NONE
        )
    )
    assert trial.faults == ("1 damaged frames",)


def test_a_camera_that_goes_away_is_bad_and_the_reason_kept() -> None:
    def shot(i: int) -> Shot:
        if i == 5:
            raise DeviceAbsentError("unplugged")
        return plain(i)

    assert tried(shot).faults == ("unplugged",)


def test_a_silent_camera_is_bad() -> None:
    def shot(i: int) -> Shot:
        raise DeviceTimeoutError("nothing")

    trial = tried(shot)
    assert trial.faults == ("no frame came: nothing",)
    assert trial.silences > 0


@pytest.mark.parametrize(
    "shot,word",
    [
        (lambda i: Shot(plain(i).pixels, dropped_before=1), "frames lost"),
        (lambda i: Shot(plain(i).pixels, flags=FrameFlag.STALE), "came late"),
        (lambda i: Shot(np.full((4, 4), i % 9, np.uint8)), "nearly black"),
        (lambda i: Shot(np.array([[255] * 50 + [i]], np.uint8)), "over 1 % white"),
    ],
)
def test_what_is_doubtful_is_said(shot: Callable[[int], Shot], word: str) -> None:
    trial = tried(shot)
    assert trial.verdict == "doubtful"
    assert word in " ".join(trial.doubts)


def test_the_stated_rate_is_compared_with_the_measured_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Fake, "nominal_fps", 30.0)
    trial = tried(plain)
    assert trial.stated_fps == 30.0
    assert trial.fps == pytest.approx(10.0)
    assert "10.0 frames/s where 30.0 are stated" in trial.doubts[0]


def test_the_age_of_the_oldest_picture_is_told() -> None:
    late = FrameFlag.STALE
    trial = tried(
        lambda i: Shot(plain(i).pixels, flags=late, delay_s=7.0 if i == 9 else 1.0)
    )
    assert trial.oldest_s == 7.0
    assert "the oldest 7.0 s after" in trial.doubts[0]


def test_frames_of_unknown_age_are_counted() -> None:
    trial = tried(lambda i: Shot(plain(i).pixels, flags=FrameFlag.UNTIMED))
    assert (trial.untimed, trial.verdict) == (trial.frames, "good")


@pytest.mark.parametrize(
    ("address", "said"),
    [("http://camera/", "at least 30 frames lost"), ("uvc:A1", "30 frames lost")],
)
def test_losses_of_a_network_are_told_as_the_least_there_were(
    address: str, said: str
) -> None:
    trial = tried(lambda i: Shot(plain(i).pixels, dropped_before=1))
    assert replace(trial, address=address).doubts[0].startswith(said)


def test_a_supervised_camera_brings_its_states_and_counters() -> None:
    url = "phantom:?size=64x48&mm_per_pixel=.5&fps=100"
    trial = try_camera(supervise(url), 0.2)
    assert trial.status is not None
    assert trial.stated_fps == 100.0  # what it states, and not what was measured
    assert trial.to_json()["status"]["reconnects"] == 0
    lost = replace(trial, status=replace(trial.status, reconnects=2))
    assert "found again, 2 times" in lost.faults[-1]


def test_a_recording_may_be_shorter() -> None:
    trial = try_camera(open_camera("phantom:?size=64x48&mm_per_pixel=.5&fps=0"), 0.1)
    assert trial.frames > 0
