from __future__ import annotations

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.rejecting.outlines import find_edges, find_outlines, find_rim
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


def test_a_step_is_an_edge_and_a_vein_is_not() -> None:
    step, chains = profiles_of(skin(40.0 * (ROWS > 150)))
    assert find_edges(step, chains).mean() > 0.9
    line, chains = profiles_of(skin(vein()))
    assert find_edges(line, chains).mean() < 0.05


def test_a_vein_on_a_slope_of_light_is_no_edge() -> None:
    for slope in (0.25, 0.8):
        line, chains = profiles_of(skin(vein()) + slope * (ROWS - 150))
        assert find_edges(line, chains).mean() < 0.1


def test_the_bottom_of_a_wide_valley_is_an_outline() -> None:
    valley = 70 * np.exp(-np.abs(ROWS - 150) / 14)
    picture = skin(valley)
    profiles, chains = profiles_of(picture)
    outline = find_outlines(profiles, chains, picture.astype(np.float32))
    assert outline.mean() > 0.9


def test_by_near_infrared_a_dark_seam_in_bending_skin_is_an_outline() -> None:
    for picture, share in (
        (skin(vein(3, 45) + vein(25, 25)), 1.0),
        (skin(vein()), 0.0),  # a vein
        (skin(vein(3, 45)), 0.0),  # as dark, in flat skin
    ):
        profiles, chains = profiles_of(picture)
        image = picture.astype(np.float32)
        seam = find_outlines(profiles, chains, image, near_infrared=True)
        assert seam.mean() == pytest.approx(share, abs=0.1)
        assert not find_outlines(profiles, chains, image).any()


def test_a_vein_under_the_hot_spot_of_the_light_is_no_outline() -> None:
    picture = skin(vein()) * np.exp(-0.5 * ((ROWS - 150) / 120) ** 2)
    profiles, chains = profiles_of(picture)
    assert not find_outlines(profiles, chains, picture.astype(np.float32)).any()


def test_what_runs_along_the_rim_of_the_field_is_none_and_what_runs_out_of_it_is() -> (
    None
):
    field = np.ones(ROWS.shape, bool)
    for rows, columns, share in (
        (slice(158, None), slice(None), 1.0),
        (slice(None), slice(200, None), 0.0),
    ):
        part = field.copy()
        part[rows, columns] = False
        _, chains = profiles_of(skin(vein()))
        seen = chains.points_rc[:, 1] < 195
        assert find_rim(chains, part)[seen].mean() == pytest.approx(share, abs=0.02)
