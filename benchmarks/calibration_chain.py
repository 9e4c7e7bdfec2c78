"""The whole chain, from target to millimetres, against the truth.

    python -m benchmarks.calibration_chain [bars] [leg] [limb] [--seeds 5]

bars  flat bars of 2 to 10 px, their blur measured on a target seen by the same camera:
      bias with that blur, and with the blur assumed.
leg   drawn legs seen through a distorting, tilted camera: diameters and classes with
      the profile, and with a ruler and nothing else.
limb  bars along a round limb at growing offsets from its middle: width read, class.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from benchmarks.calibration_rigs import (
    MIDDLE_MM,
    PX_PER_MM,
    printed,
    true_scale,
)
from vein_calibration import SHEET, PixelSize, find_target, fit_lens
from vein_calibration.edges import Blur, blur_of_edges
from vein_calibration.limb import undecided_from
from vein_calibration.profile import Profile, Scale
from vein_calibration.sighting import grey_of
from vein_calibration.skin_plane import plane_from_target
from vein_imaging import AnalysisSettings, VeinMap, analyse
from vein_imaging.imaging.vein_map import vein_class_of
from vein_phantom import PhantomSettings, draw_frame
from vein_phantom.target_view import Optics, Placement, view_flat, view_round

FULL = AnalysisSettings(quality="full")
FINE_MM = 0.04
BENT = (-0.25, 0.09, 5e-4, -4e-4, 0.0)


def camera(seed: int = 1, distortion: Any = (0.0,) * 5, blur_px: float = 1.1) -> Optics:
    return Optics(
        1280, 720, 1500.0, (648.0, 352.0), distortion,
        defocus_px=blur_px, vignetting=0.6, noise=0.7, seed=seed,
    )  # fmt: skip


def measured_blur(optics: Optics) -> Blur:
    picture = view_flat(printed(), PX_PER_MM, optics, Placement(120.0, MIDDLE_MM))
    view = find_target(picture, SHEET)
    blur = blur_of_edges(grey_of(picture), 16, view.ids, view.corners_xy)
    assert blur is not None
    return blur


def bars_thing(width_mm: float, px_per_mm: float) -> NDArray[np.uint8]:
    """A dark bar across the middle of grey skin, as long as the thing."""
    high, wide = round(120 * px_per_mm), round(160 * px_per_mm)
    thing = np.full((high, wide), 150.0)
    middle, half = high / 2, width_mm * px_per_mm / 2
    rows = np.arange(high) + 0.5
    cover = np.clip(np.minimum(rows - middle + half, middle + half - rows) + 0.5, 0, 1)
    thing -= 38 * cover[:, None]
    return np.asarray(np.rint(thing), np.uint8)


def longest(found: VeinMap) -> Any:
    return max(found.branches, key=lambda branch: branch.length_px, default=None)


def bars(seeds: int) -> None:
    print(
        "blur px | measured | width px | bias, blur measured | bias, assumed | untold"
    )
    place = Placement(120.0, (80.0, 60.0))
    for blur_px in (0.7, 1.1, 1.5):
        optics = camera(blur_px=blur_px)
        known = measured_blur(optics).sigma_px
        mm = 120.0 / optics.focal_px
        for width_px in (2, 3, 4, 6, 10):
            thing = bars_thing(width_px * mm, 40.0)
            read: dict[bool, list[NDArray[np.float32]]] = {True: [], False: []}
            for seed in range(seeds):
                turned = replace(place, turn_deg=17.0 + 29 * seed)
                picture = view_flat(thing, 40.0, replace(optics, seed=seed), turned)
                for told in (True, False):
                    # sharp bars this thin on top of the skin are hairs
                    how = replace(
                        FULL, blur_sigma_px=known if told else None, reject_hair=False
                    )
                    branch = longest(analyse(picture, mm_per_pixel=mm, settings=how))
                    if branch is not None:
                        read[told].append(branch.diameter_px)
            if not any(np.isfinite(part).any() for part in read[True]):
                print(f"{blur_px} | {known:.2f} | {width_px} | not found")
                continue
            with_blur, without = (np.concatenate(read[told]) for told in (True, False))
            print(
                f"{blur_px} | {known:.2f} | {width_px} | "
                f"{np.nanmedian(with_blur) - width_px:+.2f} | "
                f"{np.nanmedian(without) - width_px:+.2f} | "
                f"{100 * np.isnan(with_blur).mean():.0f} %",
                flush=True,
            )


def calibrated(optics: Optics, place: Placement) -> Profile:
    """Calibrate as a clinic does: ten views of the sheet, then one on the skin."""
    art, views = printed(), []
    rng = np.random.default_rng(7)
    for n in range(10):
        away = rng.uniform(-1, 1, 2) * (20, 30)
        one = Placement(
            rng.uniform(90, 170), (MIDDLE_MM[0] + away[0], MIDDLE_MM[1] + away[1]),
            18.0 if n else 0.0, 36.0 * n, rng.uniform(-180, 180),
        )  # fmt: skip
        picture = view_flat(art, PX_PER_MM, replace(optics, seed=200 + n), one)
        views.append(find_target(picture, SHEET, f"view {n + 1}"))
    lens = fit_lens(views).lens
    on_skin = replace(place, middle_mm=MIDDLE_MM)
    picture = view_flat(art, PX_PER_MM, replace(optics, seed=300), on_skin)
    sighting = find_target(picture, SHEET)
    plane = plane_from_target(sighting, lens)
    return Profile(
        camera="drawn",
        size_px=(optics.width_px, optics.height_px),
        made_at=datetime.now(UTC),
        software="benchmark",
        lens=lens,
        scale=Scale(
            plane.pixel_size, plane.flattening() if plane.tilted else None,
            plane.spread, plane.tilt_deg, plane.distance_mm,
        ),
        blur=blur_of_edges(
            grey_of(picture), 16, sighting.ids, sighting.corners_xy
        ),
    )  # fmt: skip


def on_skin_mm(
    points_rc: NDArray[np.float32],
    optics: Optics,
    place: Placement,
    profile: Profile | None,
) -> NDArray[np.float64]:
    """Points of an analysed picture on the drawn skin, (x, y) mm."""
    xy = points_rc[:, ::-1].astype(np.float64)
    if profile is None or profile.lens is None:
        return place.from_rays(optics.rays(xy))
    scale = profile.scale
    if scale is not None and scale.flattening is not None:
        back = np.linalg.inv(scale.flattening)
        full = np.concatenate([xy, np.ones((len(xy), 1))], axis=1) @ back.T
        xy = full[:, :2] / full[:, 2:]
    matrix = profile.lens.matrix
    return place.from_rays((xy - matrix[:2, 2]) / matrix[[0, 1], [0, 1]])


def leg(seeds: int) -> None:
    """Diameters and classes of legs through a bent, tilted camera."""
    optics = camera(distortion=BENT, blur_px=0.8)
    place = Placement(112.0, (1920 * FINE_MM / 2, 1080 * FINE_MM / 2), 12.0, 50.0)
    optics = replace(optics, gamma=1.0, exposure=0.95)
    profile = calibrated(optics, place)
    scale = profile.pixel_size
    assert scale is not None
    print(f"scale {scale}, true {true_scale(optics, place):.5f}; blur {profile.blur}")
    ways: dict[str, tuple[Profile | None, Any]] = {
        "profile": (profile, None),
        "ruler in the middle": (None, PixelSize(true_scale(optics, place), 0.005)),
        "ruler at a side": (None, side_scale(optics, place)),
    }
    errors: dict[str, list[Any]] = {name: [] for name in ways}
    classes: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in ways}
    for seed in range(20, 20 + seeds):
        settings = PhantomSettings(
            seed=seed, width_px=1920, height_px=1080, mm_per_pixel=FINE_MM, noise=False,
            glare=0, hair=0, motion=0, defocus_px=0, light=0, limb=False,
        )  # fmt: skip
        pixels, truth = draw_frame(settings)
        picture = view_flat(pixels, 1 / FINE_MM, replace(optics, seed=seed), place)
        points = np.concatenate([b.points_rc for b in truth.branches])
        widths = np.concatenate([b.diameter_mm for b in truth.branches])
        tree = KDTree((points[:, ::-1] + 0.5) * FINE_MM)
        for name, (known, mm) in ways.items():
            found = analyse(picture, mm_per_pixel=mm, settings=FULL, profile=known)
            for branch in found.branches:
                where = on_skin_mm(branch.points_rc, optics, place, known)
                away, nearest = tree.query(where)
                true = widths[nearest]
                if branch.diameter_mm is None:
                    continue
                good = (away < 0.3) & np.isfinite(branch.diameter_mm)
                errors[name] += zip(
                    true[good], branch.diameter_mm[good], where[good], strict=True
                )
                for width in true[away < 0.3]:
                    key = str(vein_class_of(float(width))), str(branch.vein_class)
                    classes[name][key] += 1
    for name in ways:
        tell_leg(name, errors[name], classes[name])


def side_scale(optics: Optics, place: Placement) -> PixelSize:
    """What a ruler of 20 mm beside the middle of the picture's right edge says."""
    ends = np.array([[1180.0, 260.0], [1180.0, 460.0]])
    mm = place.from_rays(optics.rays(ends))
    return PixelSize(float(np.hypot(*(mm[1] - mm[0]))) / 200.0, 0.007)


