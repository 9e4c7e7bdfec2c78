"""What the window shows, how late, and what it costs, beside napari as it comes.

    xvfb-run -a -s "-screen 0 1920x1080x24" python benchmarks/window_speed.py
        [--seconds 10] [--memory 5000] [--only speed,whole,memory,start]

plain: `napari.Viewer`, whose image layer is given every picture by `layer.data =`.
napari, qt: this program's two canvases. All three are of one size on the screen.

speed: a thread gives ready pictures, 300 a second (what can be shown at most; looked
for every ms) and 30 a second (a camera; looked for as the window does). Said are:
pictures that reached the screen, their age there, the longest time in which the event
loop did nothing else, and processor time per picture. whole: the window with a camera
of 30 a second and the veins found in every picture. memory: what is resident after 500
and after so many pictures. start: from the start of the process until the splash, and
until the first picture, is on the screen. Each case is its own process.
Results: benchmarks/results/window_speed.txt.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import psutil
from qtpy.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from qtpy.QtWidgets import QApplication, QWidget

from vein_devices import Frame, open_camera
from vein_imaging.capture import CaptureSettings, LiveFeed, LivePicture, Mailbox

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080)}
CANVAS = {"720p": (1280, 720), "1080p": (1900, 1000)}
"""As the measured findings for napari have it; this program's own is smaller."""
MIB = 1 << 20
now_s = time.monotonic


