"""The long proofs about devices, on simulators that speak true bytes at true speed.

    python benchmarks/device_proofs.py vc0706 openmv light replug faults
    python benchmarks/device_proofs.py oracles --python PYTHON
        (3.12 or newer, with openmv, Pillow and adafruit-circuitpython-vc0706)

Results: benchmarks/results/devices.txt.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2

from vein_devices import open_camera
from vein_devices.cameras.jpeg import check_jpeg
from vein_devices.cameras.network.simulator import HttpCamera
from vein_devices.cameras.openmv import protocol as openmv
from vein_devices.cameras.openmv.simulator import OpenmvSimulator
from vein_devices.cameras.vc0706 import protocol as vc0706
from vein_devices.cameras.vc0706.simulator import Vc0706Simulator
from vein_devices.errors import DeviceError
from vein_devices.illuminators.driver import LineIlluminator
from vein_devices.serial.faults import Faults
from vein_devices.serial.port import open_serial
from vein_devices.serial.pty_device import PtyDevice
from vein_devices.supervision.states import DeviceState
from vein_devices.supervision.supervisor import SupervisedCamera, supervise
from vein_phantom import PhantomSettings, draw_scene

SMALL, QVGA, VGA = (120, 160), (240, 320), (480, 640)


def jpegs(size_px: tuple[int, int], quality: int, count: int = 12) -> list[bytes]:
    scene = draw_scene(
        PhantomSettings(
            height_px=size_px[0],
            width_px=size_px[1],
            mm_per_pixel=min(1.0, 80 / size_px[1]),
        )
    )
    how = [cv2.IMWRITE_JPEG_QUALITY, quality]
    return [
        bytes(cv2.imencode(".jpg", scene.frame(i)[0], how)[1].tobytes())
        for i in range(count)
    ]


def say(text: str) -> None:
    print(text, flush=True)


# --- cameras --------------------------------------------------------------------------


@contextmanager
def vc0706_bench(
    size_px: tuple[int, int], quality: int, link: Path | None = None
) -> Iterator[tuple[Vc0706Simulator, PtyDevice, list[bytes]]]:
    pictures = jpegs(size_px, quality)
    simulator = Vc0706Simulator(lambda i, _size: pictures[i % len(pictures)])
    simulator.stored_size = simulator._size = vc0706.SIZES[size_px]
    with PtyDevice(simulator, link=link) as device:
        yield simulator, device, pictures


def time_vc0706() -> None:
    with (
        vc0706_bench(VGA, 96) as (_, device, _p),
        open_camera(f"vc0706:{device.port}?settle=0") as camera,
    ):
        for _ in range(3):
            start = time.monotonic()
            frame = camera.read(60.0)
            spent = time.monotonic() - start
            wire_s = len(frame.jpeg or b"") * 10 / 115200
            say(
                f"vc0706 fast, 640x480, {len(frame.jpeg or b'')} bytes at 115200: "
                f"{spent:.2f} s, {spent / wire_s:.3f} of the wire time"
            )
    with vc0706_bench(QVGA, 80) as (simulator, device, pictures):
        url = f"vc0706:{device.port}?settle=0&mode=verified&size=320x240"
        with open_camera(url) as camera:
            device.faults = Faults(flip=1e-4, seed=3)
            right = wrong = 0
            for _ in range(40):
                frame = camera.read(60.0)
                now = pictures[(simulator.pictures - 1) % len(pictures)]
                right, wrong = right + (frame.jpeg == now), wrong + (frame.jpeg != now)
            say(
                f"vc0706 verified, 320x240, 1 byte in 10 000 damaged ({device.damaged} "
                f"bytes): {right} frames right, {wrong} wrong"
            )


def time_openmv() -> None:
    pictures = jpegs(QVGA, 80)
    simulator = OpenmvSimulator(
        lambda i: (QVGA, openmv.JPEG, pictures[i % len(pictures)]), fps=1000
    )
    with PtyDevice(simulator) as device, open_camera(f"openmv:{device.port}") as camera:
        for faults in (Faults(), Faults(flip=3e-5)):
            device.faults = faults
            start, count, wrong = time.monotonic(), 0, 0
            while time.monotonic() - start < 10:
                count += 1
                wrong += camera.read(5.0).jpeg not in pictures
            say(
                f"openmv QVGA JPEG ({len(pictures[0])} bytes), byte errors "
                f"{faults.flip:g}: {count / 10:.1f} frames/s, {wrong} wrong, "
                f"{device.damaged} bytes damaged"
            )


class Plug:
    """One simulated camera that can be taken away."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.link = folder / f"usb-{kind}"
        self.spare: list[PtyDevice] = []
        picture = jpegs(SMALL, 60)
        self.server = HttpCamera(lambda i: picture[i % 12], fps=30)
        self.device: PtyDevice | None = None
        self.wire_s = 0.0
        if kind == "vc0706":
            self.vc = Vc0706Simulator(lambda i, _s: picture[i % 12])
            self.vc.stored_size = self.vc._size = 0x22
            self.device = PtyDevice(self.vc, link=self.link)
            self.url = f"vc0706:{self.link}?size=160x120&settle=0"
            self.wire_s = len(picture[0]) * 10 / 115200
        elif kind == "openmv":
            simulator = OpenmvSimulator(lambda i: (SMALL, openmv.JPEG, picture[i % 12]))
            self.device = PtyDevice(simulator, link=self.link)
            self.url = f"openmv:{self.link}"
        self.kind = kind

    def there(self) -> None:
        if self.device is None:
            self.server.switch_on()
            self.url = self.server.url
            return
        if self.kind == "vc0706":  # it lost its power: it starts at 38400 again
            self.vc.baud, self.vc.frozen = 38400, None
        self.device.plug_in()

    def gone(self) -> None:
        if self.device is None:
            self.server.switch_off()
        else:
            self.device.unplug()

    @property
    def faults(self) -> Faults:
        return (self.device or self.server).faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        (self.device or self.server).faults = faults


