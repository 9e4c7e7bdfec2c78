"""Out of focus, what may be a hair is not judged."""

from __future__ import annotations

import numpy as np
import pytest

from vein_imaging.comparison.judging.focus import narrowest_vein_px
from vein_imaging.comparison.judging.pieces import CentrelinePiece, Seen

WIDTHS = np.array([np.nan, 3.0, 3.2, 5.0, 6.0, 7.0, 8.0, 9.0, 9.0, 9.0, 9.0])
POINTS = np.column_stack([np.zeros(11), np.arange(11.0)])
LINES = tuple(CentrelinePiece(POINTS, POINTS, 0, "unknown", 5.0) for _ in WIDTHS)
SEEN = Seen(np.full(WIDTHS.shape, 0.1), WIDTHS)


def narrowest(hair_px: float, fineness: float) -> float:
    return narrowest_vein_px(
        LINES, SEEN, hair_px=hair_px, fineness=fineness, px_per_mm=12.5
    )


def test_hairs_tell_their_own_width() -> None:
    assert narrowest(1.6, 0.9) == narrowest(1.6, 0.55) == pytest.approx(1.4 * 1.6)
    assert narrowest(1.2, 0.1) == pytest.approx(1.4 * 1.2)  # AFTER alone is blurred


def test_the_few_hairs_of_a_blurred_picture_are_the_thinnest() -> None:
    assert narrowest(1.6, 0.4) == narrowest(np.nan, 0.4) > 1.4 * 1.6


def test_sharp_skin_without_hair_keeps_its_thin_veins() -> None:
    assert narrowest(np.nan, 0.9) == pytest.approx(1.25)


def test_blurred_skin_without_hair_loses_its_thinnest_lines() -> None:
    assert 3.0 < narrowest(np.nan, 0.3) < 5.0
