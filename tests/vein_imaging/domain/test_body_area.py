"""Areas of a leg: chosen from lists, and what was typed before there were lists."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from vein_imaging.domain.body_area import (
    BodyArea,
    BodyFace,
    BodyPart,
    BodySide,
    read_body_area,
    same_skin_possible,
)

EVERY = [
    BodyArea(*words)
    for words in product(get_args(BodySide), get_args(BodyPart), get_args(BodyFace))
]


def test_every_area_is_read_back_from_what_is_stored() -> None:
    assert len(EVERY) == 40
    assert [read_body_area(area.text) for area in EVERY] == EVERY
    assert all(area.is_whole for area in EVERY)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("left lateral", BodyArea("left", None, "lateral")),
        ("Left leg, lateral", BodyArea("left", None, "lateral")),
        ("lateral LEFT thigh", BodyArea("left", "thigh", "lateral")),
        ("right calf", BodyArea("right", "lower leg", "posterior")),
        ("inner side of the right lower leg", BodyArea("right", "lower leg", "medial")),
        ("left upper leg front", BodyArea("left", "thigh", "anterior")),
        ("right", BodyArea("right")),
        ("left popliteal", BodyArea("left", "knee", "posterior")),
    ],
)
def test_what_was_typed_is_read(typed: str, meant: BodyArea) -> None:
    assert read_body_area(typed) == meant


@pytest.mark.parametrize(
    "typed", ["", "leg", "above the scar", "left right thigh", "left calf anterior"]
)
def test_what_names_no_one_area_stays_text(typed: str) -> None:
    assert read_body_area(typed) is None


@pytest.mark.parametrize(
    ("one", "other", "possible"),
    [
        ("left lateral", "Left thigh lateral", True),
        ("left thigh lateral", "lateral left thigh", True),
        ("left", "right", False),
        ("left thigh lateral", "left thigh medial", False),
        ("left thigh lateral", "left knee lateral", False),
        ("above the scar", "Above  the scar", True),
        ("above the scar", "left thigh", False),
        ("", "", True),
    ],
)
def test_views_need_not_be_typed_alike(one: str, other: str, possible: bool) -> None:
    assert same_skin_possible(one, other) is possible
    assert same_skin_possible(other, one) is possible
