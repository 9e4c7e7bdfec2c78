"""The visit's injections on a real store, by a person who signed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import cv2
import numpy as np
import pytest

from vein_imaging.storage.errors import DiskFullError
from vein_imaging.treatment import Given, Needs, RecordError, Site
from vein_imaging.treatment.typed_injection import EntryError, EntryText

SMALL = EntryText("asclera", "0.5", "liquid", "", "0.1", batch="L1")
LARGE = replace(SMALL, volume_ml="0.4")
PICTURE = np.arange(48, dtype=np.uint8).reshape(6, 8)
SITE = Site((2.4, 5.6), PICTURE)


def test_a_small_injection_is_recorded_with_its_place(clinic: Any) -> None:
    visit = clinic.visit()
    given = visit.log.record(SMALL, SITE)
    assert isinstance(given, Given) and not given.recorded.repeated
    (entry,) = visit.session.entries
    assert entry.event.mark is not None
    assert [tuple(map(int, p)) for p in entry.event.mark.points_rc] == [(2, 6)]
    assert entry.event.reason == ""


def test_what_one_window_records_another_reads(clinic: Any) -> None:
    visit = clinic.visit()
    visit.log.record(SMALL, SITE)
    other = clinic.work("bert").reopen(visit.head.session_id)
    assert other.session.injections == visit.session.injections


def test_the_picture_marked_on_is_kept_losslessly_and_once(clinic: Any) -> None:
    visit = clinic.visit()
    visit.log.record(SMALL, SITE)
    visit.log.record(SMALL, SITE)
    first, second = (one.event.mark for one in visit.session.entries)
    assert first.image_id == second.image_id
    assert np.array_equal(visit.record.picture(first.image_id), PICTURE)


def test_a_colour_picture_keeps_its_colours(clinic: Any) -> None:
    visit = clinic.visit()
    pixels = np.zeros((2, 2, 3), np.uint8)
    pixels[..., 0] = 200  # red
    visit.log.record(SMALL, Site((0, 0), pixels))
    image_id = visit.session.entries[0].event.mark.image_id
    png = visit._signed_in.image(visit.head.session_id, image_id)
    bgr = np.asarray(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR))
    assert bgr[0, 0].tolist() == [0, 0, 200]


def test_a_stop_is_not_recorded_without_a_reason(clinic: Any) -> None:
    visit = clinic.visit()
    answer = visit.log.record(LARGE, SITE)
    assert isinstance(answer, Needs) and answer.judged.stops
    assert visit.session.entries == ()


def test_a_session_of_many_injections_reaches_its_maximum(clinic: Any) -> None:
    """10 mL of Asclera in a session: 34 times 0.3 mL is caught at the 34th."""
    visit = clinic.visit()
    third = replace(SMALL, volume_ml="0.3")
    for _ in range(33):
        assert isinstance(visit.log.record(third, SITE), Given)
    answer = visit.log.record(third, SITE)
    assert isinstance(answer, Needs)
    assert answer.judged.stops[0].rule == "per_session_volume"
    assert isinstance(visit.log.record(SMALL, SITE), Given)  # 9.9 + 0.1 is 10


def test_an_injection_written_by_another_window_counts_at_once(clinic: Any) -> None:
    """The check that decides is made inside the store's transaction."""
    mine = clinic.visit()
    other = clinic.work("bert").reopen(mine.head.session_id)
    third = replace(SMALL, volume_ml="0.3")
    for _ in range(33):
        other.log.record(third, SITE)
    judged = mine.log.check(third)
    assert judged is not None and judged.stops == ()  # what this window believes
    assert isinstance(mine.log.record(third, SITE), Needs)
    assert len(mine.session.entries) == 33  # and now it shows what there is


def test_a_session_begun_later_does_not_take_over_the_count(clinic: Any) -> None:
    first = clinic.visit()
    third = replace(SMALL, volume_ml="0.3")
    for _ in range(33):
        first.log.record(third, SITE)
    clinic.pass_time(hours=1)
    other = clinic.work("bert").start_session(first.head.patient_id)
    other.log.record(SMALL, SITE, reason="into the wrong session")
    answer = clinic.work().reopen(first.head.session_id).log.record(third, SITE)
    assert isinstance(answer, Needs)
    assert "9.9 mL" in " ".join(one.message for one in answer.judged.findings)


