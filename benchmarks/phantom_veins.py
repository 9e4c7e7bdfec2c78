"""What is found on the phantom: recall, precision, false length, diameters, classes.

    python benchmarks/phantom_veins.py [--seeds 5] [--sato]

Recall: share of the true centreline within 2 px of a found one, for veins of 0.5 mm and
more whose contrast without noise is 5 % and more, where no wider vein covers them.
Precision: share of the found centreline within 2 px of a true one (any vein). False
length near a distractor: found, not true, and within 4 px of it (of an outline 12 px),
over the true length.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree
from skimage.filters import sato

from vein_imaging import AnalysisSettings, VeinMap, analyse
from vein_imaging.imaging.light import Subject
from vein_imaging.imaging.vein_map import vein_class_of
from vein_imaging.pipeline.network import measure_network
from vein_imaging.pipeline.recipe import recipe_for
from vein_imaging.pipeline.stages import PreparedPicture, assemble, find_mask
from vein_phantom import PhantomSettings, PhantomTruth, draw_frame

TOLERANCE_PX = 2.0
LEAST_MM, LEAST_CONTRAST = 0.5, 0.05
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    pixels: NDArray[np.uint8]
    truth: PhantomTruth
    contrast: Floats


def make_case(settings: PhantomSettings) -> Case:
    pixels, truth = draw_frame(settings)
    clean = replace(settings, noise=False, hair=0, glare=0, freckles=0, texture=0.0)
    with_veins = draw_frame(clean)[0].astype(float) + 1
    without = draw_frame(replace(clean, veins=False))[0].astype(float) + 1
    return Case(pixels, truth, 1 - with_veins / without)


def along(branches: Iterable[Any]) -> tuple[Floats, Floats]:
    """Points one pixel apart on all branches, and the diameter there, mm."""
    points, widths = [np.zeros((0, 2))], [np.zeros(0)]
    for branch in branches:
        line = np.asarray(branch.points_rc, float)
        if len(line) < 2:
            continue
        length = np.append(0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
        places = np.arange(0, length[-1], 1.0)
        points.append(
            np.stack([np.interp(places, length, line[:, k]) for k in (0, 1)], axis=1)
        )
        widths.append(np.interp(places, length, branch.diameter_mm))
    return np.concatenate(points), np.concatenate(widths)


def read(image: NDArray[Any], points: Floats) -> NDArray[Any]:
    rows, columns = np.round(points).astype(int).T
    height, width = image.shape
    here = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
    return np.asarray(image[here])


def near(mask: NDArray[np.bool_], margin_px: int) -> NDArray[np.bool_]:
    kernel = np.ones((2 * margin_px + 1, 2 * margin_px + 1), np.uint8)
    return cv2.dilate(mask.astype(np.uint8), kernel) > 0


def uncovered(points: Floats, radius_px: Floats) -> NDArray[np.bool_]:
    """Points that lie in no vein a third wider than their own."""
    tree: Any = KDTree(points)
    close = tree.query_ball_point(points, 40)
    free = np.ones(len(points), bool)
    for i, others in enumerate(close):
        wider = [j for j in others[::3] if radius_px[j] > 1.3 * radius_px[i]]
        apart = np.hypot(*(points[wider] - points[i]).T) if wider else np.ones(0)
        free[i] = not np.any(apart < radius_px[wider]) if wider else True
    return free


def distances(points: Floats, queries: Floats) -> Floats:
    """From each query to the nearest of the points."""
    return np.asarray(KDTree(points).query(queries)[0])


@dataclass(frozen=True)
class Score:
    recall: float
    precision: float
    hair: float
    glare: float
    outline: float
    freckles: float


def score(found: VeinMap, case: Case) -> Score:
    truth = case.truth
    points, widths = along(truth.branches)
    seen = read(truth.skin, points)
    points, widths = points[seen], widths[seen]
    free = uncovered(points, widths / 2 / truth.mm_per_pixel)
    wanted = (
        free & (widths >= LEAST_MM) & (read(case.contrast, points) >= LEAST_CONTRAST)
    )
    lines, _ = along(found.branches)
    if not len(lines):
        return Score(0, 1, 0, 0, 0, 0)
    hit = distances(lines, points) <= TOLERANCE_PX
    good = distances(points, lines) <= TOLERANCE_PX
    rim = near(truth.skin, 12) & near(~truth.skin, 12)
    false = lines[~good]

    def share(mask: NDArray[np.bool_]) -> float:
        return float(read(mask, false).sum()) / len(points) if len(false) else 0.0

    return Score(
        recall=float(hit[wanted].mean()),
        precision=float(good.mean()),
        hair=share(near(truth.hair, 4)),
        glare=share(near(truth.glare, 4)),
        outline=share(rim),
        freckles=share(near(truth.freckles, 4)),
    )


def with_sato(case: Case) -> VeinMap:
    """skimage's sato with our field, threshold rule, tracing and rejection."""
    settings = AnalysisSettings()
    mm = case.truth.mm_per_pixel
    field = analyse(case.pixels, mm_per_pixel=mm).field
    recipe = recipe_for(Subject("near-infrared"), "full")
    scene = PreparedPicture.of(case.pixels, field, recipe, mm, settings)
    image = scene.small.astype(np.float64) / 255
    response = sato(  # type: ignore[no-untyped-call]
        image, sigmas=(1, 2, 3, 5, 8), black_ridges=True
    )
    sample = response[scene.small_field]
    middle = np.median(sample)
    spread = 1.4826 * np.median(np.abs(sample - middle))
    found = np.where(scene.small_field, (response - middle) / spread, 0)
    scores = found.astype(np.float32)
    mask = find_mask(scores, recipe, settings)
    network = measure_network(
        case.pixels,
        scene.plane,
        mask,
        score=scores,
        field=field,
        coarse=None,
        size=scene.size,
        mm_per_pixel=mm,
        recipe=recipe,
        settings=settings,
    )
    return assemble(scene, scores, mask, network, mm_per_pixel=mm, channel="grey")


