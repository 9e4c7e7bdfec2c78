from __future__ import annotations

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.light import Subject
from vein_imaging.pipeline.network import Network
from vein_imaging.pipeline.recipe import recipe_for
from vein_imaging.pipeline.settings import AnalysisSettings
from vein_imaging.pipeline.stages import PreparedPicture, assemble


@pytest.mark.parametrize("shape", [(720, 1280), (721, 1281), (1100, 2100), (300, 400)])
def test_the_mask_ends_where_half_of_it_lies(shape: tuple[int, int]) -> None:
    plane = np.zeros(shape, np.uint8)
    recipe = recipe_for(Subject("near-infrared"), "fast")
    scene = PreparedPicture.of(plane, plane == 0, recipe, None, AnalysisSettings())
    rng = np.random.default_rng(1)
    rough = rng.normal(size=scene.small.shape).astype(np.float32)
    score = np.asarray(cv2.GaussianBlur(rough, (0, 0), 2), np.float32)
    none = score > 9
    nothing = Network((), np.zeros((0, 2), np.float32), none, none)
    found = assemble(
        *(scene, score, score > 0, nothing), mm_per_pixel=None, channel="grey"
    )
    share = cv2.resize((score > 0).astype(np.float32), shape[::-1])
    assert found.mask.shape == found.vesselness.shape == shape
    told = abs(share - 0.5) > 0.01
    assert np.array_equal(found.mask[told], share[told] > 0.5)
