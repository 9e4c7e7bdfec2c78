from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from vein_imaging import AnalysisSettings, VeinMap, analyse
from vein_phantom import PhantomSettings, PhantomTruth, draw_frame

QUIET = PhantomSettings(
    seed=4, width_px=800, height_px=480, mm_per_pixel=0.1, hair=0, glare=0, freckles=0
)


@pytest.fixture(scope="module")
def leg() -> tuple[np.ndarray, PhantomTruth]:
    return draw_frame(QUIET)


@pytest.fixture(scope="module")
def found(leg: tuple[np.ndarray, PhantomTruth]) -> VeinMap:
    pixels, truth = leg
    return analyse(pixels, mm_per_pixel=truth.mm_per_pixel)


def test_everything_has_the_size_of_the_picture(found: VeinMap) -> None:
    assert found.vesselness.shape == found.mask.shape == found.field.shape == (480, 800)
    assert found.vesselness.dtype == np.float32
    assert found.mask.dtype == found.field.dtype == np.bool_


def test_most_of_what_is_found_is_a_vein_of_the_phantom(
    found: VeinMap, leg: tuple[np.ndarray, PhantomTruth]
) -> None:
    truth = cv2.dilate(leg[1].mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    points = np.concatenate([branch.points_rc for branch in found.branches])
    rows, columns = np.round(points).astype(int).T
    inside = truth[rows.clip(0, 479), columns.clip(0, 799)]
    assert inside.mean() > 0.85


def test_nothing_is_found_off_the_skin(
    found: VeinMap, leg: tuple[np.ndarray, PhantomTruth]
) -> None:
    skin = cv2.dilate(leg[1].skin.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert not np.any(found.mask & ~skin)


def test_little_is_found_where_there_are_no_veins() -> None:
    pixels, truth = draw_frame(replace(QUIET, veins=False))
    bare = analyse(pixels, mm_per_pixel=truth.mm_per_pixel)
    length = sum(branch.length_px for branch in bare.branches)
    assert length < 2e-4 * np.count_nonzero(bare.field)


def test_widths_and_classes_need_a_scale(leg: tuple[np.ndarray, PhantomTruth]) -> None:
    unscaled = analyse(leg[0])
    assert unscaled.mm_per_pixel is None
    assert all(branch.diameter_mm is None for branch in unscaled.branches)
    assert {branch.vein_class for branch in unscaled.branches} == {"unknown"}


def test_the_same_picture_gives_the_same_map(
    found: VeinMap, leg: tuple[np.ndarray, PhantomTruth]
) -> None:
    again = analyse(leg[0], mm_per_pixel=leg[1].mm_per_pixel)
    assert np.array_equal(again.vesselness, found.vesselness)
    assert len(again.branches) == len(found.branches)


def test_colour_and_grey_of_the_same_skin_agree(
    leg: tuple[np.ndarray, PhantomTruth],
) -> None:
    grey = analyse(leg[0])
    colour = analyse(np.dstack([leg[0]] * 3))
    assert np.array_equal(grey.mask, colour.mask)


def test_bright_veins_are_dark_veins_of_the_negative(
    leg: tuple[np.ndarray, PhantomTruth],
) -> None:
    field = leg[1].skin
    dark = analyse(leg[0], field=field)
    bright = analyse(
        255 - leg[0], field=field, settings=AnalysisSettings(polarity="bright")
    )
    assert np.array_equal(dark.mask, bright.mask)


def test_hair_is_not_counted_as_vein() -> None:
    hairy = replace(QUIET, hair=25, veins=False)
    pixels, truth = draw_frame(hairy)
    lengths = [
        sum(
            branch.length_px
            for branch in analyse(
                pixels,
                mm_per_pixel=truth.mm_per_pixel,
                field=truth.skin,
                settings=AnalysisSettings(reject_hair=reject),
            ).branches
        )
        for reject in (True, False)
    ]
    assert lengths[0] < 0.2 * lengths[1]


def test_a_field_given_is_the_field_used(leg: tuple[np.ndarray, PhantomTruth]) -> None:
    field = np.zeros((480, 800), bool)
    field[150:330, 200:600] = True
    found = analyse(leg[0], field=field)
    assert np.array_equal(found.field, field)
    assert not np.any(found.mask & ~field)


@pytest.mark.parametrize("picture", [0, 255])
def test_a_black_or_white_picture_holds_no_vein(picture: int) -> None:
    empty = analyse(np.full((240, 320, 3), picture, np.uint8))
    assert empty.branches == ()
    assert not empty.mask.any()
    assert np.isfinite(empty.vesselness).all()


@pytest.mark.parametrize("shape", [(16, 3000), (3000, 16), (17, 17), (33, 61)])
def test_odd_shapes_give_a_true_answer(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(90, 120, shape, dtype=np.uint8)
    assert analyse(noise, mm_per_pixel=0.05).mask.shape == shape


def test_a_field_with_holes_is_no_trouble() -> None:
    noise = np.random.default_rng(0).integers(90, 120, (240, 320), dtype=np.uint8)
    field = np.ones((240, 320), bool)
    field[::5] = False
    field[50:100, 60:200] = False
    assert np.isfinite(analyse(noise, field=field).vesselness).all()


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_a_scale_that_is_none_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="mm_per_pixel"):
        analyse(np.zeros((40, 40), np.uint8), mm_per_pixel=scale)


@pytest.mark.parametrize(
    "wrong",
    [
        {"quality": "best"},
        {"polarity": "both"},
        {"channel": "infrared"},
        {"sensitivity": 1.5},
    ],
)
def test_a_wrong_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        AnalysisSettings(**wrong)  # type: ignore[arg-type]
