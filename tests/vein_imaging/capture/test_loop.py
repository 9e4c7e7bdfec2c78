import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from vein_devices.errors import DeviceAbsentError, DeviceTimeoutError
from vein_devices.frame import Frame, FrameFlag
from vein_devices.supervision.states import Patience
from vein_devices.supervision.supervisor import SupervisedCamera
from vein_imaging.capture import CaptureLoop, FrameRing, Phase

Scripted = Callable[[list[Frame | Exception]], Any]
MakeFrame = Callable[..., Frame]


def _finished(loop: CaptureLoop, ring: FrameRing) -> None:
    """Let the script run out: the ring closes when the thread ends."""
    loop.start()
    number = 0
    while not ring.closed:
        _, number = ring.newest(number, timeout_s=5)
    assert loop.stop()


def test_a_recording_is_read_to_its_end_and_the_camera_closed(
    scripted: Scripted, make_frame: MakeFrame
) -> None:
    camera, ring = (
        scripted([make_frame(0), make_frame(1, dropped_before=3)]),
        FrameRing(),
    )
    loop = CaptureLoop(camera, ring)
    _finished(loop, ring)
    status = loop.status
    assert status.phase is Phase.ENDED and not status.running
    assert (status.frames, status.dropped) == (2, 3)
    assert (camera.opened, camera.closed) == (1, 1)


def test_a_failure_is_kept_as_a_state_and_said_in_words(scripted: Scripted) -> None:
    camera, ring = scripted([DeviceAbsentError("unplugged; plug it in")]), FrameRing()
    loop = CaptureLoop(camera, ring)
    _finished(loop, ring)
    assert loop.status.phase is Phase.FAILED
    assert loop.status.sentence == "failed: unplugged; plug it in"
    assert camera.closed == 1


def test_a_programming_error_in_a_driver_is_shown_too(scripted: Scripted) -> None:
    camera, ring = scripted([ZeroDivisionError("in a driver")]), FrameRing()
    loop = CaptureLoop(camera, ring)
    _finished(loop, ring)
    assert isinstance(loop.status.error, ZeroDivisionError)


def test_silence_is_counted_and_reading_goes_on(
    scripted: Scripted, make_frame: MakeFrame
) -> None:
    script: list[Frame | Exception] = [DeviceTimeoutError("silent"), make_frame(0)]
    camera, ring = scripted(script), FrameRing()
    loop = CaptureLoop(camera, ring)
    _finished(loop, ring)
    assert (loop.status.silences, loop.status.frames) == (1, 1)


def test_flags_are_counted(scripted: Scripted) -> None:
    pixels = np.zeros((2, 2), np.uint8)
    flags = [FrameFlag.DAMAGED, FrameFlag.STALE | FrameFlag.REPEATED, FrameFlag.NONE]
    camera = scripted([Frame(pixels, i, i / 10, flags=f) for i, f in enumerate(flags)])
    ring = FrameRing()
    loop = CaptureLoop(camera, ring)
    _finished(loop, ring)
    status = loop.status
    assert (status.damaged, status.stale, status.repeated) == (1, 1, 1)


def test_the_rate_is_measured_from_arrival_times(
    scripted: Scripted, make_frame: MakeFrame
) -> None:
    camera, ring = scripted([make_frame(i) for i in range(11)]), FrameRing()
    loop = CaptureLoop(camera, ring)
    _finished(loop, ring)
    assert abs(loop.status.rate_fps - 10.0) < 1e-9


def test_an_unplugged_camera_comes_back_and_the_loop_never_notices(
    scripted: Scripted, make_frame: MakeFrame
) -> None:
    lost = DeviceAbsentError("unplugged")
    cameras = [
        scripted([make_frame(0), lost]),
        scripted([make_frame(0), make_frame(1)]),
    ]
    camera = SupervisedCamera(
        "scripted:",
        lambda: cameras.pop(0),
        live=False,
        patience=Patience(pause_s=(0.001, 0.01)),
    )
    ring = FrameRing()
    loop = CaptureLoop(camera, ring)
    _finished(loop, ring)
    status = loop.status
    assert (status.phase, status.frames) == (Phase.ENDED, 3)
    assert status.device is not None and status.device.reconnects == 1


def test_stopping_leaves_no_thread_and_a_closed_camera(
    scripted: Scripted, make_frame: MakeFrame
) -> None:
    before = threading.active_count()
    camera, ring = scripted([make_frame(i) for i in range(1000)]), FrameRing()
    camera.go_on.clear()  # the camera blocks until its deadline
    loop = CaptureLoop(camera, ring, read_timeout_s=0.05)
    loop.start()
    assert loop.stop()
    assert threading.active_count() == before
    assert camera.closed == 1


def test_a_camera_that_never_returns_does_not_hold_up_the_program(
    scripted: Scripted, make_frame: MakeFrame
) -> None:
    camera, ring = scripted([make_frame(0)]), FrameRing()
    camera.go_on.clear()
    loop = CaptureLoop(camera, ring, read_timeout_s=60)
    loop.start()
    assert not loop.stop(timeout_s=0.05)
    camera.go_on.set()  # so that this test itself leaves nothing behind
    assert loop.stop()


def test_stopping_a_loop_that_never_started_is_no_error(scripted: Scripted) -> None:
    assert CaptureLoop(scripted([]), FrameRing()).stop()
