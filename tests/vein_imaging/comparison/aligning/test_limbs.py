"""Limbs of one picture, and which of them may be which of another."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.choices import (
    choice_under,
    limb_choices,
    same_size,
)
from vein_imaging.comparison.aligning.limb_frame import frames_of
from vein_imaging.comparison.aligning.limbs import sides_of
from vein_imaging.comparison.preparing.surface import View, make_surface

MaskArray = NDArray[np.bool_]
SHAPE = (400, 300)


def leg(first: int, last: int, shape: tuple[int, int] = SHAPE) -> MaskArray:
    mask = np.zeros(shape, np.bool_)
    mask[:, first:last] = True
    return mask


def shown(*legs: MaskArray) -> tuple[MaskArray, NDArray[np.uint8]]:
    """Round legs on a dark sheet: each is darker towards its rims."""
    grey = np.random.default_rng(3).normal(0, 2, legs[0].shape) + 30
    for mask in legs:
        columns = np.flatnonzero(mask.any(axis=0))
        across = (np.arange(mask.shape[1]) - columns.mean()) / (np.ptp(columns) / 2)
        shade = 150 * np.sqrt(np.clip(1.02 - across**2, 0.05, 1))
        grey += np.where(mask, shade[None], 0)
    levels = np.clip(grey, 0, 255).astype(np.uint8)
    return np.logical_or.reduce(legs), np.repeat(levels[..., None], 3, axis=2)


def view(skin: MaskArray, picture: NDArray[np.uint8]) -> View:
    grey = np.asarray(picture[..., 1] / 255, np.float32)
    surface = make_surface(grey, skin, sigma_px=8, px_per_mm=5)
    return View(surface, np.zeros(skin.shape, np.float32), picture, skin)


def likeness(one: MaskArray, other: MaskArray) -> float:
    return float(np.count_nonzero(one & other) / np.count_nonzero(one | other))


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("gap", [0, 12])
def test_two_legs_are_cut_apart_along_their_gap_or_crease(
    gap: int, turned: bool
) -> None:
    one, other = leg(30, 150), leg(150 + gap, 240)
    skin, picture = shown(one, other)
    if turned:
        one, other, skin = one.T, other.T, skin.T
        picture = np.ascontiguousarray(picture.swapaxes(0, 1))
    sides = sides_of(skin, picture)
    assert len(sides) == 2
    assert likeness(sides[0].skin, one) > 0.9 and likeness(sides[1].skin, other) > 0.9


def test_one_leg_is_not_cut() -> None:
    assert sides_of(*shown(leg(60, 220))) == ()
    assert sides_of(np.zeros(SHAPE, np.bool_), np.zeros((*SHAPE, 3), np.uint8)) == ()


def test_each_leg_of_one_picture_is_tried_as_the_leg_of_the_other() -> None:
    two, alone = view(*shown(leg(0, 90), leg(110, 290))), view(*shown(leg(70, 160)))
    choices = limb_choices(two, alone, 130)
    widths = [choice.widths[0] for choice in choices]
    # the fields as they are first, each with the width that it has
    assert widths == pytest.approx([180, 180, 90], abs=6)
    for choice in choices:
        assert choice.widths[1] == pytest.approx(90, abs=4)
        assert [frame.width_px for frame in choice.frames] == pytest.approx([130] * 2)
    assert likeness(choices[2].skins[0], leg(0, 90)) > 0.9


def test_one_leg_in_each_picture_leaves_nothing_to_choose() -> None:
    assert (
        limb_choices(view(*shown(leg(60, 220))), view(*shown(leg(90, 260))), 130) == ()
    )


def test_matches_say_which_limbs_they_lie_on_and_how_large_those_are() -> None:
    two, alone = view(*shown(leg(0, 90), leg(110, 290))), view(*shown(leg(70, 160)))
    frames = frames_of(two, alone, 130)
    rng = np.random.default_rng(8)
    narrow = rng.uniform((5, 20), (85, 380), (60, 2))
    wide = rng.uniform((115, 20), (285, 380), (60, 2))
    on_narrow = Matches(narrow, narrow + np.array([70, 0]))
    on_wide = Matches(wide, wide / 2 + np.array([15, 0]))
    # the field of two legs is taken at the width of the other picture's one leg
    assert same_size(on_narrow, frames) and not same_size(on_wide, frames)
    choices = limb_choices(two, alone, 130)
    chosen = choice_under(on_wide, choices)
    assert chosen is not None
    assert chosen.widths == pytest.approx((180, 90), abs=6)
    # one that is four times as large lies on no limb that was seen
    assert choice_under(Matches(wide, 4 * wide), choices) is None
