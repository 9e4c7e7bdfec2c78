"""What each stage and the whole costs, in blurs; scikit-image's filters beside it.

    python benchmarks/speed.py [--peers] [--live-seconds 5]

One blur is one `cv2.GaussianBlur` (float32, sigma 2) of the same size in the same run.
Cost is CPU time of the process on one thread, the least of several runs.
"""

from __future__ import annotations

import argparse
import functools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.filters import frangi, meijering, sato

from vein_imaging import AnalysisSettings, analyse
from vein_imaging.imaging.overlay import draw_overlay
from vein_imaging.imaging.vesselness import FAST, FULL, vesselness
from vein_imaging.pipeline import LiveStep
from vein_phantom import PhantomSettings, draw_frame

SIZES = ((640, 480), (1280, 720), (1920, 1080))
LIVE_FRAMES = 35
"""Both the field, every 7th frame, and the network, every 5th, come round in these."""
# the widths that the octaves of the fast search answer, at full size
PEER_SIGMAS = (2, 4, 6)


def least_cost(run: Callable[[], object], times: int = 9) -> float:
    """Least CPU time of several runs, s."""
    costs = []
    for _ in range(times):
        begun = time.process_time()
        run()
        costs.append(time.process_time() - begun)
    return min(costs)


def one_blur(size: tuple[int, int]) -> float:
    image = np.random.default_rng(0).random(size[::-1]).astype(np.float32)
    return least_cost(lambda: cv2.GaussianBlur(image, (0, 0), 2), 40)


def leg(size: tuple[int, int]) -> tuple[NDArray[np.uint8], float]:
    mm_per_pixel = 102.4 / size[0]
    settings = PhantomSettings(
        seed=3, width_px=size[0], height_px=size[1], mm_per_pixel=mm_per_pixel
    )
    pixels, _ = draw_frame(settings)
    return np.ascontiguousarray(np.dstack([pixels] * 3)), mm_per_pixel


def filter_alone(picture: NDArray[np.uint8], name: str) -> Callable[[], object]:
    """The vesselness filter as `analyse` calls it: at the working size."""
    plane = picture[:, :, 1]
    while max(plane.shape) > 1000:
        half = (plane.shape[1] // 2, plane.shape[0] // 2)
        plane = np.asarray(cv2.resize(plane, half, interpolation=cv2.INTER_AREA))
    plane = np.ascontiguousarray(plane, np.uint8)
    inner = np.ones(plane.shape, np.bool_)
    search = {"fast": FAST, "full": FULL}[name]
    return lambda: vesselness(plane, inner, search=search, octaves=2)


def live_steps(picture: NDArray[np.uint8], mm: float) -> Callable[[], object]:
    """Live steps on a moving picture: field and network each in their turn."""
    step = LiveStep(AnalysisSettings(quality="fast"), mm, budget_s=10)
    frames = [np.roll(picture, n, axis=1) for n in range(6)]
    for frame in frames:
        step.step(frame)

    def run() -> None:
        for number in range(LIVE_FRAMES):
            step.step(frames[number % 6])

    return run


def our_rows(size: tuple[int, int]) -> dict[str, float]:
    picture, mm = leg(size)
    blur = one_blur(size)
    rows = {"one blur, ms": 1000 * blur}
    for name in ("fast", "full"):
        settings = AnalysisSettings(quality=name)
        rows[f"vesselness, {name}"] = least_cost(filter_alone(picture, name)) / blur

        def whole(settings: AnalysisSettings = settings) -> object:
            found = analyse(picture, mm_per_pixel=mm, settings=settings)
            return found.mask, found.vesselness

        rows[f"analyse, {name}"] = least_cost(whole) / blur
    found = analyse(picture, mm_per_pixel=mm)
    rows["overlay"] = least_cost(lambda: draw_overlay(picture, found, opacity=1)) / blur
    rows["live step, mean"] = (
        least_cost(live_steps(picture, mm), 5) / LIVE_FRAMES / blur
    )
    rows["branches found"] = len(found.branches)
    return rows


def peer_rows(size: tuple[int, int]) -> dict[str, float]:
    picture, _ = leg(size)
    blur = one_blur(size)
    grey = picture[:, :, 1].astype(np.float64) / 255
    filters: dict[str, Callable[..., Any]] = {
        "skimage sato": sato,
        "skimage frangi": frangi,
        "skimage meijering": meijering,
    }
    return {
        name: least_cost(functools.partial(f, grey, sigmas=PEER_SIGMAS), 1) / blur
        for name, f in filters.items()
    }


def live_rate(seconds: float) -> float:
    """Frames a second of the live step at 1080p, as `capture` runs it."""
    picture, mm = leg((1920, 1080))
    frames = [np.roll(picture, n, axis=1) for n in range(6)]
    step = LiveStep(AnalysisSettings(quality="fast"), mm)
    background = ThreadPoolExecutor(1)
    step.step(frames[0])
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        step.step(frames[count % 6], in_background=background.submit)
        count += 1
    rate = count / (time.perf_counter() - begun)
    background.shutdown()
    return rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", action="store_true", help="takes minutes")
    parser.add_argument("--live-seconds", type=float, default=5)
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    columns = [our_rows(size) for size in SIZES]
    if chosen.peers:
        for column, size in zip(columns, SIZES, strict=True):
            column |= peer_rows(size)
    print("cost in blurs | " + " | ".join(f"{w} x {h}" for w, h in SIZES))
    print("---|" + "---|" * len(SIZES))
    for name in columns[0]:
        print(name + " | " + " | ".join(f"{column[name]:.2f}" for column in columns))
    cv2.setNumThreads(2)
    rate = live_rate(chosen.live_seconds)
    print(f"live at 1080p, fast, two threads in OpenCV: {rate:.1f} frames/s")


if __name__ == "__main__":
    main()
