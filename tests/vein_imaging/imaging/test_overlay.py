from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vein_imaging.imaging.overlay import CLASS_STYLES, draw_overlay
from vein_imaging.imaging.vein_map import Branch, VeinMap

SIZE = (480, 640)


def a_map(mm_per_pixel: float | None = 0.1) -> VeinMap:
    points = np.stack([np.full(400, 200.0), np.arange(100, 500)], axis=1)
    width = np.full(400, 15.0, np.float32)
    vein = Branch(
        points_rc=points.astype(np.float32),
        diameter_px=width,
        diameter_sd_px=0.2,
        diameter_mm=width * np.float32(0.1),
        vein_class="reticular",
        length_px=399.0,
        length_mm=39.9,
        start_node=0,
        end_node=1,
    )
    return VeinMap(
        vesselness=np.zeros(SIZE, np.float32),
        mask=np.zeros(SIZE, bool),
        field=np.ones(SIZE, bool),
        branches=(vein,),
        junctions_rc=np.zeros((0, 2), np.float32),
        mm_per_pixel=mm_per_pixel,
        channel="grey",
    )


def test_a_vein_is_drawn_in_its_class_colour() -> None:
    drawn = draw_overlay(np.full(SIZE, 90, np.uint8), a_map(), opacity=1)
    assert drawn.shape == (*SIZE, 3)
    colour = np.array(CLASS_STYLES["reticular"].colour)
    line = drawn[200, 300].astype(float)
    # the same hue, a little blended with its casing
    assert np.allclose(line / line.max(), colour / colour.max(), atol=0.03)
    assert line.max() > 180


def test_the_picture_itself_is_not_drawn_on() -> None:
    picture = np.full((*SIZE, 3), 90, np.uint8)
    draw_overlay(picture, a_map())
    assert (picture == 90).all()


def test_without_legend_only_the_vein_changes() -> None:
    picture = np.full(SIZE, 90, np.uint8)
    drawn = draw_overlay(picture, a_map(), legend=False)
    assert (drawn[300:] == 90).all()
    assert (draw_overlay(picture, a_map())[300:] != 90).any()


def test_class_colours_differ_in_brightness_for_the_colour_blind() -> None:
    grey = [np.dot(CLASS_STYLES[name].colour, (0.299, 0.587, 0.114))
            for name in ("telangiectasia", "reticular", "varicose")]  # fmt: skip
    assert min(abs(a - b) for i, a in enumerate(grey) for b in grey[:i]) > 20


@pytest.mark.parametrize("opacity", [-0.1, 1.1])
def test_an_opacity_outside_its_range_is_refused(opacity: float) -> None:
    with pytest.raises(ValueError, match="opacity"):
        draw_overlay(np.zeros(SIZE, np.uint8), a_map(), opacity=opacity)


def test_another_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="analysed"):
        draw_overlay(np.zeros((100, 100), np.uint8), a_map())


def test_it_draws_without_veins_and_without_scale() -> None:
    bare = replace(a_map(None), branches=())
    assert draw_overlay(np.zeros(SIZE, np.uint8), bare).any()
