"""Detection does not fall below what it could: every bound of `floors.toml`.

That each bound bites is shown by `benchmarks/detection_mutants.py`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from .scores import REAL, SCENES, scores

TABLE = tomllib.loads(Path(__file__).with_name("floors.toml").read_text("utf-8"))
BOUNDS = [(scene, what) for scene, rows in TABLE.items() for what in rows]


@pytest.mark.parametrize(
    ("scene", "what"), BOUNDS, ids=[f"{scene}-{what}" for scene, what in BOUNDS]
)
def test_detection_keeps_its_bound(scene: str, what: str) -> None:
    if scene.startswith("real_") and not REAL.is_dir():
        pytest.skip("no real skin: ../shared/data is not there")
    bound, got = TABLE[scene][what], scores(scene)[what]
    said = f"{what} of {scene} is {got:.3f}, bound {bound}"
    assert got >= bound.get("least", got), said
    assert got <= bound.get("most", got), said
    assert abs(got) <= bound.get("within", abs(got)), said


def test_every_scene_has_bounds_and_every_bound_is_a_little_off_its_figure() -> None:
    assert set(TABLE) == set(SCENES)
    for scene, what in BOUNDS:
        bound = TABLE[scene][what]
        (kind,) = set(bound) - {"today"}
        slack = {
            "least": bound["today"] - bound[kind],
            "most": bound[kind] - bound["today"],
            "within": bound[kind] - abs(bound["today"]),
        }[kind]
        assert slack > 0, (scene, what)
