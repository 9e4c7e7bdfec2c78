from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from vein_calibration import PixelSize
from vein_calibration.profile import Profile, Scale
from vein_calibration.profile_file import profile_id
from vein_devices.frame import Frame
from vein_imaging.domain.moments import zone_from_text
from vein_imaging.storage import Store, create_store, new_key
from vein_imaging.storage.errors import DiskFullError
from vein_imaging.viewer.photographs import (
    Circumstances,
    Photo,
    Photographs,
    why_not_comparable,
)
from vein_imaging.viewer.session_record import RecordError, SessionRecord

START = datetime(2026, 9, 25, 23, 30, tzinfo=UTC)
HOW = Circumstances("transilluminated", "standing", "left lateral")
RNG = np.random.default_rng(3)
GREY = Frame(RNG.integers(0, 256, (6, 8), np.uint8), 0, 0.0)
COLOUR = Frame(RNG.integers(0, 256, (6, 8, 3), np.uint8), 1, 0.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with create_store(tmp_path / "s", new_key(), author="a", at=START) as store:
        yield store


def _photographs(store: Store, patient: str, at: datetime) -> Photographs:
    store.start_session(patient, author="a", at=at)
    head = store.sessions(patient)[-1]
    record = SessionRecord(store, head, author="a", now=lambda: at)
    return Photographs(record, zone_from_text("Europe/London"))


def test_a_photograph_comes_back_to_the_last_bit(store: Store) -> None:
    photographs = _photographs(
        store, store.add_patient({}, author="a", at=START), START
    )
    photographs.take(GREY, HOW, 0.08)
    photographs.take(COLOUR, HOW, None)
    pictures = {
        photo.mm_per_pixel: photographs.picture(photo) for photo in photographs.all()
    }
    assert np.array_equal(pictures[0.08], GREY.pixels)
    assert np.array_equal(pictures[None], COLOUR.pixels)


def test_earlier_sessions_are_listed_after_this_one_with_the_clinics_day(
    store: Store,
) -> None:
    patient = store.add_patient({}, author="a", at=START)
    _photographs(store, patient, START).take(GREY, HOW, 0.08)
    now = _photographs(store, patient, START + timedelta(days=60))
    now.take(COLOUR, replace(HOW, when="after"), 0.08)
    days = [(photo.day, photo.of_this_session) for photo in now.all()]
    # 23:30 UTC is the next day in London's summer.
    assert days == [(date(2026, 11, 24), True), (date(2026, 9, 26), False)]
    assert str(now.all()[0]).endswith("just after injecting")


def test_a_failing_store_records_no_photograph(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    photographs = _photographs(
        store, store.add_patient({}, author="a", at=START), START
    )

    def full(*args: object, **kwargs: object) -> None:
        raise DiskFullError("disk full")

    for name in ("append", "put_image"):
        monkeypatch.setattr(store, name, full)
        with pytest.raises(RecordError, match="disk full"):
            photographs.take(GREY if name == "append" else COLOUR, HOW, None)
        monkeypatch.undo()
    assert photographs.all() == ()


BEFORE = Photo("a", date(2026, 9, 25), HOW, 0.08, False)
AFTER = Photo("b", date(2026, 11, 25), HOW, 0.08, True)


def test_two_of_one_light_and_view_may_be_compared() -> None:
    assert why_not_comparable(BEFORE, AFTER) == ""


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (AFTER, BEFORE, "swap"),
        (BEFORE, BEFORE, "same picture"),
        (BEFORE, replace(AFTER, how=replace(HOW, light="white")), "Different light"),
        (BEFORE, replace(AFTER, how=replace(HOW, view="right")), "Different views"),
    ],
)
def test_what_must_not_be_compared_is_said(
    before: Photo, after: Photo, says: str
) -> None:
    assert says in why_not_comparable(before, after)


def test_a_photograph_keeps_its_calibration_and_is_corrected_by_it(
    store: Store,
) -> None:
    profile = Profile(
        "uvc:", (8, 6), START, "test",
        scale=Scale(PixelSize(0.08, 0.01), np.diag([0.5, 0.5, 1.0]), spread=0.2),
    )  # fmt: skip
    checksum = profile_id(profile)
    patient = store.add_patient({}, author="a", at=START)
    plain = _photographs(store, patient, START)
    calibrated = Photographs(
        plain._record,
        zone_from_text("Europe/London"),
        calibration=checksum,
        profile_of={checksum: profile}.get,
    )
    calibrated.take(GREY, HOW, 0.08)
    calibrated.take(COLOUR, HOW, None)
    scaled = [photo for photo in calibrated.all() if photo.mm_per_pixel]
    (photo,) = scaled
    assert photo.calibration == checksum
    assert not np.array_equal(calibrated.picture(photo), GREY.pixels)
    # without the profile at hand it is shown as it was taken
    assert np.array_equal(plain.picture(photo), GREY.pixels)
    bare = next(one for one in calibrated.all() if one.mm_per_pixel is None)
    assert bare.calibration is None