def until(camera: SupervisedCamera, is_so: Callable[[DeviceState], bool]) -> float:
    start = time.monotonic()
    while not is_so(camera.status.state):
        time.sleep(0.002)
        if time.monotonic() - start > 90:
            raise TimeoutError(str(camera.status))
    return time.monotonic() - start


def left_behind() -> tuple[int, int, int]:
    """Threads, descriptors, greatest memory in kB."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return threading.active_count(), len(list(Path("/proc/self/fd").iterdir())), memory


def replug(cycles: int = 100) -> None:
    for kind in ("vc0706", "openmv", "http"):
        with tempfile.TemporaryDirectory() as folder:
            plug = Plug(kind, Path(folder))
            plug.there()
            opening, first = [], []
            with supervise(plug.url) as camera:
                camera.read(20.0)
                before = left_behind()
                for _ in range(cycles):
                    plug.gone()
                    until(camera, lambda s: s is not DeviceState.STREAMING)
                    with_other = PtyDevice(OpenmvSimulator(lambda i: (SMALL, 0, b"")))
                    with_other.plug_in()  # takes the old name
                    plug.there()
                    opening.append(until(camera, lambda s: s is DeviceState.STREAMING))
                    start = time.monotonic()
                    while camera.read(20.0).monotonic_s < start - opening[-1]:
                        pass
                    first.append(time.monotonic() - start)
                    with_other.unplug()
                after = left_behind()
                status = camera.status
            plug.gone()
        say(
            f"{kind}: {cycles} unplugged and replugged under another name: streaming "
            f"after median {statistics.median(opening):.2f} s, "
            f"most {max(opening):.2f} s; then first frame after most "
            f"{max(first):.2f} s (wire time {plug.wire_s:.2f} s); threads "
            f"{before[0]} -> {after[0]}, descriptors {before[1]} -> "
            f"{after[1]}, memory {before[2]} -> {after[2]} kB; "
            f"abandoned {status.abandoned}; threads after closing "
            f"{threading.active_count()}"
        )


def faults(garbage_s: float = 60.0) -> None:
    for kind in ("vc0706", "openmv", "http"):
        with tempfile.TemporaryDirectory() as folder:
            plug = Plug(kind, Path(folder))
            plug.there()
            with supervise(plug.url) as camera:
                for name, fault, lasts in (
                    ("frozen", Faults(stall=True), 8.0),
                    ("garbage", Faults(garbage=True), garbage_s),
                ):
                    while camera.status.state is not DeviceState.STREAMING:
                        time.sleep(0.01)
                    camera.read(20.0)
                    plug.faults = fault
                    noticed = until(camera, lambda s: s is not DeviceState.STREAMING)
                    seen: Counter[str] = Counter()
                    end = time.monotonic() + lasts - noticed
                    while time.monotonic() < end:
                        seen[camera.status.state.value] += 1
                        time.sleep(0.05)
                    plug.faults = Faults()
                    start, count = time.monotonic(), camera.status.frames
                    while camera.status.frames <= count + 1:
                        time.sleep(0.005)
                        with_error = camera.status
                        if time.monotonic() - start > 60:
                            raise TimeoutError(str(with_error))
                    states = ", ".join(f"{k} {v}" for k, v in seen.most_common())
                    say(
                        f"{kind} {name} for {lasts:.0f} s: noticed after {noticed:.2f} "
                        f"s; seen every 50 ms: {states or '-'}; second good frame "
                        f"{time.monotonic() - start:.2f} s after it ended"
                    )
            plug.gone()
    picture = jpegs(SMALL, 60)
    repeating = threading.Event()
    server = HttpCamera(lambda i: picture[0 if repeating.is_set() else i % 12], fps=30)
    with server, supervise(server.url) as camera:
        camera.read()
        repeating.set()
        noticed = until(camera, lambda s: s is DeviceState.STALLED)
        again = until(camera, lambda s: s is not DeviceState.STALLED)
        repeating.clear()
        start = time.monotonic()
        until(camera, lambda s: s is DeviceState.STREAMING)
        say(
            f"http repeating one frame: stalled after {noticed:.2f} s, opened again "
            f"{again:.2f} s later; streaming {time.monotonic() - start:.2f} s after it "
            f"ended"
        )


# --- light ----------------------------------------------------------------------------


def time_light() -> None:
    firmware = Path(__file__).parents[1] / "devices/firmware"
    with tempfile.TemporaryDirectory() as build:
        subprocess.run(
            ["make", "-s", "-C", str(firmware), "all", "bench", f"OUT={build}"],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        bench = subprocess.Popen(
            [f"{build}/bench", f"{build}/illuminator.elf"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert bench.stdout is not None
        port = bench.stdout.readline().strip()
        try:
            with LineIlluminator(
                f"serial:{port}", lambda: open_serial(port, 115200)
            ) as x:
                trips, start_us, start = [], int(x.ask("SYST:TIME?")), time.monotonic()
                for _ in range(500):
                    before = time.monotonic()
                    x.keep()
                    trips.append(1000 * (time.monotonic() - before))
                its_s = (int(x.ask("SYST:TIME?")) - start_us) * 1e-6
                trips.sort()
                say(
                    f"firmware in simavr: 500 round trips, median {trips[250]:.1f} ms, "
                    f"99 % {trips[495]:.1f} ms; its clock ran at "
                    f"{its_s / (time.monotonic() - start):.3f} of real time; "
                    f"{x.resent} sent again"
                )
        finally:
            bench.kill()
            bench.wait()


# --- other people's drivers -----------------------------------------------------------

ADAFRUIT = """
import sys, types
for name, word, value in (
    ("micropython", "const", lambda x: x),
    ("busio", "UART", object),
    ("circuitpython_typing", "WriteableBuffer", object),
    ("circuitpython_typing", "ReadableBuffer", object),
):  # what a microcontroller has: nothing of it touches the bytes
    sys.modules.setdefault(name, types.ModuleType(name))
    setattr(sys.modules[name], word, value)
