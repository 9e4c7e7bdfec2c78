"""Each stage of the analysis at three frame sizes.

    python -m pytest benchmarks/bench_imaging.py --benchmark-enable

Under the tests' settings each body runs once, so that none rots. For the cost in blurs
and the whole beside scikit-image see `speed.py`.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from vein_imaging import AnalysisSettings, analyse
from vein_imaging.imaging.arrays import Plane
from vein_imaging.imaging.field.find_field import find_field
from vein_imaging.imaging.light import Subject
from vein_imaging.imaging.overlay import draw_overlay
from vein_imaging.pipeline import LiveStep
from vein_imaging.pipeline.network import measure_network
from vein_imaging.pipeline.recipe import Recipe, recipe_for
from vein_imaging.pipeline.settings import Quality
from vein_imaging.pipeline.stages import (
    PreparedPicture,
    find_mask,
    respond,
    score_response,
)
from vein_phantom import PhantomSettings, draw_frame

FAST, FULL = AnalysisSettings(quality="fast"), AnalysisSettings(quality="full")


@pytest.fixture(
    scope="module",
    params=[(640, 480), (1280, 720), (1920, 1080)],
    ids=lambda s: f"{s[1]}p",
)
def plane(request: pytest.FixtureRequest) -> Plane:
    small, _ = draw_frame(
        PhantomSettings(seed=3, width_px=640, height_px=480, mm_per_pixel=0.16)
    )
    return np.asarray(cv2.resize(small, request.param), np.uint8)


def recipe(quality: Quality) -> Recipe:
    return recipe_for(Subject("near-infrared"), quality)


@pytest.fixture(scope="module")
def scene(plane: Plane) -> PreparedPicture:
    return PreparedPicture.of(plane, find_field(plane), recipe("fast"), None, FAST)


def bench_field(benchmark: Any, plane: Plane) -> None:
    assert benchmark(find_field, plane).any()


@pytest.mark.parametrize("quality", ["fast", "full"])
def bench_vesselness(benchmark: Any, plane: Plane, quality: Quality) -> None:
    field = find_field(plane)
    scene = PreparedPicture.of(plane, field, recipe(quality), None, FAST)
    response, _, _ = benchmark(respond, scene)
    assert response.max() > 0


def bench_segment(benchmark: Any, scene: PreparedPicture) -> None:
    score = score_response(*respond(scene)[:2], scene)
    assert benchmark(find_mask, score, scene.recipe, FAST).any()


def bench_network(benchmark: Any, scene: PreparedPicture) -> None:
    response, noise, coarse = respond(scene)
    score = score_response(response, noise, scene)
    mask = find_mask(score, scene.recipe, FAST)

    def run() -> int:
        network = measure_network(
            scene.plane,
            scene.plane,
            mask,
            score=score,
            field=scene.field,
            coarse=coarse,
            size=scene.size,
            mm_per_pixel=None,
            recipe=scene.recipe,
            settings=FAST,
        )
        return len(network.branches)

    assert benchmark(run) > 0


def bench_overlay(benchmark: Any, plane: Plane) -> None:
    found = analyse(plane)
    assert benchmark(draw_overlay, plane, found).shape == (*plane.shape, 3)


def bench_live_step(benchmark: Any, plane: Plane) -> None:
    step = LiveStep(FAST)
    assert benchmark(step.step, plane).vein_map.field.any()
