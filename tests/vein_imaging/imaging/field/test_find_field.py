from __future__ import annotations

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.field.bars import inside_bars
from vein_imaging.imaging.field.find_field import (
    find_field,
    look_for_field,
)
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


def test_a_limb_is_found_on_a_board_as_bright_as_its_shaded_sides() -> None:
    picture, _ = limb(180, 90)
    found = look_for_field(picture)
    assert share_of(found.mask, np.abs(ROWS - 240) < 100) > 0.97
    assert share_of(found.mask, np.abs(ROWS - 240) > 125) < 0.02


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
    assert share_of(field, truth.skin) > 0.98
    assert share_of(field, ~truth.skin) < 0.15


@pytest.mark.parametrize("seed", [0, 18, 33])
def test_a_sheet_seen_on_both_sides_of_a_limb_is_left_out(seed: int) -> None:
    """Its corner on the far side ends before the frame: the larger part reaches it."""
    pixels, truth = draw_frame(PhantomSettings(seed=seed))
    field = find_field(pixels)
    assert share_of(field, truth.skin) > 0.98
    assert share_of(field, ~truth.skin) < 0.05


@pytest.mark.parametrize("seed", [7, 11, 33])
@pytest.mark.parametrize("bars", [(80, 0), (0, 107), (60, 90), (-80, 0)])
def test_black_bars_round_a_picture_change_nothing_in_it(
    seed: int, bars: tuple[int, int]
) -> None:
    pixels, _ = draw_frame(PhantomSettings(seed=seed))
    sides = [(max(bar, 0), abs(bar)) for bar in bars]  # one alone, where negative
    field = find_field(np.pad(pixels, sides))
    alone = np.pad(find_field(pixels), sides)
    assert np.array_equal(field, alone)


def test_a_limb_before_black_is_not_cropped_to() -> None:
    """Nor is a picture that is black all over."""
    away = np.hypot((ROWS - 240) / 120, (COLUMNS - 330) / 250)
    picture = soft(np.where(away < 1, 150, 0), 3)
    found = look_for_field(picture)
    assert share_of(found.mask, away < 1) > 0.97
    assert share_of(found.mask, away > 1) < 0.03
    assert inside_bars(picture) == (slice(0, 480), slice(0, 640))
    assert inside_bars(0 * picture) == (slice(0, 480), slice(0, 640))


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


TONES = {
    "very light": (237, 210, 192),
    "light": (222, 182, 150),
    "tan": (176, 124, 92),
    "brown": (122, 82, 62),
    "dark": (72, 48, 40),
}
SKIN = (np.abs(ROWS - 240 + 0.15 * (COLUMNS - 320)) < 110) & (COLUMNS < 560)


def on_a_sheet(
    tone: tuple[int, ...], sheet: tuple[int, ...] = (225, 226, 228)
) -> np.ndarray:
    """A limb with veins, shaded towards its outlines, on a wrinkled sheet."""
    random = np.random.default_rng(1)
    away = np.abs(ROWS - 240 + 0.15 * (COLUMNS - 320)) / 110
    shade = 0.55 + 0.45 * np.sqrt(np.clip(1 - away**2, 0, 1))
    veins = 1 - 0.2 * np.exp(-0.5 * ((ROWS - 230 - 20 * np.sin(COLUMNS / 60)) / 3) ** 2)
    grain = 1 + 0.02 * random.normal(size=ROWS.shape)
    lit = np.where(SKIN, shade * veins, 1 - 0.05 * np.sin(COLUMNS / 25)) * grain
    picture = np.where(SKIN[..., None], tone, sheet) * lit[..., None]
    return soft(np.clip(picture, 0, 255), 1.5)


