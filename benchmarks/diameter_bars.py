"""Diameters of straight flat bars through the whole pipeline, at random angles.

    python benchmarks/diameter_bars.py [--blur-known]

Bars of 2 to 30 px, 600 px long, blur 1.2 px, contrast 25, noise 3, 1280 x 720.
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from vein_imaging import AnalysisSettings, analyse

WIDTHS_PX = (2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 24, 30)
BLUR_PX, CONTRAST, NOISE = 1.2, 25, 3
ANGLES = 4
END_PX = 270


def bar(
    width_px: float, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """A bar, and for each pixel how far along it lies from the middle."""
    angle = rng.uniform(0, np.pi)
    rows, columns = np.mgrid[:720, :1280]
    rows, columns = rows - 360 + rng.uniform(-3, 3), columns - 640 + rng.uniform(-3, 3)
    away = rows * np.cos(angle) - columns * np.sin(angle)
    along = columns * np.cos(angle) + rows * np.sin(angle)
    root = BLUR_PX * np.sqrt(2)
    cover = (erf((away + width_px / 2) / root) - erf((away - width_px / 2) / root)) / 2
    noise = rng.normal(0, NOISE, cover.shape)
    picture = 140 - CONTRAST * cover * (np.abs(along) < 300) + noise
    return np.asarray(np.clip(np.round(picture), 0, 255), np.uint8), along


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--blur-known", action="store_true")
    known = parser.parse_args().blur_known
    settings = AnalysisSettings(
        quality="full", blur_sigma_px=BLUR_PX if known else None
    )
    rng = np.random.default_rng(5)
    print("| width, px | bias | sd | points | not told |\n|---|---|---|---|---|")
    for width in WIDTHS_PX:
        errors: list[NDArray[np.float32]] = [np.zeros(0, np.float32)]
        for _ in range(ANGLES):
            picture, along = bar(width, rng)
            found = analyse(picture, mm_per_pixel=0.1, settings=settings)
            if found.branches:
                longest = max(found.branches, key=lambda branch: branch.length_px)
                rows, columns = np.round(longest.points_rc).astype(int).T
                on_bar = np.abs(along[rows, columns]) < END_PX
                errors.append(longest.diameter_px[on_bar] - np.float32(width))
        error = np.concatenate(errors)
        told = error[np.isfinite(error)]
        figures = f"{np.median(told):+.2f} | {told.std():.2f} | {len(told)}"
        print(f"| {width} | {figures} | {len(error) - len(told)} |", flush=True)


if __name__ == "__main__":
    main()
