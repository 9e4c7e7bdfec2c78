from __future__ import annotations

import pytest

from vein_imaging.imaging.light import Light, Subject
from vein_imaging.pipeline.recipe import RETINA_DISC_PX, recipe_for
from vein_imaging.pipeline.settings import Quality

LIGHTS: list[Light] = ["visible", "near-infrared", "retina"]


@pytest.mark.parametrize("quality", ["fast", "full"])
@pytest.mark.parametrize("longer", [700, 1400, 3000])
def test_a_retinas_disc_is_brought_to_one_size(quality: Quality, longer: int) -> None:
    recipe = recipe_for(Subject("retina", disc_share=0.9), quality)
    size = recipe.working_size((longer * 3 // 4, longer))
    assert 0.9 * size.small[1] == pytest.approx(RETINA_DISC_PX, abs=1)


@pytest.mark.parametrize("light", LIGHTS[:2])
@pytest.mark.parametrize("quality", ["fast", "full"])
def test_a_scale_never_makes_pixels_finer_than_need_be(
    light: Light, quality: Quality
) -> None:
    recipe = recipe_for(Subject(light), quality)
    for width in (500, 1000, 4032, 8064):
        size = recipe.working_size((width * 3 // 4, width), 160 / width)
        assert 160 / size.small[1] >= 0.999 * recipe.finest_mm
        assert size.small[1] <= recipe.longest_px


def test_full_searches_finer_than_fast() -> None:
    for light in LIGHTS[:2]:
        fast, full = (recipe_for(Subject(light), q) for q in ("fast", "full"))
        assert max(full.working_size((3000, 4000)).small) > 960
        assert max(fast.working_size((3000, 4000)).small) == 960
