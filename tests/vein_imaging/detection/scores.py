"""How good detection is, in numbers: on drawn legs, and on real skin where it is.

Everything goes through the public `analyse`. Lengths are counted in points one pixel
apart; a point is found, or true, where a line of the other side is near.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from vein_imaging import AnalysisSettings, VeinMap, analyse
from vein_phantom import PhantomSettings, draw_frame

REAL = Path(__file__).parents[4] / "shared/data/skin"
Floats = NDArray[np.float64]

LEGS = [PhantomSettings(seed=seed) for seed in (21, 22, 25, 27)]
DEEP_LEGS = [PhantomSettings(seed=seed, depth=1.6) for seed in (25, 26)]
COLOUR_LEGS = [PhantomSettings(seed=seed, colour="skin") for seed in (21, 24)]
BARE_LEGS = [PhantomSettings(seed=seed, veins=False) for seed in (23, 26)]
NEAR_PX, LOOSE_PX = 2.0, 5.0
LEAST_MM = 0.5  # what is narrower is seen by luck
NEAR_LIMIT_MM = (2.55, 3.6)  # read so, it may be on either side of 3 mm


def along(points_rc: Any, *values: Any) -> Floats:
    """Rows of (row, column, values...), one pixel apart along a line."""
    line = np.asarray(points_rc, float)
    steps = np.hypot(*np.diff(line, axis=0).T)
    at = np.append(0.0, np.cumsum(steps))
    places = np.arange(0.0, at[-1], 1.0) if len(line) > 1 else np.zeros(1)
    columns = [line[:, 0], line[:, 1], *(np.asarray(v, float) for v in values)]
    return np.stack([np.interp(places, at, column) for column in columns], axis=1)


def apart(queries: Floats, points: Floats) -> Floats:
    """From each query to the nearest point, px."""
    if not len(points):
        return np.full(len(queries), np.inf)
    return np.asarray(KDTree(points[:, :2]).query(queries[:, :2])[0])


def lines_of(found: VeinMap) -> Floats:
    rows = [along(branch.points_rc) for branch in found.branches]
    return np.concatenate([np.zeros((0, 2)), *rows])


def on_legs(legs: list[PhantomSettings]) -> dict[str, float]:
    """Recall, precision, sideways error, bias of widths, and classes, on drawn legs."""
    hit, good, aside, bias = [], [], [], []
    classes: dict[tuple[str, str], float] = {}
    near_limit = [0.0, 0.0]
    for settings in legs:
        pixels, truth = draw_frame(settings)
        found = analyse(pixels, mm_per_pixel=truth.mm_per_pixel)
        true = np.concatenate(
            [along(b.points_rc, b.diameter_mm) for b in truth.branches]
        )
        rows, columns = np.clip(
            true[:, :2].round().astype(int), 0, np.array(truth.skin.shape) - 1
        ).T
        true = true[truth.skin[rows, columns]]
        lines = lines_of(found)
        wanted = true[true[:, 2] >= LEAST_MM]
        hit.append(apart(wanted, lines) <= NEAR_PX)
        off = apart(lines, true)
        good.append(off <= NEAR_PX)
        aside.append(off[off <= LOOSE_PX])
        tree: Any = KDTree(true[:, :2])
        for branch in found.branches:
            off, which = tree.query(branch.points_rc)
            told = branch.diameter_mm
            if told is None or np.mean(off <= LOOSE_PX) < 0.5:
                continue
            ok = (off <= LOOSE_PX) & np.isfinite(told)
            bias.append(told[ok] / true[which[ok], 2] - 1.0)
            width = float(np.median(true[which[off <= LOOSE_PX], 2]))
            kind = "narrow" if width <= 1.0 else "middle" if width <= 3.0 else "wide"
            key = (kind, branch.vein_class)
            classes[key] = classes.get(key, 0.0) + (branch.length_mm or 0.0)
            read_mm = branch.median_diameter_mm or 0.0
            if NEAR_LIMIT_MM[0] <= read_mm <= NEAR_LIMIT_MM[1]:
                near_limit[0] += (branch.length_mm or 0.0) * (
                    branch.vein_class == "undecided"
                )
                near_limit[1] += branch.length_mm or 0.0

    def share(kind: str, told: str) -> float:
        total = sum(mm for (true, _), mm in classes.items() if true == kind)
        return classes.get((kind, told), 0.0) / max(total, 1e-9)

    return {
        "recall": float(np.concatenate(hit).mean()),
        "precision": float(np.concatenate(good).mean()),
        "sideways_px": float(np.median(np.concatenate(aside))),
        "width_bias": float(np.median(np.concatenate(bias))),
        "narrow_called_telangiectasia": share("narrow", "telangiectasia"),
        "middle_called_reticular": share("middle", "reticular"),
        "wide_called_reticular": share("wide", "reticular"),
        "near_3mm_undecided": near_limit[0] / max(near_limit[1], 1e-9),
    }


def on_bare_legs() -> dict[str, float]:
    """Length found where no vein was drawn, mm a leg."""
    lengths = []
    for settings in BARE_LEGS:
        pixels, truth = draw_frame(settings)
        found = analyse(pixels, mm_per_pixel=truth.mm_per_pixel)
        lengths.append(len(lines_of(found)) * truth.mm_per_pixel)
    return {"false_mm": float(np.mean(lengths))}


def picture(name: str) -> NDArray[np.uint8]:
    return np.asarray(cv2.imread(str(REAL / name), cv2.IMREAD_COLOR_RGB), np.uint8)


def crops(light: str) -> Iterator[tuple[NDArray[np.uint8], Any, Floats, Floats]]:
    """Picture, box, points of clear and of all strokes (with half widths)."""
    for crop in json.loads((REAL / "strokes.json").read_text())["crops"]:
        strokes = {"clear": [np.zeros((0, 3))], "faint": [np.zeros((0, 3))]}
        for stroke in crop["strokes"]:
            if stroke["kind"] in strokes:
                line = np.asarray(stroke["xy"], float)[:, ::-1]
                half = np.full(len(line), max(2.0, stroke["width_px"] / 2))
                strokes[stroke["kind"]].append(along(line, half))
        clear = np.concatenate(strokes["clear"])
        if crop["light"] == light and len(clear):
            both = np.concatenate([clear, *strokes["faint"]])
            yield picture(crop["picture"]), crop["box"], clear, both


def on_crops(light: str, *, whole: bool) -> dict[str, float]:
    """Recall of clear veins, precision, sideways error: means over real pictures."""
    rows = []
    for pixels, (left, top, right, bottom), clear, both in crops(light):
        if whole:
            lines = lines_of(analyse(pixels))
            inside = (lines >= (top, left)) & (lines < (bottom, right))
            lines = lines[inside.all(axis=1)]
        else:
            part = np.ascontiguousarray(pixels[top:bottom, left:right])
            lines = lines_of(analyse(part)) + np.array([top, left])
        off = apart(lines, both)
        tree: Any = KDTree(both[:, :2])
        nearest = tree.query(lines)[1] if len(lines) else []
        rows.append(
            (
                np.mean(apart(clear, lines) <= clear[:, 2]),
                np.mean(off <= both[nearest, 2]) if len(lines) else np.nan,
                np.median(off[off <= LOOSE_PX]) if (off <= LOOSE_PX).any() else np.nan,
            )
        )
    recall, precision, aside = np.nanmean(np.array(rows), axis=0)
    return {"recall": recall, "precision": precision, "sideways_px": aside}


def on_strokes() -> dict[str, float]:
    """Recall of strokes along veins of near-infrared arms, within 6 px."""
    found = []
    for name, strokes in json.loads((REAL / "nir-strokes.json").read_text())[::3]:
        drawn: Any = cv2.imread(str(REAL / strokes), 0)
        points = np.argwhere(drawn > 127)[::7].astype(float)
        lines = lines_of(analyse(picture(name), settings=AnalysisSettings("fast")))
        found.append(np.mean(apart(points, lines) <= 6.0))
    return {"recall": float(np.mean(found))}


def on_fields() -> dict[str, float]:
    """Where the skin is: overlap with masks drawn by eye, mean over real pictures."""
    ious = []
    for entry in json.loads((REAL / "index.json").read_text()):
        mask: Any = cv2.imread(str(REAL / entry["mask"]), 0)
        found = analyse(picture(entry["picture"]), settings=AnalysisSettings("fast"))
        skin, known = mask == 255, mask != 128
        union = np.count_nonzero((found.field | skin) & known)
        ious.append(int(np.count_nonzero(found.field & skin)) / max(int(union), 1))
    return {"iou": float(np.mean(ious))}


SCENES: dict[str, Callable[[], dict[str, float]]] = {
    "legs": lambda: on_legs(LEGS),
    "deep_legs": lambda: on_legs(DEEP_LEGS),
    "colour_legs": lambda: on_legs(COLOUR_LEGS),
    "bare_legs": on_bare_legs,
    "real_visible_crops": lambda: on_crops("visible", whole=False),
    "real_visible_pictures": lambda: on_crops("visible", whole=True),
    "real_infrared_crops": lambda: on_crops("nir", whole=False),
    "real_infrared_pictures": lambda: on_crops("nir", whole=True),
    "real_infrared_arms": on_strokes,
    "real_fields": on_fields,
}


@cache
def scores(scene: str) -> dict[str, float]:
    """Measure a scene, once a process."""
    return SCENES[scene]()