def drawn(size: tuple[int, int], count: int = 12) -> list[Any]:
    """Pictures of a drawn leg that moves, grey."""
    width, height = size
    address = "phantom:?seed=5&size=640x480&fps=0"
    frames: list[Any] = []
    with open_camera(address) as camera:
        while len(frames) < count:
            pixels = camera.read().pixels
            tall, wide = np.ogrid[:height, :width]
            frames.append(
                np.ascontiguousarray(pixels[tall * 480 // height, wide * 640 // width])
            )
    return frames


class Shown(QObject):
    """Notes which picture is on the screen, and when the event loop was busy."""

    def __init__(self, surface: QWidget, last: Callable[[], float]) -> None:
        super().__init__()
        self._last, self._noted = last, 0.0
        self.ages_s: list[float] = []
        self.stalls_s: list[float] = []
        self._looked_s = now_s()
        surface.installEventFilter(self)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)
        self._timer.start(5)

    def eventFilter(self, watched: Any, event: Any) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Paint:
            taken_s = self._last()
            # the paint ends, and the screen has it, within this turn of the loop
            QTimer.singleShot(0, lambda: self._note(taken_s))
        return False

    def _note(self, taken_s: float) -> None:
        if taken_s > self._noted:
            self._noted = taken_s
            self.ages_s.append(now_s() - taken_s)

    def _look(self) -> None:
        self.stalls_s.append(now_s() - self._looked_s - 0.005)
        self._looked_s = now_s()


class Source(threading.Thread):
    """Puts ready pictures into the mailbox, so many a second."""

    def __init__(self, rate: float, size: tuple[int, int]) -> None:
        super().__init__(daemon=True)
        self.mailbox = Mailbox[LivePicture]()
        self.rate, self.cpu_s, self.stopping = rate, 0.0, threading.Event()
        self._pictures = [grey[..., None].repeat(3, 2) for grey in drawn(size)]

    def run(self) -> None:
        due_s, number = now_s(), 0
        while not self.stopping.is_set():
            frame = Frame(self._pictures[0][..., 0], number, now_s())
            picture = self._pictures[number % len(self._pictures)]
            self.mailbox.put(
                LivePicture(frame, picture, None, None, CaptureSettings(), 0.0, 0.0)
            )
            number += 1
            due_s += 1 / self.rate
            self.cpu_s = time.thread_time()
            time.sleep(max(0.0, due_s - now_s()))


@contextmanager
def display(kind: str, source: Source, size: str) -> Iterator[Shown]:
    """A canvas of this kind on the screen, which takes the source's pictures."""
    wide, high = CANVAS[size]
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    if kind == "plain":
        import napari

        viewer = napari.Viewer(show=False)
        viewer.window._qt_viewer.dockLayerList.hide()
        viewer.window._qt_viewer.dockLayerControls.hide()
        height, width = SIZES[size][::-1]
        layer = viewer.add_image(np.zeros((height, width, 3), np.uint8), rgb=True)
        viewer.window.show()
        surface = viewer.window._qt_viewer.canvas.native
        window = viewer.window._qt_window
        grow_to(window, surface, wide, high)
        viewer.reset_view()
        last = [0.0]

        def take() -> None:
            latest = source.mailbox.take()
            if latest is not None:
                layer.data = latest.picture
                last[0] = latest.frame.taken_s

        taken, close = (lambda: last[0]), viewer.close
    else:
        from vein_imaging.viewer.canvas.choose import choose_canvas
        from vein_imaging.viewer.live.live_view import LiveView

        canvas: Any = choose_canvas(kind)  # type: ignore[arg-type]
        live = LiveView(canvas, source.mailbox)
        surface = canvas.surface
        canvas.widget.show()
        grow_to(canvas.widget, surface, wide, high)
        take = live.update  # type: ignore[assignment]
        taken = lambda: live.shown.frame.taken_s if live.shown else 0.0  # noqa: E731
        close = canvas.close
    shown = Shown(surface, taken)
    timer.timeout.connect(take)
    timer.start(15 if source.rate <= 60 else 1)
    source.start()
    yield shown
    timer.stop()
    source.stopping.set()
    close()
    QApplication.processEvents()


def grow_to(window: QWidget, surface: QWidget, wide: int, high: int) -> None:
    """Make the canvas, not the window, this large."""
    for _ in range(4):
        settle(0.1)
        window.resize(
            window.width() + wide - surface.width(),
            window.height() + high - surface.height(),
        )


def settle(seconds: float) -> None:
    until_s = now_s() + seconds
    while now_s() < until_s:
        QApplication.processEvents()
        time.sleep(0.001)


def run_loop(until: Callable[[], bool]) -> None:
    timer, loop = QTimer(), QEventLoop()  # `quit` would ask the window to close
    timer.timeout.connect(lambda: loop.quit() if until() else None)
    timer.start(50)
    loop.exec()


def figures(shown: Shown, seconds: float, cpu_s: float) -> dict[str, float]:
    count = max(1, len(shown.ages_s))
    return {
        "shown_per_s": len(shown.ages_s) / seconds,
        "age_ms": 1000 * float(np.median(shown.ages_s or [np.nan])),
        "stall_ms": 1000 * max(shown.stalls_s),
        "cpu_ms": 1000 * cpu_s / count,
    }


def speed(kind: str, size: str, rate: float, seconds: float) -> dict[str, float]:
    _app, me = QApplication([]), psutil.Process()
    source = Source(rate, SIZES[size])
    with display(kind, source, size) as shown:
        warm_s = now_s() + 2
        run_loop(lambda: now_s() > warm_s)
        shown.ages_s.clear()
        shown.stalls_s.clear()
        before = sum(me.cpu_times()[:2]) - source.cpu_s
        begun_s = now_s()
        run_loop(lambda: now_s() > begun_s + seconds)
        used_s = sum(me.cpu_times()[:2]) - source.cpu_s - before
        return figures(shown, now_s() - begun_s, used_s)


def memory(kind: str, size: str, pictures: float, _: float) -> dict[str, float]:
    _app, me = QApplication([]), psutil.Process()
    source = Source(300, SIZES[size])
    with display(kind, source, "720p") as shown:
        run_loop(lambda: len(shown.ages_s) >= 500)
        first = me.memory_info().rss
        run_loop(lambda: len(shown.ages_s) >= pictures)
        last = me.memory_info().rss
    return {"mib_after_500": first / MIB, "mib_at_the_end": last / MIB}


class Pacing:
    """A camera of 30 pictures a second, drawn before."""

    address, nominal_fps = "pacing:", 30.0

    def __init__(self, size: tuple[int, int]) -> None:
        self._frames = drawn(size)

    def open(self) -> None:
        self._number, self._due_s = 0, now_s()

    def read(self, timeout_s: float = 2.0) -> Frame:
        self._due_s = max(self._due_s + 1 / 30, now_s() - 0.1)
        time.sleep(max(0.0, self._due_s - now_s()))
        self._number += 1
        pixels = self._frames[self._number % len(self._frames)]
        return Frame(pixels, self._number - 1, now_s())

    def close(self) -> None:
        pass


def whole(kind: str, size: str, _: float, seconds: float) -> dict[str, float]:
    from vein_imaging.pipeline import AnalysisSettings, LiveStep
    from vein_imaging.treatment.practice import practice_visit
    from vein_imaging.viewer import ViewerOptions
    from vein_imaging.viewer.window import ViewerWindow

    app, me = QApplication([]), psutil.Process()

    def make_step(settings: CaptureSettings, frame: Frame) -> Any:
        return LiveStep(AnalysisSettings(quality=settings.quality), 0.08)

    with practice_visit("US", "UTC") as visit:
        feed = LiveFeed(Pacing(SIZES[size]), make_step)  # type: ignore[arg-type]
        options = ViewerOptions(canvas=kind)  # type: ignore[arg-type]
        window = ViewerWindow(feed, visit, options=options)
        live = window.live
        taken = lambda: live.shown.frame.taken_s if live.shown else 0.0  # noqa: E731
        shown = Shown(window.canvas.surface, taken)
        window.show(SIZES[size])
        run_loop(lambda: len(shown.ages_s) >= 20)
        shown.ages_s.clear()
        shown.stalls_s.clear()
        before, begun_s = sum(me.cpu_times()[:2]), now_s()
        run_loop(lambda: now_s() > begun_s + seconds)
        used_s = sum(me.cpu_times()[:2]) - before
        found = figures(shown, now_s() - begun_s, used_s)
        window.close()
        app.processEvents()
    return found


PLAIN_START = """
import sys, time
import numpy as np, napari
from qtpy.QtCore import QTimer
viewer = napari.Viewer(show=True)
viewer.add_image(np.random.default_rng(1).integers(0, 255, (720, 1280, 3), np.uint8),
                 rgb=True)
from qtpy.QtWidgets import QApplication
for _ in range(3): QApplication.processEvents()
print("first", time.time() - float(sys.argv[1]))
viewer.close()
"""
OUR_START = """
import sys, time
from vein_imaging.viewer import run
real = run.splash
def splash():
    cover = real()
    print("splash", time.time() - float(sys.argv[1]))
    watch_first()  # imports what the splash must not wait for
    return cover
run.splash = splash
def watch_first():
    from vein_imaging.viewer.live import live_view
    show = live_view.LiveView.update
    def update(self):
        told = show(self)
        if self.count == 1:
            from qtpy.QtCore import QTimer
            now = lambda: print("first", time.time() - float(sys.argv[1]))
            QTimer.singleShot(0, now)
        return told
    live_view.LiveView.update = update
run.run_viewer("phantom:?seed=5&size=1280x720&fps=0", screenshot=sys.argv[2],
    options=run.ViewerOptions(size_px=(1280, 720), canvas=sys.argv[3],
    screenshot_after=2))
"""


def start(kind: str, *_: object) -> dict[str, float]:
    text = PLAIN_START if kind == "plain" else OUR_START
    with tempfile.TemporaryDirectory() as folder:
        config = {"NAPARI_CONFIG": f"{folder}/napari.yaml"}
        done = subprocess.run(
            [sys.executable, "-c", text, f"{time.time()}", f"{folder}/a.png", kind],
            capture_output=True, text=True, check=True, env=os.environ | config,
        )  # fmt: skip
    lines = (line.split() for line in done.stdout.splitlines())
    found: dict[str, float] = {}
    for name, value in lines:
        found.setdefault(f"{name}_s", float(value))
    return found


CASES: dict[str, Callable[..., dict[str, float]]] = {
    "speed": speed, "whole": whole, "memory": memory, "start": start,
}  # fmt: skip


def planned(options: argparse.Namespace) -> Iterator[tuple[str, str, str, float]]:
    wanted = options.only.split(",")
    if "start" in wanted:
        for _ in range(3):  # the first of each reads from the disk
            for kind in ("plain", "qt", "napari"):
                yield "start", kind, "720p", 0
    for size in SIZES:
        for rate in (300, 30):
            for kind in ("plain", "napari", "qt"):
                if "speed" in wanted:
                    yield "speed", kind, size, rate
        for kind in ("napari", "qt"):
            if "whole" in wanted:
                yield "whole", kind, size, 30
    if "memory" in wanted:
        for kind in ("qt", "napari"):
            yield "memory", kind, "720p", options.memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--memory", type=float, default=5000)
    parser.add_argument("--only", default="speed,whole,memory,start")
    parser.add_argument("--case", help="what a process of its own runs")
    options = parser.parse_args()
    if options.case:
        name, kind, size, number = json.loads(options.case)
        print(json.dumps(CASES[name](kind, size, number, options.seconds)))
        return
    for case in planned(options):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [sys.executable, __file__, "--case", json.dumps(case),
                 "--seconds", str(options.seconds)],
                capture_output=True, text=True, check=False,
                env=os.environ | {"NAPARI_CONFIG": f"{folder}/napari.yaml"},
            )  # fmt: skip
        if done.returncode:
            print(case, "failed:", done.stderr.strip()[-500:], flush=True)
            continue
        found = json.loads(done.stdout.splitlines()[-1])
        told = "  ".join(f"{name} {value:.1f}" for name, value in found.items())
        load = os.getloadavg()[0]
        name, kind, size, number = case
        head = f"{name:7}{kind:7}{size:6}{number:6.0f}"
        print(f"{head}  {told}  (load {load:.1f})", flush=True)


if __name__ == "__main__":
    main()
