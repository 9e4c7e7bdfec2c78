from __future__ import annotations

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.rejecting.coloured_hair import without_hair
from vein_imaging.imaging.tracing.centreline import trace_centrelines
from vein_imaging.imaging.tracing.chains import Chains
from vein_imaging.imaging.working_size import WorkingSize

SKIN = np.array([200.0, 150.0, 120.0])
HAIR = np.array([0.24, 0.30, 0.38])
"""Contrast (logarithm) of a brown hair in red, green and blue."""
VEIN = np.array([0.25, 0.30, 0.30])
SHAPE = (240, 320)


def kept(
    curve: np.ndarray, contrast: np.ndarray, *, width: float = 1.2, score: float = 6.0
) -> int:
    """How many of the lines drawn along a curve are left."""
    line = np.full(SHAPE, 255, np.uint8)
    cv2.polylines(line, [curve.astype(np.int32)], False, 0, 1)
    away = cv2.distanceTransform(line, cv2.DIST_L2, 5)
    share = np.exp(-0.5 * (away / width) ** 2)[..., None]
    noise = np.random.default_rng(1).normal(0, 1, (*SHAPE, 3))
    picture = np.clip(SKIN * np.exp(-contrast * share) + noise, 0, 255)
    trace = trace_centrelines(away <= 1.5)
    chains, place = Chains.of(trace, WorkingSize.same(SHAPE)).every(2)
    scores = np.full(len(trace.pixels_rc), score)
    return len(
        without_hair(picture.astype(np.uint8), trace.paths, chains, place, scores)
    )


def arc() -> np.ndarray:
    turn = np.linspace(0.3, 2.4, 200)
    return np.stack([160 + 90 * np.cos(turn), 120 + 80 * np.sin(turn)], axis=1)


def winding() -> np.ndarray:
    along = np.linspace(30, 290, 200)
    return np.stack([along, 120 + 9 * np.sin(along / 4)], axis=1)


def test_an_evenly_bent_line_of_hairs_colour_goes_and_a_veins_colour_stays() -> None:
    assert kept(arc(), HAIR) == 0
    assert kept(arc(), VEIN) == 1


def test_a_winding_line_stays_unless_it_scores_as_only_hair_does() -> None:
    assert kept(winding(), HAIR) == 1
    assert kept(winding(), HAIR, score=12) == 0


def test_a_short_line_stays() -> None:
    assert kept(arc()[:35], HAIR) == 1


def test_a_soft_line_lies_in_the_skin_and_stays() -> None:
    assert kept(arc(), HAIR, width=4.0) == 1


@pytest.mark.parametrize("balance", [(1.0, 1.0, 1.0), (1.1, 0.9, 0.7), (0.8, 1.0, 1.3)])
def test_the_white_balance_changes_nothing(
    balance: tuple[float, float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "SKIN", SKIN * balance)
    assert (kept(arc(), HAIR), kept(arc(), VEIN)) == (0, 1)