import serial, adafruit_vc0706
port = serial.Serial(sys.argv[1], 38400, timeout=0.25)
camera = adafruit_vc0706.VC0706(port)
import time; time.sleep(0.3); port.reset_input_buffer()
print("version", repr(camera.version))
camera.baudrate = 115200
assert camera.take_picture()
length, data = camera.frame_length, bytearray()
while len(data) < length:
    piece = bytearray(min(32, length - len(data)))
    assert camera.read_picture_into(piece) == len(piece), len(data)
    data += piece
print("resumed", camera.resume_video())
open(sys.argv[2], "wb").write(data)
"""

OPENMV = """
import sys, time, logging
from openmv import Camera
with Camera(sys.argv[1]) as camera:
    camera.stop(); camera.exec("pass"); camera.streaming(True)
    start, count, sizes = time.time(), 0, set()
    while time.time() - start < 5:
        frame = camera.read_frame()
        if frame:
            count += 1
            sizes.add((frame["width"], frame["height"], len(frame["data"])))
    version = camera.version()["protocol_version"]
    print(f"{count / 5:.1f} frames/s {sizes} protocol {version}")
"""


def oracles(python: str) -> None:
    with vc0706_bench(SMALL, 60) as (_, device, pictures):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "picture.jpg"
            done = subprocess.run(
                [python, "-c", ADAFRUIT, device.port, str(out)],
                capture_output=True, text=True, timeout=120, check=False,
            )  # fmt: skip
            same = out.exists() and check_jpeg(out.read_bytes())[0] in pictures
        say(
            f"adafruit-circuitpython-vc0706 on our simulator: rc {done.returncode}; "
            f"{done.stdout.strip()!r} {done.stderr[-200:]!r}; picture byte for byte: "
            f"{same}"
        )
    grey = bytes(range(256)) * 300
    simulator = OpenmvSimulator(lambda _i: (QVGA, openmv.GREY, grey), fps=300)
    with PtyDevice(simulator) as device:
        done = subprocess.run(
            [python, "-c", OPENMV, device.port],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        say(
            f"openmv (PyPI) on our simulator: rc {done.returncode}; "
            f"{done.stdout.strip().splitlines()[-1:]} {done.stderr[-200:]!r}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="+")
    parser.add_argument("--python", default=shutil.which("python3.12") or "python3")
    parser.add_argument("--cycles", type=int, default=100)
    arguments = parser.parse_args()
    table: dict[str, Callable[[], None]] = {
        "vc0706": time_vc0706,
        "openmv": time_openmv,
        "light": time_light,
        "replug": lambda: replug(arguments.cycles),
        "faults": faults,
        "oracles": lambda: oracles(arguments.python),
    }
    wanted = list(table)[:-1] if arguments.what == ["all"] else arguments.what
    for name in wanted:
        load = os.getloadavg()[0]
        say(f"== {name} ({time.strftime('%Y-%m-%d %H:%M')}, load {load:.1f})")
        try:
            table[name]()
        except (DeviceError, TimeoutError) as error:
            say(f"{name} FAILED: {error}")


if __name__ == "__main__":
    main()
