"""Pictures with known skin, made at run time: of real ones, changed, and of drawn ones.

Nothing made here is kept. Truth is as in the marked pictures: 255 skin, 128 do not
care, 0 not skin.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.color import lab2rgb

from vein_phantom import PhantomSettings, draw_frame

__all__ = [
    "Case",
    "changed",
    "close_ups",
    "drawn",
    "in_a_room",
    "marked",
    "on_other_grounds",
]

Pixels = NDArray[np.uint8]

GROUNDS = {
    "white sheet": (236, 238, 240),
    "grey sheet": (165, 168, 172),
    "blue cloth": (92, 124, 160),
    "green cloth": (70, 140, 110),
    "black mat": (28, 28, 30),
    "beige": (226, 208, 184),
    "wood": (176, 128, 84),
    "red blanket": (168, 40, 48),
}
"""Plain colours, sRGB, before light, folds and grain are put on."""

TONES = {
    "very light": (75, 8, 14),
    "light": (68, 11, 17),
    "intermediate": (62, 13, 19),
    "tan": (55, 14, 20),
    "brown": (43, 13, 17),
    "dark": (30, 9, 10),
}
"""CIE L*a*b* of skin, one in each class of the individual typology angle
arctan((L* - 50) / b*): over 55, 41, 28, 10, -30 degrees, and below (Del Bino and
Bernerd 2013, doi:10.1111/bjd.12529)."""
LIGHTS = {"plain": (1, 1, 1), "warm": (1.12, 1, 0.78), "cold": (0.9, 1, 1.14)}


@dataclass(frozen=True, eq=False)
class Case:
    """A picture and its skin.

    Parameters
    ----------
    group, name : str
    picture : (H, W) or (H, W, 3) uint8 RGB
    truth : (H, W) uint8
        255 skin, 128 do not care, 0 not skin.
    """

    group: str
    name: str
    picture: Pixels
    truth: Pixels


def marked(folder: Path) -> list[Case]:
    """The marked pictures of a folder with an `index.json`."""
    return [
        Case(
            one["group"],
            one["name"],
            np.asarray(
                cv2.imread(str(folder / one["picture"]), cv2.IMREAD_COLOR_RGB), np.uint8
            ),
            np.asarray(cv2.imread(str(folder / one["mask"]), 0), np.uint8),
        )
        for one in json.loads((folder / "index.json").read_text())
    ]


def _bounded(picture: NDArray[np.floating]) -> Pixels:
    return np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8)


def changed(case: Case) -> Iterator[Case]:
    """The same picture turned, scaled, in other light and from a worse camera."""
    picture, truth = case.picture, case.truth
    height, width = truth.shape

    def made(what: str, pixels: Pixels, mask: Pixels = truth) -> Case:
        pixels, mask = np.ascontiguousarray(pixels), np.ascontiguousarray(mask)
        return Case(what, case.name, pixels, mask)

    yield made("mirrored", picture[:, ::-1], truth[:, ::-1])
    yield made("upside down", picture[::-1, ::-1], truth[::-1, ::-1])
    yield made("quarter turn", np.rot90(picture), np.rot90(truth))
    for angle in (-15.0, 15.0):
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.3)
        size = width, height
        yield made(
            "turned 15 degrees",
            np.asarray(cv2.warpAffine(picture, turn, size), np.uint8),
            np.asarray(cv2.warpAffine(truth, turn, size, flags=0), np.uint8),
        )
    third = np.s_[height // 6 : -height // 6, width // 6 : -width // 6]
    yield made("nearer", picture[third], truth[third])
    for part in (0.4, 0.7):
        small = round(width * part), round(height * part)
        yield made(
            "smaller",
            np.asarray(cv2.resize(picture, small, interpolation=3), np.uint8),
            np.asarray(cv2.resize(truth, small, interpolation=0), np.uint8),
        )
    level = np.arange(256) / 255
    for gamma in (0.7, 1.5):
        table = _bounded(255 * level**gamma)
        yield made(f"gamma {gamma}", np.asarray(cv2.LUT(picture, table), np.uint8))
    yield made("darkened", _bounded(picture * 0.4))
    if case.group in ("leg", "extra"):
        for light in ("warm", "cold"):
            yield made(light, _bounded(picture * np.array(LIGHTS[light])))
    noise = np.random.default_rng(5).normal(0, 6, picture.shape)
    yield made("noisy", _bounded(picture + noise))
    _, packed = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, 30))
    unpacked = np.asarray(cv2.imdecode(packed, cv2.IMREAD_UNCHANGED), np.uint8)
    yield made("JPEG 30", unpacked)


def close_ups(case: Case, count: int = 3) -> Iterator[Case]:
    """Squares that are all skin, as large as there is room for."""
    skin = np.pad((case.truth == 255).astype(np.uint8), 1)
    room = cv2.distanceTransform(skin, cv2.DIST_C, 3)[1:-1, 1:-1]
    random = np.random.default_rng(7)
    rows, columns = np.nonzero(room > 0.7 * room.max())
    for at in random.integers(len(rows), size=count):
        row, column = int(rows[at]), int(columns[at])
        half = int(room[row, column]) - 2
        if half < 40:
            continue
        part = np.s_[row - half : row + half, column - half : column + half]
        pixels = np.ascontiguousarray(case.picture[part])
        whole = np.full(pixels.shape[:2], 255, np.uint8)
        yield Case("all skin", case.name, pixels, whole)


def _ground(colour: tuple[int, int, int], shape: tuple[int, int], seed: int) -> Pixels:
    """A plain ground with folds, grain and light that falls off to one side."""
    random = np.random.default_rng(seed)
    height, width = shape
    folds = random.normal(size=(6, 6)).astype(np.float32)
    folds = np.asarray(
        cv2.resize(folds, (width, height), interpolation=cv2.INTER_CUBIC)
    )
    grain = random.normal(size=shape).astype(np.float32)
    grain = np.asarray(cv2.GaussianBlur(grain, (0, 0), max(1, width / 400)))
    grain /= max(float(grain.std()), 1e-6)
    slope = np.linspace(-1, 1, width)[None, :] * random.uniform(-0.15, 0.15)
    light = np.exp(0.05 * folds + 0.02 * grain + slope)
    return _bounded(light[..., None] * np.array(colour))


def _laid_on(picture: Pixels, skin: NDArray[np.bool_], ground: Pixels) -> Pixels:
    sharp = skin.astype(np.float32)
    share = np.asarray(cv2.GaussianBlur(sharp, (0, 0), max(1, skin.shape[1] / 600)))
    return _bounded(share[..., None] * picture + (1 - share[..., None]) * ground)


def on_other_grounds(case: Case) -> Iterator[Case]:
    """The skin of a visible-light picture on drawn grounds."""
    skin = case.truth == 255
    shape = skin.shape[0], skin.shape[1]
    for seed, (name, colour) in enumerate(GROUNDS.items()):
        picture = _laid_on(case.picture, skin, _ground(colour, shape, seed))
        truth = np.where(skin, 255, 0).astype(np.uint8)
        yield Case(f"on {name}", case.name, picture, truth)


def in_a_room(case: Case) -> Iterator[Case]:
    """The skin far away, on furniture of other brightness and colour."""
    height, width = case.truth.shape
    grey = case.picture.ndim == 2 or int(np.ptp(case.picture, axis=2).max()) < 25
    for seed in range(3):
        random = np.random.default_rng(seed)
        room = np.zeros((height, width, 3), np.uint8)
        room[:] = (150, 145, 138)
        for _ in range(25):
            corner = random.uniform(-0.2, 1, 2) * (width, height)
            size = random.uniform(0.05, 0.6, 2) * (width, height)
            colour = random.uniform(20, 240, 3)
            box = (*corner.astype(int).tolist(), *size.astype(int).tolist())
            cv2.rectangle(room, box, colour.tolist(), cv2.FILLED)
        room = np.asarray(cv2.GaussianBlur(room, (0, 0), max(1, width / 600)))
        if grey:
            room = np.repeat(room.mean(axis=2, keepdims=True).astype(np.uint8), 3, 2)
        part = random.uniform(0.15, 0.3)
        small = max(8, round(width * part)), max(8, round(height * part))
        place = random.uniform(0.1, 0.9 - part, 2) * (height, width)
        row, column = map(int, place)
        picture = np.zeros_like(room)
        skin = np.zeros((height, width), bool)
        spot = np.s_[row : row + small[1], column : column + small[0]]
        picture[spot] = cv2.resize(case.picture, small, interpolation=cv2.INTER_AREA)
        true = (case.truth == 255).view(np.uint8)
        skin[spot] = cv2.resize(true, small, interpolation=cv2.INTER_NEAREST) > 0
        laid = _laid_on(picture, skin, room)
        yield Case(
            "in a room", case.name, laid, np.where(skin, 255, 0).astype(np.uint8)
        )


def drawn(seeds: tuple[int, ...] = (1, 2)) -> Iterator[Case]:
    """A drawn leg in six tones and three lights on every ground."""
    for seed in seeds:
        settings = PhantomSettings(
            seed=seed, colour="skin", width_px=960, height_px=540
        )
        pixels, truth = draw_frame(replace(settings, mm_per_pixel=0.12))
        shape = truth.skin.shape[0], truth.skin.shape[1]
        own = np.median(pixels[truth.skin], axis=0)
        mask = np.where(truth.skin, 255, 0).astype(np.uint8)
        for tone, lab in TONES.items():
            target = 255 * lab2rgb(np.array([[lab]], float))[0, 0]
            skin = pixels * (target / own)
            for at, (name, colour) in enumerate(GROUNDS.items()):
                laid = _laid_on(_bounded(skin), truth.skin, _ground(colour, shape, at))
                for light, gains in LIGHTS.items():
                    yield Case(
                        f"drawn, {tone}",
                        f"{seed} {name} {light}",
                        _bounded(laid * np.array(gains)),
                        mask,
                    )
