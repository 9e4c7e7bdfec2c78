from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from vein_imaging.storage.errors import DiskFullError, NotAllowedError, StoreError
from vein_imaging.treatment import AtWork
from vein_imaging.treatment.photo_import import (
    ImportChangedError,
    ImportPlan,
    ImportProblemsError,
    plan_import,
    read_listing,
    run_import,
)


@pytest.fixture
def work(clinic: Any) -> AtWork:
    """Anna, and two patients; 2 was born in 1980."""
    found: AtWork = clinic.work()
    found.add_patient({"name": "Ann One", "number": "1"})
    found.add_patient({"name": "Bo Two", "number": "2", "born": "1980-04-12"})
    return found


def patient(work: AtWork, number: str = "1") -> str:
    (found,) = (one for one in work.find_patients() if one.number == number)
    return found.patient_id


def problems(plan: ImportPlan) -> list[tuple[int, str]]:
    return [(one.line, one.problem) for one in plan.problems]


def held(work: AtWork, number: str = "1") -> list[int]:
    """How many photographs each session of a patient has."""
    heads = work.sessions(patient(work, number))
    visits = [work.reopen(head.session_id) for head in heads]
    return [len(visit.session.photographs) for visit in visits]


# --- what is good ----------------------------------------------------------------


def test_photographs_become_sessions_by_patient_and_day(
    work: AtWork, photos: Any, read: Any
) -> None:
    photos.add("a.png")
    photos.add("b.png", view="left medial")
    photos.add("c.png", taken="2025-12-29")
    photos.add("d.png", patient="2", taken="2025-11-03", more=",after,0.05")
    plan = plan_import(work, photos.path, photos.listing, read)
    assert problems(plan) == [] and len(plan.photos) == 4
    assert run_import(work, plan, read) == 4
    assert held(work) == [2, 1] and held(work, "2") == [1]
    head = work.sessions(patient(work, "2"))[0]
    visit = work.reopen(head.session_id)
    (taken,) = visit.session.photographs
    assert (taken.when, taken.mm_per_pixel, taken.shows) == (
        "after",
        "0.05",
        "recording",
    )
    assert visit.session.opened is not None and visit.session.opened.region == "US"
    kept = visit.record.picture(taken.image_id)
    assert np.array_equal(kept, read(photos.path / "d.png"))
    (note,) = visit.session.notes
    assert "d.png: SHA-256" in note.text and "noon is written" in note.text


def test_a_preview_writes_nothing(work: AtWork, photos: Any, read: Any) -> None:
    photos.add("a.png")
    (photos.path / "other.png").write_bytes(b"x")
    plan = plan_import(work, photos.path, photos.listing, read)
    assert plan.photos[0].patient_name == "Ann One" and plan.photos[0].new_session
    assert plan.unlisted == ("other.png",)
    assert work.sessions(patient(work)) == ()


def test_a_session_of_that_day_is_added_to(
    work: AtWork, photos: Any, read: Any, clinic: Any
) -> None:
    visit = work.start_session(patient(work))
    photos.add("a.png", taken=f"{visit.today}")
    plan = plan_import(work, photos.path, photos.listing, read)
    assert not plan.photos[0].new_session
    run_import(work, plan, read)
    assert held(work) == [1]


def test_an_imported_session_is_not_todays(
    work: AtWork, photos: Any, read: Any
) -> None:
    photos.add("a.png")
    run_import(work, plan_import(work, photos.path, photos.listing, read), read)
    imported = work.sessions(patient(work))[0].session_id
    assert work.reopen(imported).started.date() == date(2025, 11, 3)
    assert work.todays_session(patient(work)).head.session_id != imported


def test_a_list_of_a_spreadsheet_with_semicolons_is_read() -> None:
    text = "File;Patient;Taken;Light;Pose;View\r\n"
    text += "a.png;1;2025-11-03;White;Standing;Left\r\n"
    (row,) = read_listing(text.encode("utf-8-sig"))
    assert row.problems == () and row.day == date(2025, 11, 3) and row.light == "white"


# --- what is wrong ---------------------------------------------------------------


def test_every_mistake_is_named_with_its_line_and_nothing_is_imported(
    work: AtWork, photos: Any, read: Any
) -> None:
    photos.add("good.png")
    photos.add("absent.png", made=False)
    photos.add("when.png", taken="2025-02-30")
    photos.add("ahead.png", taken="2031-01-01")
    photos.add("early.png", patient="2", taken="1979-01-01")
    photos.add("who.png", patient="77")
    photos.add("light.png", light="candle")
    photos.add("../out.png", made=False)
    photos.add("scale.png", more=",,12")
    photos.add("broken.png")
    (photos.path / "broken.png").write_bytes(b"no picture")
    plan = plan_import(work, photos.path, photos.listing, read)
    said = dict(problems(plan))
    for line, words in {
        3: "there is no 'absent.png'", 4: "got '2025-02-30'", 5: "lies ahead of today",
        6: "before the patient's birth", 7: "nobody has the number 77",
        8: "light: got 'candle'", 9: "is not a name in the folder",
        10: "mm_per_pixel: got '12'", 11: "not a picture",
    }.items():  # fmt: skip
        assert words in said[line], (line, said)
    assert 2 not in said
    with pytest.raises(ImportProblemsError, match="9 rows have a problem"):
        run_import(work, plan, read)
    assert work.sessions(patient(work)) == ()


