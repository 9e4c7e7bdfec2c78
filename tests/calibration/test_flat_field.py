from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from vein_calibration.errors import CardError
from vein_calibration.flat_field import FlatField, fit_flat_field
from vein_phantom import PhantomSettings, draw_scene

Pixels = NDArray[np.uint8]
CARD = PhantomSettings(
    seed=20, width_px=640, height_px=360, hair=0, glare=0, freckles=0, texture=0,
    limb=False, veins=False, motion=0, defocus_px=0,
)  # fmt: skip


def card(settings: PhantomSettings = CARD, count: int = 6) -> list[Pixels]:
    scene = draw_scene(settings)
    return [scene.frame(n)[0] for n in range(count)]


@pytest.mark.parametrize("colour", ["nir", "skin"])
def test_what_is_left_uneven_is_under_one_per_cent(colour: str) -> None:
    flat = fit_flat_field(card(replace(CARD, colour=colour)))
    clean = draw_scene(replace(CARD, colour=colour, noise=False)).frame(0)[0]
    even = flat.correct(clean.copy()).reshape(-1, clean[0, 0].size)
    assert (even.std(axis=0) / even.mean(axis=0)).max() < 0.01
    assert flat.unevenness > 0.2


def test_it_works_in_place() -> None:
    flat, picture = fit_flat_field(card()), card(count=1)[0].copy()
    assert flat.correct(picture) is picture


def test_dark_level_and_hot_and_dead_pixels_go() -> None:
    rng = np.random.default_rng(1)
    frames = [rng.normal(120, 2, (240, 320)).astype(np.uint8) for _ in range(6)]
    dark = [rng.normal(9, 1, (240, 320)).astype(np.uint8) for _ in range(4)]
    for frame in frames:
        frame[40, 50] = 3
    for frame in (*frames, *dark):
        frame[100, 200] = 190
    flat = fit_flat_field(frames, dark, "nir")
    assert flat.bad_rc.tolist() == [[40, 50], [100, 200]]
    picture = flat.correct(frames[0].copy())
    assert int(picture[40, 50]) == pytest.approx(111, abs=6)
    assert int(picture[100, 200]) == pytest.approx(111, abs=6)
    assert picture.mean() == pytest.approx(111, abs=1.5)


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        ([np.full((90, 160), 120, np.uint8)] * 3, "3 card pictures, 4 are needed"),
        ([np.full((90, 160), 255, np.uint8)] * 4, "is saturated"),
        ([np.full((90, 160), 12, np.uint8)] * 4, "too dark"),
        ([np.kron(np.eye(9, 16) * 99 + 60, np.ones((10, 10)))] * 4, "uint8"),
        (
            [(np.kron(np.eye(9, 16) * 99 + 60, np.ones((10, 10)))).astype(np.uint8)]
            * 4,
            "not even",
        ),
    ],
)
def test_what_is_no_even_card_is_refused(frames: list[Pixels], words: str) -> None:
    with pytest.raises(CardError, match=words):
        fit_flat_field(frames)


def test_another_size_and_a_read_only_picture_are_refused() -> None:
    flat = fit_flat_field(card())
    with pytest.raises(CardError, match="is for pictures"):
        flat.correct(np.zeros((10, 10), np.uint8))
    locked = card(count=1)[0].copy()
    locked.flags.writeable = False
    with pytest.raises(CardError, match="hand over a copy"):
        flat.correct(locked)


def test_a_level_not_above_the_dark_is_no_flat_field() -> None:
    nothing = np.zeros((9, 16), np.float32)
    with pytest.raises(CardError, match="above its dark level"):
        FlatField("", (128, 72), nothing, nothing, np.zeros((0, 2), np.intp))
