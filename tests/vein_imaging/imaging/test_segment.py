from __future__ import annotations

import numpy as np
import pytest

from vein_imaging.imaging.segment import segment


def test_a_weak_vein_is_kept_where_it_joins_a_strong_one() -> None:
    score = np.zeros((60, 200), np.float32)
    score[30:34, 10:190] = 3.0
    score[30:34, 10:20] = 9.0
    score[50:54, 10:190] = 3.0
    mask = segment(score)
    assert mask[31, 180]
    assert not mask[52].any()


def test_small_parts_are_dropped() -> None:
    score = np.zeros((60, 60), np.float32)
    score[10:15, 10:15] = 20.0
    assert not segment(score).any()


@pytest.mark.parametrize(("low", "high"), [(-1.0, 0.0), (0.0, 1.0)])
def test_more_sensitivity_never_loses_a_pixel(low: float, high: float) -> None:
    score = np.random.default_rng(1).normal(0, 3, (120, 160)).astype(np.float32)
    less = segment(score, sensitivity=low)
    assert not np.any(less & ~segment(score, sensitivity=high))


def test_more_parts_than_16_bits_can_number_are_told_apart() -> None:
    score = np.zeros((600, 600), np.float32)
    score[::2, ::2] = 9.0
    score[301:331, 100:300] = 9.0
    mask = segment(score)
    assert mask[310, 200]
    assert not mask[0].any()
