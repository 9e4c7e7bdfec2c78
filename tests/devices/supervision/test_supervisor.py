"""A camera that fails in every way, and the supervisor around it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from vein_devices import Frame
from vein_devices.cameras.source import Shot, SourceCamera
from vein_devices.cameras.table import open_camera
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceBusyError,
    DeviceDataError,
    DevicePermissionError,
    DeviceTimeoutError,
    EndOfStreamError,
)
from vein_devices.supervision.states import DeviceState, Patience
from vein_devices.supervision.supervisor import SupervisedCamera, supervise, watch

QUICK = Patience(
    stall_s=0.05, reopen_s=0.05, pause_s=(0.005, 0.05), absent_pause_s=0.01,
    settle_s=0.2, hang_s=0.3,
)  # fmt: skip


class Script:
    """A source that does what a list says: a level, an exception, or a call."""

    nominal_fps = 30.0

    def __init__(self, steps: Iterator[Any], openings: Iterator[Any]) -> None:
        self.steps, self.openings = steps, openings
        self.closed = 0

    def open(self) -> None:
        step = next(self.openings, None)
        if isinstance(step, Exception):
            raise step

    def shot(self, timeout_s: float) -> Shot:
        step = next(self.steps, EndOfStreamError("over"))
        if isinstance(step, Exception):
            raise step
        if callable(step):
            step()
            raise DeviceTimeoutError("was busy")
        return Shot(np.full((4, 4), step, np.uint8))

    def close(self) -> None:
        self.closed += 1


def supervised(
    steps: list[Any], openings: list[Any] | None = None, **options: Any
) -> SupervisedCamera:
    left, opens = iter(steps), iter(openings or [])
    return SupervisedCamera(
        "script:", lambda: SourceCamera("script:", Script(left, opens)),
        patience=options.pop("patience", QUICK), live=options.pop("live", False),
        **options,
    )  # fmt: skip


def levels(camera: SupervisedCamera) -> list[int]:
    return [int(frame.pixels[0, 0]) for frame in camera]


def wait_for(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 5.0
    while not is_so():
        assert time.monotonic() < until, "waited five seconds"
        time.sleep(0.002)


def threads() -> int:
    return sum(t.name.startswith("camera script") for t in threading.enumerate())


def test_frames_pass_through_and_a_recording_ends() -> None:
    with supervised([1, 2, 3]) as camera:
        assert levels(camera) == [1, 2, 3]
        assert camera.status.to_json()["state"] == "ended"
        assert camera.status.frames == 3
    assert camera.status.to_json()["state"] == "closed"
    assert threads() == 0


def test_a_lost_camera_is_opened_again_and_frames_go_on_being_numbered() -> None:
    with supervised([1, DeviceAbsentError("gone"), 2, DeviceDataError("bad"), 3]) as c:
        frames = list(c)
        assert [f.index for f in frames] == [0, 1, 2]
        assert c.status.reconnects == 2
        assert c.status.failures == 2


def test_an_absent_camera_is_found_when_it_comes() -> None:
    gone = [DeviceAbsentError("no such device")] * 6
    with supervised([1, 2], gone, wait_for_camera=True) as camera:
        wait_for(lambda: camera.status.state is not DeviceState.OPENING)
        assert levels(camera) == [1, 2]


def test_an_absent_camera_is_refused_at_once_when_not_patient() -> None:
    camera = supervised([1], [DeviceAbsentError("no such device")] * 99)
    with pytest.raises(DeviceAbsentError, match="no such device"):
        camera.open()
    assert camera.status.state is DeviceState.CLOSED
    assert threads() == 0


@pytest.mark.parametrize("fault", [DevicePermissionError("no"), DeviceBusyError("no")])
def test_what_a_person_must_put_right_is_not_tried_blindly(fault: Exception) -> None:
    with supervised([1, 2], [fault], wait_for_camera=True) as camera:
        with pytest.raises(type(fault)):
            camera.read()
        assert camera.status.state is DeviceState.FAULT
        assert camera.status.failures == 1
        camera.close()
        camera.open()
        assert levels(camera) == [1, 2]


def test_a_refusal_just_after_a_replug_is_not_final() -> None:
    openings = [None, DevicePermissionError("rights come late"), DeviceBusyError("too")]
    with supervised([1, DeviceAbsentError("gone"), 2], openings) as camera:
        assert levels(camera) == [1, 2]


def test_a_camera_that_repeats_its_picture_is_stalled_and_opened_again() -> None:
    made: list[int] = []

    def make() -> SourceCamera:
        steps = [7] * 100_000 if not made else [1, 2, 3]
        made.append(1)
        return SourceCamera("script:", Script(iter(steps), iter([])))

    camera = SupervisedCamera("script:", make, patience=QUICK, live=False)
    seen = set()
    with camera:
        for frame in camera:
            seen.add(camera.status.state)
            if frame.pixels[0, 0] == 3:
                break
        assert DeviceState.STALLED in seen
        assert camera.status.reconnects == 1
        assert camera.status.repeated > 5


def test_a_silent_camera_is_stalled_then_opened_again() -> None:
    silence = [DeviceTimeoutError("nothing")] * 200
    with supervised([1, lambda: time.sleep(0.4), *silence[:1], 2]) as camera:
        assert levels(camera) == [1, 2]
        assert camera.status.timeouts >= 1
        assert camera.status.reconnects == 1


def test_reading_a_stalled_camera_times_out_with_the_state_in_words() -> None:
    block = threading.Event()
    with supervised([1, block.wait], patience=replace(QUICK, hang_s=5.0)) as camera:
        camera.read()
        with pytest.raises(DeviceTimeoutError, match="script:: st"):
            camera.read(timeout_s=0.15)
        assert camera.status.state is DeviceState.STALLED
        block.set()


def test_a_driver_that_hangs_is_given_up_and_another_is_made() -> None:
    block = threading.Event()
    with supervised([1, block.wait, 2]) as camera:
        assert camera.read().pixels[0, 0] == 1
        assert camera.read(timeout_s=5.0).pixels[0, 0] == 2
        assert camera.status.abandoned == 1
    block.set()
    wait_for(lambda: threads() == 0)


def test_close_returns_while_the_driver_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vein_devices.supervision.supervisor._CLOSE_S", 0.05)
    block = threading.Event()
    camera = supervised([1, block.wait])
    camera.open()
    camera.read()
    started = time.monotonic()
    camera.close()
    camera.close()
    assert time.monotonic() - started < 10.0  # the driver would hang for ever
    assert camera.status.abandoned == 1
    block.set()
    wait_for(lambda: threads() == 0)


def test_a_live_camera_drops_the_oldest_and_counts_it() -> None:
    done = threading.Event()
    camera = supervised([*range(1, 21), done.wait, 99], live=True)
    with camera:
        wait_for(lambda: camera.status.frames == 20)
        first = camera.read()
        assert first.pixels[0, 0] == 17
        assert first.dropped_before == 16
        assert [camera.read().dropped_before for _ in range(3)] == [0, 0, 0]
        done.set()


def test_a_recording_loses_nothing_to_a_slow_reader() -> None:
    with supervised(list(range(200)), live=False) as camera:
        assert levels(camera) == list(range(200))


def handed_on(camera: SupervisedCamera) -> list[Frame]:
    frames: list[Frame] = []
    over = threading.Event()
    camera.start(frames.append, over.set)
    assert over.wait(5.0)
    return frames


def test_frames_are_handed_on_in_the_cameras_one_thread() -> None:
    seen: set[str] = set()
    over = threading.Event()
    camera = supervised([1, 2, 3])
    before = threading.active_count()
    camera.start(lambda _frame: seen.add(threading.current_thread().name), over.set)
    assert threading.active_count() <= before + 1
    assert over.wait(5.0)
    assert seen == {"camera script:"}
    assert camera.status.state is DeviceState.ENDED
    assert camera.status.frames == 3
    camera.close()
    assert threading.active_count() == before


def test_what_was_lost_while_it_was_away_is_counted_on_the_next_frame() -> None:
    camera = supervised([1, 2, 3, DeviceAbsentError("gone"), 4, 5])
    frames = handed_on(camera)
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert [frame.dropped_before > 0 for frame in frames] == [False] * 3 + [True, False]
    assert camera.status.dropped == frames[3].dropped_before
    camera.close()


@pytest.mark.parametrize("reopens", [True, False])
def test_the_first_failure_is_the_last_where_no_other_is_wanted(reopens: bool) -> None:
    steps = [DeviceDataError("bad"), 1] if not reopens else [1]
    openings = [] if not reopens else [DeviceAbsentError("no such device")]
    camera = supervised(steps, openings, reopens=reopens)
    assert handed_on(camera) == []
    assert camera.status.state is DeviceState.FAULT
    assert camera.status.over
    assert camera.status.error in ("bad", "no such device")
    camera.close()


def test_a_recording_may_be_silent_and_repeat_itself() -> None:
    camera = supervised(
        [7] * 40 + [DeviceTimeoutError("slow")] * 9 + [8], reopens=False
    )
    frames = handed_on(camera)
    assert len(frames) == 41
    assert camera.status.reconnects == 0
    camera.close()


def test_whoever_takes_its_time_is_not_taken_for_a_driver_that_hangs() -> None:
    camera, over = supervised([1, 2]), threading.Event()
    go_on = threading.Event()

    def take(_frame: Frame) -> None:
        go_on.wait(5.0)

    camera.start(take, over.set)
    until = time.monotonic() + 2 * QUICK.hang_s
    while time.monotonic() < until:
        assert camera.status.abandoned == 0
        time.sleep(0.02)
    go_on.set()
    assert over.wait(5.0)
    assert camera.status.frames == 2
    camera.close()


def test_a_camera_is_watched_only_once() -> None:
    camera = supervised([1])
    assert watch(camera) is camera
    plain = SourceCamera("script:", Script(iter([1, 2]), iter([])))
    assert [frame.index for frame in handed_on(watch(plain))] == [0, 1]


def test_reading_before_opening_is_refused() -> None:
    with pytest.raises(DeviceAbsentError, match="not open"):
        supervised([1]).read()


def test_the_status_is_json() -> None:
    with supervised([1]) as camera:
        list(camera)
        row = camera.status.to_json()
    assert row["state"] == "ended"
    assert row["frames"] == 1


def test_a_supervised_phantom_gives_the_frames_of_the_phantom() -> None:
    url = "phantom:?size=64x48&mm_per_pixel=.5&fps=0"
    with supervise(url) as camera, open_camera(url) as plain:
        assert camera.read().pixels.shape == plain.read().pixels.shape
        assert isinstance(camera.read(), Frame)
