"""A course of many visits can be read: no word over another, no doubt hidden."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from vein_imaging.comparison.telling import course_curve, lettering
from vein_imaging.comparison.telling.course_curve import CurvePoint, draw_curve
from vein_imaging.comparison.telling.lettering import Lettering

FIRST = date(2026, 1, 10)
Written = list[tuple[str, tuple[int, int], int, int]]


def points(*days: int, left: float = 60.0) -> list[CurvePoint]:
    later = [
        CurvePoint(FIRST + timedelta(day), left + at, left + at - 10, left + at + 12)
        for at, day in enumerate(days)
    ]
    return [CurvePoint(FIRST, 100.0, 100.0, 100.0), *later]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    found: Written = []
    plain = lettering.write

    def listening(
        canvas: NDArray[np.uint8], text: str, at: tuple[int, int], how: Lettering
    ) -> int:
        found.append((text, at, how.width_px(text), how.size_px))
        return plain(canvas, text, at, how)

    monkeypatch.setattr(course_curve, "write", listening)
    return found


@pytest.mark.parametrize(
    "days", [(69, 142), (10, 69, 74, 77, 142), (1, 2, 3, 4, 5), (0, 0, 0), (400, 401)]
)
def test_no_word_lies_over_another_or_outside(
    days: tuple[int, ...], written: Written
) -> None:
    drawn = draw_curve(points(*days), 1600)
    for index, (text, (x, y), wide, high) in enumerate(written):
        assert x >= 0 and x + wide <= 1600, text
        assert y >= 0 and y + high <= drawn.shape[0], text
        for other, (left, top), width, size in written[:index]:
            apart = x >= left + width or left >= x + wide
            apart |= y >= top + size or top >= y + high
            assert apart, (text, other)


def test_a_doubtful_point_is_hollow_and_a_missing_one_is_named(
    written: Written,
) -> None:
    sure = points(100)
    doubtful = [sure[0], CurvePoint(sure[1].day, 60.0, 50.0, 72.0, doubtful=True)]
    one, other = (draw_curve(given, 1600) for given in (sure, doubtful))
    assert not np.array_equal(one[80:], other[80:])
    assert any("hollow: doubtful" in text for text, *_rest in written)
    draw_curve([sure[0], CurvePoint(sure[1].day)], 1600)
    assert "20 Apr 2026: no figure" in [text for text, *_rest in written]


def test_words_of_any_length_are_taken() -> None:
    many: Any = points(*range(1, 40))
    assert draw_curve(many, 1600).shape[1] == 1600
