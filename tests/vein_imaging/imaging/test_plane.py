from __future__ import annotations

import numpy as np
import pytest

from vein_imaging.imaging.plane import (
    choose_channel,
    octaves_for,
    patched,
    shrunk_by,
    take_channel,
    together,
)


def flat(red: int, green: int, blue: int) -> np.ndarray:
    return np.full((64, 64, 3), (red, green, blue), np.uint8)


@pytest.mark.parametrize(
    ("picture", "channel"),
    [
        (flat(200, 120, 100), "green"),
        (flat(170, 50, 210), "green"),
        (flat(170, 5, 210), "red"),
        (flat(120, 255, 120), "red"),
        (flat(255, 255, 90), "grey"),
        (np.zeros((64, 64), np.uint8), "grey"),
    ],
)
def test_green_is_chosen_unless_it_is_dark_or_saturated(
    picture: np.ndarray, channel: str
) -> None:
    assert choose_channel(picture) == channel


def test_channels_are_taken_from_rgb() -> None:
    picture = flat(10, 20, 30)
    assert take_channel(picture, "red")[0, 0] == 10
    assert take_channel(picture, "green")[0, 0] == 20


def test_more_octaves_are_searched_where_veins_may_be_wide_in_px() -> None:
    assert [octaves_for(px) for px in (1, 8, 12, 16, 60)] == [2, 2, 2, 3, 3]


def test_equal_contrasts_in_red_and_green_count_equally() -> None:
    red, green = (np.full((4, 4), level, np.uint8) for level in (200, 90))
    darker = [
        together((0.8 * red).astype(np.uint8), green),
        together(red, (0.8 * green).astype(np.uint8)),
    ]
    assert together(red, green)[0, 0] > darker[0][0, 0]
    assert abs(int(darker[0][0, 0]) - int(darker[1][0, 0])) <= 2
    assert together(red, red)[0, 0] == 200


@pytest.mark.parametrize("level", [0, 255])
def test_the_darkest_and_the_brightest_stay(level: int) -> None:
    plane = np.full((4, 4), level, np.uint8)
    assert (together(plane, plane) == level).all()


@pytest.mark.parametrize("shape", [(48, 64), (53, 71), (16, 16)])
def test_shrinking_takes_means(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(1).random(shape).astype(np.float32)
    small = shrunk_by(4, image)
    assert small.shape == (shape[0] // 4, shape[1] // 4)
    assert small.mean() == pytest.approx(image.mean(), abs=0.02)
    if shape == (48, 64):
        assert small[3, 5] == pytest.approx(image[12:16, 20:24].mean(), abs=1e-6)


def test_bytes_are_rounded_once() -> None:
    image = np.zeros((16, 16), np.uint8)
    image[0, 0] = 4
    assert shrunk_by(8, image)[0, 0] == 1 / 16


@pytest.mark.parametrize("shape", [(20, 32), (40, 64), (41, 65), (83, 130)])
def test_a_smaller_copy_patches_a_plane_of_any_size(shape: tuple[int, int]) -> None:
    plane = np.full(shape, 9, np.uint8)
    mask = np.zeros((20, 32), np.bool_)
    mask[3, 5] = mask[19, 31] = True
    out = patched(plane, mask, np.full(mask.shape, 70, np.uint8))
    size = shape[0] / 20
    assert out[int(3.5 * size), int(5.5 * size)] == out[-1, -1] == 70
    assert np.count_nonzero(out == 70) == pytest.approx(2 * size**2, rel=0.4)
    assert (plane == 9).all()


def test_nothing_to_patch_gives_the_plane_itself() -> None:
    plane = np.zeros((20, 32), np.uint8)
    assert patched(plane, plane > 0, plane) is plane
