"""The OpenMV camera against its simulator."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

from vein_devices import open_camera
from vein_devices.cameras.openmv import protocol as wire
from vein_devices.cameras.openmv.driver import OpenmvSource
from vein_devices.cameras.openmv.simulator import OpenmvSimulator
from vein_devices.cameras.source import SourceCamera
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceAddressError,
    DeviceDataError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
)
from vein_devices.serial.faults import Faults
from vein_devices.serial.pty_device import PtyDevice

SIZE = (60, 80)
RNG = np.random.default_rng(5)
GREY = [RNG.integers(0, 255, SIZE, np.uint8) for _ in range(8)]
JPEGS = [bytes(cv2.imencode(".jpg", grey)[1].tobytes()) for grey in GREY]


def grey(index: int) -> tuple[tuple[int, int], int, bytes]:
    return SIZE, wire.GREY, GREY[index % 8].tobytes()


def jpeg(index: int) -> tuple[tuple[int, int], int, bytes]:
    return SIZE, wire.JPEG, JPEGS[index % 8]


def rgb565(index: int) -> tuple[tuple[int, int], int, bytes]:
    return SIZE, wire.RGB565, np.full(SIZE, 0xF81F, "<u2").tobytes()


@contextmanager
def simulated(
    frame: object = grey, **options: int
) -> Iterator[tuple[OpenmvSimulator, PtyDevice]]:
    simulator = OpenmvSimulator(frame, **options)  # type: ignore[arg-type]
    with PtyDevice(simulator) as device:
        yield simulator, device


def source_of(camera: SourceCamera) -> OpenmvSource:
    assert isinstance(camera.source, OpenmvSource)
    return camera.source


def test_the_script_is_sent_and_runs() -> None:
    with (
        simulated() as (simulator, device),
        open_camera(f"openmv:{device.port}?size=vga&format=jpeg") as camera,
    ):
        assert simulator.running
        assert b"sensor.VGA" in simulator.script
        assert b"sensor.JPEG" in simulator.script
        assert source_of(camera).firmware == "5.0.0"


def test_another_script_can_be_sent_or_the_one_there_kept(tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text("# mine\n" * 30)
    with simulated() as (simulator, device):
        with open_camera(f"openmv:{device.port}?script={script}"):
            assert bytes(simulator.script) == script.read_bytes()
        with open_camera(f"openmv:{device.port}?script=keep"):
            assert bytes(simulator.script) == script.read_bytes()


def test_grey_frames_are_exact() -> None:
    with simulated() as (_, device), open_camera(f"openmv:{device.port}") as camera:
        for _ in range(3):
            frame = camera.read()
            assert any(np.array_equal(frame.pixels, g) for g in GREY)


def test_jpeg_frames_keep_their_bytes() -> None:
    with simulated(jpeg) as (_, device), open_camera(f"openmv:{device.port}") as camera:
        assert camera.read().jpeg in JPEGS


def test_colour_of_16_bits_becomes_rgb() -> None:
    with simulated(rgb565) as (_, device), open_camera(f"openmv:{device.port}") as c:
        assert c.read().pixels[0, 0].tolist() == [255, 0, 255]


@pytest.mark.parametrize("max_payload", [52, 300, 4082])
def test_frames_come_in_fragments_of_any_size(max_payload: int) -> None:
    with (
        simulated(max_payload=max_payload) as (_, device),
        open_camera(f"openmv:{device.port}") as camera,
    ):
        for _ in range(3):
            frame = camera.read()
            assert any(np.array_equal(frame.pixels, g) for g in GREY)


def test_events_in_between_disturb_nothing() -> None:
    with simulated() as (simulator, device), open_camera(f"openmv:{device.port}") as c:
        simulator.events = True
        for _ in range(5):
            c.read()
        assert source_of(c).resyncs == 0


@pytest.mark.parametrize(
    "faults",
    [Faults(flip=2e-4), Faults(drop=2e-4), Faults(insert=2e-4)],
    ids=["flip", "drop", "insert"],
)
def test_on_a_bad_line_every_frame_delivered_is_right(faults: Faults) -> None:
    with simulated() as (_, device), open_camera(f"openmv:{device.port}") as camera:
        device.faults = faults
        for _ in range(10):
            frame = camera.read(10.0)
            assert any(np.array_equal(frame.pixels, g) for g in GREY)
        assert device.damaged > 0
        assert source_of(camera).resyncs > 0


def test_a_camera_that_takes_no_pictures_times_out() -> None:
    with simulated() as (simulator, device), open_camera(f"openmv:{device.port}") as c:
        simulator.running = False
        with pytest.raises(DeviceTimeoutError, match="does a script run"):
            while True:
                c.read(0.1)
        simulator.running = True
        assert c.read().pixels.size


def test_another_protocol_is_refused() -> None:
    with simulated() as (simulator, device):
        simulator.version = (2, 0, 0)
        camera = open_camera(f"openmv:{device.port}")
        with pytest.raises(DeviceUnsupportedError, match="its protocol is 02"):
            camera.open()


@pytest.mark.parametrize("faults", [Faults(stall=True), Faults(garbage=True)])
def test_what_does_not_answer_is_absent(faults: Faults) -> None:
    with simulated() as (_, device):
        device.faults = faults
        camera = open_camera(f"openmv:{device.port}")
        with pytest.raises(DeviceTimeoutError, match="does not answer as an OpenMV"):
            camera.open()


def test_unplugging_is_noticed_at_once() -> None:
    with simulated() as (_, device), open_camera(f"openmv:{device.port}") as camera:
        camera.read()
        device.unplug()
        started = time.monotonic()
        with pytest.raises(DeviceAbsentError, match="went away"):
            camera.read(20.0)
        assert time.monotonic() - started < 10.0  # and not when the 20 s are over


def test_an_unknown_pixel_format_is_refused() -> None:
    def odd(_index: int) -> tuple[tuple[int, int], int, bytes]:
        return SIZE, 0x12345678, bytes(4800)

    with simulated(odd) as (_, device):
        camera = open_camera(f"openmv:{device.port}")
        with camera, pytest.raises((DeviceDataError, DeviceTimeoutError)):
            camera.read(0.3)


@pytest.mark.parametrize("options", ["size=HUGE", "format=raw", "script=/nowhere.py"])
def test_a_wrong_option_is_refused(options: str) -> None:
    with pytest.raises(DeviceAddressError):
        open_camera(f"openmv:?{options}")
