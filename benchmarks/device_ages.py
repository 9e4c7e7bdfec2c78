"""How old pictures are, and how old the program says they are, on real servers.

    python benchmarks/device_ages.py ages [--seconds 8] [--only http,rtsp]
    python benchmarks/device_ages.py losses
    python benchmarks/device_ages.py stopped
    python benchmarks/device_ages.py restarted

Servers: our own simulator, GStreamer's RTSP server (`rtsp_server.py`), ustreamer and
motion (Debian packages of these names), each also behind a link of so many bytes a
second. Each picture carries the time at which it was drawn. What is not installed is
left out and named. Results: benchmarks/results/device_ages.txt.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from vein_devices import Frame, open_camera
from vein_devices.cameras.network.simulator import HttpCamera
from vein_devices.errors import DeviceError, DeviceTimeoutError
from vein_devices.frame import FrameFlag
from vein_devices.supervision.supervisor import supervise

HERE = Path(__file__).parent
SHIM = HERE.parent / "tests/devices/cameras/usb/fake_v4l2.c"
BITS, LIVE_S = 32, 0.5
MASK = (1 << BITS) - 1
_NOISE = np.random.default_rng(1).integers(60, 190, (120, 160), np.uint8)


def number_in(frame: Frame, row: int = 0) -> int:
    """What the squares in a row of the picture say."""
    plane = frame.pixels if frame.pixels.ndim == 2 else frame.pixels[:, :, 1]
    side = plane.shape[1] // BITS
    strip = plane[row * side + side // 4 : (row + 1) * side - side // 4]
    squares = strip.mean(axis=0).reshape(BITS, side)[:, side // 4 : side - side // 4]
    return sum(int(value > 125) << bit for bit, value in enumerate(squares.mean(1)))


def drawn(index: int, width_px: int = 640) -> bytes:
    """A JPEG that carries its own time."""
    scale = width_px // 160
    grey = np.roll(_NOISE, index, axis=1).repeat(scale, 0).repeat(scale, 1)
    now_ms, side = int(time.monotonic() * 1000) & MASK, width_px // BITS
    for bit in range(BITS):
        level = 235 if now_ms >> bit & 1 else 16
        grey[:side, bit * side : (bit + 1) * side] = level
    return bytes(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 85])[1])


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def slow_link(port: int, rate: float) -> Iterator[int]:
    """A port that leads to another one, at so many bytes a second towards us."""
    server = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, sink: socket.socket, limit: float) -> None:
        due_s = time.monotonic()
        with suppress(OSError):
            while data := source.recv(4096):
                due_s = max(due_s, time.monotonic() - 0.5) + len(data) / limit
                time.sleep(max(0.0, due_s - time.monotonic()))
                sink.sendall(data)
        for line in (source, sink):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        with suppress(OSError):
            while True:
                near = server.accept()[0]
                far = socket.create_connection(("127.0.0.1", port))
                for way in ((near, far, 1e12), (far, near, rate)):
                    threading.Thread(target=pump, args=way, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    with server:
        yield int(server.getsockname()[1])


@contextmanager
def running(*command: object, env: dict[str, str] | None = None) -> Iterator[Any]:
    """A program, ended at the end."""
    with subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env=env,
    ) as run:  # fmt: skip
        try:
            yield run
        finally:
            run.terminate()


def wait_for(port: int) -> None:
    until_s = time.monotonic() + 15
    while time.monotonic() < until_s:
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens at port {port}")


@contextmanager
def http(fps: float, stamped: bool) -> Iterator[tuple[int, str]]:
    stamp = (lambda: time.monotonic() + 1e6) if stamped else None
    options = {"stamp": stamp} if stamped else {}
    with HttpCamera(drawn, fps=fps, **options) as server:  # type: ignore[arg-type]
        yield server.port, "http://127.0.0.1:{port}/stream"


@contextmanager
def rtsp(fps: float, codec: str = "h264", loss: float = 0) -> Iterator[tuple[int, str]]:
    port = free_port()
    command = ["/usr/bin/python3", HERE / "rtsp_server.py", "--port", port]
    command += ["--fps", fps, "--codec", codec, "--loss", loss]
    with running(*command):
        wait_for(port)
        yield port, "rtsp://127.0.0.1:{port}/live"


@contextmanager
def ustreamer() -> Iterator[tuple[int, str]]:
    """ustreamer on a stand-in for a USB camera, 50 pictures a second."""
    port, stopping = free_port(), threading.Event()
    with tempfile.TemporaryDirectory() as name:
        node = Path(name) / "video0"
        shim = Path(name) / "fake.so"
        build: list[str | Path] = ["cc", "-shared", "-fPIC", "-o", shim, SHIM]
        subprocess.run([*build, "-lpthread", "-ldl"], check=True)

        def draw() -> None:
            index = 0
            while not stopping.wait(0.004):
                part = node.with_suffix(".part")
                part.write_bytes(drawn(index, 160))
                part.replace(f"{node}.{index % 4}.jpg")
                for other in range(4):
                    shutil.copy(f"{node}.{index % 4}.jpg", part)
                    part.replace(f"{node}.{other}.jpg")
                index += 1

        node.write_text("r")
        thread = threading.Thread(target=draw)
        thread.start()
        env = {"LD_PRELOAD": str(shim), "FAKE_V4L2": str(node), "PATH": "/usr/bin"}
        try:
            with running(
                "ustreamer", "--device", node, "--format=MJPEG", "--port", port,
                "--resolution=160x120", "--desired-fps=50", env=env,
            ):  # fmt: skip
                wait_for(port)
                yield port, "http://127.0.0.1:{port}/stream"
        finally:
            stopping.set()
            thread.join()


@contextmanager
def motion(fps: float) -> Iterator[tuple[int, str]]:
    """motion, which decodes one of our streams and serves it again."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name, HttpCamera(drawn, fps=fps) as camera:
        setup = Path(name) / "motion.conf"
        setup.write_text(
            f"daemon off\nlog_level 1\ntarget_dir {name}\nwidth 640\nheight 480\n"
            f"framerate {fps:g}\nnetcam_url {camera.url}\nstream_port {port}\n"
            f"stream_localhost on\nstream_maxrate 100\nstream_quality 90\n"
            f"picture_output off\nmovie_output off\ntext_left\ntext_right\n"
            f"webcontrol_port 0\n"
        )
        with running("motion", "-n", "-c", setup):
            wait_for(port)
            time.sleep(5)  # until it has found its own camera
            yield port, "http://127.0.0.1:{port}/"


