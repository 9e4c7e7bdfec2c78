"""The Qt-free log on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from vein_devices.frame import Frame
from vein_imaging.domain.limits import load_limits
from vein_imaging.domain.moments import zone_from_text
from vein_imaging.domain.session import Signed, event_to_body
from vein_imaging.storage import Entry, create_store, new_key
from vein_imaging.storage.errors import DiskFullError
from vein_imaging.viewer.entry import EntryError, EntryText
from vein_imaging.viewer.session_record import RecordError, SessionRecord
from vein_imaging.viewer.site_log import InjectionLog, Needs, Site

START = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
SMALL = EntryText("asclera", "0.5", "liquid", "", "0.1")
LARGE = replace(SMALL, volume_ml="0.4")
FRAME = Frame(np.arange(48, dtype=np.uint8).reshape(6, 8), 0, 0.0)
SITE = Site((2.4, 5.6), FRAME)


class Clinic:
    """A store with one patient and one session, and a clock that is set by hand."""

    def __init__(self, folder: Path, region: str = "US", zone: str = "UTC") -> None:
        self.now = START
        self.region, self.zone = region, zone
        self.store = create_store(folder, new_key(), author="a", at=START)
        self.patient = self.store.add_patient({"name": "N"}, author="a", at=START)
        self.session_id = self.begin()

    def begin(self) -> str:
        return self.store.start_session(self.patient, author="a", at=self.now)

    def log(self, session_id: str | None = None) -> InjectionLog:
        (head,) = (
            head
            for head in self.store.sessions(self.patient)
            if head.session_id == (session_id or self.session_id)
        )
        record = SessionRecord(self.store, head, author="dr", now=lambda: self.now)
        return InjectionLog(record, load_limits(self.region), zone_from_text(self.zone))


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    clinic = Clinic(tmp_path / "store")
    yield clinic
    clinic.store.close()


def test_a_small_injection_is_recorded_and_listed(clinic: Clinic) -> None:
    log = clinic.log()
    assert log.record(SMALL, SITE, reason=None) is None
    (row,) = log.rows()
    assert (row.number, row.time, row.volume_ml) == ("1", "23:30", "0.1")
    assert row.what == "Asclera 0.5 % liquid" and not row.voided
    assert log.totals() == "1 site: 0.1 mL Asclera"
    (mark,) = log.marks()
    assert (mark.point_rc, mark.label) == ((2, 6), "1")


def test_what_is_listed_is_what_another_window_reads_from_the_store(
    clinic: Clinic,
) -> None:
    log = clinic.log()
    log.record(SMALL, SITE, reason=None)
    assert clinic.log().rows() == log.rows()


def test_the_picture_marked_on_is_kept_losslessly_and_once(clinic: Clinic) -> None:
    log = clinic.log()
    log.record(SMALL, SITE, reason=None)
    log.record(SMALL, SITE, reason=None)
    marks: list[Any] = [e.body["mark"] for e in clinic.store.events(clinic.session_id)]
    assert marks[0]["image_id"] == marks[1]["image_id"]
    png = clinic.store.image(clinic.session_id, marks[0]["image_id"])
    kept = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(np.asarray(kept), FRAME.pixels)


def test_a_colour_picture_keeps_its_colours(clinic: Clinic) -> None:
    pixels = np.zeros((2, 2, 3), np.uint8)
    pixels[..., 0] = 200  # red
    clinic.log().record(SMALL, Site((0, 0), Frame(pixels, 0, 0.0)), reason=None)
    mark: Any = clinic.store.events(clinic.session_id)[0].body["mark"]
    png = clinic.store.image(clinic.session_id, mark["image_id"])
    bgr = np.asarray(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR))
    assert bgr[0, 0].tolist() == [0, 0, 200]


def test_a_stop_is_not_recorded_without_a_reason(clinic: Clinic) -> None:
    log = clinic.log()
    answer = log.record(LARGE, SITE, reason=None)
    assert isinstance(answer, Needs) and answer.view.verdict == "stop"
    assert clinic.store.events(clinic.session_id) == ()
    assert log.rows() == ()


def test_a_fact_is_never_refused_and_keeps_reason_and_findings(
    clinic: Clinic,
) -> None:
    log = clinic.log()
    assert log.record(LARGE, SITE, reason="given already") is None
    (row,) = log.rows()
    assert "given past a stop: given already" in row.remark
    (event,) = clinic.store.events(clinic.session_id)
    findings: Any = event.body["findings"]
    assert "per_injection_volume" in [finding["rule"] for finding in findings]


def test_ninety_and_more_injections_reach_the_session_maximum(
    clinic: Clinic,
) -> None:
    """10 mL of Asclera in a session: 34 times 0.3 mL is caught at the 34th."""
    log = clinic.log()
    third = replace(SMALL, volume_ml="0.3")
    for _ in range(33):
        assert log.record(third, SITE, reason=None) is None
    answer = log.record(third, SITE, reason=None)
    assert isinstance(answer, Needs)
    assert "this session" in answer.view.headline
    assert log.record(SMALL, SITE, reason=None) is None  # 9.9 + 0.1 is 10


def test_an_injection_written_by_another_window_counts_at_once(
    clinic: Clinic,
) -> None:
    """The check that decides is made inside the store's transaction."""
    mine, other = clinic.log(), clinic.log()
    third = replace(SMALL, volume_ml="0.3")
    for _ in range(33):
        other.record(third, SITE, reason=None)
    assert mine.check(third).verdict == "ok"  # what this window still believes
    assert isinstance(mine.record(third, SITE, reason=None), Needs)


