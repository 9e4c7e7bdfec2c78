from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from vein_imaging.report import Report, render_html, render_pdf
from vein_imaging.treatment.on_paper.course_report import course_report
from vein_imaging.treatment.on_paper.read_course import CourseParts, read_course
from vein_imaging.treatment.typed_injection import EntryText

QUICK = CourseParts(vein_maps=False, comparisons=False)
SENTENCE = "within every limit of the table"


def texts(report: Report) -> Iterator[str]:
    yield from (report.title, report.subtitle, *report.footer)
    for one in report.sections:
        yield from (one.title, one.text, *one.to_sign)
        yield from (notice.text for notice in one.notices)
        for table in one.tables:
            yield from (table.caption, table.note, *table.columns)
            yield from (cell for row in table.rows for cell in row)


def printed(work: Any, patient: str) -> str:
    return "\n".join(texts(course_report(read_course(work, patient, QUICK))))


# --- the sentence ----------------------------------------------------------------


def test_the_sentence_stands_where_every_limit_was_looked_at(make_course: Any) -> None:
    assert SENTENCE in printed(*make_course(sites=3))


@pytest.mark.parametrize(
    "what",
    [
        {"screened": False},
        {"volume_ml": "0.4"},
        {"sites": 0},
    ],
)
def test_the_sentence_is_not_said_where_something_is_open(
    make_course: Any, what: dict[str, Any]
) -> None:
    assert SENTENCE not in printed(*make_course(**what))


@pytest.mark.parametrize(
    "typed",
    [
        EntryText("own mixture", "0.5", "liquid", "", "0.2", "0.8", batch="L1"),
        EntryText("asclera", "0.5", "liquid", "", "0.2", "", batch="L1"),
        EntryText("asclera", "3", "liquid", "", "0.2", "0.8", batch="L1"),
        EntryText("asclera", "0.5", "foam", "4", "0.2", "0.8", batch="L1"),
        EntryText("asclera", "0.5", "liquid", "", "0.2", "4.5", batch="L1"),
    ],
    ids=["no limit known", "width not measured", "strength", "form", "vein too large"],
)
def test_one_injection_that_is_not_checked_takes_the_sentence_away(
    make_course: Any, typed: EntryText
) -> None:
    work, patient = make_course(sites=2)
    visit = work.reopen(work.sessions(patient)[-1].session_id)
    visit.log.record(typed, reason="as planned")
    assert SENTENCE not in printed(work, patient)


def test_what_cannot_be_read_takes_the_sentence_away(
    make_course: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vein_imaging.treatment.session_record import SessionRecord

    work, patient = make_course()
    monkeypatch.setattr(SessionRecord, "warnings", ("an entry of a newer release",))
    said = printed(work, patient)
    assert SENTENCE not in said and "part of the record cannot be read" in said


def test_what_came_later_does_not_count_against_an_earlier_session(
    make_course: Any,
) -> None:
    work, patient = make_course(sites=2, sessions=2)
    visit = work.reopen(work.sessions(patient)[-1].session_id)
    large = EntryText("asclera", "0.5", "liquid", "", "12", "0.8", batch="L1")
    visit.log.record(large, reason="asked for")
    first, second = read_course(work, patient, QUICK).sessions
    assert first.checked.within_every_limit
    assert not second.checked.within_every_limit
    said = printed(work, patient)
    assert "PASSED by 2.4 mL" in said and "given all the same: asked for" in said


# --- what is on it ---------------------------------------------------------------


def test_product_batch_strength_form_volume_totals_and_sources_are_printed(
    make_course: Any,
) -> None:
    said = printed(*make_course(sites=3, sign=True))
    for text in (
        "Asclera", "0.5 %", "liquid", "0.2 mL", "L1 (expires 2030-01-31)", "thigh 2",
        "0.6 mL", "10 mL", "9.4 mL", "rxlist.com", "anna", "performed", "Maria Probe",
    ):  # fmt: skip
        assert text in said, text


def test_a_void_entry_keeps_its_number_and_is_not_counted(make_course: Any) -> None:
    work, patient = make_course(sites=2)
    visit = work.reopen(work.sessions(patient)[-1].session_id)
    entry = visit.session.entries[0].entry_id
    visit.log.void(entry, "not given")
    said = printed(work, patient)
    assert "Asclera (VOID)" in said and "not given" in said and "1 injection" in said
    assert "PASSED" not in said


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script> #panic() *x*",
        "=1+1",
        "محمد بن سلمان 王小明 राजेश 😀 ཀ",
        'O\'Brien "Bo" \\ `x`',
        "N" * 300,
    ],
)
def test_any_name_holds_on_every_page(make_course: Any, name: str) -> None:
    work, patient = make_course({"name": name})
    report = course_report(read_course(work, patient, QUICK))
    assert render_pdf(report).startswith(b"%PDF")
    page = render_html(report)
    assert "<script>alert" not in page
    assert name in "\n".join(texts(report))


def test_a_patient_without_a_birth_date_and_a_session_without_pictures(
    make_course: Any,
) -> None:
    said = printed(*make_course(sites=0))
    assert "born not known" in said
    assert "No picture was taken" in said and "Nothing was injected" in said


def test_the_checkpoint_is_the_stores_and_in_the_code(make_course: Any) -> None:
    work, patient = make_course()
    report = course_report(read_course(work, patient, QUICK))
    assert report.checkpoint == work.checkpoint()
    assert 'alt="The checkpoint as a QR code"' in render_html(report)
    bare = course_report(read_course(work, patient, replace(QUICK, checkpoint=False)))
    assert "QR code" not in render_html(bare)
