from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.aperture import find_aperture
from vein_phantom import PhantomSettings, draw_frame

REAL = Path(__file__).parents[4] / "shared/data"
DRIVE, SKIN = REAL / "drive", REAL / "skin"


def read_rgb(path: Path) -> np.ndarray:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR_RGB), np.uint8)


SIZE = (584, 565)


def retina(centre: tuple[int, int], radius: int) -> np.ndarray:
    """A reddish disc with a dark surround, noisy, its top and bottom perhaps cut."""
    rng = np.random.default_rng(1)
    picture = np.zeros((*SIZE, 3), np.uint8)
    cv2.circle(picture, centre, radius, (190, 90, 50), -1)
    noisy = picture + rng.normal(0, 4, picture.shape)
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


@pytest.mark.parametrize(("centre", "radius"), [((282, 292), 265), ((282, 292), 290)])
def test_a_hard_disc_in_the_dark_is_a_retina_also_where_it_is_cut(
    centre: tuple[int, int], radius: int
) -> None:
    found = find_aperture(retina(centre, radius))
    assert found is not None
    assert found.diameter_px == pytest.approx(2 * radius, rel=0.02)
    assert found.centre_xy == pytest.approx(centre, abs=5)


@pytest.mark.parametrize("scale", [0.5, 2.0, 4.0])
def test_the_disc_is_measured_at_the_pictures_own_size(scale: float) -> None:
    large = cv2.resize(retina((282, 292), 265), None, fx=scale, fy=scale)
    found = find_aperture(np.asarray(large, np.uint8))
    assert found is not None
    assert found.diameter_px == pytest.approx(2 * 265 * scale, rel=0.02)


def test_a_lamps_round_spot_fades_and_is_none() -> None:
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    away = np.hypot(rows - 292, columns - 282)
    spot = np.clip(230 * np.exp(-0.5 * (away / 110) ** 2), 0, 255)
    skin = spot[..., None] * np.array([1.0, 0.7, 0.55])
    assert find_aperture(skin.astype(np.uint8)) is None


@pytest.mark.parametrize("colour", ["nir", "skin"])
@pytest.mark.parametrize("limb", [True, False])
def test_a_drawn_leg_is_none(colour: str, limb: bool) -> None:
    pixels, _ = draw_frame(
        PhantomSettings(width_px=640, height_px=480, colour=colour, limb=limb)
    )
    assert find_aperture(pixels) is None


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_picture_has_none(level: int) -> None:
    assert find_aperture(np.full((90, 120, 3), level, np.uint8)) is None


@pytest.mark.skipif(not DRIVE.exists(), reason="no real pictures beside the checkout")
def test_every_retina_has_one_and_no_limb_does() -> None:
    retinas = [read_rgb(path) for path in sorted(DRIVE.glob("*/images/*.tif"))]
    assert all(find_aperture(picture) for picture in retinas)
    assert all(find_aperture(picture[..., 1]) for picture in retinas)
    limbs = [read_rgb(path) for path in sorted((SKIN / "pictures").iterdir())]
    assert not any(find_aperture(picture) for picture in limbs)
