from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest

from vein_imaging.report import render_html, render_pdf
from vein_imaging.report.table_file import csv_bytes
from vein_imaging.treatment.on_paper.course_report import course_report
from vein_imaging.treatment.on_paper.course_tables import course_tables
from vein_imaging.treatment.on_paper.read_course import (
    CourseParts,
    EmptyCourseError,
    read_course,
)

QUICK = CourseParts(vein_maps=False, comparisons=False)


def test_the_same_record_is_the_same_course_and_the_same_bytes(
    make_course: Any,
) -> None:
    work, patient = make_course(sessions=2, pictures=True)
    digests = set()
    for _ in range(2):
        report = course_report(read_course(work, patient))
        both = render_pdf(report) + render_html(report).encode()
        digests.add(hashlib.sha256(both).hexdigest())
    assert len(digests) == 1


def test_veins_are_measured_compared_and_drawn(make_course: Any) -> None:
    work, patient = make_course(sessions=2, pictures=True)
    course = read_course(work, patient)
    first, second = course.sessions
    assert first.pictures[0].vein_map and first.pictures[0].vessels
    assert first.site_maps[0].numbers == (1,) and first.site_maps[0].picture
    (change,) = course.changes
    assert change.laid_over and change.said.verdict == "comparable"
    assert change.cleared_percent is not None and change.repeat_error_percent
    assert second.number == 2 and course.of_sessions == 2


def test_one_session_of_a_course_keeps_its_number(make_course: Any) -> None:
    work, patient = make_course(sessions=3)
    head = work.sessions(patient)[1]
    course = read_course(work, patient, CourseParts(head.session_id))
    assert [one.number for one in course.sessions] == [2]
    assert course.of_sessions == 3


def test_no_percentage_stands_before_eight_weeks(clinic: Any, make_course: Any) -> None:
    work, patient = make_course(pictures=True)
    clinic.pass_time(days=-40)
    visit = work.start_session(patient)
    from_first = read_course(work, patient).sessions[0].pictures[0].taken
    pixels = visit.record.picture(from_first.image_id)
    photographs = visit.photographs
    how = photographs.all()[0].how
    later = pixels - (pixels > 8).astype(np.uint8)
    photographs.take(later, how, 0.125, shows="drawing")
    (change,) = read_course(work, patient).changes
    assert change.said.verdict == "too early"
    assert change.cleared_percent is None and change.repeat_error_percent is None


def test_a_missing_picture_is_said_and_the_rest_is_printed(
    clinic: Any, make_course: Any
) -> None:
    work, patient = make_course(pictures=True)
    for file in (clinic.folder / "images").rglob("*"):
        if file.is_file():
            file.unlink()
    course = read_course(work, patient)
    picture = course.sessions[0].pictures[0]
    assert picture.problem and not picture.picture
    said = render_html(course_report(course))
    assert "0.2 mL" in said and picture.problem.split()[0] in said


def test_a_patient_without_any_session_has_no_course(clinic: Any) -> None:
    work = clinic.work()
    patient = work.add_patient({"name": "Nobody Yet"})
    with pytest.raises(EmptyCourseError, match="Nobody Yet has had no session"):
        read_course(work, patient.patient_id)


def test_a_course_of_40_sessions_holds(make_course: Any) -> None:
    work, patient = make_course(sessions=40, sites=2)
    course = read_course(work, patient)
    assert len(course.sessions) == 40
    report = course_report(course)
    assert render_pdf(report).startswith(b"%PDF")
    assert render_html(report).count("thigh 1") == 40
    tables = {one.name: one for one in course_tables([course])}
    assert len(tables["injections"].rows) == 80
    assert csv_bytes(tables["injections"]).count(b"\r\n") == 81