def ours(settings: AnalysisSettings) -> Callable[[Case], VeinMap]:
    def run(case: Case) -> VeinMap:
        mm = case.truth.mm_per_pixel
        return analyse(case.pixels, mm_per_pixel=mm, settings=settings)

    return run


def report(name: str, cases: list[Case], run: Callable[[Case], VeinMap]) -> None:
    rows = [score(run(case), case) for case in cases]
    fields = ("recall", "precision", "hair", "glare", "outline", "freckles")
    means = " | ".join(
        f"{np.mean([getattr(row, field) for row in rows]):.3f}" for field in fields
    )
    print(f"| {name} | {means} |", flush=True)


def report_recall(cases: list[Case]) -> None:
    """Recall of veins of ordinary contrast by their diameter, at three tolerances."""
    rows: list[Floats] = []
    for case in cases:
        found = ours(AnalysisSettings(quality="full"))(case)
        points, widths = along(case.truth.branches)
        seen = read(case.truth.skin, points)
        points, widths = points[seen], widths[seen]
        wanted = uncovered(points, widths / 2 / case.truth.mm_per_pixel)
        wanted &= read(case.contrast, points) >= LEAST_CONTRAST
        apart = distances(along(found.branches)[0], points)
        rows.append(np.stack([widths[wanted], apart[wanted]], axis=1))
    width, apart = np.concatenate(rows).T
    print("\n| diameter, mm | within 2 px | 4 px | 8 px |\n|---|---|---|---|")
    for low, high in ((0.3, 0.5), (0.5, 0.8), (0.8, 1.2), (1.2, 2), (2, 3), (3, 5)):
        some = apart[(width >= low) & (width < high)]
        if len(some) > 20:
            shares = " | ".join(f"{(some <= px).mean():.2f}" for px in (2, 4, 8))
            print(f"| {low} to {high} | {shares} |")


def report_diameters(cases: list[Case]) -> None:
    """Measured against true diameter, and the class confusion table."""
    pairs: list[tuple[float, float]] = []
    confusion: Counter[tuple[str, str]] = Counter()
    for case in cases:
        found = ours(AnalysisSettings(quality="full"))(case)
        points, widths = along(case.truth.branches)
        tree: Any = KDTree(points)
        for branch in found.branches:
            apart, which = tree.query(branch.points_rc)
            matched = apart <= TOLERANCE_PX
            if matched.mean() < 0.5 or branch.diameter_mm is None:
                continue
            true = widths[which[matched]]
            told = branch.diameter_mm[matched]
            pairs += zip(true[np.isfinite(told)], told[np.isfinite(told)], strict=True)
            true_class = vein_class_of(float(np.median(true)))
            confusion[true_class, branch.vein_class] += round(branch.length_mm or 0)
    true, told = np.array(pairs).T
    print("\n| true diameter, mm | bias, mm | sd, mm | points |\n|---|---|---|---|")
    for low, high in ((0.3, 0.5), (0.5, 0.8), (0.8, 1.2), (1.2, 2), (2, 3), (3, 5)):
        some = (true >= low) & (true < high)
        if some.sum() > 20:
            error = told[some] - true[some]
            row = f"{np.median(error):+.2f} | {error.std():.2f} | {some.sum()}"
            print(f"| {low} to {high} | {row} |")
    classes = ("telangiectasia", "reticular", "varicose", "undecided", "unknown")
    print("\n| true class, length in mm | " + " | ".join(classes) + " |")
    print("|---" * (len(classes) + 1) + "|")
    for row in classes[:3]:
        cells = " | ".join(str(confusion[row, column]) for column in classes)
        print(f"| {row} | {cells} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--sato", action="store_true", help="slow")
    chosen = parser.parse_args()
    base = [PhantomSettings(seed=20 + n) for n in range(chosen.seeds)]
    cases = [make_case(settings) for settings in base]
    print("| everything on | recall | precision | hair | glare | outline | freckles |")
    print("|---|---|---|---|---|---|---|")
    fast, full = AnalysisSettings(quality="fast"), AnalysisSettings(quality="full")
    report("fast", cases, ours(fast))
    report("full", cases, ours(full))
    report("full, hair kept", cases, ours(replace(full, reject_hair=False)))
    report("full, edges kept", cases, ours(replace(full, reject_edges=False)))
    report("full, glare kept", cases, ours(replace(full, reject_glare=False)))
    if chosen.sato:
        report("sato, same segmentation", cases, with_sato)
    for name, change in (
        ("no hair, glare, freckles", {"hair": 0, "glare": 0, "freckles": 0}),
        ("contrast x 0.5", {"contrast": 0.5}),
        ("deeper x 1.6", {"depth": 1.6}),
        ("texture x 2", {"texture": 2.0}),
        ("120 hairs", {"hair": 120}),
        ("40 highlights", {"glare": 40}),
    ):
        changed = [make_case(replace(settings, **change)) for settings in base[:3]]
        report(f"full; {name}", changed, ours(full))
    report_recall(cases)
    report_diameters(cases)


if __name__ == "__main__":
    main()
