from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_imaging.imaging.vesselness.score import evened, measure_noise, quantile


@given(
    st.lists(st.floats(-1e3, 1e3, width=32), min_size=1, max_size=40), st.floats(0, 1)
)
def test_quantile_is_numpy_s(values: list[float], share: float) -> None:
    array = np.array(values, np.float32)
    wanted = float(np.quantile(array.astype(np.float64), share))
    assert quantile(array, share) == pytest.approx(wanted, abs=1e-3)


def test_noise_is_that_of_the_background_under_a_few_veins() -> None:
    rng = np.random.default_rng(1)
    response = rng.normal(2.0, 0.5, (600, 600)).astype(np.float32)
    response[:, 300:330] = 40
    level = measure_noise(response, np.ones(response.shape, np.bool_))
    assert level.middle == pytest.approx(2.0, abs=0.06)
    assert level.spread == pytest.approx(0.5, rel=0.1)


def test_an_empty_field_has_a_level_too() -> None:
    level = measure_noise(np.ones((20, 20), np.float32), np.zeros((20, 20), np.bool_))
    assert level.middle == 0 and level.spread > 0


def test_rough_skin_answers_less_above_smooth_skin_once_evened() -> None:
    rng = np.random.default_rng(1)
    response = np.abs(rng.normal(0, 1, (240, 480))).astype(np.float32)
    response[:, 240:] *= 3
    inner = np.ones(response.shape, bool)
    level = evened(response, inner)
    left, right = level[:, :180].mean(), level[:, 300:].mean()
    assert right / left < 2


def test_a_vein_stands_out_as_much_once_evened() -> None:
    rng = np.random.default_rng(1)
    response = np.abs(rng.normal(0, 1, (240, 480))).astype(np.float32)
    response[118:122] += 8
    level = evened(response, np.ones(response.shape, bool))
    assert level[118:122].mean() == pytest.approx(response[118:122].mean(), rel=0.15)


def test_evening_nothing_gives_nothing() -> None:
    nothing = np.zeros((40, 60), np.float32)
    assert not evened(nothing, nothing > 0).any()
    assert not evened(nothing, nothing == 0).any()
