from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from vein_calibration import PixelSize
from vein_calibration.profile import Profile, Scale
from vein_calibration.profile_file import profile_id
from vein_imaging.storage.errors import DiskFullError
from vein_imaging.treatment import RecordError
from vein_imaging.treatment.photographs import (
    Circumstances,
    Photo,
    why_not_comparable,
)
from vein_imaging.treatment.typed_injection import EntryText

LATE = datetime(2026, 9, 25, 23, 30, tzinfo=UTC)
HOW = Circumstances("transilluminated", "standing", "left lateral")
RNG = np.random.default_rng(3)
GREY = RNG.integers(0, 256, (6, 8), np.uint8)
COLOUR = RNG.integers(0, 256, (6, 8, 3), np.uint8)


def test_a_photograph_comes_back_to_the_last_bit(clinic: Any) -> None:
    photographs = clinic.visit().photographs
    photographs.take(GREY, HOW, 0.08)
    photographs.take(COLOUR, HOW, None)
    pictures = {
        photo.mm_per_pixel: photographs.picture(photo) for photo in photographs.all()
    }
    assert np.array_equal(pictures[0.08], GREY)
    assert np.array_equal(pictures[None], COLOUR)


def test_a_photograph_keeps_its_calibration_and_is_corrected_by_it(
    clinic: Any,
) -> None:
    profile = Profile(
        "uvc:", (8, 6), LATE, "test",
        scale=Scale(PixelSize(0.08, 0.01), np.diag([0.5, 0.5, 1.0]), spread=0.2),
    )  # fmt: skip
    checksum = profile_id(profile)
    photographs = clinic.visit().photographs
    photographs.calibrate(checksum, {checksum: profile}.get)
    photographs.take(GREY, HOW, 0.08)
    photographs.take(COLOUR, HOW, None)
    (photo,) = (one for one in photographs.all() if one.mm_per_pixel)
    assert photo.calibration == checksum
    assert not np.array_equal(photographs.picture(photo), GREY)
    # without the profile at hand it is shown as it was taken
    photographs.calibrate(None, lambda checksum: None)
    assert np.array_equal(photographs.picture(photo), GREY)
    bare = next(one for one in photographs.all() if one.mm_per_pixel is None)
    assert bare.calibration is None


def test_earlier_sessions_are_listed_after_this_one_with_the_clinics_day(
    make_clinic: Callable[..., Any],
) -> None:
    clinic = make_clinic(timezone="Europe/London")
    clinic.now = LATE
    first = clinic.visit()
    first.photographs.take(GREY, HOW, 0.08)
    clinic.pass_time(days=60)
    now = clinic.work().start_session(first.head.patient_id).photographs
    now.take(COLOUR, replace(HOW, when="after"), 0.08)
    days = [(photo.day, photo.of_this_session) for photo in now.all()]
    # 23:30 UTC is the next day in London's summer.
    assert days == [(date(2026, 11, 24), True), (date(2026, 9, 26), False)]
    assert str(now.all()[0]).endswith("just after injecting")


def test_a_full_store_records_no_photograph(
    clinic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    photographs = clinic.visit().photographs

    def full(*args: object, **kwargs: object) -> None:
        raise DiskFullError("disk full")

    for name in ("append_in", "put_image"):
        with monkeypatch.context() as patch:
            patch.setattr(f"vein_imaging.storage.store.Store.{name}", full)
            with pytest.raises(RecordError, match="disk full"):
                photographs.take(GREY if name == "append_in" else COLOUR, HOW, None)
    assert photographs.all() == ()


def test_a_drawing_enters_the_record_only_as_what_it_is(clinic: Any) -> None:
    visit = clinic.visit()
    visit.photographs.take(GREY, HOW, None, shows="drawing")
    (photo,) = visit.photographs.all()
    assert photo.shows == "drawing"
    assert str(photo).endswith("a drawing")


def test_the_days_that_count_are_those_since_the_last_treatment(clinic: Any) -> None:
    """A picture of nine weeks ago, but a treatment of last week."""
    first = clinic.visit()
    first.photographs.take(GREY, HOW, 0.08)
    clinic.pass_time(days=56)
    second = clinic.work().start_session(first.head.patient_id)
    second.log.record(EntryText("asclera", "0.5", "liquid", "", "0.1"), reason="r")
    clinic.pass_time(days=7)
    third = clinic.work().start_session(first.head.patient_id)
    third.photographs.take(COLOUR, HOW, 0.08)
    after, before = third.photographs.all()
    assert third.photographs.days(before, after).passed == 7


def test_what_is_injected_after_the_picture_does_not_make_it_too_early(
    clinic: Any,
) -> None:
    first = clinic.visit()
    first.photographs.take(GREY, HOW, 0.08)
    first.log.record(EntryText("asclera", "0.5", "liquid", "", "0.1"))
    clinic.pass_time(days=56)
    second = clinic.work().start_session(first.head.patient_id)
    second.photographs.take(COLOUR, HOW, 0.08)
    second.log.record(EntryText("asclera", "0.5", "liquid", "", "0.1"))
    after, before = second.photographs.all()
    assert second.photographs.days(before, after).passed == 56


BEFORE = Photo("a", date(2026, 9, 25), HOW, 0.08, False)
AFTER = Photo("b", date(2026, 11, 25), HOW, 0.08, True)


def test_two_of_one_light_and_view_may_be_compared() -> None:
    assert why_not_comparable(BEFORE, AFTER) == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"view": "left lateral"}, {"view": "Left thigh, lateral"}),
        ({"view": "outer side of the left thigh"}, {"view": "left thigh lateral"}),
        ({"pose": "lying"}, {"pose": "lying prone"}),
    ],
)
def test_views_and_poses_need_not_be_written_alike(
    before: dict[str, str], after: dict[str, str]
) -> None:
    pair: Any = [
        replace(photo, how=replace(HOW, **changes))  # type: ignore[arg-type]
        for photo, changes in ((BEFORE, before), (AFTER, after))
    ]
    assert why_not_comparable(*pair) == ""


def test_injections_of_the_open_session_are_known(clinic: Any) -> None:
    visit = clinic.visit()
    assert not visit.photographs.injected
    visit.log.record(EntryText("asclera", "0.5", "liquid", "", "0.1"))
    assert visit.photographs.injected


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (AFTER, BEFORE, "swap"),
        (BEFORE, BEFORE, "same picture"),
        (BEFORE, replace(AFTER, how=replace(HOW, light="white")), "Different light"),
        (BEFORE, replace(AFTER, how=replace(HOW, view="right")), "Different views"),
        (BEFORE, replace(AFTER, shows="drawing"), "show different things"),
        (BEFORE, replace(AFTER, how=replace(HOW, pose="lying")), "Different poses"),
    ],
)
def test_what_must_not_be_compared_is_said(
    before: Photo, after: Photo, says: str
) -> None:
    assert says in why_not_comparable(before, after)
