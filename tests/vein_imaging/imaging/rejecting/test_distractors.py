from __future__ import annotations

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.rejecting.distractors import HairScale, find_hair, settle_runs
from vein_imaging.imaging.tracing.centreline import trace_centrelines
from vein_imaging.imaging.tracing.chains import Chains
from vein_imaging.imaging.tracing.profile import Profiles, take_profiles
from vein_imaging.imaging.working_size import WorkingSize

ROWS, COLUMNS = np.mgrid[:300, :400].astype(float)


def profiles_of(picture: np.ndarray, width: int = 5) -> tuple[Profiles, Chains]:
    """Profiles across a line traced along row 150."""
    mask = np.zeros(picture.shape, np.uint8)
    cv2.line(mask, (30, 150), (370, 150), 1, width)
    chains = Chains.of(trace_centrelines(mask > 0), WorkingSize.same(mask.shape))
    return take_profiles(picture.astype(np.float32), chains), chains


def skin(dip: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, 1, dip.shape)
    return 140 - dip + noise


def vein(sigma_px: float = 3.0, depth: float = 15.0) -> np.ndarray:
    return np.asarray(depth * np.exp(-0.5 * ((ROWS - 150) / sigma_px) ** 2))


def test_a_hair_is_sharp_and_a_vein_is_not() -> None:
    scale = HairScale(2.0)
    hair, _ = profiles_of(skin(vein(0.9, 40)), 3)
    under_skin, _ = profiles_of(skin(vein(2.5, 40)), 3)
    assert find_hair(hair, scale).mean() > 0.95
    assert find_hair(under_skin, scale).mean() < 0.05


@pytest.mark.parametrize(
    ("mm_per_pixel", "told"), [(None, False), (0.08, True), (0.25, False)]
)
def test_hair_is_told_only_where_pixels_are_fine_enough(
    mm_per_pixel: float | None, told: bool
) -> None:
    assert (HairScale.of(mm_per_pixel) is not None) == told


def test_short_runs_are_settled_by_their_surroundings() -> None:
    _, chains = profiles_of(skin(vein()))
    count = len(chains.points_rc)
    bad = np.zeros(count, bool)
    bad[100:105] = True
    assert not settle_runs(bad, chains).any()
    bad[150:200] = bad[210:260] = True
    settled = settle_runs(bad, chains)
    assert settled[150:260].all()
    assert not settled[:140].any()
