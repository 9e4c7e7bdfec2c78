"""How well `compare` aligns, and how far its clearance is from the truth.

Draws pairs of visits whose displacement and fate of every vein are known, compares
them, and prints one table per question: alignment, clearance over treated shares,
pairs where nothing changed, pairs that must be refused.

    python benchmarks/comparison.py --out benchmarks/comparison.jsonl
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vein_imaging.comparison import Comparison, compare
from vein_imaging.comparison.judging.change import Piece
from vein_phantom import (
    PhantomSettings,
    PhantomTruth,
    before_to_after_rc,
    draw_frame,
)

LEG = PhantomSettings()
SMALLER = 0.8
LATER: dict[str, Callable[[NDArray[np.uint8]], NDArray[Any]]] = {
    # what is done to AFTER once it is drawn
    "same day, AFTER at another pixel size": lambda pixels: cv2.resize(
        pixels, None, fx=SMALLER, fy=SMALLER, interpolation=cv2.INTER_AREA
    ),
    "same day, AFTER at half the exposure": lambda pixels: (pixels * 0.5).astype("u1"),
    "same day, AFTER with gamma 0.7": lambda pixels: curved(pixels, 0.7),
    "same day, AFTER with gamma 1.4": lambda pixels: curved(pixels, 1.4),
    "half treated, AFTER with gamma 0.7": lambda pixels: curved(pixels, 0.7),
    "half treated, AFTER as JPEG of quality 60": lambda pixels: jpeg(pixels, 60),
}
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
NO_CHANGE: dict[str, Any] = {"treated_share": 0.0, "stain": 0.0}
CONDITIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # name: (both visits, AFTER only)
    "same day": (NO_CHANGE, {}),
    "same day, no hair": (NO_CHANGE | {"hair": 0}, {}),
    "same day, 80 hairs": (NO_CHANGE | {"hair": 80}, {}),
    "same day, half contrast": (NO_CHANGE | {"contrast": 0.5}, {}),
    "same day, deeper veins": (NO_CHANGE | {"depth": 1.6}, {}),
    "same day, smooth skin": (NO_CHANGE | {"texture": 0.3}, {}),
    "same day, rough skin": (NO_CHANGE | {"texture": 2.0}, {}),
    "same day, 40 glare spots": (NO_CHANGE | {"glare": 40}, {}),
    "same day, AFTER out of focus": (NO_CHANGE, {"defocus_px": 3.0}),
    "same day, BEFORE out of focus": (
        NO_CHANGE | {"defocus_px": 3.0},
        {"defocus_px": 0.7},
    ),
    "same day, both out of focus": (NO_CHANGE | {"defocus_px": 3.0}, {}),
    "same day, both slightly out of focus": (NO_CHANGE | {"defocus_px": 1.5}, {}),
    "same day, other light unevenness": (NO_CHANGE, {"light": 2.0}),
    "same day, AFTER at another pixel size": (NO_CHANGE, {}),
    "same day, AFTER at half the exposure": (NO_CHANGE, {}),
    "same day, AFTER with gamma 0.7": (NO_CHANGE, {}),
    "same day, AFTER with gamma 1.4": (NO_CHANGE, {}),
    "same day, colour": (NO_CHANGE | {"colour": "skin"}, {}),
    "same day, near-infrared then colour": (NO_CHANGE, {"colour": "skin"}),
    "same day, colour then near-infrared": (
        NO_CHANGE | {"colour": "skin"},
        {"colour": "nir"},
    ),
    "half treated, no hair": ({"hair": 0}, {}),
    "all treated, no hair": ({"hair": 0, "treated_share": 1.0}, {}),
    "half treated, both slightly out of focus": ({"defocus_px": 1.5}, {}),
    "half treated, half contrast": ({"contrast": 0.5}, {}),
    "half treated, no stain": ({"stain": 0.0}, {}),
    "half treated, strong stain": ({"stain": 2.0}, {}),
    "half treated, twice the pose": ({"pose": 2.0}, {}),
    "half treated, twice the deformation": ({"deform": 2.0}, {}),
    "half treated, three times pose and deformation": (
        {"pose": 3.0, "deform": 3.0},
        {},
    ),
    "half treated, deep and faint veins": ({"contrast": 0.5, "depth": 1.6}, {}),
    "half treated, AFTER with gamma 0.7": ({}, {}),
    "half treated, AFTER as JPEG of quality 60": ({}, {}),
    "half treated, colour": ({"colour": "skin"}, {}),
}


@dataclass(frozen=True)
class Outcome:
    """One pair: what came out beside what is true."""

    condition: str
    seed: int
    verdict: str
    reasons: tuple[str, ...]
    cpu_s: float
    overlap_of_skin: float
    error_median_px: float
    error_p95_px: float
    clearance_pct: float
    clearance_lo_pct: float
    clearance_hi_pct: float
    true_judged_pct: float
    true_overlap_pct: float
    new_pct: float
    judged_mm: float
    not_vein_mm: float
    sensitivity: float
    specificity: float
    texture_gain: float


def run_pair(
    condition: str, before: PhantomSettings, after: PhantomSettings
) -> Outcome:
    first, first_truth = draw_frame(before)
    second, second_truth = draw_frame(after)
    if condition in LATER:
        second = LATER[condition](second)
    # drawn anew at another size the skin would have another texture
    shrink = second.shape[0] / after.height_px
    start = time.process_time()
    result = compare(
        first, second, mm_per_pixel=(before.mm_per_pixel, after.mm_per_pixel / shrink)
    )
    cpu_s = time.process_time() - start
    errors = alignment_errors_px(result, first_truth, second_truth, shrink)
    fates = fates_of(result.pieces, first_truth, second_truth)
    old = [
        (p, f) for p, f in zip(result.pieces, fates, strict=True) if p.change != "new"
    ]
    judged = [(p, f) for p, f in old if p.change != "unjudged"]
    gone = share(judged, lambda p, f: f == "gone", lambda p, f: f != "none")
    exposure = result.exposure
    return Outcome(
        condition=condition,
        seed=before.seed,
        verdict=result.verdict,
        reasons=result.reasons,
        cpu_s=cpu_s,
        overlap_of_skin=float(result.overlap[first_truth.skin].mean()),
        error_median_px=float(np.median(errors)) if errors.size else np.nan,
        error_p95_px=float(np.percentile(errors, 95)) if errors.size else np.nan,
        clearance_pct=result.summary.clearance_pct,
        clearance_lo_pct=result.summary.clearance_lo_pct,
        clearance_hi_pct=result.summary.clearance_hi_pct,
        true_judged_pct=100 * gone,
        true_overlap_pct=100 * true_share(result, first_truth, second_truth),
        new_pct=result.summary.new_pct,
        judged_mm=length_mm([p for p, _ in judged], before),
        not_vein_mm=length_mm([p for p, f in judged if f == "none"], before),
        sensitivity=share(
            judged, lambda p, f: p.change == "cleared", lambda p, f: f == "gone"
        ),
        specificity=share(
            judged,
            lambda p, f: p.change != "cleared",
            lambda p, f: f in ("same", "thin"),
        ),
        texture_gain=np.nan if exposure is None else exposure.texture_gain,
    )


def curved(pixels: NDArray[np.uint8], gamma: float) -> NDArray[np.uint8]:
    return np.asarray(np.rint(255 * (pixels / 255) ** gamma), np.uint8)


def jpeg(pixels: NDArray[np.uint8], quality: int) -> NDArray[Any]:
    _, coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_UNCHANGED))


def alignment_errors_px(
    result: Comparison, before: PhantomTruth, after: PhantomTruth, shrink: float
) -> NDArray[np.float64]:
    if result.transform is None:
        return np.empty(0)
    points = np.argwhere(result.overlap[::8, ::8]).astype(np.float64) * 8
    if not len(points) or before.seed != after.seed:
        return np.empty(0)
    true = before_to_after_rc(points, before, after)
    found = (result.transform.to_after(points) + 0.5) / shrink - 0.5
    return np.asarray(np.hypot(*(found - true).T))


def fates_of(
    pieces: Sequence[Piece], before: PhantomTruth, after: PhantomTruth
) -> list[str]:
    """gone | thin | same by the nearest true vein, none where there is no vein."""
    gone = {branch.branch_id for branch in after.gone}
    points, fates, reach = [], [], []
    for branch in before.branches:
        fate = (
            "gone" if branch.branch_id in gone else "thin" if branch.treated else "same"
        )
        points.append(branch.points_rc)
        fates += [fate] * len(branch.points_rc)
        reach.append(np.maximum(0.4, 0.6 * branch.diameter_mm) / before.mm_per_pixel)
    if not points:
        return ["none"] * len(pieces)
    tree, limits = cKDTree(np.concatenate(points)), np.concatenate(reach)
    found = []
    for piece in pieces:
        distance, index = (np.asarray(part) for part in tree.query(piece.points_rc))
        near = distance < limits[index]
        names, counts = np.unique(np.array(fates)[index[near]], return_counts=True)
        found.append(str(names[counts.argmax()]) if near.mean() >= 0.5 else "none")
    return found


Fated = tuple[Piece, str]


def share(
    pairs: Sequence[Fated],
    part: Callable[[Piece, str], bool],
    whole: Callable[[Piece, str], bool],
) -> float:
    total = sum(p.length_px for p, f in pairs if whole(p, f))
    chosen = sum(p.length_px for p, f in pairs if whole(p, f) and part(p, f))
    return chosen / total if total else float("nan")


def true_share(result: Comparison, before: PhantomTruth, after: PhantomTruth) -> float:
    """Length of vanished veins over the length of all, inside the overlap."""
    gone = {branch.branch_id for branch in after.gone}
    lengths: dict[bool, float] = defaultdict(float)
    for branch in before.branches:
        steps = np.hypot(*np.diff(branch.points_rc, axis=0).T)
        rows, columns = np.rint(branch.points_rc[1:]).astype(int).T
        lengths[branch.branch_id in gone] += float(
            steps[result.overlap[rows, columns]].sum()
        )
    total = sum(lengths.values())
    return lengths[True] / total if total else float("nan")


def length_mm(pieces: Sequence[Piece], settings: PhantomSettings) -> float:
    return sum(piece.length_px for piece in pieces) * settings.mm_per_pixel


def pairs_of(
    seeds: Sequence[int], few_seeds: Sequence[int]
) -> Iterator[tuple[str, PhantomSettings, PhantomSettings]]:
    """The treated shares and the refusals on all seeds, every condition on a few."""
    for seed in seeds:
        for treated in SHARES:
            before = replace(LEG, seed=seed, treated_share=treated)
            yield f"treated {treated:.0%}", before, replace(before, visit="after")
        other = replace(LEG, seed=seed + 1000, visit="after")
        yield "two legs", replace(LEG, seed=seed), other
    for seed in few_seeds:
        for name, (both, only_after) in CONDITIONS.items():
            before = replace(LEG, seed=seed, **both)
            after = replace(before, visit="after", **only_after)
            yield name, before, after
        bare = replace(LEG, seed=seed, visit="after", veins=False)
        yield "no veins BEFORE", replace(bare, visit="before"), bare


def table_of(outcomes: Sequence[Outcome]) -> Iterator[str]:
    yield f"{'condition':36s}" + "".join(f"{name:>9s}" for name in COLUMNS)
    yield f"{'':36s}" + "".join(f"{unit:>9s}" for unit, _ in COLUMNS.values())
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.condition].append(outcome)
    for name, group in groups.items():
        verdicts = "/".join(
            str(sum(outcome.verdict == verdict for outcome in group))
            for verdict in ("comparable", "doubtful", "refused")
        )
        shown = [outcome for outcome in group if outcome.verdict != "refused"]
        cells = [f"{verdicts:>9s}"]
        cells += [
            f"{measured(shown):9.2f}" for _, measured in list(COLUMNS.values())[1:]
        ]
        yield f"{name:36s}" + "".join(cells)


def gaps(outcomes: Sequence[Outcome]) -> NDArray[np.float64]:
    return np.array([o.clearance_pct - o.true_judged_pct for o in outcomes])


def bias(outcomes: Sequence[Outcome]) -> float:
    return float(np.mean(gaps(outcomes))) if outcomes else float("nan")


def rmse(outcomes: Sequence[Outcome]) -> float:
    return float(np.sqrt(np.mean(gaps(outcomes) ** 2))) if outcomes else float("nan")


def coverage(outcomes: Sequence[Outcome]) -> float:
    inside = [
        o.clearance_lo_pct - 0.01 <= o.true_judged_pct <= o.clearance_hi_pct + 0.01
        for o in outcomes
    ]
    return float(np.mean(inside)) if inside else float("nan")


def mean_of(name: str) -> Callable[[Sequence[Outcome]], float]:
    return lambda outcomes: mean(outcomes, name)


COLUMNS: dict[str, tuple[str, Callable[[Sequence[Outcome]], float]]] = {
    "verdicts": ("ok/?/no", bias),
    "overlap": ("of skin", mean_of("overlap_of_skin")),
    "error": ("med px", mean_of("error_median_px")),
    " error": ("p95 px", mean_of("error_p95_px")),
    "true": ("%", mean_of("true_judged_pct")),
    "shown": ("%", mean_of("clearance_pct")),
    "bias": ("pp", bias),
    "RMSE": ("pp", rmse),
    "interval": ("holds", coverage),
    "sens.": ("per mm", mean_of("sensitivity")),
    "spec.": ("per mm", mean_of("specificity")),
    "new": ("%", mean_of("new_pct")),
    "judged": ("mm", mean_of("judged_mm")),
    "gain": ("", mean_of("texture_gain")),
    "CPU": ("s", mean_of("cpu_s")),
}


def mean(outcomes: Sequence[Outcome], name: str) -> float:
    values = [v for o in outcomes if np.isfinite(v := getattr(o, name))]
    return float(np.mean(values)) if values else float("nan")


def seeds_of(text: str) -> range:
    first, last = (int(part) for part in text.split("-"))
    return range(first, last + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=seeds_of, default="101-106", help="first-last")
    parser.add_argument("--few", type=seeds_of, default="101-102", help="first-last")
    parser.add_argument("--only", default="", help="conditions this expression matches")
    parser.add_argument("--out", type=Path, help="write every outcome as JSON")
    parser.add_argument("--show", type=Path, help="only print the table of such a file")
    arguments = parser.parse_args()
    if arguments.show:
        lines = arguments.show.read_text().splitlines()
        print(*table_of([Outcome(**json.loads(line)) for line in lines]), sep="\n")
        return
    cv2.setNumThreads(1)
    outcomes: list[Outcome] = []
    for name, before, after in pairs_of(arguments.seeds, arguments.few):
        if not re.search(arguments.only, name):
            continue
        outcomes.append(run_pair(name, before, after))
        if arguments.out:
            rows = [rounded(asdict(outcome)) for outcome in outcomes]
            arguments.out.write_text("\n".join(map(json.dumps, rows)) + "\n")
    for line in table_of(outcomes):
        print(line)


def rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: float(f"{value:.4g}") if isinstance(value, float) else value
        for name, value in row.items()
    }


if __name__ == "__main__":
    main()
