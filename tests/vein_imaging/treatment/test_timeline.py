"""A patient's photographs by area and pose, and which are looked at together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from vein_imaging.treatment import RecordError
from vein_imaging.treatment.photographs import (
    Circumstances,
    Photo,
    why_not_comparable,
)
from vein_imaging.treatment.timeline import photo_series, why_not_together

HOW = Circumstances("near-infrared", "standing", "left thigh lateral")
FIRST = date(2026, 3, 2)


def photo(name: str, days: int = 0, **how: str) -> Photo:
    taken = replace(HOW, **how)  # type: ignore[arg-type]
    return Photo(name, FIRST + timedelta(days=days), taken, 0.1, False, patient_id="p")


def series(*photos: Photo) -> list[tuple[str, str]]:
    """Groups of photographs given in the order taken: title, and names by time."""
    return [
        (one.title, "".join(photo.image_id for photo in one.photos))
        for one in photo_series(reversed(photos))
    ]


def test_pictures_are_grouped_by_area_and_pose_and_lie_by_time() -> None:
    assert series(
        photo("a"),
        photo("b", pose="lying prone"),
        photo("c", 60),
        photo("d", 60, view="Lateral, left thigh"),
    ) == [
        ("left thigh lateral, lying prone", "b"),
        ("left thigh lateral, standing", "acd"),
    ]


def test_areas_stand_in_the_order_of_the_body_and_other_texts_last() -> None:
    views = ("above the scar", "right knee medial", "left foot medial", "left", "")
    found = [title.rpartition(",")[0] for title, _names in series(
        *(photo(str(at), view=view) for at, view in enumerate(views))
    )]  # fmt: skip
    assert found == [
        "left foot medial",
        "left",
        "right knee medial",
        "no area named",
        "above the scar",
    ]


def test_two_to_four_pictures_of_one_area_are_looked_at_together() -> None:
    four = [photo(name, 60 * at) for at, name in enumerate("abcd")]
    assert "two pictures" in why_not_together(four[:1])
    for count in (2, 3, 4):
        assert why_not_together(four[:count]) == ""
    assert "4 pictures at most" in why_not_together([*four, photo("e", 300)])
    odd = photo("x", 30, pose="lying prone")
    assert "Different poses" in why_not_together([four[0], odd, four[1]])


def test_pictures_of_two_patients_are_never_compared() -> None:
    other = replace(photo("b", 60), patient_id="q")
    assert "two patients" in why_not_comparable(photo("a"), other)
    assert "two patients" in why_not_together([photo("a"), photo("c", 30), other])


def test_a_photograph_says_whose_it_is_and_another_patients_is_not_read(
    clinic: Any,
) -> None:
    pixels = np.arange(48, dtype=np.uint8).reshape(6, 8)
    one, other = clinic.visit(), clinic.visit()
    one.photographs.take(pixels, HOW, None)
    other.photographs.take(pixels + 1, HOW, None)
    (mine,), (theirs,) = one.photographs.all(), other.photographs.all()
    assert mine.patient_id == one.head.patient_id != theirs.patient_id
    assert (one.photographs.picture(mine) == pixels).all()
    with pytest.raises(RecordError):
        one.photographs.picture(theirs)
