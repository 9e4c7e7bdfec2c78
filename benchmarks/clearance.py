"""Clearance against the truth on a second phantom, with stain, bruise, tan and creases.

Draws pairs with `second_phantom`, compares them, and prints by kind of picture and by
true share what is shown: against the judged length and against all veins of BEFORE
inside the common field, seen or not.

    python benchmarks/clearance.py --out benchmarks/results/clearance.jsonl
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from benchmarks.second_phantom import MARGIN_PX, Drawn, LegPlan, draw_pair
from vein_imaging.comparison import Comparison, compare
from vein_imaging.comparison.aligning.registration import Registration
from vein_imaging.comparison.aligning.transform import Transform
from vein_imaging.comparison.judging.change import Piece

LEVELS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
CONDITIONS: dict[str, LegPlan] = {
    "grey": LegPlan(0, creases=0),  # without colour a fold is told from no vein
    "colour": LegPlan(0, kind="colour"),
}
HARDER: dict[str, LegPlan] = {
    "grey, two creases": LegPlan(0),
    "grey, weak texture": LegPlan(0, creases=0, texture=0.4, texture_after=0.6),
    "grey, severe pose": LegPlan(0, creases=0, pose=2.5),
    "grey, deep and blurred": LegPlan(0, creases=0, depth=1.8, blur_px=2.5),
    "colour, strong stain": LegPlan(0, kind="colour", stain=2.0),
    "colour, strong bruise": LegPlan(0, kind="colour", bruise=2.0),
    "colour, four creases": LegPlan(0, kind="colour", creases=4),
}
_NEAR_MM = 0.5  # a piece whose middle is further from any vein lies on none


@dataclass(frozen=True)
class Outcome:
    """One pair: what is shown beside what is true."""

    condition: str
    level: float
    seed: int
    verdict: str
    reasons: tuple[str, ...]
    cpu_s: float
    overlap_of_frame: float
    error_mean_px: float
    shown_pct: float
    low_pct: float
    high_pct: float
    true_judged_pct: float
    true_all_pct: float
    all_low_pct: float
    all_high_pct: float
    judged_mm: float
    not_vein_mm: float
    gone_read_as: dict[str, float]
    kept_read_as: dict[str, float]
    none_read_as: dict[str, float]


def run_pair(condition: str, plan: LegPlan, *, true_map: bool) -> Outcome:
    """Draw, compare, hold against the truth."""
    drawn = draw_pair(plan)
    start = time.process_time()
    if true_map:
        known = true_registration(drawn)
        module = sys.modules["vein_imaging.comparison.compare"]
        with mock.patch.object(module, "register", lambda *_, **__: known):
            result = compare(drawn.before, drawn.after, mm_per_pixel=plan.mm_per_pixel)
    else:
        result = compare(drawn.before, drawn.after, mm_per_pixel=plan.mm_per_pixel)
    return held_against_truth(condition, drawn, result, time.process_time() - start)


def held_against_truth(
    condition: str, drawn: Drawn, result: Comparison, cpu_s: float
) -> Outcome:
    plan = drawn.plan
    fates = fates_of(result.pieces, drawn)
    old = [(p, f) for p, f in zip(result.pieces, fates, strict=True)]
    old = [(piece, fate) for piece, fate in old if piece.change != "new"]
    judged = [(p, f) for p, f in old if p.change != "unjudged"]
    lengths = {
        fate: sum(p.length_px for p, f in judged if f == fate)
        for fate in ("gone", "kept", "none")
    }
    real = lengths["gone"] + lengths["kept"]
    summary = result.summary
    return Outcome(
        condition=condition,
        level=plan.cleared,
        seed=plan.seed,
        verdict=result.verdict,
        reasons=result.reasons,
        cpu_s=cpu_s,
        overlap_of_frame=float(result.overlap.mean()),
        error_mean_px=error_px(result, drawn),
        shown_pct=summary.clearance_pct,
        low_pct=summary.clearance_lo_pct,
        high_pct=summary.clearance_hi_pct,
        true_judged_pct=100 * lengths["gone"] / real if real else np.nan,
        true_all_pct=true_share(drawn, result.overlap),
        all_low_pct=summary.all_veins_pct[0],
        all_high_pct=summary.all_veins_pct[1],
        judged_mm=plan.mm_per_pixel * (real + lengths["none"]),
        not_vein_mm=plan.mm_per_pixel * lengths["none"],
        gone_read_as=read_as(old, "gone"),
        kept_read_as=read_as(old, "kept"),
        none_read_as=read_as(old, "none"),
    )


def read_as(pairs: Sequence[tuple[Piece, str]], fate: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for piece, own in pairs:
        if own == fate:
            found[piece.change] = found.get(piece.change, 0) + piece.length_px
    return found


def fates_of(pieces: Sequence[Piece], drawn: Drawn) -> list[str]:
    """gone | kept by the nearest drawn vein, none where there is none."""
    points = np.concatenate([vein.points_rc for vein in drawn.veins])
    gone = np.concatenate([np.full(len(v.points_rc), v.gone) for v in drawn.veins])
    mm = drawn.plan.mm_per_pixel
    wide = np.concatenate(
        [np.full(len(v.points_rc), 0.6 * v.diameter_mm) for v in drawn.veins]
    )
    near = np.maximum(wide, _NEAR_MM) / mm
    tree = cKDTree(points)
    found = []
    for piece in pieces:
        found_rc = drawn.on_skin(piece.points_rc, "before")
        away, index = (np.asarray(part) for part in tree.query(found_rc))
        close = away < near[index]
        if close.mean() < 0.5:
            found.append("none")
        else:
            found.append("gone" if gone[index[close]].mean() > 0.5 else "kept")
    return found


def true_share(drawn: Drawn, overlap: NDArray[np.bool_]) -> float:
    """Vanished over all drawn length inside the common field, %."""
    lengths = {True: 0.0, False: 0.0}
    for vein in drawn.veins:
        rows, columns = np.rint(vein.points_rc - MARGIN_PX - 0.5).astype(int).T
        inside = (rows >= 0) & (rows < overlap.shape[0])
        inside &= (columns >= 0) & (columns < overlap.shape[1])
        lengths[vein.gone] += float(overlap[rows[inside], columns[inside]].sum())
    total = sum(lengths.values())
    return 100 * lengths[True] / total if total else float("nan")


def error_px(result: Comparison, drawn: Drawn) -> float:
    """Mean distance on the skin between a place and where it is said to lie AFTER."""
    if result.transform is None:
        return float("nan")
    points = np.asarray(8.0 * np.argwhere(result.overlap[::8, ::8]), np.float64)
    there = drawn.on_skin(result.transform.to_after(points), "after")
    away = there - drawn.on_skin(points, "before")
    return float(np.hypot(*away.T).mean()) if len(points) else float("nan")


def true_registration(drawn: Drawn) -> Registration:
    """The alignment as it was drawn: what is left is the judgement's own error."""
    shape = drawn.before.shape[:2]
    step = 8.0
    grid = np.mgrid[: shape[0] // 8 + 2, : shape[1] // 8 + 2].astype(float) * step
    wanted = grid.reshape(2, -1).T
    goal = wanted + MARGIN_PX + 0.5
    at = wanted.copy()
    for _ in range(25):
        at += goal - drawn.on_skin(np.clip(at, 0, np.array(shape) - 1.0), "after")
    moved = (at - wanted)[:, ::-1].reshape(*grid.shape[1:], 2)
    affine = np.array([[1.0, 0, 0], [0, 1.0, 0]])
    transform = Transform(affine, moved, 0.0, step, shape, shape)
    support = transform.warp_mask(np.ones(shape, np.bool_))
    blocks = np.asarray(40.0 * np.argwhere(support[::40, ::40]), np.float64)
    return Registration(transform, support, support, 100, blocks, 0.1, 0.3, (), ())


def table_of(outcomes: Sequence[Outcome]) -> Iterator[str]:
    yield (
        f"{'condition':24s}{'level':>7s}{'told':>7s}{'px':>6s}{'true':>7s}{'shown':>7s}"
        f"{'bias':>7s}{'holds':>7s}{'wide':>6s}{'all':>7s}{'least':>7s}{'most':>7s}"
        f"{'holds':>7s}{'judged':>8s}{'none':>6s}"
    )
    for condition in dict.fromkeys(o.condition for o in outcomes):
        own = [o for o in outcomes if o.condition == condition]
        for level in (*sorted({o.level for o in own}), None):
            rows = [o for o in own if level is None or o.level == level]
            told = [o for o in rows if np.isfinite(o.shown_pct)]
            yield _line(condition, level, rows, told)


def _line(
    condition: str, level: float | None, rows: list[Outcome], told: list[Outcome]
) -> str:
    def mean(values: list[float]) -> float:
        return float(np.nanmean(values)) if values else float("nan")

    holds = [o.low_pct - 0.5 <= o.true_judged_pct <= o.high_pct + 0.5 for o in told]
    among = [
        o.all_low_pct - 0.5 <= o.true_all_pct <= o.all_high_pct + 0.5 for o in told
    ]
    wide = [o.high_pct - o.low_pct for o in told]
    return (
        f"{condition:24s}{'all' if level is None else f'{100 * level:.0f} %':>7s}"
        f"{f'{len(told)}/{len(rows)}':>7s}{mean([o.error_mean_px for o in told]):6.2f}"
        f"{mean([o.true_judged_pct for o in told]):7.1f}"
        f"{mean([o.shown_pct for o in told]):7.1f}"
        f"{mean([o.shown_pct - o.true_judged_pct for o in told]):7.1f}"
        f"{mean([float(h) for h in holds]):7.2f}"
        f"{float(np.median(wide)) if wide else np.nan:6.0f}"
        f"{mean([o.true_all_pct for o in told]):7.1f}"
        f"{mean([o.all_low_pct for o in told]):7.1f}"
        f"{mean([o.all_high_pct for o in told]):7.1f}"
        f"{mean([float(h) for h in among]):7.2f}"
        f"{mean([o.judged_mm for o in told]):8.0f}"
        f"{mean([o.not_vein_mm for o in told]):6.0f}"
    )


def plans(seeds: Sequence[int], few: Sequence[int]) -> Iterator[tuple[str, LegPlan]]:
    """Every level on all seeds; the harder conditions at some levels on a few."""
    for name, plan in CONDITIONS.items():
        for level in LEVELS:
            for seed in seeds:
                yield name, replace(plan, seed=seed, cleared=level)
    for name, plan in HARDER.items():
        for level in (0.0, 0.5):
            for seed in few:
                yield name, replace(plan, seed=seed, cleared=level)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=4, help="how many legs")
    parser.add_argument("--few", type=int, default=2, help="for the harder conditions")
    parser.add_argument("--first", type=int, default=501, help="first seed")
    parser.add_argument("--only", default="", help="conditions that begin with this")
    parser.add_argument("--true-map", action="store_true", help="align as drawn")
    parser.add_argument("--out", type=Path, help="write every outcome as JSON")
    parser.add_argument("--show", type=Path, help="only print the table of such a file")
    arguments = parser.parse_args()
    if arguments.show:
        lines = arguments.show.read_text().splitlines()
        print(*table_of([Outcome(**json.loads(line)) for line in lines]), sep="\n")
        return
    cv2.setNumThreads(1)
    outcomes: list[Outcome] = []
    seeds = [arguments.first + k for k in range(max(arguments.seeds, arguments.few))]
    for name, plan in plans(seeds[: arguments.seeds], seeds[: arguments.few]):
        if name.startswith(arguments.only):
            outcomes.append(run_pair(name, plan, true_map=arguments.true_map))
            if arguments.out:
                rows = [json.dumps(rounded(asdict(o))) for o in outcomes]
                arguments.out.write_text("\n".join(rows) + "\n")
    print(*table_of(outcomes), sep="\n")


def rounded(row: dict[str, object]) -> dict[str, object]:
    def short(value: object) -> object:
        if isinstance(value, float):
            return float(f"{value:.4g}")
        if isinstance(value, dict):
            return {name: short(part) for name, part in value.items()}
        return value

    return {name: short(value) for name, value in row.items()}


if __name__ == "__main__":
    main()