def tell_leg(name: str, errors: list[Any], classes: Counter[tuple[str, str]]) -> None:
    true = np.array([row[0] for row in errors])
    error = np.array([row[1] for row in errors]) - true
    print(f"\n{name}\n| true mm | bias mm | sd mm | points |")
    for low, high in ((0.3, 0.5), (0.5, 0.8), (0.8, 1.2), (1.2, 2), (2, 3), (3, 5)):
        here = (true >= low) & (true < high)
        if here.sum() > 20:
            part = error[here]
            figures = f"{part.mean():+.3f} | {part.std():.3f} | {len(part)}"
            print(f"| {low}-{high} | {figures} |")
    ratio = np.array([row[1] for row in errors]) / true
    wide = (true > 0.6) & (true < 2.5)
    where = np.array([row[2] for row in errors])
    thirds = np.digitize(where[:, 0], np.quantile(where[:, 0], (1 / 3, 2 / 3)))
    parts = [float(np.median(ratio[wide & (thirds == n)])) for n in range(3)]
    print(f"width read over true, left, middle, right third: {np.round(parts, 3)}")
    for one in ("telangiectasia", "reticular", "varicose"):
        row = {
            other: classes[one, other]
            for other in (
                "telangiectasia", "reticular", "varicose", "undecided", "unknown"
            )
        }  # fmt: skip
        print(f"true {one}: {row}")