def iou(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


@pytest.mark.parametrize("tone", TONES.values(), ids=TONES)
@pytest.mark.parametrize("sheet", [(225, 226, 228), (95, 125, 160), (35, 36, 38)])
def test_a_limb_of_every_tone_is_found_on_every_sheet(
    tone: tuple[int, ...], sheet: tuple[int, ...]
) -> None:
    picture = on_a_sheet(tone, sheet)
    assert iou(find_field(picture[..., 1].copy(), picture), SKIN) > 0.95


@pytest.mark.parametrize("cast", [(1.1, 1, 0.8), (0.92, 1, 1.1), (0.5, 0.5, 0.5)])
def test_a_cast_and_less_light_change_the_field_little(cast: tuple[float, ...]) -> None:
    picture = on_a_sheet(TONES["light"])
    other = np.clip(picture * np.array(cast), 0, 255).astype(np.uint8)
    fields = [look_for_field(pixels).mask for pixels in (picture, other)]
    assert iou(*fields) > 0.97


def test_the_mirrored_picture_has_the_mirrored_field() -> None:
    picture = on_a_sheet(TONES["tan"])
    for side in (np.s_[:, ::-1], np.s_[::-1]):
        mirrored = look_for_field(np.ascontiguousarray(picture[side])).mask
        assert iou(look_for_field(picture).mask[side], mirrored) > 0.98


def test_a_close_up_of_skin_is_all_field_whatever_its_tone() -> None:
    picture = on_a_sheet(TONES["tan"])[180:300, 100:500]
    for gain in (0.4, 1.0, 1.4):
        close = np.clip(picture * gain, 0, 255).astype(np.uint8)
        found = look_for_field(close)
        assert found.mask.mean() > 0.98
        assert found.advice == ""


def test_veins_do_not_cut_a_limb_before_a_black_ground() -> None:
    away = np.abs(COLUMNS - 320) / 150
    inside = away < 1
    picture = np.where(inside, 170 * np.sqrt(np.clip(1 - 0.8 * away**2, 0, 1)), 4)
    for at in (250, 330, 400):
        depth = 0.45 * np.exp(-0.5 * ((COLUMNS - at - 15 * np.sin(ROWS / 70)) / 9) ** 2)
        picture = picture * (1 - depth)
    field = find_field(soft(picture, 2))
    assert share_of(field, inside) > 0.96
    assert share_of(field, away > 1.05) < 0.02


def test_an_over_bright_middle_of_a_limb_is_no_hole() -> None:
    picture = on_a_sheet(TONES["light"], (95, 125, 160)).astype(float)
    shine = np.exp(-0.5 * (np.hypot(ROWS - 240, COLUMNS - 280) / 45) ** 2)
    picture = np.clip(picture + 260 * shine[..., None], 0, 255).astype(np.uint8)
    assert share_of(look_for_field(picture).mask, shine > 0.5) == 1


def test_a_limb_far_away_is_advised_to_be_brought_near() -> None:
    far = np.full((480, 640, 3), (225, 226, 228), np.uint8)
    far[100:340, 160:480] = cv2.resize(on_a_sheet(TONES["tan"]), (320, 240))
    assert "come nearer" in look_for_field(far).advice
    assert look_for_field(on_a_sheet(TONES["tan"])).advice == ""


def test_an_unlit_picture_is_said_to_be_too_dark() -> None:
    found = look_for_field(np.zeros((480, 640, 3), np.uint8))
    assert found.kind == "unlit"
    assert "too dark" in found.advice


@pytest.mark.parametrize("visit", ["before", "after"])
def test_half_a_grey_level_of_noise_moves_no_outline(visit: str) -> None:
    """A strip of the table, or all of it, came and went with the draw."""
    settings = PhantomSettings(
        seed=1, width_px=640, height_px=480, mm_per_pixel=0.125, visit=visit
    )
    picture = draw_frame(settings)[0]
    areas = []
    for draw in range(6):
        noise = np.random.default_rng(draw).normal(0, 0.5, picture.shape)
        noisy = np.clip(np.round(picture + noise), 0, 255).astype(np.uint8)
        areas.append(np.count_nonzero(find_field(noisy)))
    assert max(areas) - min(areas) < 0.003 * min(areas)