def measured(url: str, seconds: float) -> str:
    """One row: true and stated ages of the pictures of an address."""
    rows: list[tuple[float, float, bool]] = []
    until_s = time.monotonic() + seconds
    with open_camera(url) as camera:
        while time.monotonic() < until_s:
            try:
                frame = camera.read(3.0)
            except DeviceTimeoutError:
                continue
            age_ms = (int(frame.monotonic_s * 1000) - number_in(frame)) & MASK
            told_s = getattr(frame, "delay_s", 0.0)
            if FrameFlag.DAMAGED not in frame.flags and age_ms < 600_000:
                is_timed = FrameFlag.UNTIMED not in frame.flags
                rows.append((age_ms / 1000, told_s, is_timed and told_s < LIVE_S))
    if not rows:
        return "no picture"
    true_s, told_s, live = map(np.array, zip(*rows, strict=True))
    wrong_s = np.abs(true_s - told_s)
    return (
        f"{len(rows):5d}  {np.median(true_s):6.2f} {true_s.max():6.2f}   "
        f"{np.median(wrong_s):6.3f} {np.percentile(wrong_s, 95):6.3f} "
        f"{wrong_s.max():6.3f}   {int(np.sum(live & (true_s > LIVE_S + 0.2))):5d}"
    )


def ages(seconds: float, only: list[str]) -> None:
    print(f"{'':44}pict-  true age, s   stated age wrong by, s  called live,")
    print(f"{'':44} ures  median    max  median    95 %    max  older than 0.7 s")
    rates = (30.0, 2.0, 0.4)
    rows: list[tuple[str, Any, float, str]] = []
    for stamped, name in ((True, "with X-Timestamp"), (False, "no time")):
        for fps in rates:
            rows.append((f"http, {name}, {fps:g}/s", (http, fps, stamped), 0, ""))
        for rate in (3e5, 1e5):
            rows.append((f"http, {name}, 30/s", (http, 30.0, stamped), rate, ""))
        rows.append((f"http, {name}, 2/s", (http, 2.0, stamped), 1e5, ""))
    for codec in ("h264", "jpeg"):
        for fps in rates:
            rows.append((f"rtsp, {codec}, {fps:g}/s", (rtsp, fps, codec), 0, ""))
    rows.append(("rtsp, h264, UDP, 30/s", (rtsp, 30.0), 0, "#transport=udp"))
    rows.append(("rtsp, h264, 30/s", (rtsp, 30.0), 6e4, ""))
    rows.append(("rtsp, h264, 30/s", (rtsp, 30.0), 1.2e5, ""))
    rows += [("ustreamer, 50/s", (ustreamer,), rate, "") for rate in (0, 1e5)]
    rows += [("motion, 30/s", (motion, 30.0), rate, "") for rate in (0, 1e5)]
    for name, (server, *how), rate, tail in rows:
        if only and not any(word in name for word in only):
            continue
        label = name + (f", link of {rate / 1000:g} kB/s" if rate else "")
        try:
            with ExitStack() as stack:
                port, url = stack.enter_context(server(*how))
                if rate:
                    port = stack.enter_context(slow_link(port, rate))
                slow = 0.4 in how
                row = measured(url.format(port=port) + tail, seconds * (1 + slow))
        except (DeviceError, OSError, subprocess.SubprocessError) as error:
            row = f"not run: {type(error).__name__}: {str(error)[:60]}"
        print(f"{label:44}{row}", flush=True)


