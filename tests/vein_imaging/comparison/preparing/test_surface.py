"""A picture without its lighting."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vein_imaging.comparison.preparing.exposure import match_exposure
from vein_imaging.comparison.preparing.surface import Surface, grey_levels, make_surface

EVERYWHERE = np.ones((120, 160), np.bool_)


def skin(seed: int = 5) -> NDArray[np.float32]:
    texture = np.random.default_rng(seed).normal(0, 0.03, (120, 160))
    return np.asarray(0.4 * np.exp(texture), np.float32)


def surface(grey: NDArray[np.float32]) -> Surface:
    return make_surface(grey, EVERYWHERE, sigma_px=10, px_per_mm=8)


def test_half_the_exposure_is_the_same_surface() -> None:
    full, half = surface(skin()), surface(np.float32(0.5) * skin())
    np.testing.assert_allclose(half.log, full.log, atol=2e-3)


def test_a_slope_of_light_is_the_same_surface() -> None:
    slope = np.linspace(0.6, 1.4, 160, dtype=np.float32)
    middle = np.s_[20:-20, 20:-20]
    plain, lit = surface(skin()), surface(skin() * slope)
    assert (
        np.corrcoef(plain.flat[middle].ravel(), lit.flat[middle].ravel())[0, 1] > 0.99
    )


def test_glare_and_its_glow_are_left_out() -> None:
    grey = skin()
    grey[60, 80] = 1.0
    assert not surface(grey).usable[57:64, 77:84].any()
    assert surface(grey).usable.mean() > 0.98


def test_a_blank_picture_stays_blank() -> None:
    assert np.abs(surface(np.full((120, 160), 0.5, np.float32)).flat).max() < 0.1


def test_every_type_of_picture_gives_the_same_grey() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    wide = levels.astype(np.uint16) * 257
    colour = np.repeat(levels[:, :, None], 3, axis=2)
    for other in (wide, colour, levels / 255, (levels / 255).astype(np.float32)):
        np.testing.assert_allclose(grey_levels(other), grey_levels(levels), atol=1e-6)


def test_the_channel_is_the_one_asked_for() -> None:
    colour = np.zeros((4, 4, 3), np.uint8)
    colour[...] = 255, 51, 0
    found = [grey_levels(colour, name)[0, 0] for name in ("red", "green", "grey")]
    np.testing.assert_allclose(found, [1.0, 0.2, 0.299 + 0.2 * 0.587], atol=1e-5)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4), np.int32),
        np.full((4, 4), 2.0),
        np.full((4, 4), np.nan),
    ],
)
def test_what_is_no_picture_is_an_error(wrong: NDArray[np.generic]) -> None:
    with pytest.raises(ValueError, match="picture"):
        grey_levels(wrong)


@pytest.mark.parametrize("gain", [0.5, 1.0, 2.0])
def test_the_gain_of_the_texture_is_measured_and_doubted(gain: float) -> None:
    log = np.random.default_rng(1).normal(0, 0.05, (120, 160)).astype(np.float32)
    match = match_exposure(
        (skin(), skin()),
        (log, np.float32(gain) * log),
        EVERYWHERE,
        clipped=(0.0, 0.0),
        px_per_mm=12,
    )
    assert match.texture_gain == pytest.approx(gain, rel=0.02)
    assert bool(match.doubts) == (gain != 1.0)
    assert match.weakening == pytest.approx(min(gain, 1.0), rel=0.02)
