from __future__ import annotations

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.vesselness import oriented
from vein_imaging.imaging.vesselness.octaves import FAST, FULL, Search


@pytest.mark.parametrize("search", [FAST, FULL], ids=["fast", "full"])
def test_working_in_bands_changes_nothing(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 8, (130, 90)).astype(np.float32)
    smooth = np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.5), np.float32)

    def answers(
        band_rows: int,
    ) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
        monkeypatch.setattr(oriented, "_BAND_ROWS", band_rows)
        return oriented.oriented_lines(
            smooth, search.fine, directions=search.directions
        )

    for banded, whole in zip(answers(30), answers(1000), strict=True):
        np.testing.assert_array_equal(banded, whole)


@pytest.mark.parametrize("search", [FAST, FULL], ids=["fast", "full"])
def test_the_picture_s_first_row_is_answered_like_its_last(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oriented, "_gain", lambda fixed, kernel: 0.01)
    rng = np.random.default_rng(5)
    noise = rng.normal(0, 8, (60, 70)).astype(np.float32)
    smooth = np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.5), np.float32)
    flipped = np.ascontiguousarray(smooth[::-1, ::-1])
    for answer, turned in zip(
        oriented.oriented_lines(smooth, search.fine, directions=search.directions),
        oriented.oriented_lines(flipped, search.fine, directions=search.directions),
        strict=True,
    ):
        np.testing.assert_array_equal(answer, turned[::-1, ::-1])
