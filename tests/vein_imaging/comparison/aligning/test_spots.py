"""Moles are found, veins are not, and their constellation gives the pose."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vein_imaging.comparison.aligning.constellation import differing, poses_by_spots
from vein_imaging.comparison.aligning.limb_frame import LimbFrame
from vein_imaging.comparison.aligning.spots import find_spots
from vein_imaging.comparison.aligning.transform import Affine, apply_affine

SHAPE = (520, 300)
MOLES = np.random.default_rng(8).uniform((30, 30), (270, 490), (25, 2))


def frame(moles: NDArray[np.float64], *, vein: bool = False) -> LimbFrame:
    picture = np.full((*SHAPE, 3), (210, 160, 130), np.uint8)
    if vein:
        cv2.line(picture, (20, 260), (280, 270), (150, 90, 100), 5, cv2.LINE_AA)
    for x, y in moles:
        cv2.circle(picture, (round(x), round(y)), 3, (90, 50, 40), -1)
    skin = np.ones(SHAPE, np.bool_)
    soft = np.asarray(cv2.GaussianBlur(picture, (0, 0), 1), np.uint8)
    return LimbFrame(soft, np.zeros(SHAPE, np.float32), skin, skin, 260, 1.0)


def test_moles_are_found_and_a_vein_is_none() -> None:
    spots = find_spots(frame(MOLES, vein=True))
    distance, _ = cKDTree(spots.xy).query(MOLES)
    clear = np.abs(MOLES[:, 1] - 265) > 20
    assert (np.asarray(distance)[clear] < 2).all()
    on_vein = np.abs(spots.xy[:, 1] - 265) < 8
    assert on_vein.sum() <= 3


def moved(turn_deg: float, size: float, shift: tuple[float, float]) -> Affine:
    turned = cv2.getRotationMatrix2D((150, 260), turn_deg, size)[:, :2]
    return np.column_stack([turned, np.array(shift)]).astype(np.float64)


def test_the_constellation_gives_the_pose_though_a_third_of_the_moles_are_gone() -> (
    None
):
    true = moved(8, 1.1, (-30, 25))
    later = apply_affine(true, MOLES)[8:]
    inside = ((later > 5) & (later < (295, 515))).all(axis=1)
    found = poses_by_spots(frame(MOLES), frame(later[inside]), np.eye(2, 3), 6)
    off = apply_affine(found[0], MOLES) - apply_affine(true, MOLES)
    assert np.hypot(*off.T).mean() < 0.03 * 260


def test_without_spots_there_is_no_pose() -> None:
    assert poses_by_spots(frame(MOLES[:3]), frame(MOLES[:3]), np.eye(2, 3), 6) == []


def test_poses_that_lead_to_the_same_place_are_one() -> None:
    near = moved(0, 1, (3, 0)), moved(0, 1, (0, 0)), moved(0, 1, (90, 0))
    assert len(differing(list(near), frame(MOLES), 6)) == 2
