"""The serial JPEG camera against its simulator, at true line speed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vein_devices import Frame, open_camera
from vein_devices.cameras.source import SourceCamera
from vein_devices.cameras.vc0706.driver import Vc0706Source
from vein_devices.cameras.vc0706.simulator import Vc0706Simulator, phantom_jpegs
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceAddressError,
    DeviceBusyError,
    DeviceDataError,
    DeviceTimeoutError,
)
from vein_devices.serial.faults import Faults
from vein_devices.serial.pty_device import PtyDevice
from vein_devices.supervision.states import DeviceState, Patience
from vein_devices.supervision.supervisor import supervise

JPEGS = phantom_jpegs(60)
SMALL = "size=160x120&settle=0"


@contextmanager
def simulated(
    faults: Faults | None = None,
) -> Iterator[tuple[Vc0706Simulator, PtyDevice]]:
    simulator = Vc0706Simulator(JPEGS, resume_s=0.005, boot_s=0.01)
    simulator.stored_size = simulator._size = 0x22
    with PtyDevice(simulator, faults) as device:
        yield simulator, device


def source_of(camera: SourceCamera) -> Vc0706Source:
    assert isinstance(camera.source, Vc0706Source)
    return camera.source


def taken(frame: Frame, simulator: Vc0706Simulator) -> int:
    """Which of the simulator's pictures a frame is, byte for byte."""
    size_px = frame.pixels.shape[:2]
    pictures = [JPEGS(i, size_px) for i in range(simulator.pictures)]
    assert frame.jpeg in pictures
    return pictures.index(frame.jpeg)


def test_pictures_arrive_whole() -> None:
    with (
        simulated() as (simulator, device),
        open_camera(f"vc0706:{device.port}?{SMALL}") as camera,
    ):
        assert source_of(camera).version == "VC0706 1.00"
        frames = [camera.read(20.0) for _ in range(2)]
        indices = [taken(frame, simulator) for frame in frames]
        assert indices[0] < indices[1]
        for frame in frames:  # as old as its bytes took at 10 bits a byte
            assert frame.delay_s > 0.9 * len(frame.jpeg or b"") * 10 / 115200
        assert {frame.pixels.shape[:2] for frame in frames} == {(120, 160)}
        # On a machine so busy that answers came too late, a picture may be left out.
        if source_of(camera).rereads == 0:
            assert indices == [0, 1]
            assert [frame.dropped_before for frame in frames] == [0, 0]


@pytest.mark.parametrize("baud", [9600, 57600, 115200])
def test_the_rate_is_found_whatever_it_is(baud: int) -> None:
    with simulated() as (simulator, device):
        simulator.baud = baud
        with open_camera(f"vc0706:{device.port}?{SMALL}"):
            assert simulator.baud == 115200


def test_another_size_is_set_by_a_reset_and_the_rate_set_again() -> None:
    with simulated() as (simulator, device):
        simulator.baud = 57600
        with open_camera(f"vc0706:{device.port}?size=320x240&settle=0") as camera:
            assert simulator.stored_size == 0x11
            assert simulator.baud == 115200
            assert camera.read(10.0).pixels.shape == (240, 320)


def test_compression_is_written() -> None:
    with (
        simulated() as (simulator, device),
        open_camera(f"vc0706:{device.port}?{SMALL}&compression=80"),
    ):
        assert simulator.compression == 80


def test_a_timeout_in_the_middle_of_a_picture_loses_nothing() -> None:
    with (
        simulated() as (simulator, device),
        open_camera(f"vc0706:{device.port}?{SMALL}&chunk=256") as camera,
    ):
        timeouts = 0
        while True:
            try:
                frame = camera.read(0.02)
                break
            except DeviceTimeoutError:
                timeouts += 1
        assert timeouts >= 1
        index = taken(frame, simulator)
        assert index == 0 or source_of(camera).rereads > 0


@pytest.mark.parametrize(
    "faults",
    [Faults(drop=2e-4), Faults(insert=2e-4), Faults(truncate_every=9)],
    ids=["drop", "insert", "truncate"],
)
def test_lost_and_added_bytes_are_read_again(faults: Faults) -> None:
    with (
        simulated() as (simulator, device),
        open_camera(f"vc0706:{device.port}?{SMALL}&chunk=512") as camera,
    ):
        device.faults = faults
        for _ in range(3):
            assert taken(camera.read(20.0), simulator) >= 0


