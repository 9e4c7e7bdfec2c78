"""Numbering, timing and flagging of shots."""

from __future__ import annotations

import numpy as np
import pytest

from vein_devices.cameras.source import Shot, SourceCamera
from vein_devices.clock import ManualClock
from vein_devices.errors import DeviceAbsentError, EndOfStreamError
from vein_devices.frame import FrameFlag


class Listed:
    nominal_fps = None

    def __init__(self, shots: list[Shot]) -> None:
        self.shots, self.opened, self.closed = shots, 0, 0

    def open(self) -> None:
        self.opened += 1

    def shot(self, timeout_s: float) -> Shot:
        if not self.shots:
            raise EndOfStreamError("over")
        return self.shots.pop(0)

    def close(self) -> None:
        self.closed += 1


def camera(*shots: Shot) -> SourceCamera:
    return SourceCamera("listed:", Listed(list(shots)), ManualClock(7.0))


def grey(level: int, **more: object) -> Shot:
    return Shot(np.full((10, 10), level, np.uint8), **more)  # type: ignore[arg-type]


def test_frames_are_numbered_and_timed() -> None:
    with camera(grey(1), grey(2, arrived_s=3.5, device_s=9.0)) as made:
        frames = list(made)
    assert [f.index for f in frames] == [0, 1]
    assert [f.monotonic_s for f in frames] == [7.0, 3.5]
    assert frames[1].device_s == 9.0


def test_the_same_picture_again_is_flagged() -> None:
    with camera(grey(1), grey(1), grey(2), grey(1)) as made:
        flags = [FrameFlag.REPEATED in frame.flags for frame in made]
    assert flags == [False, True, False, False]


def test_the_same_jpeg_again_is_flagged_by_its_bytes() -> None:
    with camera(grey(1, jpeg=b"a"), grey(1, jpeg=b"b"), grey(2, jpeg=b"b")) as made:
        flags = [FrameFlag.REPEATED in frame.flags for frame in made]
    assert flags == [False, False, True]


def test_too_much_white_is_flagged() -> None:
    nearly = np.zeros((10, 10), np.uint8)
    nearly[0, 0] = 255
    over = nearly.copy()
    over[0, 1] = 255
    with camera(Shot(nearly), Shot(over)) as made:
        flags = [FrameFlag.CLIPPED in frame.flags for frame in made]
    assert flags == [False, True]


def test_flags_and_counts_of_the_driver_are_kept() -> None:
    shot = grey(1, flags=FrameFlag.STALE, dropped_before=4, light="red")
    with camera(shot) as made:
        frame = made.read()
    assert frame.flags == FrameFlag.STALE
    assert frame.dropped_before == 4
    assert frame.light == "red"


def test_reading_closed_is_refused() -> None:
    made = camera(grey(1))
    with pytest.raises(DeviceAbsentError, match="not open"):
        made.read()
    with made:
        made.read()
    with pytest.raises(DeviceAbsentError, match="not open"):
        made.read()
