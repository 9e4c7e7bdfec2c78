"""Lens and scale of random drawn rigs against the truth.

    python benchmarks/calibration_rigs.py [--rigs 200] [--size 1280x720] [--out FILE]
    python benchmarks/calibration_rigs.py --show FILE

A rig: focal length, principal point, distortion, blur, noise, exposure, vignetting, 8
to 15 views of the sheet tilted by up to 25 degrees, and one more picture of it, tilted
by up to 25 degrees, that gives the scale. The sheet is printed a little too large or
too small (standard deviation .1 %), and the skin lies a little nearer or further than
the sheet (.2 mm): what is stated of both is what was drawn. One line of JSON for each.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vein_calibration import SHEET, CalibrationError, find_target, fit_lens
from vein_calibration.skin_plane import PRINT_ERROR, SKIN_ERROR_MM, plane_from_target
from vein_phantom.target_view import Optics, Placement, view_flat

PX_PER_MM = 10.0
BLACK, WHITE = 15, 230
MIDDLE_MM = 85.0, 110.0


def printed() -> NDArray[np.uint8]:
    """The sheet as ink on paper: not quite black on not quite white."""
    drawn = SHEET.draw(round(SHEET.square_mm * PX_PER_MM))
    return np.where(drawn > 127, WHITE, BLACK).astype(np.uint8)


def random_optics(rng: np.random.Generator, size_px: tuple[int, int]) -> Optics:
    width, height = size_px
    return Optics(
        width,
        height,
        width * rng.uniform(0.8, 1.8),
        ((width - 1) / 2 + rng.normal(0, 12), (height - 1) / 2 + rng.normal(0, 12)),
        (rng.uniform(-0.3, 0.15), rng.uniform(-0.05, 0.1), *rng.normal(0, 6e-4, 2), 0),
        defocus_px=rng.uniform(0.4, 1.4),
        vignetting=rng.uniform(0, 1.5),
        noise=rng.uniform(0.5, 2),
        exposure=rng.uniform(0.5, 0.95),
    )


def random_place(
    rng: np.random.Generator, optics: Optics, tilt_deg: float, towards_deg: float
) -> Placement:
    """Somewhere from 75 to 215 mm wide in view, some part of the sheet before it."""
    wide_mm = rng.uniform(75, 215)
    away = rng.uniform(-1, 1, 2) * (20, 30)
    return Placement(
        wide_mm * optics.focal_px / optics.width_px,
        (MIDDLE_MM[0] + away[0], MIDDLE_MM[1] + away[1]),
        tilt_deg,
        towards_deg,
        rng.uniform(-180, 180),
    )


def true_scale(optics: Optics, place: Placement) -> float:
    """Millimetres per undistorted pixel in the middle of the picture."""
    middle = np.array([(optics.width_px - 1) / 2, (optics.height_px - 1) / 2])
    step = 1e-2
    points = middle + np.array([[0, 0], [step, 0], [0, step]])
    on_plane = place.from_rays((points - np.array(optics.centre_xy)) / optics.focal_px)
    sides = (on_plane[1:] - on_plane[0]) / step
    return math.sqrt(abs(float(np.linalg.det(sides))))


def one_rig(
    seed: int, art: NDArray[np.uint8], size_px: tuple[int, int]
) -> dict[str, Any]:
    rng = np.random.default_rng([14, seed])
    optics, count = random_optics(rng, size_px), int(rng.integers(8, 16))
    stretch, lift_mm = 1 + PRINT_ERROR * rng.normal(), SKIN_ERROR_MM * rng.normal()
    views, refused = [], []
    for n in range(count):
        towards = 360 * n / count + rng.uniform(-20, 20)
        tilt = rng.uniform(0, 25)
        place = random_place(rng, optics, tilt, towards)
        seen = replace(optics, seed=100 * seed + n)
        picture = view_flat(art, PX_PER_MM / stretch, seen, place)
        try:
            views.append(find_target(picture, SHEET, f"view {n + 1}"))
        except CalibrationError as error:
            refused.append(str(error))
    row: dict[str, Any] = {
        "seed": seed,
        "size_px": list(size_px),
        "views": count,
        "refused": refused,
    }
    try:
        fit = fit_lens(views)
    except CalibrationError as error:
        return row | {"lens_refused": str(error)}
    lens = fit.lens
    place = random_place(rng, optics, rng.uniform(0, 25), rng.uniform(0, 360))
    picture = view_flat(art, PX_PER_MM / stretch, replace(optics, seed=seed), place)
    sighting = find_target(picture, SHEET, "scale")
    bare = plane_from_target(sighting, lens, print_error=0, skin_error_mm=0)
    whole = plane_from_target(sighting, lens)
    # the sheet's own millimetres are not quite millimetres
    of_sheet = true_scale(optics, place) / stretch
    on_skin = of_sheet * stretch * (1 + lift_mm / place.distance_mm)
    return row | {
        "left_out": list(fit.left_out),
        "focal_error_pct": 100 * (lens.focal_px / optics.focal_px - 1),
        "focal_sd_pct": 100 * lens.focal_error,
        "reprojection_px": lens.reprojection_px,
        "tilt_error_deg": whole.tilt_deg - place.tilt_deg,
        "sheet_error_pct": 100 * (bare.pixel_size.mm_per_pixel / of_sheet - 1),
        "sheet_half_pct": 196 * bare.pixel_size.relative_error,
        "skin_error_pct": 100 * (whole.pixel_size.mm_per_pixel / on_skin - 1),
        "skin_half_pct": 196 * whole.pixel_size.relative_error,
    }


def show(rows: list[dict[str, Any]]) -> str:
    fitted = [row for row in rows if "lens_refused" not in row]

    def of(name: str) -> NDArray[np.float64]:
        return np.array([row[name] for row in fitted])

    def told(name: str, errors: NDArray[np.float64]) -> str:
        middle, far = np.percentile(errors, (50, 95))
        return f"{name}: median {middle:.3f}, 95th percentile {far:.3f}, "

    focal, sheet, skin = (
        np.abs(of(name))
        for name in ("focal_error_pct", "sheet_error_pct", "skin_error_pct")
    )
    lines = [
        f"rigs {len(rows)}, refused {len(rows) - len(fitted)}, views not usable "
        f"{sum(len(row['refused']) for row in rows)} of "
        f"{sum(row['views'] for row in rows)}, left out "
        f"{sum(len(row['left_out']) for row in fitted)}",
        told("focal length, % off", focal) + f"largest {focal.max():.3f}; "
        f"within .5 % {100 * (focal <= 0.5).mean():.1f} %; "
        f"within 1.96 sd {100 * (focal <= 1.96 * of('focal_sd_pct')).mean():.1f} %",
        told("reprojection, px", of("reprojection_px"))
        + f"largest {of('reprojection_px').max():.3f}",
        told("tilt, degrees off", np.abs(of("tilt_error_deg")))
        + f"largest {np.abs(of('tilt_error_deg')).max():.2f}",
    ]
    for name, error, half in (
        ("mm per pixel of the sheet", sheet, of("sheet_half_pct")),
        ("mm per pixel of the skin", skin, of("skin_half_pct")),
    ):
        lines.append(
            told(f"{name}, % off", error) + f"largest {error.max():.3f}; within .5 % "
            f"{100 * (error <= 0.5).mean():.1f} %; inside its 95 % interval "
            f"{100 * (error <= half).mean():.1f} %; half width, median "
            f"{np.median(half):.3f} %, largest {half.max():.3f} %"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rigs", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--show", type=Path)
    wanted = parser.parse_args()
    if wanted.show:
        lines = wanted.show.read_text("utf-8").splitlines()
        print(show([json.loads(line) for line in lines]))
        return
    art, rows = printed(), []
    width, height = map(int, wanted.size.split("x"))
    for seed in range(wanted.first, wanted.first + wanted.rigs):
        rows.append(one_rig(seed, art, (width, height)))
        if wanted.out:
            with wanted.out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(rows[-1]) + "\n")
    print(show(rows))


if __name__ == "__main__":
    main()
