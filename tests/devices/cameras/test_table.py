"""One contract for every kind of camera, and the table that names them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import cv2
import numpy as np
import pytest

import vein_devices.cameras
from vein_devices import Camera, Frame, open_camera
from vein_devices.cameras import CAMERAS, known_kinds, what_it_shows
from vein_devices.cameras.network.simulator import HttpCamera
from vein_devices.cameras.openmv.protocol import GREY
from vein_devices.cameras.openmv.simulator import OpenmvSimulator
from vein_devices.cameras.vc0706.simulator import Vc0706Simulator, phantom_jpegs
from vein_devices.errors import DeviceAddressError, DeviceError
from vein_devices.frame import FrameFlag
from vein_devices.serial.pty_device import PtyDevice
from vein_devices.supervision.supervisor import supervise
from vein_phantom import PhantomSettings, draw_scene

SMALL = "seed=2&size=160x120&mm_per_pixel=0.3"


@contextmanager
def vc0706(_folder: Path) -> Iterator[str]:
    simulator = Vc0706Simulator(phantom_jpegs(60), resume_s=0.005, boot_s=0.01)
    simulator.stored_size = simulator._size = 0x22
    with PtyDevice(simulator) as device:
        yield f"vc0706:{device.port}?size=160x120&settle=0"


@contextmanager
def openmv(_folder: Path) -> Iterator[str]:
    def grey(index: int) -> tuple[tuple[int, int], int, bytes]:
        return (60, 80), GREY, np.full((60, 80), index % 256, np.uint8).tobytes()

    with PtyDevice(OpenmvSimulator(grey)) as device:
        yield f"openmv:{device.port}?format=grey"


@contextmanager
def http(_folder: Path) -> Iterator[str]:
    settings = PhantomSettings(seed=2, width_px=160, height_px=120, mm_per_pixel=0.3)
    scene = draw_scene(settings)

    def jpeg(index: int) -> bytes:
        return bytes(cv2.imencode(".jpg", scene.frame(index)[0])[1].tobytes())

    with HttpCamera(jpeg) as server:
        yield server.url


def a_folder(folder: Path) -> str:
    settings = PhantomSettings(seed=2, width_px=160, height_px=120, mm_per_pixel=0.3)
    scene = draw_scene(settings)
    for i in range(4):
        cv2.imwrite(str(folder / f"frame-{i}.png"), scene.frame(i)[0])
    return f"file:{folder}"


@contextmanager
def uvc(_folder: Path) -> Iterator[str]:
    """The node that usb/fake_v4l2.c stands in for; see usb/test_fake_kernel.py."""
    node = os.environ["FAKE_V4L2"]
    for i in range(4):
        cv2.imwrite(f"{node}.{i}.jpg", np.full((120, 160), 40 * i + 20, np.uint8))
    Path(node).write_text("r")
    yield f"uvc:{node}?fourcc=MJPG"


# An address of every kind that works on any machine, made for the test.
WORKING: dict[str, Callable[[Path], AbstractContextManager[str]]] = {
    "phantom": lambda _folder: nullcontext(f"phantom:?{SMALL}&fps=0"),
    "file": lambda folder: nullcontext(a_folder(folder)),
    "vc0706": vc0706,
    "http": http,
    "openmv": openmv,
    "uvc": uvc,
}
# Under files of their own, on stand-ins for OpenCV, a local server, an emulator.
NEEDS_HARDWARE = {"https", "rtsp", "pylon"}
# Under contract in a process of its own: usb/test_fake_kernel.py.
OF_ITS_OWN = set() if "FAKE_V4L2" in os.environ else {"uvc"}
ABSENT: dict[str, str] = {
    "uvc": "uvc:serial-of-nobody",
    "file": "file:/nowhere/at/all.mp4",
    "vc0706": "vc0706:/dev/ttyNOWHERE",
    "openmv": "openmv:/dev/ttyNOWHERE",
    "pylon": "pylon:no-such-serial-number",
    "http": "http://127.0.0.1:9/",
    "https": "https://127.0.0.1:9/",
    "rtsp": "rtsp://127.0.0.1:9/",
}


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def url(kind: str, tmp_path: Path) -> Iterator[str]:
    if kind in NEEDS_HARDWARE:
        pytest.skip("tested on a stand-in in its own file")
    if kind in OF_ITS_OWN:
        pytest.skip("under contract in a process of its own: usb/test_fake_kernel.py")
    with WORKING[kind](tmp_path) as address:
        yield address


def test_every_driver_in_the_folder_is_in_the_table() -> None:
    folder = Path(vein_devices.cameras.__file__).parent
    drivers = {
        ".".join(
            ("vein_devices.cameras", *path.relative_to(folder).with_suffix("").parts)
        )
        for path in folder.rglob("*.py")
        if "\ndef make_source(" in path.read_text(encoding="utf-8")
    }
    assert drivers == {kind.module for kind in CAMERAS.values()}


def test_every_kind_is_under_contract() -> None:
    assert set(WORKING) | NEEDS_HARDWARE == set(CAMERAS)


@pytest.mark.parametrize("kind", list(CAMERAS), indirect=True)
@pytest.mark.usefixtures("kind")
class TestContract:
    """What every camera does."""

    def test_it_gives_numbered_read_only_timed_frames(self, url: str) -> None:
        with open_camera(url) as camera:
            frames = [camera.read(5.0) for _ in range(3)]
        assert [frame.index for frame in frames] == [0, 1, 2]
        times = [frame.monotonic_s for frame in frames]
        assert times == sorted(times)
        for frame in frames:
            assert isinstance(frame, Frame)
            assert frame.pixels.dtype == np.uint8
            assert not frame.pixels.flags.writeable
            assert not frame.flags & FrameFlag.DAMAGED

    def test_it_goes_supervised_and_leaves_no_thread(self, url: str) -> None:
        with supervise(url) as camera:
            assert [camera.read(10.0).index for _ in range(2)] == [0, 1]
            assert camera.status.frames >= 2
            assert camera.status.failures == 0
        assert camera.status.to_json()["state"] == "closed"
        names = [thread.name for thread in threading.enumerate()]
        assert f"camera {url}" not in names

    def test_it_is_a_camera_with_its_address(self, url: str) -> None:
        camera = open_camera(url)
        assert isinstance(camera, Camera)
        assert camera.address == url
        assert camera.nominal_fps is None or camera.nominal_fps > 0

    def test_making_one_touches_nothing_and_reading_it_closed_is_refused(
        self, url: str
    ) -> None:
        camera = open_camera(url)
        with pytest.raises(DeviceError, match="not open"):
            camera.read()

    def test_it_closes_twice_and_opens_again_counting_from_zero(self, url: str) -> None:
        camera = open_camera(url)
        for _ in range(2):
            camera.open()
            camera.open()
            assert camera.read(5.0).index == 0
            camera.close()
            camera.close()

    def test_an_unknown_option_is_refused_and_the_known_ones_named(
        self, url: str
    ) -> None:
        joint = "#" if url.startswith("http") else "&" if "?" in url else "?"
        with pytest.raises(DeviceAddressError, match="no option 'colr'"):
            open_camera(f"{url}{joint}colr=1")

    def test_an_absent_device_is_a_device_error(self, kind: str) -> None:
        if kind not in ABSENT:
            pytest.skip("a drawing is never absent")
        camera = open_camera(ABSENT[kind])
        with pytest.raises(DeviceError), camera:
            pass
        with pytest.raises(DeviceError, match="not open"):
            camera.read()


@pytest.mark.parametrize("url", ["", "  ", "telepathy:now"])
def test_an_address_of_no_kind_is_refused(url: str) -> None:
    with pytest.raises(DeviceAddressError):
        open_camera(url)


def test_an_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(DeviceAddressError, match="phantom, uvc"):
        open_camera("telepathy:now")


def test_importing_opencv_leaves_qt_alone() -> None:
    import vein_devices.opencv  # noqa: F401

    assert "cv2" not in os.environ.get("QT_QPA_PLATFORM_PLUGIN_PATH", "")
    assert "cv2" not in os.environ.get("QT_QPA_FONTDIR", "")


def test_another_package_adds_a_kind_by_an_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "other_camera-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Name: other-camera\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(
        "[vein_imaging.cameras]\nother = vein_devices.cameras.phantom:make_source\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert known_kinds() == (*CAMERAS, "other")
    with open_camera(f"other:?{SMALL}&fps=0") as camera:
        assert camera.read().pixels.shape == (120, 160)


@pytest.mark.parametrize(
    ("url", "shows"),
    [
        ("uvc:", "camera"),
        ("http://127.0.0.1/stream", "camera"),
        ("file:clip.mp4", "recording"),
        ("FILE:clip.mp4", "recording"),
        ("clip.mp4", "recording"),
        ("phantom:?seed=1", "drawing"),
        ("  PHANTOM:?seed=1", "drawing"),
        ("of-another-package:", "camera"),
    ],
)
def test_what_a_camera_shows_is_an_attribute_of_its_kind(url: str, shows: str) -> None:
    assert what_it_shows(url) == shows
