"""What the top of the window names, and that nothing of it pushes the rest away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QLabel

from vein_imaging.treatment import VisitFacts
from vein_imaging.viewer.header import Header
from vein_imaging.viewer.qt.one_line import OneLine
from vein_imaging.viewer.qt.patient_line import patient_line

ANNE = VisitFacts(
    name="Anne Probe",
    born=date(1980, 4, 12),
    number="P-2",
    session_number=2,
    planned_sessions=3,
    user="anna",
    region="US",
    started_on=date(2026, 11, 25),
)
LONG = replace(ANNE, name="Anne " + "Wolfeschlegelsteinhausenberger" * 4)
PRACTICE = replace(ANNE, practice=True)


def texts(widget: Header) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


@pytest.fixture
def header(qtbot: QtBot) -> Header:
    made = Header()
    qtbot.addWidget(made)
    made.resize(1280, made.height())
    made.show()
    qtbot.waitExposed(made)
    return made


def test_patient_birth_date_session_user_and_region_are_named(header: Header) -> None:
    header.show_visit(ANNE)
    said = texts(header)
    for word in ("Anne Probe", "1980-04-12", "P-2", "session 2 of 3", "anna", "US"):
        assert word in said


def test_nothing_is_cut_off_at_1280_px(header: Header, qtbot: QtBot) -> None:
    header.show_visit(ANNE)
    header.show_devices("LIVE  0.1 s", "0.082 mm/px to 1.1 %", "NIR level 3")
    lines = header.findChildren(OneLine)
    qtbot.waitUntil(lambda: not [one.text() for one in lines if one.is_cut])


def test_a_long_name_gives_way_and_stays_readable(header: Header, qtbot: QtBot) -> None:
    header.show_visit(LONG)
    header.show_devices("LIVE  0.1 s", "0.082 mm/px to 1.1 %", "NIR level 3")
    lines = header.findChildren(OneLine)
    qtbot.waitUntil(lambda: [one for one in lines if one.is_cut] == [header.patient])
    header.grab()
    assert header.patient.toolTip() == LONG.name


def test_it_never_pushes_the_window_past_1280_px(header: Header) -> None:
    header.show_visit(LONG)
    header.show_devices("w" * 80, "w" * 80, "w" * 80)
    assert header.minimumSizeHint().width() <= 1280


def test_practice_names_no_patient_and_looks_different(header: Header) -> None:
    header.show_visit(ANNE)
    plain = header.grab().toImage().pixelColor(640, 4)
    header.show_visit(PRACTICE)
    assert "PRACTICE" in texts(header)
    assert "Anne" not in texts(header)
    assert header.grab().toImage().pixelColor(640, 4) != plain


def test_after_forgetting_no_patient_is_on_it(header: Header) -> None:
    header.show_visit(ANNE)
    header.forget()
    said = texts(header) + header.patient.accessibleName()
    assert "Anne" not in said
    assert "1980" not in said


def test_the_line_of_a_dialog_names_patient_and_session(qtbot: QtBot) -> None:
    line = patient_line(ANNE)
    qtbot.addWidget(line)
    for word in ("Anne Probe", "1980-04-12", "P-2", "session 2 of 3"):
        assert word in line.text()
    fourth = patient_line(replace(ANNE, session_number=4, born=None))
    qtbot.addWidget(fourth)
    assert "session 4, planned were 3" in fourth.text()
    assert "birth date not known" in fourth.text()


def test_markup_in_a_name_stays_text(qtbot: QtBot) -> None:
    line = patient_line(replace(ANNE, name="<b>Anne</b>"))
    qtbot.addWidget(line)
    assert line.textFormat().name == "PlainText"
    assert "<b>Anne</b>" in line.text()


def test_the_line_of_a_practice_dialog_names_nobody(qtbot: QtBot) -> None:
    line = patient_line(PRACTICE)
    qtbot.addWidget(line)
    assert "Anne" not in line.text()
    assert "PRACTICE" in line.text()


def test_what_the_screening_forbids_stands_under_the_names(header: Header) -> None:
    header.show_visit(ANNE)
    height_px = header.height()
    assert not header.band.isVisible()
    header.show_visit(replace(ANNE, forbidden=("Pregnant: do not treat.",)))
    assert header.band.isVisible() and header.height() > height_px
    assert header.band.text().startswith("STOP")
    assert "Pregnant: do not treat." in header.band.text()
    header.forget()
    assert not header.band.isVisible() and header.height() == height_px


def test_a_session_of_another_day_says_so(header: Header) -> None:
    header.show_visit(replace(ANNE, today=ANNE.started_on))
    assert not header.band.isVisible()
    header.show_visit(replace(ANNE, today=date(2026, 11, 26)))
    assert "2026-11-25, not of today" in header.band.text()


def test_a_dialog_says_it_too(qtbot: QtBot) -> None:
    line = patient_line(replace(ANNE, forbidden=("Pregnant: do not treat.",)))
    qtbot.addWidget(line)
    assert "STOP \N{EM DASH} Pregnant: do not treat." in line.text()
