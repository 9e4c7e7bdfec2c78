from __future__ import annotations

import shutil
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vein_imaging.report import Report, Section, Table, render_pdf

HOSTILE = (
    '#panic("x")',
    "*bold* _it_ $x$ @ref <label> \\ ` ``` ",
    "<script>alert(1)</script>",
    "=1+1",
    "[[]](",
    "\u202edlog",
    "محمد 王小明 राजेश 😀 ཀ",
    "'\"; DROP",
    "x" * 300,
)


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def text_of(pdf: bytes, tmp_path: Path) -> str:
    file = tmp_path / "page.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(
        [program("pdftotext"), "-layout", file, "-"], capture_output=True, check=True
    )
    return done.stdout.decode()


def test_the_same_report_is_the_same_bytes_in_another_process(
    whole_report: Report,
) -> None:
    import hashlib
    import pickle

    ours = hashlib.sha256(render_pdf(whole_report)).hexdigest()
    script = (
        "import sys, pickle, hashlib; from vein_imaging.report import render_pdf;"
        " r = pickle.load(sys.stdin.buffer);"
        " print(hashlib.sha256(render_pdf(r)).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=pickle.dumps(whole_report), capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout.decode().strip() == ours


def test_it_states_pdf_a_2a_and_is_whole(whole_report: Report, tmp_path: Path) -> None:
    pdf = render_pdf(whole_report)
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    (tmp_path / "a.pdf").write_bytes(pdf)
    done = subprocess.run(
        [program("qpdf"), "--check", tmp_path / "a.pdf"], capture_output=True
    )
    assert done.returncode == 0, done.stderr


def test_what_is_printed_can_be_searched(whole_report: Report, tmp_path: Path) -> None:
    said = text_of(render_pdf(whole_report), tmp_path)
    for text in ("Course of 3 sessions", "Maria Probe", "site 30", "STOP", "Telangi"):
        assert text in said
    assert "does not diagnose" in said


@pytest.mark.parametrize("name", HOSTILE)
def test_markup_in_a_name_stays_text(
    whole_report: Report, name: str, tmp_path: Path
) -> None:
    table = Table(("Name",), ((name,),))
    report = replace(
        whole_report,
        title=name,
        subtitle=name,
        sections=(Section(name, tables=(table,)),),
    )
    pdf = render_pdf(report)
    if name.isascii():
        letters = "".join(text_of(pdf, tmp_path).replace("\u200b", "").split())
        assert "".join(name.split()) in letters


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=40))
def test_any_text_can_be_set(text: str) -> None:
    page = Report(text, text, (Section(text, tables=(Table((text,), ((text,),)),)),))
    assert render_pdf(page).startswith(b"%PDF-1.7")


def test_a_report_without_anything_is_a_page() -> None:
    assert zlib.crc32(render_pdf(Report("", "", ()))) != 0