def test_verified_mode_delivers_only_right_frames_on_a_bad_line() -> None:
    with (
        simulated() as (simulator, device),
        open_camera(f"vc0706:{device.port}?{SMALL}&mode=verified&chunk=512") as camera,
    ):
        device.faults = Faults(flip=1e-3, seed=5)  # ten times the line
        for _ in range(3):
            frame = camera.read(30.0)
            assert frame.jpeg == JPEGS(simulator.pictures - 1, (120, 160))
        assert device.damaged > 3
        assert source_of(camera).rereads > 6


def test_a_dead_line_is_absent_and_says_what_to_check() -> None:
    with simulated(Faults(stall=True)) as (_, device):
        camera = open_camera(f"vc0706:{device.port}?{SMALL}")
        with pytest.raises(DeviceTimeoutError, match="TX and RX"):
            camera.open()


@pytest.mark.parametrize(
    "faults", [Faults(garbage=True), Faults(babble=True, stall=True)]
)
def test_a_line_that_babbles_is_not_taken_for_a_camera(faults: Faults) -> None:
    with simulated(faults) as (_, device):
        camera = open_camera(f"vc0706:{device.port}?{SMALL}")
        with pytest.raises(DeviceTimeoutError):
            camera.open()


def test_damage_without_end_is_reported_not_delivered() -> None:
    with (
        simulated() as (_, device),
        open_camera(f"vc0706:{device.port}?{SMALL}&chunk=256") as camera,
    ):
        device.faults = Faults(garbage=True)
        with pytest.raises(DeviceDataError, match="vc0706"):
            for _ in range(300):
                with contextlib.suppress(DeviceTimeoutError):
                    camera.read(0.2)
        with pytest.raises(DeviceDataError, match="open it again"):
            camera.read(0.2)


def test_a_port_in_use_is_busy() -> None:
    with simulated() as (_, device), open_camera(f"vc0706:{device.port}?{SMALL}"):
        other = open_camera(f"vc0706:{device.port}?{SMALL}")
        with pytest.raises(DeviceBusyError, match="another program"):
            other.open()


def test_unplugging_is_noticed_at_once() -> None:
    with simulated() as (_, device), open_camera(f"vc0706:{device.port}?{SMALL}") as c:
        c.read(10.0)
        device.unplug()
        started = time.monotonic()
        with pytest.raises(DeviceAbsentError, match="went away"):
            c.read(10.0)
        assert time.monotonic() - started < 5.0  # and not when the 10 s are over


def test_a_camera_that_comes_back_under_another_name_is_found_by_its_link(
    tmp_path: Path,
) -> None:
    link = tmp_path / "usb-camera"
    simulator = Vc0706Simulator(JPEGS, resume_s=0.005)
    simulator.stored_size = simulator._size = 0x22
    device = PtyDevice(simulator, link=link)
    quick = Patience(pause_s=(0.02, 0.2), absent_pause_s=0.1)
    with device, supervise(f"vc0706:{link}?{SMALL}", patience=quick) as camera:
        camera.read(10.0)
        device.unplug()
        while camera.status.state is not DeviceState.ABSENT:
            with pytest.raises(DeviceTimeoutError):
                while True:
                    camera.read(0.1)
        with PtyDevice(simulator):  # takes the old name
            device.plug_in()
            frame = camera.read(10.0)
        assert frame.pixels.shape == (120, 160)
        assert camera.status.reconnects == 1


@pytest.mark.parametrize(
    "options,message",
    [
        ("size=100x100", "size is 640x480"),
        ("baud=300", "baud is one of"),
        ("mode=slow", "mode is fast or verified"),
        ("chunk=100", "chunk is a multiple of 8"),
        ("compression=999", "compression is 0 to 255"),
    ],
)
def test_a_wrong_option_is_refused(options: str, message: str) -> None:
    with pytest.raises(DeviceAddressError, match=message):
        open_camera(f"vc0706:/dev/null?{options}")


def test_the_stated_rate_is_what_the_line_allows() -> None:
    camera = open_camera("vc0706:/dev/null?size=640x480")
    assert camera.nominal_fps is not None
    assert np.isclose(camera.nominal_fps, 0.24)


def test_a_setting_is_a_frozen_value() -> None:
    settings = source_of(open_camera("vc0706:/dev/null?mode=verified")).settings
    assert replace(settings, chunk=2048).verified
    assert settings.chunk == 1024