def offsets() -> Iterable[float]:
    return (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85)


def limb(seeds: int) -> None:
    """A vein of 2.4 mm and one of 0.9 mm along a limb of 80 mm."""
    optics, radius, distance = replace(camera(blur_px=0.8), vignetting=0.0), 25.0, 150.0
    scale = PixelSize(distance / optics.focal_px, 0.002)
    print("\ndiameter mm | offset | read mm | said round | said flat")
    for width_mm in (0.9, 2.4):
        thing = bars_thing(width_mm, 25.0)
        for u in offsets():
            shift = math.asin(u) * radius
            read, said = [], {"round": Counter[str](), "flat": Counter[str]()}
            for seed in range(seeds):
                picture = view_round(
                    thing, 25.0, replace(optics, seed=seed), distance_mm=distance,
                    radius_mm=radius, middle_mm=(80.0, 60.0 - shift), ground=8,
                )  # fmt: skip
                for way in ("round", "flat"):
                    how = replace(FULL, limb=way, blur_sigma_px=0.85)
                    found = analyse(picture, mm_per_pixel=scale, settings=how)
                    branch = longest(found)
                    if branch is None:
                        said[way]["not found"] += 1
                        continue
                    said[way][branch.vein_class] += 1
                    read.append(branch.median_diameter_mm)
            told = f"{np.nanmean(read):.2f}" if read else "-"
            print(
                f"{width_mm} | {u} | {told} | {dict(said['round'])} | "
                f"{dict(said['flat'])}",
                flush=True,
            )
    for width_mm in (0.5, 0.8, 0.9, 1.5, 2.0, 2.4, 2.8):
        offset = undecided_from(width_mm, 0.05)
        print(f"{width_mm} mm, known to 5 %: undecided from {offset:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=["bars", "leg", "limb"])
    parser.add_argument("--seeds", type=int, default=5)
    wanted = parser.parse_args()
    for part in wanted.parts:
        {"bars": bars, "leg": leg, "limb": limb}[part](wanted.seeds)


if __name__ == "__main__":
    main()
