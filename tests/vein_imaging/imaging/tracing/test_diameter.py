from __future__ import annotations

import math

import numpy as np
import pytest

from vein_imaging import AnalysisSettings, analyse
from vein_imaging.imaging.tracing.diameter import without_blur

erf = np.vectorize(math.erf)


def bar(width_px: float, angle: float, seed: int = 0) -> np.ndarray:
    """A dark bar with blur 1.2 px, contrast 25, noise 3, at any angle."""
    rows, columns = np.mgrid[:240, :320].astype(float)
    away = (rows - 120) * math.cos(angle) - (columns - 160) * math.sin(angle)
    root = 1.2 * math.sqrt(2)
    cover = (erf((away + width_px / 2) / root) - erf((away - width_px / 2) / root)) / 2
    noise = np.random.default_rng(seed).normal(0, 3, cover.shape)
    return np.asarray(np.clip(np.round(140 - 25 * cover + noise), 0, 255), np.uint8)


@pytest.mark.parametrize("width_px", [5, 8, 12])
@pytest.mark.parametrize("angle", [0.0, 0.3, 0.8, 1.4])
def test_a_bars_width_is_found_to_half_a_pixel(width_px: float, angle: float) -> None:
    found = analyse(bar(width_px, angle), mm_per_pixel=0.1)
    vein = max(found.branches, key=lambda branch: branch.length_px)
    assert vein.median_diameter_px == pytest.approx(width_px, abs=0.5)


def test_a_known_blur_makes_a_narrow_width_truer() -> None:
    found = [
        analyse(bar(3, 0.3), mm_per_pixel=0.1, settings=settings)
        for settings in (AnalysisSettings(), AnalysisSettings(blur_sigma_px=1.2))
    ]
    veins = [max(f.branches, key=lambda branch: branch.length_px) for f in found]
    assert abs(veins[1].median_diameter_px - 3) < abs(veins[0].median_diameter_px - 3)
    assert veins[1].diameter_sd_px < veins[0].diameter_sd_px


@pytest.mark.parametrize("width", [1.5, 2.0, 4.0, 8.0])
def test_taking_blur_off_a_blurred_width_gives_the_sharp_one(width: float) -> None:
    x = np.linspace(-12, 12, 48_001)
    root = math.sqrt(2)
    depth = erf((x + width / 2) / root) - erf((x - width / 2) / root)
    blurred = np.ptp(x[depth > depth.max() / 2])
    told = without_blur(np.array([blurred * 1.7], np.float32), 1.7)
    assert told[0] == pytest.approx(width * 1.7, rel=0.02)


def test_a_line_no_wider_than_the_blur_has_no_width() -> None:
    assert np.isnan(without_blur(np.array([2.36], np.float32), 1.0)).all()


def test_no_blur_changes_nothing() -> None:
    assert without_blur(np.array([2.0], np.float32), 0.0)[0] == 2.0


def test_a_class_whose_interval_straddles_a_limit_is_undecided() -> None:
    width_px = 10
    found = analyse(bar(width_px, 0.3), mm_per_pixel=1.0 / width_px)
    vein = max(found.branches, key=lambda branch: branch.length_px)
    assert vein.vein_class == "undecided"
    clear = analyse(bar(width_px, 0.3), mm_per_pixel=2.0 / width_px)
    assert max(clear.branches, key=lambda b: b.length_px).vein_class == "reticular"
