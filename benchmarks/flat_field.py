"""What evening out the light does to what is found.

    python -m benchmarks.flat_field [--seeds 5] [--data ../shared/data/skin]

phantom  seeds 20 and on, near-infrared: as drawn (a hot centre, vignetting), with its
         flat field, and under even light.
skin     real crops with traced veins: as they are; under the light of the phantom, as
         if it had lit them; the same with its flat field taken out again.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from benchmarks.phantom_veins import make_case, score
from vein_calibration.flat_field import SIDE, FlatField, fit_flat_field
from vein_imaging import AnalysisSettings, VeinMap, analyse
from vein_phantom import PhantomSettings, draw_frame, draw_scene
from vein_phantom.light import illumination

FULL = AnalysisSettings(quality="full")
Pixels = NDArray[np.uint8]


def phantom(seeds: int) -> None:
    rows: dict[str, list[tuple[float, float]]] = {}
    for seed in range(20, 20 + seeds):
        settings = PhantomSettings(seed=seed)
        bare = replace(
            settings, hair=0, glare=0, freckles=0, texture=0.0, limb=False, veins=False,
            motion=0.0,
        )  # fmt: skip
        scene = draw_scene(bare)
        flat = fit_flat_field([scene.frame(n)[0] for n in range(6)])
        case = make_case(settings)
        even = draw_frame(replace(settings, light=0.0))[0]
        for name, picture in (
            ("as drawn", case.pixels),
            ("flat field", flat.correct(case.pixels.copy())),
            ("even light", even),
        ):
            found = analyse(
                picture, mm_per_pixel=case.truth.mm_per_pixel, settings=FULL
            )
            got = score(found, case)
            rows.setdefault(name, []).append((got.recall, got.precision))
            print(f"{seed} {name}: {got.recall:.3f} {got.precision:.3f}", flush=True)
    for name, row in rows.items():
        recall, precision = np.mean(row, axis=0)
        print(f"phantom, {name}: recall {recall:.3f}, precision {precision:.3f}")


def light_over(shape: tuple[int, int]) -> NDArray[np.float64]:
    """The phantom's light over a picture, 1 where it is brightest."""
    small = PhantomSettings(seed=20, width_px=640, height_px=480)
    light = cv2.resize(illumination(small), shape[::-1]).astype(np.float64)
    return np.asarray(light / light.max())


def flat_of(light: NDArray[np.float64], gamma: float) -> FlatField:
    height, width = light.shape
    size = max(1, width // SIDE), max(1, height // SIDE)
    card = 200 * light**gamma
    level = np.asarray(cv2.resize(card, size, interpolation=cv2.INTER_AREA), np.float32)
    level = np.repeat(level[..., None], 3, axis=2)
    nothing = np.zeros((0, 2), np.intp)
    return FlatField("", (width, height), level, np.zeros_like(level), nothing)


def dense(points: NDArray[np.float64]) -> NDArray[np.float64]:
    length = np.append(0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))
    at = np.arange(0, length[-1], 0.5)
    return np.stack([np.interp(at, length, points[:, k]) for k in (0, 1)], axis=1)


def on_crop(found: VeinMap, crop: dict[str, Any]) -> tuple[float, ...]:
    """Length found of the traced, length traced, length found that is traced, found."""
    x0, y0, x1, y1 = crop["box"]
    lines = [
        dense(b.points_rc[:, ::-1].astype(float))
        for b in found.branches
        if len(b.points_rc) > 1
    ]
    drawn = np.concatenate(lines) if lines else np.zeros((0, 2))
    inside = (drawn >= [x0, y0]).all(axis=1) & (drawn < [x1, y1]).all(axis=1)
    drawn = drawn[inside]
    hit = traced = 0
    true = np.zeros(len(drawn), bool)
    for stroke in crop["strokes"]:
        if stroke["kind"] == "not_vein":
            continue
        line = dense(np.array(stroke["xy"], float))
        reach = max(2.0, stroke["width_px"] / 2)
        traced += len(line)
        if len(drawn):
            hit += int((KDTree(drawn).query(line)[0] <= reach).sum())
            true |= KDTree(line).query(drawn)[0] <= reach
    return hit, traced, float(true.sum()), len(drawn)


def skin(data: Path) -> None:
    crops = json.loads((data / "strokes.json").read_text("utf-8"))["crops"]
    masks = {
        one["picture"]: one["mask"]
        for one in json.loads((data / "index.json").read_text("utf-8"))
    }
    total: dict[str, NDArray[np.float64]] = {}
    for crop in crops:
        raw = cv2.imread(str(data / crop["picture"]))
        if raw is None or not any(s["kind"] != "not_vein" for s in crop["strokes"]):
            continue
        rgb = np.asarray(cv2.cvtColor(raw, cv2.COLOR_BGR2RGB), np.uint8)
        field = None
        if crop["picture"] in masks:
            mask = cv2.imread(str(data / masks[crop["picture"]]), 0)
            field = None if mask is None else np.asarray(mask >= 128)
        gamma = 1 / 2.2
        light = light_over((rgb.shape[0], rgb.shape[1]))
        dimmed = np.rint(rgb * (light**gamma)[..., None]).astype(np.uint8)
        flat = flat_of(light, gamma)
        for name, picture in (
            ("as it is", rgb),
            ("uneven light", dimmed),
            ("its flat field", flat.correct(dimmed.copy())),
        ):
            found = analyse(picture, field=field, settings=FULL)
            got = np.array(on_crop(found, crop), float)
            total[name] = total.get(name, np.zeros(4)) + got
            print(
                f"{crop['name']} {name}: recall {got[0] / max(got[1], 1):.3f}, "
                f"precision {got[2] / max(got[3], 1):.3f}",
                flush=True,
            )
    for name, (hit, traced, true, drawn) in total.items():
        print(f"skin, {name}: recall {hit / traced:.3f}, precision {true / drawn:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/skin"))
    wanted = parser.parse_args()
    phantom(wanted.seeds)
    if wanted.data.is_dir():
        skin(wanted.data)
    else:
        print(f"no real skin in {wanted.data}")


if __name__ == "__main__":
    main()
