"""What lies on or beside a leg and is no vein: how much of each is drawn as one?

    python benchmarks/not_veins.py [--seeds 3] [--look FOLDER]

A drawn leg without veins carries one thing at a time. Everything found on it is false:
told is the length found on it or within .5 mm, and the length found elsewhere, both as
shares of the length of its own lines or outline. `--look` keeps the pictures
with what was found.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging import AnalysisSettings, VeinMap, analyse
from vein_imaging.imaging.overlay import draw_overlay
from vein_phantom import PhantomSettings, draw_frame

MM_PER_PIXEL = 0.08
NEAR_PX = 0.5 / MM_PER_PIXEL
FULL = AnalysisSettings(quality="full")
Pixels = NDArray[np.uint8]
Layer = NDArray[np.float32]
"""(H, W) 0 to 1: how much of the thing covers each pixel."""


def _layer() -> Layer:
    return np.zeros((720, 1280), np.float32)


def _px(mm: float) -> int:
    return max(1, round(mm / MM_PER_PIXEL))


def _line(layer: Layer, xy: object, width_mm: float) -> None:
    points = np.round(np.asarray(xy, float)).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(layer, [points], False, 1.0, _px(width_mm), cv2.LINE_AA)


def _curve(
    layer: Layer, bow_mm: float, width_mm: float, tilt: float = 0.0, at: float = 0.5
) -> None:
    """A bow from one side of the leg to the other."""
    x = np.linspace(0, 1, 200)
    y = at + bow_mm / MM_PER_PIXEL / 720 * np.sin(np.pi * x) + tilt * (x - 0.5)
    _line(layer, np.stack([x * 1280, y * 720], axis=1), width_mm)


def _written(
    layer: Layer, text: str, at: tuple[int, int], size: float, thick: int
) -> Layer:
    letters = np.zeros(layer.shape, np.uint8)
    cv2.putText(letters, text, at, 0, size, 255, thick, cv2.LINE_AA)
    return np.maximum(layer, letters.astype(np.float32) / 255)


def ink(random: np.random.Generator) -> Layer:
    """Marks of a skin pen, 1 mm wide: two crosses, an arrow and a ring."""
    layer = _layer()
    for _ in range(2):
        x, y = random.uniform(400, 880), random.uniform(250, 470)
        _line(layer, [(x - 40, y - 40), (x + 40, y + 40)], 1.0)
        _line(layer, [(x - 40, y + 40), (x + 40, y - 40)], 1.0)
    start = (round(random.uniform(420, 520)), round(random.uniform(260, 460)))
    end = (start[0] + 160, start[1] + 30)
    cv2.arrowedLine(layer, start, end, 1.0, _px(1.0), cv2.LINE_AA, 0, 0.25)
    centre = (round(random.uniform(700, 860)), round(random.uniform(280, 440)))
    cv2.circle(layer, centre, 55, 1.0, _px(1.0), cv2.LINE_AA)
    return layer


def letters(random: np.random.Generator) -> Layer:
    """Letters across the picture, as a watermark or a tattoo has."""
    layer = _layer()
    at = (round(random.uniform(380, 460)), round(random.uniform(340, 420)))
    return _written(layer, "BEFORE", at, 3.0, 5)


def ruler(random: np.random.Generator) -> Layer:
    """The ticks and figures of a ruler that lies on the leg."""
    layer = _layer()
    y = round(random.uniform(300, 420))
    for mm in range(60):
        x = 420 + _px(mm)
        long = 5.0 if mm % 10 == 0 else 3.5 if mm % 5 == 0 else 2.0
        _line(layer, [(x, y), (x, y + _px(long))], 0.2)
        if mm % 10 == 0:
            layer = _written(layer, str(mm // 10), (x - 10, y + 110), 1.0, 2)
    return layer


def plaster(random: np.random.Generator) -> Layer:
    """A strip of 20 by 60 mm with round corners."""
    layer = _layer()
    centre = (random.uniform(560, 720), random.uniform(330, 390))
    turn = float(random.uniform(-30, 30))
    corners = cv2.boxPoints((centre, (60 / MM_PER_PIXEL / 2, 10 / MM_PER_PIXEL), turn))
    cv2.fillPoly(layer, [np.round(corners).astype(np.int32)], 1.0, cv2.LINE_AA)
    return layer


def stitches(random: np.random.Generator) -> Layer:
    """A row of ten threads across a line, .25 mm thick."""
    layer = _layer()
    y = random.uniform(320, 400)
    for at in range(10):
        x = 500 + at * _px(3.0)
        _line(layer, [(x, y - 30), (x + 6, y + 30)], 0.25)
    return layer


def stocking(random: np.random.Generator) -> Layer:
    """The mark that a stocking's edge leaves: 3 mm of ribs across the leg."""
    layer = _layer()
    x = random.uniform(560, 720)
    for rib in range(4):
        _line(layer, [(x + rib * _px(1.2), 0), (x + rib * _px(1.2) + 25, 720)], 0.5)
    return np.asarray(cv2.GaussianBlur(layer, (0, 0), 2.0), np.float32)


