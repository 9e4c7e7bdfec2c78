from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from vein_imaging.report.patient_sheet import (
    CareLine,
    PatientSheet,
    WarningLine,
    render_sheet,
)

SHEET = PatientSheet(
    title="After your treatment on Monday 25 May 2026",
    name="Maria Probe",
    clinic="Vein Clinic",
    phone="020 7946 0123",
    care=tuple(CareLine(f"Do thing {n}.", "Monday 1 June") for n in range(10)),
    expect=("Red veins are usual.",),
    warnings=(WarningLine("Short of breath.", "Call an ambulance."),),
    appointments=("Session 2: Monday 20 July 2026 at 10:00",),
    as_of=date(2026, 5, 25),
)


def pages_and_text(pdf: bytes, tmp_path: Path) -> tuple[int, str]:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    (tmp_path / "s.pdf").write_bytes(pdf)
    said = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "s.pdf", "-"],
        capture_output=True,
        check=True,
    ).stdout.decode()
    return said.count("\f"), said


def test_it_is_one_page_with_telephone_signs_and_appointment(tmp_path: Path) -> None:
    pages, said = pages_and_text(render_sheet(SHEET), tmp_path)
    assert pages == 1
    for text in ("020 7946 0123", "Call an ambulance", "Do thing 9", "20 July 2026"):
        assert text in said


def test_a_long_sheet_goes_on_and_loses_nothing(tmp_path: Path) -> None:
    many = tuple(CareLine(f"Do thing {n}. " * 6, "Monday") for n in range(60))
    pages, said = pages_and_text(render_sheet(replace(SHEET, care=many)), tmp_path)
    assert pages > 1
    assert all(f"thing {n}." in said for n in range(60))
    assert "Call an ambulance" in said


def test_markup_in_the_name_stays_text(tmp_path: Path) -> None:
    sheet = replace(SHEET, name="#panic() *x* <b>", clinic="", phone="")
    _pages, said = pages_and_text(render_sheet(sheet), tmp_path)
    assert "#panic() *x* <b>" in said


def test_the_same_sheet_is_the_same_bytes() -> None:
    assert render_sheet(SHEET) == render_sheet(SHEET)