def test_duplicates_are_named_by_file_by_picture_and_in_the_record(
    work: AtWork, photos: Any, read: Any
) -> None:
    photos.add("a.png")
    photos.rows.append(photos.rows[0])
    photos.add("b.png", view="left medial")
    (photos.path / "copy.png").write_bytes((photos.path / "b.png").read_bytes())
    photos.add("copy.png", made=False, view="right lateral")
    said = problems(plan_import(work, photos.path, photos.listing, read))
    assert (2, "the file stands in 2 rows") in said
    assert (3, "the file stands in 2 rows") in said
    assert any(line == 5 and "same picture as b.png" in words for line, words in said)
    del photos.rows[3], photos.rows[1]
    run_import(work, plan_import(work, photos.path, photos.listing, read), read)
    again = plan_import(work, photos.path, photos.listing, read)
    assert [words for _line, words in problems(again)] == [
        "this picture is in the patient's record already"
    ] * 2
    assert held(work) == [2]


def test_a_picture_of_another_size_is_named_and_can_be_allowed(
    work: AtWork, photos: Any, read: Any
) -> None:
    photos.add("a.png")
    photos.add("b.png", taken="2025-12-29")
    photos.add("c.png", taken="2026-02-23", size=(48, 64))
    plan = plan_import(work, photos.path, photos.listing, read)
    ((line, words),) = problems(plan)
    assert line == 4 and "64 x 48 px" in words and "32 x 24" in words
    allowed = plan_import(work, photos.path, photos.listing, read, other_sizes=True)
    assert problems(allowed) == []


def test_a_signed_session_is_not_added_to(work: AtWork, photos: Any, read: Any) -> None:
    visit = work.start_session(patient(work))
    visit.note("x")
    visit.sign("four unrelated words")
    photos.add("a.png", taken=f"{visit.today}")
    ((_line, words),) = problems(plan_import(work, photos.path, photos.listing, read))
    assert "is signed" in words


@pytest.mark.parametrize(
    ("listing", "why"),
    [
        (b"", "headings of the list: got none"),
        (b"file,patient\r\na,b\r\n", "headings of the list: got file, patient"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"file,patient,taken,light,pose,view\r\n", "no row"),
        (b"file,patient,taken,light,pose,view,colour\r\na\r\n", "headings"),
    ],
)
def test_what_is_no_list_is_refused_in_words(listing: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_listing(listing)


# --- all or nothing --------------------------------------------------------------


def test_a_file_that_changed_since_the_preview_stops_all(
    work: AtWork, photos: Any, read: Any
) -> None:
    photos.add("a.png")
    photos.add("b.png", view="left medial")
    plan = plan_import(work, photos.path, photos.listing, read)
    (photos.path / "b.png").write_bytes((photos.path / "a.png").read_bytes())
    with pytest.raises(ImportChangedError, match=r"b\.png was changed"):
        run_import(work, plan, read)
    assert work.sessions(patient(work)) == ()


def test_a_full_disk_in_the_middle_leaves_nothing(
    work: AtWork, photos: Any, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vein_imaging.storage.entries import ledger

    for number in range(6):
        photos.add(f"{number}.png", taken=f"2025-11-0{number + 1}")
    plan = plan_import(work, photos.path, photos.listing, read)
    whole, calls = ledger.append_entry, []

    def full(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) > 3:
            raise DiskFullError("full")
        return whole(*arguments)

    monkeypatch.setattr("vein_imaging.storage.people.importing.append_entry", full)
    with pytest.raises(StoreError):
        run_import(work, plan, read)
    assert work.sessions(patient(work)) == ()
    monkeypatch.undo()
    assert run_import(work, plan, read) == 6


def test_two_imports_of_one_list_at_once_import_it_once(
    work: AtWork, photos: Any, read: Any
) -> None:
    photos.add("a.png")
    plans = [plan_import(work, photos.path, photos.listing, read) for _ in range(2)]
    run_import(work, plans[0], read)
    with pytest.raises(StoreError, match="is there already: nothing was imported"):
        run_import(work, plans[1], read)
    assert held(work) == [1]


def test_who_may_not_import_imports_nothing(
    clinic: Any, work: AtWork, photos: Any, read: Any
) -> None:
    photos.add("a.png")
    plan = plan_import(work, photos.path, photos.listing, read)
    with pytest.raises(NotAllowedError):
        run_import(AtWork(clinic.sign_in("carl")), plan, read)
    assert work.sessions(patient(work)) == ()


def test_an_empty_plan_is_no_import(work: AtWork, photos: Any, read: Any) -> None:
    photos.add("a.png")
    plan = plan_import(work, photos.path, photos.listing, read)
    with pytest.raises(ImportProblemsError, match="names no picture"):
        run_import(work, replace(plan, photos=()), read)