def losses(seconds: float) -> None:
    """Pictures that a loss has spoiled, and which of them were flagged."""
    sys.path.insert(0, str(HERE))
    print(f"{'':30}pictures  spoiled  of them unflagged  whole and flagged  lost")
    for codec in ("h264", "jpeg"):
        for transport in ("tcp", "udp"):
            for loss in (0.0, 0.002, 0.02):
                with rtsp(30.0, codec, loss) as (port, url):
                    row = _spoiled(f"{url.format(port=port)}#transport={transport}",
                                   seconds)  # fmt: skip
                name = f"{codec}, {transport}, {100 * loss:g} % lost"
                print(f"{name:30}{row}", flush=True)


def _spoiled(url: str, seconds: float) -> str:
    import random

    drawn_by = random.Random(7)  # as rtsp_server.py
    blocks = [[drawn_by.randrange(60, 190) for _ in range(80)] for _ in range(60)]
    texture = np.array(blocks, float).repeat(8, 0).repeat(8, 1)
    spoiled = unflagged = flagged = count = lost = 0
    until_s = time.monotonic() + seconds
    with open_camera(url) as camera:
        while time.monotonic() < until_s:
            try:
                frame = camera.read(3.0)
            except DeviceTimeoutError:
                continue
            wanted = np.roll(texture, -3 * number_in(frame, 1), axis=1)[40:]
            limited = np.clip((wanted - 16) * 255 / 219, 0, 255)
            seen = frame.pixels[40:, :, 1]
            wrong = min(np.abs(seen - wanted).mean(), np.abs(seen - limited).mean())
            is_flagged = FrameFlag.DAMAGED in frame.flags
            count, lost = count + 1, lost + frame.dropped_before
            spoiled += wrong > 5
            unflagged += wrong > 5 and not is_flagged
            flagged += wrong <= 5 and is_flagged
    return f"{count:8d} {spoiled:8d} {unflagged:18d} {flagged:18d} {lost:5d}"


