"""One leg, drawn once and stored many times: does what is found stay the same?

    python benchmarks/steadiness.py [--seeds 31 32 ...] [--draws 20] [--quality fast]

Each leg (the five sample pictures and drawn ones) is given again with half a grey level
of noise, as JPEG of quality 95 and 90, turned by 90, 180 and 270 degrees and turned
back, and both. Spread: largest less smallest total length over the median. Off by 5 %:
share of the variants whose total is so far from the file's own. Flicker: share of the
found length that another variant does not find within 2 px, mean of all pairs.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging import AnalysisSettings, analyse
from vein_phantom import PhantomSettings, draw_frame

SAMPLES = Path(__file__).parent.parent / "sample_images"
NOISE_LEVELS, JPEG_QUALITIES = 0.5, (95, 90)
TOLERANCE_PX, OFF_SHARE = 2, 0.05
DRAWN = tuple(range(201, 211))
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Leg:
    """A picture and the size of its pixels on the skin."""

    name: str
    picture: Picture
    mm_per_pixel: float


@dataclass(frozen=True, eq=False)
class Found:
    """What was found in a variant: 1 on its lines, and how long they are."""

    lines: Picture
    length_mm: float

    @classmethod
    def of(
        cls, picture: Picture, mm: float, settings: AnalysisSettings, turns: int = 0
    ) -> Found:
        """Analyse a picture turned so often by 90 degrees, and turn the lines back."""
        turned = np.ascontiguousarray(np.rot90(picture, turns))
        found = analyse(turned, mm_per_pixel=mm, settings=settings)
        lines = np.zeros(turned.shape[:2], np.uint8)
        for branch in found.branches:
            xy = np.round(branch.points_rc[:, ::-1] * 8).astype(np.int32)
            # 1/8 px fixed point: OpenCV's `shift`
            cv2.polylines(lines, [xy], False, 1, 1, cv2.LINE_8, 3)
        length = sum(branch.length_px for branch in found.branches) * mm
        return cls(np.ascontiguousarray(np.rot90(lines, -turns)), length)


@dataclass(frozen=True)
class Steadiness:
    """How much what is found differs between the variants of one leg."""

    own_mm: float
    spread: float
    off: float
    flicker: float

    @classmethod
    def of(cls, variants: list[Found]) -> Steadiness:
        """Compare variants of one leg; the first is the picture itself."""
        totals = np.array([found.length_mm for found in variants])
        off = np.abs(totals[1:] - totals[0]) > OFF_SHARE * totals[0]
        return cls(
            float(totals[0]),
            float(np.ptp(totals) / max(float(np.median(totals)), 1.0)),
            float(off.mean()),
            flicker(variants),
        )


def flicker(variants: list[Found]) -> float:
    """Share of found length that another variant lacks, mean of all pairs."""
    kernel = np.ones((2 * TOLERANCE_PX + 1,) * 2, np.uint8)
    count = np.zeros(variants[0].lines.shape, np.int32)
    for found in variants:
        count += np.asarray(cv2.dilate(found.lines, kernel), np.uint8)
    others = len(variants) - 1
    missed = [
        1 - float((count[found.lines > 0] - 1).mean()) / others
        for found in variants
        if found.lines.any()
    ]
    return float(np.mean(missed)) if missed else 0.0


def legs(seeds: list[int]) -> Iterator[Leg]:
    """The sample pictures, then drawn legs of two sizes and by two lights."""
    for path in sorted(SAMPLES.glob("*-truth.json")):
        name = path.name.removesuffix("-truth.json")
        mm = json.loads(path.read_text())["mm_per_pixel"]
        picture = cv2.imread(str(path.with_name(f"{name}.png")), cv2.IMREAD_UNCHANGED)
        assert picture is not None, name
        if picture.ndim == 3:
            picture = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
        yield Leg(name, np.asarray(picture, np.uint8), mm)
    for seed in seeds:
        colour = "skin" if seed % 3 == 0 else "nir"
        width, mm = (640, 0.16) if seed % 2 else (1024, 0.1)
        drawn = PhantomSettings(
            seed=seed,
            colour=colour,
            width_px=width,
            height_px=width * 3 // 4,
            mm_per_pixel=mm,
        )
        yield Leg(f"{colour} {seed}, {width} px", draw_frame(drawn)[0], mm)


def noisy(picture: Picture, draw: int) -> Picture:
    """A picture with half a grey level of noise."""
    noise = np.random.default_rng(draw).normal(0, NOISE_LEVELS, picture.shape)
    return np.clip(np.round(picture + noise), 0, 255).astype(np.uint8)


def as_jpeg(picture: Picture, quality: int) -> Picture:
    """A picture as it comes back from a JPEG (colours at half its size)."""
    how = [cv2.IMWRITE_JPEG_QUALITY, quality]
    bgr = picture[..., ::-1] if picture.ndim == 3 else picture
    packed = cv2.imencode(".jpg", np.ascontiguousarray(bgr), how)[1]
    again = np.asarray(cv2.imdecode(packed, cv2.IMREAD_UNCHANGED), np.uint8)
    return np.ascontiguousarray(again[..., ::-1] if again.ndim == 3 else again)


def variants_of(leg: Leg, draws: int, settings: AnalysisSettings) -> list[Found]:
    """What is found in a leg's picture and in each of its variants."""
    picture, mm = leg.picture, leg.mm_per_pixel
    others = [noisy(picture, draw) for draw in range(draws)]
    others += [as_jpeg(picture, quality) for quality in JPEG_QUALITIES]
    found = [Found.of(picture, mm, settings)]
    found += [Found.of(other, mm, settings) for other in others]
    for turns in (1, 2, 3):
        for turned in (picture, as_jpeg(picture, JPEG_QUALITIES[0])):
            found.append(Found.of(turned, mm, settings, turns))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="*", default=list(DRAWN))
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--quality", choices=("fast", "full"), default="full")
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    begun = time.process_time()
    settings = AnalysisSettings(quality=chosen.quality)
    print(f"{chosen.quality}, {chosen.draws} draws of noise")
    print("| leg | length, mm | spread | off by 5 % | flicker |\n|---|---|---|---|---|")
    rows = []
    for leg in legs(chosen.seeds):
        one = Steadiness.of(variants_of(leg, chosen.draws, settings))
        rows.append((one.spread, one.off, one.flicker))
        print(
            f"| {leg.name} | {one.own_mm:.0f} | {one.spread:.3f} | {one.off:.2f} | "
            f"{one.flicker:.3f} |",
            flush=True,
        )
    spread, off, moved = np.mean(rows, axis=0)
    print(f"| mean | | {spread:.3f} | {off:.2f} | {moved:.3f} |")
    print(f"{time.process_time() - begun:.0f} s of CPU")


if __name__ == "__main__":
    main()
