"""Resident memory of the live step over many frames.

    python benchmarks/live_memory.py [--frames 10000] [--size 640x360]

Frames are new ones each time: a phantom moved to and fro, with fresh noise.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import cv2
import numpy as np

from vein_imaging import AnalysisSettings
from vein_imaging.pipeline import LiveStep
from vein_phantom import PhantomSettings, draw_frame

REPORT_AT = (100, 1_000, 2_000, 5_000, 10_000, 20_000)


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--size", default="640x360")
    chosen = parser.parse_args()
    width, height = map(int, chosen.size.split("x"))
    cv2.setNumThreads(1)
    mm = 90 / width
    picture, _ = draw_frame(
        PhantomSettings(seed=2, width_px=width, height_px=height, mm_per_pixel=mm)
    )
    rng = np.random.default_rng(0)
    step = LiveStep(AnalysisSettings(quality="fast"), mm)
    begun = time.process_time()
    print("frame | resident MiB | CPU ms a frame")
    for number in range(1, chosen.frames + 1):
        moved = np.roll(picture, round(6 * np.sin(number / 9)), axis=1)
        noise = rng.integers(-2, 3, picture.shape, dtype=np.int16)
        step.step(np.clip(moved + noise, 0, 255).astype(np.uint8))
        if number in REPORT_AT or number == chosen.frames:
            cost = 1000 * (time.process_time() - begun) / number
            print(f"{number} | {resident_mib():.1f} | {cost:.1f}", flush=True)


if __name__ == "__main__":
    main()
