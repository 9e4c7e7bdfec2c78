import queue
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from vein_devices.frame import Frame, Pixels
from vein_imaging.capture import (
    CaptureSettings,
    FrameRing,
    LiveLoop,
    LivePicture,
    Mailbox,
)

MakeFrame = Callable[..., Frame]


@dataclass
class _Result:
    vein_map: Any
    picture: Pixels
    overlay: Pixels
    frame_quality: None = None


class _RedStep:
    """Draws everything red; fails on a frame whose first pixel is 13."""

    made: ClassVar[list[CaptureSettings]] = []

    def __init__(self, settings: CaptureSettings, _: Frame) -> None:
        self.made.append(settings)

    def step(self, pixels: Pixels, **_: object) -> _Result:
        if pixels.flat[0] == 13:
            raise ArithmeticError("thirteen")
        overlay = np.zeros((*pixels.shape[:2], 3), np.uint8)
        overlay[..., 0] = 200
        return _Result(SimpleNamespace(branches=()), pixels, overlay)


class _Rig:
    def __init__(self, settings: CaptureSettings) -> None:
        _RedStep.made.clear()
        self.ring = FrameRing()
        self.mailbox = Mailbox[LivePicture]()
        self.loop = LiveLoop(self.ring, _RedStep, self.mailbox, settings)

    def pictures(self, *frames: Frame) -> list[LivePicture]:
        """Hand over frames one at a time, each after the one before was drawn."""
        arrived = list[LivePicture]()
        done = _Arrivals(self.mailbox)
        self.loop._mailbox = done
        self.loop.start()
        for frame in frames:
            self.ring.put(frame)
            arrived.append(done.wait())
        self.ring.close()
        assert self.loop.stop()
        return arrived


class _Arrivals(Mailbox[LivePicture]):
    def __init__(self, inner: Mailbox[LivePicture]) -> None:
        super().__init__()
        self._queue: queue.Queue[LivePicture] = queue.Queue()

    def put(self, value: LivePicture) -> None:
        self._queue.put(value)

    def wait(self) -> LivePicture:
        return self._queue.get(timeout=5)


def test_opacity_blends_overlay_and_picture(make_frame: MakeFrame) -> None:
    (half,) = _Rig(CaptureSettings(opacity=0.5)).pictures(make_frame(100))
    assert half.picture[0, 0].tolist() == [150, 50, 50]
    assert half.result is not None and half.error is None


def test_no_opacity_shows_the_bare_picture(make_frame: MakeFrame) -> None:
    (bare,) = _Rig(CaptureSettings(opacity=0)).pictures(make_frame(100))
    assert (bare.picture == 100).all()


def test_a_grey_camera_gives_an_rgb_picture() -> None:
    grey = Frame(np.full((4, 6), 100, np.uint8), 0, 0.0)
    (picture,) = _Rig(CaptureSettings(opacity=0.5)).pictures(grey)
    assert picture.picture.shape == (4, 6, 3)


def test_a_picture_can_be_written_to_and_the_frame_cannot(
    make_frame: MakeFrame,
) -> None:
    for opacity in (0.0, 0.5, 1.0):
        (picture,) = _Rig(CaptureSettings(opacity=opacity)).pictures(make_frame(1))
        assert picture.picture.flags.writeable
        assert not picture.frame.pixels.flags.writeable


def test_a_failed_step_shows_the_bare_frame_and_the_next_frame_works_again(
    make_frame: MakeFrame,
) -> None:
    bad, good = _Rig(CaptureSettings()).pictures(make_frame(13), make_frame(14))
    assert isinstance(bad.error, ArithmeticError) and bad.result is None
    assert (bad.picture == 13).all()
    assert good.error is None
    assert len(_RedStep.made) == 2  # a step that failed is not used again


def test_settings_are_taken_up_between_two_frames(make_frame: MakeFrame) -> None:
    rig = _Rig(CaptureSettings(opacity=1))
    done = _Arrivals(rig.mailbox)
    rig.loop._mailbox = done
    rig.loop.start()
    rig.ring.put(make_frame(1))
    first = done.wait()
    rig.loop.settings = CaptureSettings(opacity=0)
    rig.ring.put(make_frame(2))
    second = done.wait()
    rig.loop.settings = CaptureSettings(sensitivity=0.5)
    rig.ring.put(make_frame(3))
    third = done.wait()
    assert rig.loop.stop()
    opacities = [p.settings.opacity for p in (first, second, third)]
    assert opacities == [1, 0, 0.8]
    # Opacity alone must not throw away what the step has learnt.
    assert [s.sensitivity for s in _RedStep.made] == [0, 0.5]


def test_another_size_of_frame_gets_a_fresh_step(make_frame: MakeFrame) -> None:
    larger = Frame(np.zeros((8, 6, 3), np.uint8), 1, 0.0)
    _Rig(CaptureSettings()).pictures(make_frame(0), larger, make_frame(2))
    assert len(_RedStep.made) == 3


def test_a_display_mode_is_taken_up_without_a_new_step(make_frame: MakeFrame) -> None:
    rig = _Rig(CaptureSettings(opacity=0))
    frame = make_frame(0)
    rig.loop.settings = CaptureSettings(ground="inverted", lines="none", opacity=0)
    (picture,) = rig.pictures(frame)
    grey = frame.pixels if frame.pixels.ndim == 3 else frame.pixels[..., None]
    assert picture.error is None and (picture.picture == 255 - grey).all()
    assert len(_RedStep.made) == 1


def test_a_box_makes_a_new_step(make_frame: MakeFrame) -> None:
    rig = _Rig(CaptureSettings())
    rig.loop._draw(make_frame(0))
    rig.loop.settings = CaptureSettings(box=(1, 1, 5, 5))
    for shade in (1, 2):
        rig.loop._draw(make_frame(shade))
    assert [made.box for made in _RedStep.made] == [None, (1, 1, 5, 5)]
