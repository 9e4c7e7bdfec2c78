"""One drawn leg in six skin tones and three lights: is any tone seen worse?

    python benchmarks/skin_tones.py [--seeds 3]

The phantom's leg by visible light takes the colour of each tone and of each light; then
comes the sensor's noise: dark skin sends back less light and its picture is noisier.
Tones are named by their individual typology angle (ITA, degrees). Recall and precision
of `full` within 4 px (.3 mm), recall of veins of .5 mm and more; share of the skin that
is searched.
"""

from __future__ import annotations

import argparse

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from vein_imaging import AnalysisSettings, analyse
from vein_phantom import PhantomSettings, PhantomTruth, draw_frame

# sRGB of skin at these angles (Chardon et al. 1991 name the classes), lit evenly
TONES = {
    "very light, 58": (238, 206, 189),
    "light, 46": (226, 185, 160),
    "intermediate, 34": (207, 160, 130),
    "tan, 18": (178, 130, 100),
    "brown, -10": (128, 87, 65),
    "dark, -45": (72, 47, 37),
}
LIGHTS = {
    "daylight": (1.0, 1.0, 1.0),
    "warm lamp": (1.0, 0.9, 0.72),
    "cool lamp": (0.92, 1.0, 1.06),
}
NOISE_SHARE, NOISE_LEVELS = 0.08, 1.0
"""Shot noise (times the root of the grey level) and read noise."""
BRIGHTEST = 240.0
TOLERANCE_PX, LEAST_MM = 4.0, 0.5
FULL = AnalysisSettings(quality="full")


def tinted(
    drawn: NDArray[np.uint8],
    skin: NDArray[np.bool_],
    tone: tuple[int, int, int],
    light: tuple[float, float, float],
) -> NDArray[np.uint8]:
    """The leg with a skin of that tone; the background keeps its own colour."""
    typical = np.percentile(drawn[skin], 75, axis=0)
    gain = np.where(skin[..., None], np.array(tone) / typical, 1.0) * np.array(light)
    bright = drawn * gain
    # a camera's exposure keeps the brightest skin below white
    bright *= min(1.0, BRIGHTEST / float(np.percentile(bright[skin], 99)))
    bright = np.clip(bright, 0, 255)
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 1, bright.shape)
    noise *= np.hypot(NOISE_SHARE * np.sqrt(bright), NOISE_LEVELS)
    return np.asarray(np.clip(np.round(bright + noise), 0, 255), np.uint8)


def truth_points(truth: PhantomTruth, least_mm: float) -> NDArray[np.float64]:
    """Points along the veins, so wide and wider, that lie on the seen skin."""
    points = []
    for branch in truth.branches:
        wide = branch.diameter_mm >= least_mm
        points.append(np.asarray(branch.points_rc, float)[wide])
    every = np.concatenate(points)
    rows, columns = np.round(every).astype(int).T
    height, width = truth.skin.shape
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    inside[inside] = truth.skin[rows[inside], columns[inside]]
    return np.asarray(every[inside], np.float64)


def judge(
    picture: NDArray[np.uint8], truth: PhantomTruth
) -> tuple[float, float, float]:
    """Recall, precision, and the share of the skin that was searched."""
    found = analyse(picture, mm_per_pixel=truth.mm_per_pixel, settings=FULL)
    wanted, every = truth_points(truth, LEAST_MM), truth_points(truth, 0.0)
    seen = float(np.mean(np.asarray(found.field)[np.asarray(truth.skin)]))
    if not found.branches:
        return 0.0, 1.0, seen
    lines = np.concatenate([branch.points_rc for branch in found.branches])
    near = np.asarray(KDTree(lines).query(wanted)[0]) <= TOLERANCE_PX
    true = np.asarray(KDTree(every).query(lines)[0]) <= TOLERANCE_PX
    return float(np.mean(near)), float(np.mean(true)), seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    drawn = [
        draw_frame(PhantomSettings(seed=20 + n, colour="skin", noise=False))
        for n in range(chosen.seeds)
    ]
    print("| tone, ITA | light | recall | precision | skin searched |")
    print("|---|---|---|---|---|")
    recalls = []
    for tone, colour in TONES.items():
        for light, gains in LIGHTS.items():
            rows = [
                judge(tinted(pixels, truth.skin, colour, gains), truth)
                for pixels, truth in drawn
            ]
            recall, precision, seen = np.mean(rows, axis=0)
            recalls.append(recall)
            cells = f"{recall:.3f} | {precision:.3f} | {seen:.3f}"
            print(f"| {tone} | {light} | {cells} |", flush=True)
    print(f"recall: best {max(recalls):.3f}, least {min(recalls):.3f}")


if __name__ == "__main__":
    main()
