"""`compare` on drawn pairs whose displacement and fate are known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from vein_devices.phantom import (
    PhantomSettings,
    PhantomTruth,
    before_to_after_rc,
    draw_frame,
)
from vein_imaging import Comparison, compare

LEG = PhantomSettings(seed=1, width_px=640, height_px=360, mm_per_pixel=0.12)


@dataclass(frozen=True)
class Visits:
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    before_truth: PhantomTruth
    after_truth: PhantomTruth
    result: Comparison


@pytest.fixture(scope="module")
def visits() -> Visits:
    before, before_truth = draw_frame(LEG)
    after, after_truth = draw_frame(replace(LEG, visit="after"))
    result = compare(before, after, mm_per_pixel=0.12)
    return Visits(before, after, before_truth, after_truth, result)


def test_eight_weeks_apart_is_comparable(visits: Visits) -> None:
    assert visits.result.verdict == "comparable", visits.result.reasons


def test_skin_in_the_overlap_lands_within_a_third_of_a_millimetre(
    visits: Visits,
) -> None:
    transform = visits.result.transform
    assert transform is not None
    points = np.argwhere(visits.result.overlap)[::97].astype(float)
    true = before_to_after_rc(points, visits.before_truth, visits.after_truth)
    error_mm = 0.12 * np.hypot(*(transform.to_after(points) - true).T)
    assert np.median(error_mm) < 0.06
    assert np.percentile(error_mm, 95) < 0.33


def test_going_there_and_back_by_the_transform_returns(visits: Visits) -> None:
    transform = visits.result.transform
    assert transform is not None
    points = np.argwhere(visits.result.overlap)[::97].astype(float)
    back = transform.to_before(transform.to_after(points))
    np.testing.assert_allclose(back, points, atol=1e-3)


def test_most_of_the_limb_is_compared(visits: Visits) -> None:
    assert visits.result.overlap[visits.before_truth.skin].mean() > 0.7


def test_masks_lie_in_the_overlap(visits: Visits) -> None:
    result = visits.result
    for mask in (result.cleared, result.remaining, result.new):
        assert not (mask & ~result.overlap).any()


def test_two_different_legs_are_refused_with_a_reason(visits: Visits) -> None:
    other, _ = draw_frame(replace(LEG, seed=2, visit="after"))
    result = compare(visits.before, other, mm_per_pixel=0.12)
    assert result.verdict == "refused"
    assert result.reasons and result.transform is None
    assert not result.overlap.any() and not np.isfinite(result.summary.clearance_pct)


def test_a_blank_picture_is_refused(visits: Visits) -> None:
    blank = np.full_like(visits.before, 120)
    assert compare(visits.before, blank).verdict == "refused"
    assert compare(blank, visits.after).verdict == "refused"
