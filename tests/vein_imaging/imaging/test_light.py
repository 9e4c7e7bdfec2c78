from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.light import is_warm, tell_subject

REAL = Path(__file__).parents[4] / "shared/data"
SKIN = REAL / "skin"


def read_rgb(path: Path) -> np.ndarray:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR_RGB), np.uint8)


TONES = [(236, 205, 190), (224, 177, 148), (190, 139, 109), (141, 93, 66), (74, 46, 35)]


def even(rgb: tuple[int, int, int]) -> np.ndarray:
    return np.full((60, 80, 3), rgb, np.uint8)


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize(
    "light", [(1.0, 1.0, 1.0), (1.0, 0.92, 0.78), (0.93, 1.0, 1.07)]
)
def test_skin_of_every_tone_is_warm_by_daylight_lamp_and_cool_light(
    tone: tuple[int, int, int], light: tuple[float, float, float]
) -> None:
    lit = tuple(min(255, round(t * k)) for t, k in zip(tone, light, strict=True))
    assert is_warm(even(lit))  # type: ignore[arg-type]


@pytest.mark.parametrize("colour", [(128, 128, 128), (170, 50, 210), (254, 30, 254)])
def test_grey_and_the_purple_of_an_infrared_camera_are_not(
    colour: tuple[int, int, int],
) -> None:
    assert not is_warm(even(colour))
    assert not is_warm(even(colour)[..., 0])


def test_skin_before_a_large_grey_wall_is_visible_light() -> None:
    picture = even((120, 120, 122))
    picture[:, :24] = TONES[1]
    assert tell_subject(picture).light == "visible"
    assert tell_subject(even((0, 0, 0))).light == "near-infrared"


@pytest.mark.skipif(not SKIN.exists(), reason="no real pictures beside the checkout")
def test_the_light_of_real_skin_is_told() -> None:
    for row in json.loads((SKIN / "index.json").read_text()):
        infrared = row["group"] in ("nir", "hand") or row["name"] == "dors012"
        light = tell_subject(read_rgb(SKIN / row["picture"])).light
        assert light == ("near-infrared" if infrared else "visible"), row["name"]
