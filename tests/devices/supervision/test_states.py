"""The state machine of a device, told of events and times."""

from __future__ import annotations

import numpy as np
import pytest

from vein_devices.errors import (
    DeviceAbsentError,
    DeviceAddressError,
    DeviceBusyError,
    DeviceDataError,
    DeviceError,
    DevicePermissionError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
    EndOfStreamError,
)
from vein_devices.frame import Frame, FrameFlag
from vein_devices.supervision.states import DeviceState, Patience, StateMachine


def frame(flags: FrameFlag = FrameFlag.NONE, dropped: int = 0) -> Frame:
    pixels = np.zeros((2, 2), np.uint8)
    return Frame(pixels, 0, 0.0, flags=flags, dropped_before=dropped)


@pytest.fixture
def machine() -> StateMachine:
    made = StateMachine("uvc:x", Patience())
    made.opening(9.0)
    made.opened(9.0)
    made.frame(10.0, frame())
    return made


def state(machine: StateMachine) -> str:
    return str(machine.status.state.value)


def test_it_opens_then_streams() -> None:
    machine = StateMachine("uvc:x", Patience())
    assert state(machine) == "closed"
    machine.opening(1.0)
    assert state(machine) == "opening"
    machine.opened(2.0)
    assert state(machine) == "opening"
    machine.frame(2.1, frame())
    assert state(machine) == "streaming"
    assert machine.status.since_s == 2.1
    assert machine.status.reconnects == 0


def test_silence_stalls_it_after_two_seconds_and_a_frame_wakes_it(
    machine: StateMachine,
) -> None:
    machine.silent(11.9, "nothing")
    assert state(machine) == "streaming"
    machine.silent(12.0, "nothing")
    assert state(machine) == "stalled"
    assert machine.status.error == "nothing"
    machine.frame(12.5, frame())
    assert state(machine) == "streaming"
    assert machine.status.error == ""


def test_a_slow_camera_has_four_of_its_periods(machine: StateMachine) -> None:
    for i in range(1, 5):
        machine.frame(10.0 + 5.0 * i, frame())
    machine.silent(30.0 + 19.9, "nothing")
    assert state(machine) == "streaming"
    machine.silent(30.0 + 20.0, "nothing")
    assert state(machine) == "stalled"


def test_before_its_second_frame_a_slow_camera_has_four_of_the_periods_it_states() -> (
    None
):
    machine = StateMachine("vc0706:x", Patience())
    machine.opening(1.0)
    machine.opened(1.0, 0.2)
    machine.silent(20.9, "first picture under way")
    assert state(machine) == "opening"
    machine.silent(21.0, "nothing")
    assert state(machine) == "stalled"
    assert not machine.should_reopen(23.9)


def test_a_stalled_device_is_opened_again_after_three_more(
    machine: StateMachine,
) -> None:
    machine.silent(12.0, "nothing")
    assert not machine.should_reopen(14.9)
    assert machine.should_reopen(15.0)


@pytest.mark.parametrize("flag", [FrameFlag.REPEATED, FrameFlag.DAMAGED])
def test_repeated_and_damaged_frames_are_no_sign_of_life(
    machine: StateMachine, flag: FrameFlag
) -> None:
    for i in range(100):
        machine.frame(10.0 + 0.03 * i, frame(flag))
    assert state(machine) == "stalled"
    assert machine.status.frames == 101
    assert machine.status.repeated + machine.status.damaged == 100


def test_counters_add_up(machine: StateMachine) -> None:
    machine.frame(10.1, frame(FrameFlag.STALE, dropped=3))
    machine.frame(10.2, frame(FrameFlag.REPEATED))
    machine.silent(10.3, "x", timeout=True)
    status = machine.status
    assert (status.frames, status.dropped, status.stale) == (3, 3, 1)
    assert (status.repeated, status.timeouts) == (1, 1)
    assert status.measured_fps == pytest.approx(10.0)


def test_pauses_double_up_to_two_seconds_and_begin_anew_after_a_frame(
    machine: StateMachine,
) -> None:
    error = DeviceDataError("bad")
    pauses = [machine.failed(11.0 + i, error) for i in range(7)]
    assert pauses == [0.25, 0.5, 1.0, 2.0, 2.0, 2.0, 2.0]
    assert state(machine) == "lost"
    machine.opened(30.0)
    machine.frame(30.1, frame())
    assert machine.failed(31.0, error) == 0.25


def test_an_absent_device_is_looked_for_twice_a_second(machine: StateMachine) -> None:
    gone = DeviceAbsentError("unplugged")
    pauses = [machine.failed(11.0 + i, gone) for i in range(5)]
    assert pauses == [0.25, 0.5, 0.5, 0.5, 0.5]
    assert state(machine) == "absent"
    machine.opening(20.0)
    assert state(machine) == "absent"
    machine.opened(20.0)
    assert machine.status.reconnects == 1


FINAL = [
    DevicePermissionError("x"), DeviceBusyError("x"), DeviceUnsupportedError("x"),
    DeviceAddressError("x"),
]  # fmt: skip


@pytest.mark.parametrize("error", FINAL)
def test_what_a_person_must_put_right_is_a_fault(error: DeviceError) -> None:
    machine = StateMachine("uvc:x", Patience())
    machine.opening(1.0)
    assert machine.failed(1.1, error) is None
    assert state(machine) == "fault"


@pytest.mark.parametrize("error", FINAL)
def test_just_after_a_loss_it_is_not_yet_one(
    machine: StateMachine, error: DeviceError
) -> None:
    machine.failed(11.0, DeviceDataError("lost"))
    assert machine.failed(12.0, error) is not None
    assert state(machine) == "lost"
    assert machine.failed(15.1, error) is None
    assert state(machine) == "fault"


def test_every_other_error_is_tried_again(machine: StateMachine) -> None:
    for error in (DeviceTimeoutError("x"), DeviceDataError("x"), RuntimeError("bug")):
        assert machine.failed(11.0, error) is not None


def test_the_end_of_a_recording_is_no_failure_to_try_again(
    machine: StateMachine,
) -> None:
    assert machine.failed(11.0, EndOfStreamError("over")) is None
    assert machine.status.state is DeviceState.ENDED


def test_a_thread_given_up_is_counted(machine: StateMachine) -> None:
    machine.abandoned(40.0)
    assert state(machine) == "lost"
    assert machine.status.abandoned == 1
