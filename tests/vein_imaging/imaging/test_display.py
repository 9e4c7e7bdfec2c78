"""Every way to show a picture, on one drawn vein."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from vein_imaging.imaging.display import Display, draw_display, in_width_range
from vein_imaging.imaging.vein_map import Branch, VeinMap

GREY = np.tile(np.linspace(90, 150, 300).astype(np.uint8), (200, 1))


def _vein(row: float, width_px: float, mm: float, kind: Any) -> Branch:
    columns = np.arange(40, 260, dtype=np.float32)
    points = np.stack([np.full_like(columns, row), columns], axis=1)
    px = np.full(len(columns), width_px, np.float32)
    known = np.full(len(columns), mm, np.float32)
    return Branch(points, px, 0.5, known, kind, 220.0, 22.0, 0, 1)


THICK = _vein(60, 20, 2.0, "reticular")
THIN = _vein(140, 6, 0.6, "telangiectasia")
UNKNOWN = _vein(180, math.nan, math.nan, "unknown")


def _map(*branches: Branch) -> VeinMap:
    blank = np.zeros(GREY.shape, np.float32)
    nowhere = np.zeros((0, 2), np.float32)
    return VeinMap(
        blank, blank > 0, blank == 0, branches, nowhere, 0.1, "grey", 0.01, ""
    )


BOTH = _map(THICK, THIN)


def test_veins_off_leaves_the_camera_s_picture() -> None:
    shown = draw_display(GREY, BOTH, Display(lines="none"))
    assert (shown == GREY[..., None]).all()
    assert (draw_display(GREY, BOTH, Display(opacity=0)) == GREY[..., None]).all()


def test_inverted_is_the_complement() -> None:
    shown = draw_display(GREY, BOTH, Display("inverted", "none"))
    assert (shown == 255 - GREY[..., None]).all()
    colour = np.dstack([GREY, GREY // 2, GREY // 3])
    assert (
        draw_display(colour, BOTH, Display("inverted", "none")) == 255 - colour
    ).all()


@pytest.mark.parametrize("light", ["green", "amber"])
def test_in_a_colour_of_light_veins_are_dark_to_their_width(light: Any) -> None:
    shown = draw_display(GREY, BOTH, Display(light, "none"))
    grey = shown.max(axis=2)
    for row, half in ((60, 10), (140, 3)):
        assert (grey[row - half + 2 : row + half - 1, 60:240] < 40).all()
        assert (grey[row + half + 3, 60:240] > 60).all()
        assert (grey[row - half - 3, 60:240] > 60).all()
    red, green, _ = shown[100, 150]
    assert green > red if light == "green" else red > green


@pytest.mark.parametrize("light", ["green inverse", "amber inverse"])
def test_inverse_veins_are_bright_on_dark(light: Any) -> None:
    shown = draw_display(GREY, BOTH, Display(light, "none")).max(axis=2)
    assert (shown[52:68, 60:240] > 240).all()
    assert (shown[100, :] < 90).all()


def test_an_outline_runs_along_both_edges_and_not_along_the_middle() -> None:
    shown = draw_display(GREY, BOTH, Display(lines="outline", opacity=1.0))
    changed = (shown != GREY[..., None]).any(axis=2)
    for row in (50, 70):  # 20 px wide around row 60
        assert changed[row - 1 : row + 2, 60:240].any(axis=0).all()
    assert not changed[57:64, 60:240].any()


def test_a_range_of_widths_hides_the_others_but_never_an_unknown_one() -> None:
    every = _map(THICK, THIN, UNKNOWN)
    assert in_width_range(every, (1.0, 3.0)) == (THICK, UNKNOWN)
    assert in_width_range(every, (0.0, 1.0)) == (THIN, UNKNOWN)
    assert in_width_range(every, (0.0, math.inf)) == every.branches
    shown = draw_display(GREY, every, Display(opacity=1.0, width_range_mm=(1.0, 3.0)))
    changed = (shown != GREY[..., None]).any(axis=2)
    assert changed[60, 60:240].all() and not changed[140, 120:240].any()


def test_only_the_camera_s_picture_in_classes_is_plain() -> None:
    assert Display().plain and Display(opacity=0.2).plain
    for other in (
        Display("inverted"),
        Display(lines="outline"),
        Display(width_range_mm=(0.0, 3.0)),
    ):
        assert not other.plain


@pytest.mark.parametrize(
    "wrong",
    [
        {"ground": "pink"},
        {"lines": "dots"},
        {"opacity": 1.1},
        {"width_range_mm": (2.0, 1.0)},
        {"width_range_mm": (-1.0, 1.0)},
    ],
)
def test_what_cannot_be_shown_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"no|opacity|range"):
        Display(**wrong)


def test_a_vein_of_one_point_or_none_wide_is_no_fault() -> None:
    point = Branch(
        np.array([[50.0, 50.0]], np.float32),
        np.array([math.nan], np.float32),
        math.nan,
        None,
        "unknown",
        0.0,
        None,
        0,
        0,
    )
    for ground in ("camera", "green", "amber inverse"):
        for lines in ("classes", "outline", "none"):
            shown = draw_display(GREY, _map(point), Display(ground, lines))
            assert shown.shape == (*GREY.shape, 3)
