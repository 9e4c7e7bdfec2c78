import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from vein_devices.errors import DeviceAbsentError, EndOfStreamError
from vein_devices.frame import Frame
from vein_devices.supervision.states import DeviceState, DeviceStatus
from vein_devices.supervision.supervisor import SupervisedCamera, supervise
from vein_imaging.capture import LiveFeed, camera_sentence
from vein_imaging.pipeline import AnalysisSettings, LiveStep

MakeFrame = Callable[..., Frame]


class _Bare:
    """A step that draws nothing."""

    def __init__(self, *_: object) -> None:
        pass

    def step(self, pixels: Any, *, in_background: object) -> Any:
        return type(
            "Result", (), {"overlay": pixels, "picture": pixels, "vein_map": None}
        )()


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 10.0
    while not is_so():
        assert time.monotonic() < until, "waited ten seconds"
        time.sleep(0.005)


def _started(camera: Any) -> LiveFeed:
    feed = LiveFeed(camera, _Bare)
    feed.start()
    return feed


def _ours(before: set[threading.Thread]) -> set[str]:
    """Names of the feed's threads; those of other tests come and go."""
    names = {thread.name for thread in set(threading.enumerate()) - before}
    return {name for name in names if not name.startswith("IO loop")}


def test_pictures_come_until_the_recording_ends_and_no_thread_stays(
    scripted: Any, make_frame: MakeFrame
) -> None:
    before = set(threading.enumerate())
    camera = scripted([make_frame(i) for i in range(5)])
    feed = _started(camera)
    _wait(lambda: not feed.running)
    assert feed.status.state is DeviceState.ENDED
    assert feed.status.frames == 5
    assert feed.mailbox.take() is not None
    assert feed.stop()
    assert (camera.opened, camera.closed) == (1, 1)
    assert not _ours(before)


def test_a_supervised_camera_has_one_thread_beside_the_two_of_the_analysis() -> None:
    before = set(threading.enumerate())
    feed = LiveFeed(
        supervise("phantom:?size=96x64&mm_per_pixel=1&fps=30"),
        lambda _settings, _frame: LiveStep(AnalysisSettings(quality="fast"), 1.0),
    )
    feed.start()
    _wait(lambda: feed.status.frames > 12)
    assert 0 < len(_ours(before)) <= 3
    assert feed.stop()
    assert not _ours(before)


def test_a_failed_camera_is_told_and_can_be_started_again(
    scripted: Any, make_frame: MakeFrame
) -> None:
    camera = scripted([make_frame(0), DeviceAbsentError("unplugged"), make_frame(1)])
    feed = _started(camera)
    _wait(lambda: not feed.running)
    assert feed.status.state is DeviceState.FAULT
    assert camera_sentence(feed.status) == "failed: unplugged"
    assert feed.restart()
    _wait(lambda: feed.status.state is DeviceState.ENDED)
    assert feed.stop()


def test_a_driver_that_hangs_does_not_hold_up_the_program(
    scripted: Any, make_frame: MakeFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vein_devices.supervision.supervisor._CLOSE_S", 0.05)
    hangs, block = threading.Event(), threading.Event()

    class Hanging(type(scripted([]))):  # type: ignore[misc]
        def read(self, timeout_s: float = 2.0) -> Frame:
            hangs.set()
            block.wait(30.0)
            raise EndOfStreamError("over")

    feed = _started(SupervisedCamera("hanging:", lambda: Hanging([])))
    assert hangs.wait(30.0)
    assert not feed.stop()
    assert not feed.restart()
    block.set()
    _wait(lambda: feed.stop())


def test_a_feed_that_never_started_can_be_stopped(scripted: Any) -> None:
    assert LiveFeed(scripted([]), _Bare).stop()


def test_every_state_has_its_words() -> None:
    for state in DeviceState:
        words = camera_sentence(DeviceStatus("x:", state, width_px=4, height_px=3))
        assert words