def test_voiding_keeps_the_entry_and_frees_its_volume(clinic: Any) -> None:
    visit = clinic.visit()
    visit.log.record(SMALL, SITE)
    visit.log.record(SMALL, SITE)
    visit.log.void(visit.session.entries[0].entry_id, "clicked twice")
    first, second = visit.session.entries
    assert first.voided_by is not None and first.voided_by.reason == "clicked twice"
    assert visit.session.injections == (second.injection,)


def test_what_is_not_there_is_neither_voided_nor_corrected(clinic: Any) -> None:
    visit = clinic.visit()
    with pytest.raises(RecordError, match="no entry 'nowhere'"):
        visit.log.void("nowhere", "by mistake")
    with pytest.raises(RecordError, match="no injection 'nowhere'"):
        visit.log.correct("nowhere", SMALL, "by mistake")


def test_a_store_that_is_full_leaves_the_list_as_it_was(
    clinic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise DiskFullError("disk full")

    for name in ("append_in", "put_image"):
        visit = clinic.visit()
        with monkeypatch.context() as patch:
            patch.setattr(f"vein_imaging.storage.store.Store.{name}", full)
            with pytest.raises(RecordError, match="disk full"):
                visit.log.record(SMALL, SITE)
        assert visit.session.entries == ()
        assert isinstance(visit.log.record(SMALL, SITE), Given)


def test_a_product_of_several_strengths_needs_one(clinic: Any) -> None:
    with pytest.raises(EntryError, match="Strength is missing"):
        clinic.visit().log.check(replace(SMALL, concentration_percent=""))


def test_an_unknown_product_is_recorded_with_a_warning(clinic: Any) -> None:
    other = EntryText("glycerin from the pharmacy", "72", "liquid", "", "0.1")
    visit = clinic.visit()
    judged = visit.log.check(other)
    assert judged is not None
    assert "no_limit_known" in [one.rule for one in judged.findings]
    assert isinstance(visit.log.record(other, SITE), Given)


def test_an_untyped_form_is_no_error(clinic: Any) -> None:
    assert clinic.visit().log.check(EntryText()) is None


@pytest.mark.parametrize(("region", "asked"), [("US", False), ("DE", True)])
def test_the_weight_is_asked_where_a_limit_goes_by_it(
    make_clinic: Callable[..., Any], region: str, asked: bool
) -> None:
    assert make_clinic(region=region).visit().log.weight_matters is asked


def test_a_weight_typed_beside_the_injection_is_kept_with_its_day(
    make_clinic: Callable[..., Any],
) -> None:
    visit = make_clinic(region="DE").visit()
    entry = EntryText("aethoxysklerol", "3", "liquid", "", "1", weight_kg="62.5")
    assert isinstance(visit.log.record(entry, reason="to see"), Given)
    assert visit.log.weighed is not None
    assert str(visit.log.weighed.weight.kg) == "62.5"


# --- foam whose gas ratio nobody typed (A10) -------------------------------------


FOAM = EntryText("aethoxysklerol", "1", "foam", "", "1", batch="L1")


def test_foam_without_its_ratio_is_said_not_to_be_checked(
    make_clinic: Callable[..., Any],
) -> None:
    judged = make_clinic(region="DE").visit().log.check(FOAM)
    assert judged is not None and judged.unchecked


def test_foam_without_its_ratio_is_a_fact_and_recorded_with_a_reason(
    make_clinic: Callable[..., Any],
) -> None:
    visit = make_clinic(region="DE").visit()
    assert isinstance(visit.log.record(FOAM), Needs)
    assert isinstance(visit.log.record(FOAM, reason="1 + 4 it was"), Given)
    (entry,) = visit.session.entries
    assert "not_checked" in [one.rule for one in entry.event.findings]


# --- a site without a picture (A9) -----------------------------------------------


def test_a_site_is_entered_without_a_picture(clinic: Any) -> None:
    visit = clinic.visit()
    placed = replace(SMALL, site="left lateral thigh")
    assert isinstance(visit.log.record(placed), Given)
    (entry,) = visit.session.entries
    assert entry.event.mark is None
    assert entry.injection.site == "left lateral thigh"


def test_a_drawing_enters_the_record_as_a_drawing(clinic: Any) -> None:
    visit = clinic.visit()
    visit.log.record(SMALL, Site((1, 1), PICTURE, "drawing"))
    assert visit.session.entries[0].event.mark.shows == "drawing"


def test_time_goes_on(clinic: Any) -> None:
    visit = clinic.visit()
    visit.log.record(SMALL)
    clinic.pass_time(minutes=5)
    visit.log.record(SMALL)
    first, second = visit.session.injections
    assert second.at - first.at == timedelta(minutes=5)
