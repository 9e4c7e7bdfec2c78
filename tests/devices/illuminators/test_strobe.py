"""Frames that take turns through lights, on a simulated light and camera."""

from __future__ import annotations

import numpy as np
import pytest

from vein_devices.cameras.source import Shot, SourceCamera
from vein_devices.clock import ManualClock
from vein_devices.frame import FrameFlag
from vein_devices.illuminators.driver import LineIlluminator
from vein_devices.illuminators.simulator import IlluminatorSimulator
from vein_devices.illuminators.strobe import StrobedCamera, without_ambient
from vein_devices.serial.direct_port import DirectPort

AMBIENT = 20


class Seeing:
    """A camera in a room with some daylight, one frame behind the light."""

    nominal_fps = 30.0

    def __init__(self, light: IlluminatorSimulator, clock: ManualClock) -> None:
        self.light, self.clock, self.before = light, clock, 0

    def open(self) -> None: ...
    def close(self) -> None: ...

    def shot(self, timeout_s: float) -> Shot:
        self.clock.sleep(1 / 30)
        self.light.tick(self.clock.now_s)
        seen, self.before = self.before, 10 * self.light.lit_mask
        return Shot(np.full((2, 3), AMBIENT + seen, np.uint8))


@pytest.fixture
def strobed() -> StrobedCamera:
    clock = ManualClock()
    device = IlluminatorSimulator()
    light = LineIlluminator(
        "simulated:", lambda: DirectPort(device, clock), clock=clock
    )
    camera = SourceCamera("seeing:", Seeing(device, clock), clock)
    return StrobedCamera(camera, light, [[0, 0, 0, 500, 0], [0] * 5, [9, 0, 0, 0, 9]])


def test_each_frame_knows_its_light_and_shows_it(strobed: StrobedCamera) -> None:
    with strobed:
        frames = [strobed.read() for _ in range(4)]
    assert [f.light for f in frames] == ["nir850", "", "orange+nir940", "nir850"]
    assert [FrameFlag.DARK in f.flags for f in frames] == [False, True, False, False]
    assert [int(f.pixels[0, 0]) for f in frames] == [100, 20, 190, 100]
    assert [f.index for f in frames] == [0, 1, 2, 3]


def test_a_pair_has_no_ambient_light(strobed: StrobedCamera) -> None:
    with strobed:
        lit, dark = strobed.read(), strobed.read()
    clean = without_ambient(lit, dark)
    assert (clean.pixels == 80).all()
    assert clean.light == "nir850"
    with pytest.raises(ValueError, match="taken dark"):
        without_ambient(lit, lit)


def test_nothing_goes_below_black(strobed: StrobedCamera) -> None:
    with strobed:
        lit, dark = strobed.read(), strobed.read()
    brighter = np.full_like(dark.pixels, 200)
    assert (without_ambient(lit, type(dark)(
        brighter, 0, 0.0, flags=FrameFlag.DARK)).pixels == 0).all()  # fmt: skip


def test_the_rate_is_that_of_what_is_kept(strobed: StrobedCamera) -> None:
    assert strobed.nominal_fps == pytest.approx(10.0)


def test_a_sequence_of_nothing_is_refused(strobed: StrobedCamera) -> None:
    with pytest.raises(ValueError, match="at least one"):
        StrobedCamera(strobed._camera, strobed._light, [])
