import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_devices.frame import Frame, FrameFlag
from vein_imaging.capture.ring import FrameRing, Overflow

MakeFrame = Callable[..., Frame]


def test_the_live_reader_gets_the_newest_and_never_the_same_twice(
    make_frame: MakeFrame,
) -> None:
    ring = FrameRing()
    ring.put(make_frame(0))
    ring.put(make_frame(1))
    newest, number = ring.newest(0, timeout_s=0)
    assert newest is not None and (newest.index, number) == (1, 2)
    assert ring.newest(number, timeout_s=0) == (None, 2)


def test_the_recorder_gets_all_in_order_while_the_live_reader_skips(
    make_frame: MakeFrame,
) -> None:
    ring = FrameRing()
    ring.start_recording()
    for index in range(5):
        ring.put(make_frame(index))
    taken = [ring.next(timeout_s=0) for _ in range(5)]
    assert [f.index for f in taken if f] == [0, 1, 2, 3, 4]
    assert ring.next(timeout_s=0) is None


def test_a_damaged_frame_is_recorded_and_never_shown(make_frame: MakeFrame) -> None:
    ring = FrameRing()
    ring.start_recording()
    ring.put(make_frame(0))
    ring.put(replace(make_frame(1), flags=FrameFlag.DAMAGED))
    newest, number = ring.newest(0, timeout_s=0)
    assert newest is not None and (newest.index, number) == (0, 1)
    assert ring.newest(number, timeout_s=0) == (None, 1)
    assert [frame.index for _ in range(2) if (frame := ring.next(0))] == [0, 1]


def test_frames_do_not_queue_up_without_a_recorder(make_frame: MakeFrame) -> None:
    ring = FrameRing()
    ring.put(make_frame(0))
    ring.start_recording()
    assert ring.next(timeout_s=0) is None


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 4))
def test_every_frame_is_recorded_or_counted_as_lost(
    takes: list[bool], capacity: int
) -> None:
    """True: the recorder takes one; False: the camera delivers one."""
    ring = FrameRing(capacity)
    ring.start_recording()
    delivered, recorded = 0, list[Frame]()
    for take in takes:
        if take:
            got = ring.next(timeout_s=0)
            recorded += [got] if got else []
        else:
            pixels = np.zeros((1, 1), np.uint8)
            ring.put(Frame(pixels, delivered, 0.0))
            delivered += 1
    # A gap in the recorded numbers is as long as the loss that the next frame tells.
    expected = 0
    while got := ring.next(timeout_s=0):
        recorded.append(got)
    for frame in recorded:
        assert frame.index == expected + frame.dropped_before
        expected = frame.index + 1
    assert len(recorded) + ring.lost == delivered


def test_a_waiting_ring_loses_nothing(make_frame: MakeFrame) -> None:
    ring = FrameRing(1, overflow=Overflow.WAIT)
    ring.start_recording()

    def deliver() -> None:
        for index in range(20):
            ring.put(make_frame(index))

    writer = threading.Thread(target=deliver)
    writer.start()
    taken = [ring.next(timeout_s=5) for _ in range(20)]
    writer.join(5)
    assert [f.index for f in taken if f] == list(range(20))
    assert ring.lost == 0


def test_closing_lets_a_waiting_writer_go(make_frame: MakeFrame) -> None:
    ring = FrameRing(1, overflow=Overflow.WAIT)
    ring.start_recording()
    ring.put(make_frame(0))
    writer = threading.Thread(target=ring.put, args=(make_frame(1),))
    writer.start()
    ring.close()
    writer.join(5)
    assert not writer.is_alive()
    left = ring.next(timeout_s=0)
    assert left is not None and left.index == 0


def test_a_ring_of_no_frames_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        FrameRing(0)