def crease(random: np.random.Generator) -> Layer:
    """Three folds of a knee or an ankle, soft, across the leg."""
    layer = _layer()
    for at in (0.38, 0.5, 0.6):
        one = _layer()
        _curve(one, float(random.uniform(2, 5)), 0.8, 0.05, at)
        layer = np.maximum(layer, one)
    return np.asarray(cv2.GaussianBlur(layer, (0, 0), 4.0), np.float32)


def hem(random: np.random.Generator) -> Layer:
    """The edge of a garment over a fifth of the leg."""
    layer = _layer()
    layer[:, : round(random.uniform(230, 300))] = 1.0
    return layer


THINGS: dict[str, tuple[Callable[[np.random.Generator], Layer], object, float]] = {
    "pen, violet": (ink, (70, 40, 110), 0.85),
    "pen, black": (ink, (30, 28, 30), 0.85),
    "tattoo, blue green": (letters, (60, 85, 100), 0.7),
    "watermark, white": (letters, (255, 255, 255), 0.5),
    "watermark, grey": (letters, (128, 128, 128), 0.4),
    "ruler, black on skin": (ruler, (20, 20, 20), 0.9),
    "plaster, beige": (plaster, (214, 170, 130), 0.95),
    "plaster, white": (plaster, (240, 240, 238), 0.95),
    "stitches, black": (stitches, (20, 20, 30), 0.9),
    "stocking mark, red": (stocking, 0.88, 1.0),
    "creases, darker": (crease, 0.80, 1.0),
    "garment, dark blue": (hem, (30, 40, 80), 1.0),
    "garment, white": (hem, (235, 236, 240), 1.0),
}
"""What draws it; its colour (sRGB), or the share of light it leaves (red a little more,
as skin does); how much of it covers."""


def laid_on(skin: Pixels, layer: Layer, colour: object, cover: float) -> Pixels:
    """The picture with the thing on it, as soft as the lens makes all."""
    share = cover * np.asarray(cv2.GaussianBlur(layer, (0, 0), 0.8))[..., None]
    if isinstance(colour, float):
        thing = skin * np.array([min(1.0, colour + 0.05), colour, colour])
    else:
        thing = np.broadcast_to(np.array(colour, float), skin.shape)
    mixed = skin * (1 - share) + thing * share
    return np.asarray(np.clip(np.rint(mixed), 0, 255), np.uint8)


def own_length(layer: Layer) -> float:
    """Length of the thing's lines, or of its outline where it is an area."""
    solid = (layer > 0.3).astype(np.uint8)
    thin = float(cv2.distanceTransform(solid, cv2.DIST_L2, 5).max()) < _px(1.5)
    lines, _ = cv2.findContours(solid, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    around = sum(cv2.arcLength(one, True) for one in lines)
    return float(around / 2 if thin else around)


def lengths(found: VeinMap, layer: Layer) -> tuple[float, float]:
    """Pixels of line found on the thing or within reach of it, and elsewhere."""
    solid = (layer > 0.3).astype(np.uint8)
    away = cv2.distanceTransform(1 - solid, cv2.DIST_L2, 5)
    near = elsewhere = 0.0
    for branch in found.branches:
        points = np.asarray(branch.points_rc, float)
        steps = np.hypot(*np.diff(points, axis=0).T)
        middle = np.round((points[1:] + points[:-1]) / 2).astype(int)
        rows = np.clip(middle[:, 0], 0, away.shape[0] - 1)
        columns = np.clip(middle[:, 1], 0, away.shape[1] - 1)
        close = away[rows, columns] <= NEAR_PX
        near += float(steps[close].sum())
        elsewhere += float(steps[~close].sum())
    return near, elsewhere


def bare_leg(seed: int) -> Pixels:
    """A leg by visible light on which there is nothing to find."""
    settings = PhantomSettings(
        seed=seed, colour="skin", veins=False, mm_per_pixel=MM_PER_PIXEL
    )
    return np.asarray(draw_frame(settings)[0], np.uint8)


def followed(name: str, seed: int, look: Path | None = None) -> tuple[float, float]:
    """Length found over the thing's own, and that found elsewhere (both as shares)."""
    draw, colour, cover = THINGS[name]
    skin = bare_leg(seed)
    layer = draw(np.random.default_rng(seed))
    picture = laid_on(skin, layer, colour, cover)
    found = analyse(picture, mm_per_pixel=MM_PER_PIXEL, settings=FULL)
    if look is not None:
        shown = draw_overlay(picture, found)
        cv2.imwrite(str(look / f"{name} {seed}.png"), shown[..., ::-1])
    length = own_length(layer)
    near, elsewhere = lengths(found, layer)
    return near / length, elsewhere / length


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--look", type=Path)
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    if chosen.look is not None:
        chosen.look.mkdir(parents=True, exist_ok=True)
    print("| thing | drawn as a vein, share of its length | worst | elsewhere |")
    print("|---|---|---|---|")
    for name in THINGS:
        rows = np.array(
            [followed(name, 40 + n, chosen.look) for n in range(chosen.seeds)]
        )
        near, elsewhere = rows.mean(axis=0)
        worst = rows[:, 0].max()
        print(f"| {name} | {near:.2f} | {worst:.2f} | {elsewhere:.2f} |", flush=True)


if __name__ == "__main__":
    main()
