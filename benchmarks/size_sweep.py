"""One picture at many sizes: does what is found depend on the number of pixels?

    python benchmarks/size_sweep.py retina ../shared/data/drive [--half training]
    python benchmarks/size_sweep.py leg

`retina`: DRIVE's pictures enlarged 1 to 4 times; AUC inside the field of view, the
score brought back to the pictures' own size. `leg`: one drawn leg, 160 mm across the
frame, as cameras of 990 to 8064 px photograph it; recall and precision within 1 mm.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
from accuracy import (  # type: ignore[import-not-found]
    curve_scores,
    read_half,
)
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from vein_imaging import AnalysisSettings, analyse
from vein_phantom import PhantomSettings, draw_frame

FULL = AnalysisSettings(quality="full")
LEG_MM, DRAWN_PX, JUDGED_PX, TOLERANCE_MM = 160.0, 4032, 1600, 1.0
WIDTHS_PX = (990, 1000, 1008, 1280, 1600, 2000, 2016, 2600, 3264, 4000, 4032, 8064)


def retina_auc(
    cases: list[tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.bool_]]],
    times: float,
) -> float:
    """Area under one ROC over all pictures, enlarged so many times."""
    inside, outside = [], []
    for picture, truth, field in cases:
        own = picture.shape[1], picture.shape[0]
        size = round(own[0] * times), round(own[1] * times)
        large = np.asarray(
            cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8
        )
        seen = cv2.resize(field.view(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        score = analyse(large, field=seen > 0, settings=FULL).vesselness
        if times > 1:
            small = cv2.resize(score, own, interpolation=cv2.INTER_AREA)
            score = np.asarray(small, np.float32)
        inside.append(score[truth & field])
        outside.append(score[~truth & field])
    auc, _, _ = curve_scores(np.concatenate(inside), np.concatenate(outside))
    return float(auc)


def report_retina(folder: Path, half: str, step: float, most: int) -> None:
    cases = list(read_half(folder, half))[:most]
    print(
        f"DRIVE, {half} half, {len(cases)} pictures, full\n| times | AUC |\n|---|---|"
    )
    found = []
    for times in np.arange(1, 4 + step / 2, step):
        found.append(retina_auc(cases, float(times)))
        print(f"| {times:.1f} | {found[-1]:.4f} |", flush=True)
    print(f"least {min(found):.4f}, most {max(found):.4f}")


def report_leg(seed: int) -> None:
    drawn, truth = draw_frame(
        PhantomSettings(
            seed=seed,
            width_px=DRAWN_PX,
            height_px=DRAWN_PX * 3 // 4,
            mm_per_pixel=LEG_MM / DRAWN_PX,
            defocus_px=1.2,
        )
    )
    judged = JUDGED_PX, JUDGED_PX * 3 // 4
    mask = np.multiply(truth.mask.view(np.uint8), np.uint8(255))
    small = cv2.resize(mask, judged, interpolation=cv2.INTER_AREA)
    true = skeletonize(small > 127)  # type: ignore[no-untyped-call]
    print("| width, px | scale given: recall | precision | none: recall | precision |")
    print("|---|---|---|---|---|")
    for width in WIDTHS_PX:
        way = cv2.INTER_AREA if width < DRAWN_PX else cv2.INTER_CUBIC
        picture = cv2.resize(drawn, (width, width * 3 // 4), interpolation=way)
        row = [
            judge(true, np.asarray(picture, np.uint8), mm)
            for mm in (LEG_MM / width, None)
        ]
        print(
            f"| {width} | " + " | ".join(f"{x:.3f}" for r in row for x in r) + " |",
            flush=True,
        )


def judge(
    true: NDArray[np.bool_], picture: NDArray[np.uint8], mm: float | None
) -> tuple[float, float]:
    """Recall and precision of the centrelines, at the size at which they are judged."""
    found = np.zeros(true.shape, np.uint8)
    for branch in analyse(picture, mm_per_pixel=mm, settings=FULL).branches:
        xy = branch.points_rc[:, ::-1] * (true.shape[1] / picture.shape[1])
        cv2.polylines(found, [xy.round().astype(np.int32)], False, 1)
    tolerance = TOLERANCE_MM * JUDGED_PX / LEG_MM
    there = cv2.distanceTransform((~true).astype(np.uint8), cv2.DIST_L2, 5)
    here = cv2.distanceTransform(1 - found, cv2.DIST_L2, 5)
    return (
        float((here[true] <= tolerance).mean()),
        float((there[found > 0] <= tolerance).mean()),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("retina", "leg"))
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--half", choices=("test", "training"), default="test")
    parser.add_argument("--step", type=float, default=0.1)
    parser.add_argument("--most", type=int, default=20, help="pictures")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    begun = time.process_time()
    if chosen.what == "leg":
        report_leg(chosen.seed)
    elif chosen.folder is None:
        parser.error("retina needs DRIVE's folder")
    else:
        report_retina(chosen.folder, chosen.half, chosen.step, chosen.most)
    print(f"{time.process_time() - begun:.0f} s of CPU")


if __name__ == "__main__":
    main()
