from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from vein_imaging.treatment.pairs import pairs_over_time
from vein_imaging.treatment.photographs import Circumstances, Photo

HOW = Circumstances("transilluminated", "standing", "left lateral")
FIRST = date(2026, 3, 2)


def photo(name: str, days: int, **how: str) -> Photo:
    taken = replace(HOW, **how)  # type: ignore[arg-type]
    return Photo(name, FIRST + timedelta(days=days), taken, 0.1, False)


def names(*photos: Photo) -> list[str]:
    """Pairs of photographs given in the order taken."""
    found = pairs_over_time(reversed(photos))
    return [before.image_id + after.image_id for before, after in found]


def test_the_first_is_compared_with_each_and_each_with_its_neighbour() -> None:
    photos = [photo("a", 0), photo("b", 30), photo("c", 60), photo("d", 90)]
    assert names(*photos) == ["ab", "ac", "bc", "ad", "cd"]


def test_one_photograph_or_one_day_makes_no_pair() -> None:
    assert names() == names(photo("a", 0)) == []
    assert names(photo("a", 0), photo("b", 0)) == []


def test_another_view_or_light_is_another_series() -> None:
    photos = [
        photo("a", 0),
        photo("b", 0, view="right lateral"),
        photo("c", 30, light="white"),
        photo("d", 60, view="right lateral"),
        photo("e", 60),
    ]
    assert names(*photos) == ["ae", "bd"]


def test_a_view_typed_otherwise_is_the_same_series_another_posture_is_not() -> None:
    photos = [
        photo("a", 0, view="left lateral"),
        photo("b", 30, view="Lateral, left leg"),
        photo("c", 60, pose="lying prone"),
        photo("d", 90, pose="lying"),
    ]
    assert names(*photos) == ["cd", "ab"]


def test_the_last_picture_before_injecting_stands_for_its_day() -> None:
    photos = [
        photo("a", 0),
        photo("b", 0),
        photo("x", 0, when="after"),
        photo("y", 30, when="after"),
        photo("c", 60),
    ]
    assert names(*photos) == ["by", "bc", "yc"]


def test_the_same_picture_recorded_on_two_days_is_no_pair() -> None:
    assert names(photo("a", 0), photo("a", 30)) == []
