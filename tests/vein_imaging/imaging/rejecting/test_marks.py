from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import KDTree

from vein_imaging import AnalysisSettings, VeinMap, analyse
from vein_phantom import PhantomSettings, PhantomTruth, draw_frame

Pixels = NDArray[np.uint8]
SCALE = 0.08
CROSS = [[(520, 250), (640, 370)], [(520, 370), (640, 250)]]
TICKS = [[(500 + 25 * n, 300), (500 + 25 * n, 350)] for n in range(14)]
STITCHES = [[(500 + 38 * n, 290), (508 + 38 * n, 345)] for n in range(8)]


@pytest.fixture(scope="module")
def leg() -> tuple[Pixels, PhantomTruth]:
    settings = PhantomSettings(seed=21, colour="skin", mm_per_pixel=SCALE)
    pixels, truth = draw_frame(settings)
    return np.asarray(pixels, np.uint8), truth


def marked(
    picture: Pixels,
    strokes: list[list[tuple[int, int]]],
    colour: tuple[int, int, int],
    width_px: int,
    cover: float = 0.9,
) -> tuple[Pixels, NDArray[np.bool_]]:
    layer = np.zeros(picture.shape[:2], np.uint8)
    for stroke in strokes:
        points = np.array(stroke, np.int32).reshape(-1, 1, 2)
        cv2.polylines(layer, [points], False, 255, width_px, cv2.LINE_AA)
    share = cover * cv2.GaussianBlur(layer, (0, 0), 0.8)[..., None] / 255
    mixed = picture * (1 - share) + np.array(colour) * share
    return np.asarray(np.rint(mixed), np.uint8), layer > 80


def points_of(found: VeinMap) -> NDArray[np.float64]:
    return np.concatenate([np.asarray(one.points_rc, float) for one in found.branches])


def share_on(found: VeinMap, mark: NDArray[np.bool_]) -> float:
    """Share of the pixels of the mark's own skeleton with a line within .4 mm."""
    lines = cv2.distanceTransform(mark.view(np.uint8), cv2.DIST_L2, 5)
    core = np.argwhere(lines >= max(1.0, 0.7 * float(lines.max())))
    return float(np.mean(KDTree(points_of(found)).query(core)[0] <= 5))


@pytest.mark.parametrize(
    ("strokes", "colour", "width_px"),
    [
        (CROSS, (70, 40, 110), 12),
        (CROSS, (30, 28, 30), 6),
        (CROSS, (60, 85, 100), 8),
        (TICKS, (20, 20, 20), 3),
        (STITCHES, (20, 20, 30), 3),
    ],
    ids=["violet pen", "black pen", "blue green tattoo", "ruler", "stitches"],
)
@pytest.mark.parametrize("mm_per_pixel", [SCALE, None])
def test_ink_ticks_and_stitches_are_no_veins(
    leg: tuple[Pixels, PhantomTruth],
    strokes: list[list[tuple[int, int]]],
    colour: tuple[int, int, int],
    width_px: int,
    mm_per_pixel: float | None,
) -> None:
    picture, mark = marked(leg[0], strokes, colour, width_px)
    found = analyse(
        picture, mm_per_pixel=mm_per_pixel, settings=AnalysisSettings(quality="full")
    )
    assert share_on(found, mark) <= 0.05


def test_veins_beside_a_mark_stay(leg: tuple[Pixels, PhantomTruth]) -> None:
    plain, truth = leg
    picture, mark = marked(plain, CROSS, (30, 28, 30), 6)
    full = AnalysisSettings(quality="full")
    away = cv2.distanceTransform(1 - mark.view(np.uint8), cv2.DIST_L2, 5)
    every = np.concatenate([np.asarray(b.points_rc, float) for b in truth.branches])
    rows, columns = np.round(every).astype(int).T
    inside = (rows >= 0) & (rows < 720) & (columns >= 0) & (columns < 1280)
    every, rows, columns = every[inside], rows[inside], columns[inside]
    # 2 mm from the mark on
    wanted = every[truth.skin[rows, columns] & (away[rows, columns] > 25)]

    def recall(pixels: Pixels) -> float:
        found = analyse(pixels, mm_per_pixel=SCALE, settings=full)
        return float(np.mean(KDTree(points_of(found)).query(wanted)[0] <= 4))

    # a side vein's middle, 4 px wide of the truth or not, is a hundredth by itself
    assert recall(picture) >= recall(plain) - 0.04
