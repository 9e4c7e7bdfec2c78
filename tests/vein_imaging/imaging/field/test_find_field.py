from __future__ import annotations

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.field.find_field import find_field, is_visible_light
from vein_phantom import PhantomSettings, draw_frame

ROWS, COLUMNS = np.mgrid[:480, :640]


def share_of(field: np.ndarray, where: np.ndarray) -> float:
    return float(field[where].mean())


def test_skin_that_fills_the_picture_is_all_field() -> None:
    light = 200 - 110 * np.hypot(ROWS - 200, COLUMNS - 300) / 400
    assert find_field(light.astype(np.uint8)).mean() > 0.97


def test_a_round_field_of_view_is_found() -> None:
    inside = np.hypot(ROWS - 240, COLUMNS - 320) < 220
    field = find_field(np.where(inside, 90, 2).astype(np.uint8))
    assert share_of(field, inside) > 0.97
    assert share_of(field, ~inside) < 0.02


def test_letterbox_bars_are_left_out() -> None:
    bars = (ROWS < 60) | (ROWS > 420)
    field = find_field(np.where(bars, 0, 120).astype(np.uint8))
    assert share_of(field, bars) < 0.02
    assert share_of(field, ~bars) > 0.97


def soft(picture: np.ndarray, sigma_px: float) -> np.ndarray:
    blurred = cv2.GaussianBlur(picture.astype(np.uint8), (0, 0), sigma_px)
    return np.asarray(blurred, np.uint8)


def limb(level: int, board: int) -> tuple[np.ndarray, np.ndarray]:
    """A shaded limb across a board, and where the limb's middle is."""
    away = np.abs(ROWS - 240) / 110.0
    shade = level * (0.25 + 0.75 * np.sqrt(np.clip(1 - away**2, 0, 1)))
    picture = np.where(away < 1, shade, board)
    return soft(picture, 2), away < 0.7


def test_a_limb_is_found_before_a_darker_board() -> None:
    picture, middle = limb(180, 90)
    field = find_field(picture)
    assert share_of(field, middle) > 0.97
    assert share_of(field, np.abs(ROWS - 240) > 140) < 0.02


def test_skin_of_every_tone_is_found() -> None:
    for level in (40, 90, 180, 240):
        picture, middle = limb(level, level // 4)
        assert share_of(find_field(picture), middle) > 0.97, level


def test_two_limbs_are_two_parts_of_the_field() -> None:
    left, right = COLUMNS < 250, COLUMNS > 390
    field = find_field(soft(np.where(left | right, 150, 10), 2))
    assert share_of(field, COLUMNS < 240) > 0.95
    assert share_of(field, COLUMNS > 400) > 0.95
    assert share_of(field, np.abs(COLUMNS - 320) < 40) < 0.02


def test_a_dark_vein_across_the_whole_skin_stays_in_the_field() -> None:
    vein = np.abs(ROWS - 240) < 8
    assert share_of(find_field(soft(np.where(vein, 110, 150), 3)), vein) > 0.97


def board_beside_limb(board: int) -> np.ndarray:
    """A limb that turns from the light towards a flat board; a dark line between."""
    limb = 160 - 80 * np.exp(-(300 - ROWS) / 40)
    picture = np.where(ROWS < 300, limb, board)
    return soft(np.where(np.abs(ROWS - 300) < 4, 0.75 * picture, picture), 2)


def test_a_board_almost_as_bright_as_the_limb_on_it_is_left_out() -> None:
    field = find_field(board_beside_limb(130))
    assert share_of(field, ROWS < 280) > 0.97
    assert share_of(field, ROWS > 320) < 0.02


def test_a_spot_of_light_does_not_cut_the_skin_around_it_off() -> None:
    spots = np.hypot(ROWS - 150, COLUMNS - 200), np.hypot(ROWS - 330, COLUMNS - 430)
    light = 70 + sum(160 * np.exp(-0.5 * (away / 70) ** 2) for away in spots)
    assert find_field(light.astype(np.uint8)).mean() > 0.97


def test_skin_beyond_a_trunk_is_skin_though_the_light_falls_off() -> None:
    light = 170 * np.exp(-0.5 * ((ROWS - 150) / 300) ** 2)
    trunk = soft(np.where(np.abs(ROWS - 260) < 8, 0.8 * light, light), 3)
    assert find_field(trunk).mean() > 0.97


@pytest.mark.parametrize("seed", [2, 11])
def test_the_lit_table_below_a_limb_is_left_out(seed: int) -> None:
    pixels, truth = draw_frame(PhantomSettings(seed=seed))
    field = find_field(pixels)
    assert share_of(field, truth.skin) > 0.95
    assert share_of(field, ~truth.skin) < 0.02


@pytest.mark.parametrize("seed", [1, 5])
def test_dark_trunks_through_skin_that_fills_the_picture_cut_none_of_it_off(
    seed: int,
) -> None:
    settings = PhantomSettings(seed=seed, limb=False, contrast=1.5, hair=0, glare=0)
    assert find_field(draw_frame(settings)[0]).mean() > 0.97


def test_an_unlit_picture_has_no_field() -> None:
    assert not find_field(np.zeros((480, 640), np.uint8)).any()


def test_by_visible_light_only_what_is_reddish_is_skin() -> None:
    picture = np.full((480, 640, 3), (120, 125, 130), np.uint8)
    picture[100:380] = (210, 150, 120)
    field = find_field(picture[..., 1].copy(), picture)
    assert share_of(field, (ROWS > 120) & (ROWS < 360)) > 0.97
    assert share_of(field, (ROWS < 90) | (ROWS > 390)) < 0.02


def test_a_purple_near_infrared_picture_is_not_searched_for_red() -> None:
    picture = np.full((480, 640, 3), (170, 60, 210), np.uint8)
    assert find_field(picture[..., 1].copy(), picture).mean() > 0.97


def test_visible_light_is_told_from_near_infrared_by_the_colour_of_skin() -> None:
    grey = np.full((60, 80), 140, np.uint8)
    assert not is_visible_light(grey)
    assert not is_visible_light(np.dstack([grey] * 3))
    for tone in ((224, 172, 140), (141, 85, 60), (70, 45, 35)):
        assert is_visible_light(np.full((60, 80, 3), tone, np.uint8))
    purple = np.full((60, 80, 3), (180, 90, 200), np.uint8)
    assert not is_visible_light(purple)


def test_in_a_round_grey_field_dark_lines_are_vessels() -> None:
    rows, columns = np.mgrid[:600, :700]
    disc = np.hypot(rows - 300, columns - 350) < 330
    picture = np.where(disc, 90 + 0.05 * columns, 3)
    for angle in np.linspace(0, np.pi, 5, endpoint=False):
        away = (rows - 300) * np.cos(angle) - (columns - 350) * np.sin(angle)
        picture *= 1 - 0.4 * np.exp(-0.5 * (away / 4) ** 2)
    plane = picture.astype(np.uint8)
    found = find_field(plane)
    assert (found & disc).sum() > 0.95 * disc.sum()
    assert not (found & ~disc).sum() > 0.01 * disc.sum()
    assert is_visible_light(plane)
    assert not is_visible_light(plane[150:450, 150:550])
