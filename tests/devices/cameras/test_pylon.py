"""Basler cameras: on pylon's own emulator where the extra is installed."""

from __future__ import annotations

import sys

import pytest

from vein_devices import open_camera
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceAddressError,
    DeviceDataError,
    DeviceUnsupportedError,
)


def test_without_pypylon_it_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypylon", None)
    camera = open_camera("pylon:")
    with pytest.raises(DeviceUnsupportedError, match=r"vein-imaging\[pylon\]"):
        camera.open()


@pytest.mark.parametrize("options", ["zoom=1", "gain=much"])
def test_a_wrong_option_is_refused(options: str) -> None:
    with pytest.raises(DeviceAddressError):
        open_camera(f"pylon:?{options}")


# pypylon's wrapper warns when imported, and crashes where the warning is an error.
@pytest.mark.filterwarnings("ignore:builtin type:DeprecationWarning")
class TestEmulator:
    """Two emulated cameras, 0815-0000 and 0815-0001."""

    @pytest.fixture(autouse=True)
    def emulated(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYLON_CAMEMU", "2")
        pytest.importorskip("pypylon", reason="the extra 'pylon' is not installed")

    def test_frames_come_by_serial_number(self) -> None:
        with open_camera("pylon:0815-0001?exposure_us=5000") as camera:
            frames = [camera.read() for _ in range(3)]
        assert frames[0].pixels.shape == (1040, 1024)
        assert frames[0].exposure_us == 5000.0
        assert [frame.index for frame in frames] == [0, 1, 2]

    def test_one_of_two_must_be_named(self) -> None:
        with pytest.raises(DeviceAddressError, match=r"0815-0000.*0815-0001"):
            open_camera("pylon:").open()

    def test_another_is_absent(self) -> None:
        with pytest.raises(DeviceAbsentError, match="cameras now: pylon:0815-0000"):
            open_camera("pylon:9999").open()

    def test_out_of_range_is_refused_and_the_range_told(self) -> None:
        with pytest.raises(DeviceUnsupportedError, match="exposure_us lies between"):
            open_camera("pylon:0815-0000?exposure_us=1e12").open()

    def test_frames_that_fail_are_not_delivered(self) -> None:
        with open_camera("pylon:0815-0000") as camera:
            camera.read()
            device = camera.source._camera  # type: ignore[attr-defined]
            device.ForceFailedBufferCount.Value = 3
            device.ForceFailedBuffer.Execute()
            dropped = sum(camera.read().dropped_before for _ in range(5))
            assert dropped >= 3
            device.ForceFailedBufferCount.Value = 100
            device.ForceFailedBuffer.Execute()
            with pytest.raises(DeviceDataError, match="incompletely grabbed"):
                camera.read()
