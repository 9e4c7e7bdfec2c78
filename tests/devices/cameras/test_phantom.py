"""The drawn leg as a live camera."""

from __future__ import annotations

import numpy as np
import pytest

from vein_devices import open_camera
from vein_devices.clock import ManualClock
from vein_devices.errors import DeviceAddressError, DeviceTimeoutError
from vein_phantom import PhantomSettings, PhantomTruth, draw_frame

SMALL = "seed=2&size=160x120&mm_per_pixel=0.3"
SETTINGS = PhantomSettings(seed=2, width_px=160, height_px=120, mm_per_pixel=0.3)


def test_frames_are_those_of_draw_frame_and_carry_their_truth() -> None:
    with open_camera(f"phantom:?{SMALL}&fps=0") as camera:
        frames = [camera.read() for _ in range(3)]
    for i, frame in enumerate(frames):
        pixels, truth = draw_frame(SETTINGS, i)
        np.testing.assert_array_equal(frame.pixels, pixels)
        assert isinstance(frame.truth, PhantomTruth)
        np.testing.assert_array_equal(frame.truth.mask, truth.mask)


def test_a_live_phantom_waits_for_its_beat() -> None:
    clock = ManualClock()
    with open_camera(f"phantom:?{SMALL}&fps=20", clock=clock) as camera:
        times = [camera.read().monotonic_s for _ in range(4)]
    np.testing.assert_allclose(np.diff(times), 0.05)


def test_frames_not_fetched_in_time_are_counted_as_lost() -> None:
    clock = ManualClock()
    with open_camera(f"phantom:?{SMALL}&fps=20", clock=clock) as camera:
        camera.read()
        clock.sleep(0.26)  # five periods and a little
        frame = camera.read()
        assert frame.dropped_before == 4
        assert frame.extra["phantom_index"] == 5
        np.testing.assert_array_equal(frame.pixels, draw_frame(SETTINGS, 5)[0])
        assert camera.read().dropped_before == 0


def test_a_timeout_shorter_than_the_beat_raises_and_loses_nothing() -> None:
    clock = ManualClock()
    with open_camera(f"phantom:?{SMALL}&fps=2", clock=clock) as camera:
        camera.read()
        with pytest.raises(DeviceTimeoutError, match="due in"):
            camera.read(timeout_s=0.1)
        frame = camera.read()
        assert frame.dropped_before == 0
        assert frame.extra["phantom_index"] == 1


def test_every_setting_is_an_option() -> None:
    url = (
        "phantom:?seed=9&width_px=200&height_px=100&hair=0&limb=no&noise=0&visit=after"
    )
    source = open_camera(url + "&colour=skin&contrast=.5").source
    assert source.settings == PhantomSettings(  # type: ignore[attr-defined]
        seed=9, width_px=200, height_px=100, hair=0, limb=False, noise=False,
        visit="after", colour="skin", contrast=0.5,
    )  # fmt: skip


@pytest.mark.parametrize(
    "options,message",
    [
        ("seed=x", "seed is a whole number"),
        ("size=12", "size is written 1280x720"),
        ("size=1x1", "width_px lies between"),
        ("fps=-1", "fps lies between"),
        ("fps=inf", "fps is a number"),
        ("limb=perhaps", "limb is 1 or 0"),
        ("seed=1&seed=2", "stands twice"),
        ("seed", "written"),
        ("visit=never", "visit is before or after"),
    ],
)
def test_a_wrong_option_is_refused(options: str, message: str) -> None:
    with pytest.raises(DeviceAddressError, match=message):
        open_camera(f"phantom:?{options}")


def test_a_phantom_has_no_place() -> None:
    with pytest.raises(DeviceAddressError, match="options only"):
        open_camera("phantom:leg")
