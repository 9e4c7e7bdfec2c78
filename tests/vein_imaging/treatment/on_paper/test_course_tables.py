from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from vein_imaging.report.table_file import csv_bytes
from vein_imaging.storage.errors import NotAllowedError
from vein_imaging.treatment import AtWork
from vein_imaging.treatment.on_paper.course_tables import course_tables
from vein_imaging.treatment.on_paper.print_course import export_tables
from vein_imaging.treatment.on_paper.read_course import CourseParts, read_course
from vein_imaging.treatment.on_paper.table_columns import TABLES

QUICK = CourseParts(vein_maps=False, comparisons=False)


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_an_injection_is_a_row_with_its_exact_volume(make_course: Any) -> None:
    work, patient = make_course(sites=2)
    injections, *_others = course_tables([read_course(work, patient, QUICK)])
    first, second = injections.rows
    assert first["volume_ml"] == Decimal("0.2") and first["product"] == "asclera"
    assert (first["number"], second["number"]) == (1, 2)
    assert "patient_name" not in first


def test_a_mark_is_a_row_of_sites_and_a_vein_one_of_vessels(make_course: Any) -> None:
    work, patient = make_course(sites=2, sessions=2, pictures=True)
    tables = {one.name: one for one in course_tables([read_course(work, patient)])}
    assert [row["row_px"] for row in tables["sites"].rows] == [200, 209, 200, 209]
    assert len(tables["vessels"].rows) > 20
    (change,) = tables["changes"].rows
    assert change["cleared_percent"] is not None
    assert change["repeat_error_points"] == 10


def test_a_formula_in_a_name_stays_text_in_every_table(make_course: Any) -> None:
    work, _patient = make_course({"name": "=1+1", "number": "@x"}, pictures=True)
    files = export_tables(work, [], "csv", names=True, measured=False)
    assert set(files) == {f"{name}.csv" for name in TABLES}
    (row,) = rows(files["injections.csv"])
    assert row["patient_name"] == "'=1+1" and row["patient_number"] == "'@x"


def test_names_leave_only_where_they_are_asked_for(make_course: Any) -> None:
    work, _patient = make_course({"name": "Maria Probe", "born": "1975-05-17"})
    files = export_tables(work, [], "csv", measured=False)
    assert not any(b"Probe" in data or b"1975" in data for data in files.values())


def test_an_export_is_logged_and_asks_the_right(make_course: Any, clinic: Any) -> None:
    work, _patient = make_course()
    export_tables(work, [], "csv", measured=False)
    with clinic.sign_in("carl") as auditor:
        assert any(one.kind == "store.export" for one in auditor.log())
    with pytest.raises(NotAllowedError):
        export_tables(AtWork(clinic.sign_in("ben")), [], "csv", measured=False)


def test_a_patient_without_any_session_is_no_row(clinic: Any) -> None:
    work = clinic.work()
    work.add_patient({"name": "Nobody Yet"})
    files = export_tables(work, [], "csv")
    assert all(rows(data) == [] for data in files.values())


def test_every_column_is_explained_and_named_once() -> None:
    for table in TABLES.values():
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names)
        assert all(column.meaning for column in table.columns)
        assert csv_bytes(table).count(b"\r\n") == 1