def test_a_session_begun_later_does_not_take_over_the_count(clinic: Clinic) -> None:
    first = clinic.log()
    third = replace(SMALL, volume_ml="0.3")
    for _ in range(33):
        first.record(third, SITE, reason=None)
    clinic.now = START + timedelta(hours=1)
    other = clinic.log(clinic.begin())
    other.record(SMALL, SITE, reason="into the wrong session")
    answer = clinic.log(clinic.session_id).record(third, SITE, reason=None)
    assert isinstance(answer, Needs)
    said = " ".join(answer.view.messages)
    assert "9.9 mL" in said


def test_setting_the_clock_back_brings_no_allowance_back(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path / "store", region="DE")
    heavy = EntryText("aethoxysklerol", "3", "liquid", "", "4", weight_kg="62")
    clinic.log().record(heavy, SITE, reason="120 of 124 mg")
    clinic.now = START - timedelta(days=1)
    answer = clinic.log().record(replace(heavy, volume_ml="0.2"), SITE, reason=None)
    assert isinstance(answer, Needs)
    assert "daily maximum for this weight" in answer.view.headline
    clinic.store.close()


def test_voiding_keeps_the_entry_and_frees_its_volume(clinic: Clinic) -> None:
    log = clinic.log()
    log.record(SMALL, SITE, reason=None)
    log.record(SMALL, SITE, reason=None)
    log.void(log.rows()[1].entry_id, "clicked twice")
    first = log.rows()[1]
    assert first.voided and "void: clicked twice" in first.remark
    assert log.totals() == "1 site: 0.1 mL Asclera"
    assert [mark.label for mark in log.marks()] == ["2"]


def test_a_store_that_fails_leaves_the_list_as_it_was(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise DiskFullError("disk full")

    for name in ("check_and_append", "append", "put_image"):
        log = clinic.log()
        monkeypatch.setattr(clinic.store, name, full)
        with pytest.raises(RecordError, match="disk full"):
            log.record(SMALL, SITE, reason="x" if name == "append" else None)
        assert log.rows() == ()
        monkeypatch.undo()


def test_a_signed_session_takes_additions_as_amendments_with_a_reason(
    clinic: Clinic,
) -> None:
    signed = Signed(entry_id="s", signer="dr", at=START)
    clinic.store.append(
        clinic.session_id,
        Entry(signed.kind, event_to_body(signed)),
        author="dr",
        at=START,
    )
    log = clinic.log()
    answer = log.record(SMALL, SITE, reason=None)
    assert isinstance(answer, Needs) and "SIGNED" in answer.view.headline
    log.record(SMALL, SITE, reason="forgotten")
    assert clinic.store.events(clinic.session_id)[-1].kind == "amended"
    assert len(log.rows()) == 1


def test_a_product_of_several_strengths_needs_one(clinic: Clinic) -> None:
    with pytest.raises(EntryError, match="Strength is missing"):
        clinic.log().check(replace(SMALL, concentration_percent=""))


def test_an_unknown_product_is_recorded_with_a_warning(clinic: Clinic) -> None:
    other = EntryText("glycerin from the pharmacy", "72", "liquid", "", "0.1")
    log = clinic.log()
    assert log.check(other).verdict == "warn"
    assert log.record(other, SITE, reason=None) is None


def test_an_untyped_form_is_no_error(clinic: Clinic) -> None:
    assert clinic.log().check(EntryText()).verdict == "none"


def test_the_list_shows_the_clinics_own_time(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path / "store", zone="Europe/Berlin")
    log = clinic.log()
    log.record(SMALL, SITE, reason=None)
    assert log.rows()[0].time == "00:30"
    clinic.store.close()


@pytest.mark.parametrize(("region", "asked"), [("US", False), ("DE", True)])
def test_the_weight_is_asked_where_a_limit_goes_by_it(
    tmp_path: Path, region: str, asked: bool
) -> None:
    clinic = Clinic(tmp_path / "store", region=region)
    assert clinic.log().weight_matters is asked
    clinic.store.close()