def stopped(pause_s: float = 2.0) -> None:
    """Recordings of a program that is stopped for two seconds, and their gaps."""
    servers: list[tuple[str, Any]] = [
        ("http, with X-Timestamp", lambda: http(30.0, True)),
        ("http, no time", lambda: http(30.0, False)),
        ("rtsp, h264", lambda: rtsp(30.0)),
        ("ustreamer", ustreamer),
    ]
    for name, server in servers:
        with server() as (port, url), tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "r"
            table = out / "frames.csv"
            with subprocess.Popen(
                [sys.executable, "-m", "vein_imaging", "capture",
                 url.format(port=port), "--frames", "150", "--out", out],
                stdout=subprocess.DEVNULL,
            ) as run:  # fmt: skip
                while not table.exists() or table.read_text().count("\n") < 40:
                    time.sleep(0.02)
                run.send_signal(signal.SIGSTOP)
                time.sleep(pause_s)
                run.send_signal(signal.SIGCONT)
                run.wait(60)
            rows = list(csv.DictReader(table.read_text().splitlines()))
        times = [float(row["device_s"] or row["monotonic_s"]) for row in rows]
        told = [int(row["dropped_before"]) for row in rows][1:]
        usual_s = float(np.median(np.diff(times)))
        gaps = [round(gap / usual_s) - 1 for gap in np.diff(times)]
        silent = sum(
            gap >= 2 and not said for gap, said in zip(gaps, told, strict=True)
        )
        print(
            f"{name:26}{len(rows)} frames, longest gap {max(gaps)} frames, told there "
            f"{told[int(np.argmax(gaps))]}, lost in all {sum(told)}, silent gaps "
            f"{silent}",
            flush=True,
        )


def restarted(pause_s: float = 2.0) -> None:
    """GStreamer's server is killed while it streams, and started at the same port."""
    for transport in ("tcp", "udp"):
        port, wrong, after = free_port(), 0, 0
        command = ["/usr/bin/python3", HERE / "rtsp_server.py", "--port", port]
        url = f"rtsp://127.0.0.1:{port}/live#transport={transport}"
        with running(*command) as first:
            wait_for(port)
            with supervise(url) as camera:
                before = sum(_is_told_right(camera) is not None for _ in range(30))
                first.kill()
                first.wait()
                killed_s = time.monotonic()
                time.sleep(pause_s)
                with running(*command):
                    wait_for(port)
                    up_s = time.monotonic()
                    while not camera.status.reconnects:
                        if time.monotonic() - up_s > 30:
                            raise TimeoutError("it was not found again")
                        _is_told_right(camera)
                    back_s = time.monotonic() - up_s
                    for _ in range(60):
                        is_right = _is_told_right(camera)
                        after += is_right is not None
                        wrong += is_right is False
        print(
            f"rtsp, h264, {transport}: {before} pictures, killed, up again after "
            f"{up_s - killed_s:.1f} s, pictures {back_s:.1f} s later; of {after} "
            f"behind it {wrong} with an age wrong by over 0.2 s",
            flush=True,
        )


def _is_told_right(camera: Any) -> bool | None:
    """Whether the next picture's stated age is true; None: none came."""
    try:
        frame = camera.read(1.0)
    except DeviceTimeoutError:
        return None
    age_ms = (int(frame.monotonic_s * 1000) - number_in(frame)) & MASK
    if FrameFlag.DAMAGED in frame.flags:
        return None
    return bool(abs(age_ms / 1000 - frame.delay_s) <= 0.2)


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("what", choices=("ages", "losses", "stopped", "restarted"))
    told.add_argument("--seconds", type=float, default=8.0)
    told.add_argument("--only", default="")
    said = told.parse_args()
    if said.what == "ages":
        ages(said.seconds, [word for word in said.only.split(",") if word])
    elif said.what == "losses":
        losses(said.seconds)
    elif said.what == "restarted":
        restarted()
    else:
        stopped()


if __name__ == "__main__":
    main()
