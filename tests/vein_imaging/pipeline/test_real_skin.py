"""Guards on photographs that nobody drew: what is found today stays found.

The figures are a few points under those of docs/vessel-detection.md.
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.spatial import KDTree

from vein_imaging import AnalysisSettings, VeinMap, analyse

SKIN = Path(__file__).parents[4] / "shared/data/skin"
FULL = AnalysisSettings(quality="full")

pytestmark = pytest.mark.skipif(
    not SKIN.exists(), reason="no real pictures beside the checkout"
)


def dense(xy: object) -> np.ndarray:
    points = np.asarray(xy, float)
    length = np.append(0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))
    places = np.arange(0, length[-1], 0.5)
    return np.stack([np.interp(places, length, points[:, k]) for k in (0, 1)], axis=1)


def found_in(name: str) -> tuple[dict[str, object], np.ndarray]:
    """A traced crop, and the points of what is found in it."""
    crops = json.loads((SKIN / "strokes.json").read_text())["crops"]
    crop = next(row for row in crops if row["name"] == name)
    read = cv2.imread(str(SKIN / crop["picture"]), cv2.IMREAD_COLOR_RGB)
    picture = np.asarray(read, np.uint8)
    mask = SKIN / "masks" / f"{name}.png"
    skin = np.ones(picture.shape[:2], np.bool_)
    if mask.exists():
        skin = np.asarray(cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE)) > 127
    veins: VeinMap = analyse(picture, field=skin, settings=FULL)
    points = np.concatenate([dense(b.points_rc[:, ::-1]) for b in veins.branches])
    left, top, right, bottom = crop["box"]
    x, y = points.T
    return crop, points[(x >= left) & (x < right) & (y >= top) & (y < bottom)]


def followed(crop: dict[str, object], points: np.ndarray, kind: str) -> float:
    """Share of the length of one kind of stroke along which a line lies."""
    tree = KDTree(points)
    near = [
        tree.query(dense(row["xy"]))[0] <= max(2.0, row["width_px"] / 2)
        for row in crop["strokes"]  # type: ignore[attr-defined]
        if row["kind"] == kind
    ]
    return float(np.concatenate(near).mean())


def true(crop: dict[str, object], points: np.ndarray) -> float:
    """Share of the found length that is a traced vein."""
    good = np.zeros(len(points), bool)
    for row in crop["strokes"]:  # type: ignore[attr-defined]
        if row["kind"] != "not_vein":
            reach = max(2.0, row["width_px"] / 2)
            good |= KDTree(dense(row["xy"])).query(points)[0] <= reach
    return float(good.mean())


@pytest.mark.parametrize(
    ("name", "recall", "precision"),
    [("r16", 0.76, 0.84), ("person19", 0.84, 0.66), ("near01", 0.94, 0.92)],
)
def test_clear_veins_are_found_in_a_whole_photograph(
    name: str, recall: float, precision: float
) -> None:
    crop, points = found_in(name)
    assert followed(crop, points, "clear") >= recall
    assert true(crop, points) >= precision


def test_hair_is_not_followed() -> None:
    crop, points = found_in("hair6850")
    assert followed(crop, points, "not_vein") <= 0.12
