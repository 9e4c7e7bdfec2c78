"""Treated sites and courses of three visits, held against what was drawn.

Marks are set on drawn veins. What is said of each site is counted against what is true
of the vein within reach of it; of a course, each visit's clearance and drift.

    python -m benchmarks.sites_and_courses --out benchmarks/results/sites.txt
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import cv2
import numpy as np

from benchmarks.clearance import CONDITIONS, error_px, fates_of
from benchmarks.second_phantom import MARGIN_PX, Drawn, LegPlan, draw_pair
from vein_imaging.comparison import Comparison, compare
from vein_imaging.comparison.following.course import follow_course
from vein_imaging.comparison.following.sites import (
    REACH_MM,
    SiteFate,
    SiteOutcome,
    TreatedSite,
    follow_sites,
)
from vein_imaging.comparison.judging.regions import pieces_in

FATES: tuple[SiteFate, ...] = (
    "cleared", "partly cleared", "not cleared", "cannot tell",
)  # fmt: skip
SITE_LEVELS = (0.25, 0.5, 0.75)
COURSE_LEVELS = (0.5, 0.9)  # of the second and the third visit
_STEP_MM = 12.0  # between marks on one vein; more than twice the reach
_FIRST, _BETWEEN = date(2026, 1, 10), timedelta(days=70)
_LEAST_MM = 3.0  # of drawn vein within reach; less is the corner of a picture


def marks_on(drawn: Drawn) -> list[TreatedSite]:
    """Every 12 mm along each drawn vein inside the frame."""
    step = round(_STEP_MM / drawn.plan.mm_per_pixel)
    height, width = drawn.before.shape[:2]
    found: list[TreatedSite] = []
    for number, vein in enumerate(drawn.veins):
        for at in range(step // 2, len(vein.points_rc), step):
            point = vein.points_rc[at] - MARGIN_PX - 0.5
            if (point > 0).all() and (point < (height - 1, width - 1)).all():
                found.append(TreatedSite(f"{number} {at}", point[None]))
    return found


def true_fate(drawn: Drawn, site: TreatedSite) -> SiteFate | None:
    """What became of all drawn vein within reach; None where there is hardly any."""
    mm = drawn.plan.mm_per_pixel
    lengths = {True: 0.0, False: 0.0}
    for vein in drawn.veins:
        away = site.away_px(vein.points_rc - MARGIN_PX - 0.5)
        lengths[vein.gone] += mm * float(np.count_nonzero(away * mm <= REACH_MM))
    total = sum(lengths.values())
    if total < _LEAST_MM:
        return None
    share = lengths[True] / total
    if share >= 0.75:
        return "cleared"
    return "partly cleared" if share >= 0.25 else "not cleared"


def sites_held(drawn: Drawn, result: Comparison) -> Counter[tuple[SiteFate, SiteFate]]:
    """Count (said, true)."""
    sites = marks_on(drawn)
    said: Sequence[SiteOutcome] = follow_sites(result, sites)
    counts: Counter[tuple[SiteFate, SiteFate]] = Counter()
    for site, outcome in zip(sites, said, strict=True):
        true = true_fate(drawn, site)
        if true is not None:
            counts[outcome.fate, true] += 1
    return counts


def site_table(counts: Counter[tuple[SiteFate, SiteFate]]) -> Iterator[str]:
    """Said by row, true by column."""
    yield f"{'said / true':18s}" + "".join(f"{true:>16s}" for true in FATES[:3])
    for said in FATES:
        row = "".join(f"{counts[said, true]:16d}" for true in FATES[:3])
        yield f"{said:18s}{row}"
    told = sum(n for (said, _), n in counts.items() if said != "cannot tell")
    right = sum(n for (said, true), n in counts.items() if said == true)
    too_much = counts["cleared", "not cleared"]
    yield (
        f"told {told} of {sum(counts.values())}, right {right}, "
        f'"cleared" where nothing did {too_much}'
    )


def course_rows(plan: LegPlan) -> Iterator[str]:
    """Each later visit: true and shown clearance of the common field, drift, error."""
    drawn = [
        draw_pair(replace(plan, cleared=level, visit=2 + at))
        for at, level in enumerate(COURSE_LEVELS)
    ]
    pictures = [drawn[0].before, *(one.after for one in drawn)]
    days = [_FIRST + at * _BETWEEN for at in range(3)]
    course = follow_course(pictures, days, mm_per_pixel=[plan.mm_per_pixel] * 3)
    for number, (one, visit) in enumerate(zip(drawn, course.visits, strict=True), 2):
        pieces = pieces_in(visit.comparison.pieces, course.common)
        lengths = {"gone": 0.0, "kept": 0.0, "none": 0.0}
        for piece, fate in zip(pieces, fates_of(pieces, one), strict=True):
            if piece.change not in ("unjudged", "new"):
                lengths[fate] += piece.length_px
        real = lengths["gone"] + lengths["kept"]
        true = 100 * lengths["gone"] / real if real else np.nan
        row = visit.summary
        shown = (
            "no figure: " + "; ".join(visit.reasons)
            if row is None
            else f"{row.clearance_pct:6.1f} [{row.clearance_lo_pct:3.0f} to "
            f"{row.clearance_hi_pct:3.0f}]"
        )
        mm = plan.mm_per_pixel
        yield (
            f"{plan.kind:8s}{plan.seed:5d} visit {number}  true {true:6.1f}  "
            f"shown {shown}  drift {visit.drift_px * mm:5.2f} mm  "
            f"true error {error_px(visit.comparison, one) * mm:5.2f} mm"
        )


def site_lines(seeds: Sequence[int]) -> Iterator[str]:
    """Tables of all kinds and legs."""
    for name, condition in CONDITIONS.items():
        counts: Counter[tuple[SiteFate, SiteFate]] = Counter()
        for seed in seeds:
            for level in SITE_LEVELS:
                drawn = draw_pair(replace(condition, seed=seed, cleared=level))
                result = compare(
                    drawn.before, drawn.after, mm_per_pixel=condition.mm_per_pixel
                )
                counts += sites_held(drawn, result)
        yield f"Sites, {name}, {len(seeds)} legs, {len(SITE_LEVELS)} shares treated"
        yield from site_table(counts)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[*range(501, 507)])
    parser.add_argument("--what", choices=("sites", "courses", "both"), default="both")
    parser.add_argument("--out", type=Path, help="write the tables here as well")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    seeds: list[int] = arguments.seeds
    lines: list[str] = []

    def tell(line: str) -> None:
        print(line, flush=True)
        lines.append(line)
        if arguments.out:
            arguments.out.write_text("\n".join(lines) + "\n")

    if arguments.what != "courses":
        for line in site_lines(seeds):
            tell(line)
    if arguments.what != "sites":
        for seed in seeds:
            for line in course_rows(replace(CONDITIONS["colour"], seed=seed)):
                tell(line)


if __name__ == "__main__":
    main()
