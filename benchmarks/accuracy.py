"""Accuracy of `analyse` on DRIVE's test half, beside scikit-image's filters.

    python benchmarks/accuracy.py ../shared/data/drive [--half training]

Scores inside the field of view, at the images' own size. AUC: one ROC over all
pixels together. Best Dice and MCC: the highest over one threshold for all images.
Fixed Dice: the mean over images of the Dice of the mask at default settings.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage
from skimage.filters import frangi, sato

from vein_imaging import AnalysisSettings, analyse

Bools = NDArray[np.bool_]
Scores = NDArray[np.float32]
Rater = Callable[[NDArray[np.uint8], Bools], tuple[Scores, Bools | None]]
PEER_SIGMAS = (1, 2, 3, 4)
BINS = 20_000


def read_half(
    folder: Path, half: str
) -> Iterator[tuple[NDArray[np.uint8], Bools, Bools]]:
    """RGB picture, manual vessels, field of view of each case."""
    paths = sorted((folder / half / "images").glob("*.tif"))
    if not paths:
        raise SystemExit(f"no picture in {folder / half / 'images'}")
    for path in paths:
        number, kind = path.stem.split("_")
        picture = np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR_RGB), np.uint8)
        truth = _read_gif(folder / half / "1st_manual" / f"{number}_manual1.gif")
        field = _read_gif(folder / half / "mask" / f"{number}_{kind}_mask.gif")
        yield picture, truth, field


def _read_gif(path: Path) -> Bools:
    with PilImage.open(path) as picture:
        return np.asarray(picture.convert("L")) > 0


def ours(quality: str) -> Rater:
    settings = AnalysisSettings(quality=quality)  # type: ignore[arg-type]

    def rate(picture: NDArray[np.uint8], field: Bools) -> tuple[Scores, Bools | None]:
        found = analyse(picture, field=field, settings=settings)
        return found.vesselness, found.mask

    return rate


def peer(filter_: Callable[..., NDArray[np.float64]], **options: object) -> Rater:
    def rate(picture: NDArray[np.uint8], field: Bools) -> tuple[Scores, Bools | None]:
        green = picture[:, :, 1].astype(np.float64) / 255
        return np.asarray(filter_(green, **options), np.float32), None

    return rate


def measure(rate: Rater, cases: list[tuple[NDArray[np.uint8], Bools, Bools]]) -> str:
    inside, outside, dices = [], [], []
    begun = time.process_time()
    rated = [rate(picture, field) for picture, _, field in cases]
    cost = (time.process_time() - begun) / len(cases)
    for (score, mask), (_, truth, field) in zip(rated, cases, strict=True):
        inside.append(score[truth & field])
        outside.append(score[~truth & field])
        if mask is not None:
            both = np.count_nonzero(mask & truth & field)
            total = np.count_nonzero(mask & field) + np.count_nonzero(truth & field)
            dices.append(2 * both / total)
    auc, dice, mcc = curve_scores(np.concatenate(inside), np.concatenate(outside))
    fixed = f"{np.mean(dices):.4f}" if dices else "-"
    return f"| {auc:.4f} | {dice:.4f} | {mcc:.4f} | {fixed} | {1000 * cost:.0f} |"


def curve_scores(vessel: Scores, other: Scores) -> tuple[float, float, float]:
    """Area under the ROC, best Dice, best MCC over one threshold."""
    edges = np.unique(
        np.quantile(np.concatenate([vessel, other]), np.linspace(0, 1, BINS))
    )
    tp = np.append(np.cumsum(np.histogram(vessel, edges)[0][::-1]), 0)
    fp = np.append(np.cumsum(np.histogram(other, edges)[0][::-1]), 0)
    tp, fp = np.roll(tp, 1).astype(float), np.roll(fp, 1).astype(float)
    positives, negatives = tp[-1], fp[-1]
    auc = float(np.trapezoid(tp / positives, fp / negatives))
    dice = 2 * tp / (tp + fp + positives)
    fn, tn = positives - tp, negatives - fp
    below = np.sqrt((tp + fp) * positives * (tn + fn) * negatives)
    mcc = np.divide(tp * tn - fp * fn, below, out=np.zeros_like(tp), where=below > 0)
    return auc, float(dice.max()), float(mcc.max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=("test", "training"), default="test")
    parser.add_argument("--no-peers", action="store_true")
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    cases = list(read_half(chosen.folder, chosen.half))
    raters = {"analyse, fast": ours("fast"), "analyse, full": ours("full")}
    if not chosen.no_peers:
        raters["skimage sato"] = peer(sato, sigmas=PEER_SIGMAS, black_ridges=True)
        raters["skimage frangi"] = peer(frangi, sigmas=PEER_SIGMAS, black_ridges=True)
    print(f"DRIVE, {chosen.half} half, {len(cases)} pictures, inside the field of view")
    print("| method | AUC | best Dice | MCC | fixed Dice | ms CPU a picture |")
    print("|---|---|---|---|---|---|")
    for name, rate in raters.items():
        print(f"| {name} {measure(rate, cases)}", flush=True)


if __name__ == "__main__":
    main()
