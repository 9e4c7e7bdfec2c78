"""The Print menu on a real screen: the same pages as the command line's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QLabel, QMessageBox, QWidget

from vein_imaging.treatment import AtWork, ClinicSettings, Visit
from vein_imaging.treatment.practice import (
    Clocks,
    at_invented_work,
    invented_clinic,
    nothing_against,
)
from vein_imaging.treatment.typed_injection import EntryText
from vein_imaging.viewer.print_desk import PrintDesk

SMALL = EntryText("asclera", "0.5", "liquid", "", "0.2", "0.8", batch="L1")
PASSWORD = "four unrelated words"


@pytest.fixture
def desk(tmp_path: Path, qtbot: QtBot) -> Iterator[tuple[PrintDesk, QWidget]]:
    folder, clocks = tmp_path / "store", Clocks()
    settings = ClinicSettings("US", "Europe/London")
    invented_clinic(folder, "anna", PASSWORD, settings, clocks)
    with at_invented_work(folder, "anna", PASSWORD, clocks) as work:
        visit = treated(work)
        window = QWidget()
        qtbot.addWidget(window)
        window.show()
        desk = PrintDesk(work, visit, window)
        yield desk, window
        desk.close()


def treated(work: AtWork) -> Visit:
    patient = work.add_patient({"name": "Maria Probe"})
    visit = work.start_session(patient.patient_id)
    visit.screen(nothing_against(visit, "nothing against it"))
    visit.log.record(SMALL)
    return visit


def choose(desk: PrintDesk, number: int) -> None:
    desk.menu.actions()[number].trigger()


def save_as(desk: PrintDesk, path: Path) -> None:
    dialog = desk.saver.dialog
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.close()


def message(window: QWidget) -> str:
    (box,) = window.findChildren(QMessageBox)
    text = f"{box.text()}: {box.informativeText()}"
    box.close()
    return text


def told(window: QWidget) -> Callable[[], bool]:
    return lambda: bool(window.findChildren(QMessageBox))


@pytest.mark.parametrize(("number", "title"), [(0, "Session of"), (1, "Course of")])
def test_a_report_is_written_and_told(
    desk: tuple[PrintDesk, QWidget],
    qtbot: QtBot,
    tmp_path: Path,
    number: int,
    title: str,
) -> None:
    paper, window = desk
    file = tmp_path / "page.html"
    choose(paper, number)
    save_as(paper, file)
    qtbot.waitUntil(told(window), timeout=60_000)
    assert str(file) in message(window)
    page = file.read_text("utf-8")
    assert "Maria Probe" in page and (title in page or number == 1)


def test_the_sheet_asks_for_the_next_appointment_first(
    desk: tuple[PrintDesk, QWidget], qtbot: QtBot, tmp_path: Path, person: Any
) -> None:
    paper, window = desk
    choose(paper, 2)
    asked = paper.booking
    assert asked is not None
    assert asked.time.text() == "10:00" and asked.go_on.isEnabled()
    said = [label.text() for label in asked.findChildren(QLabel)]
    assert "Maria Probe" in said[0]
    person.click(asked.go_on)
    save_as(paper, tmp_path / "sheet.pdf")
    qtbot.waitUntil(told(window), timeout=60_000)
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    message(window)


@pytest.mark.parametrize(
    ("day", "time", "says"),
    [
        ("tomorrow", "10:00", "tomorrow"),
        ("2020-01-20", "10:00", "2020-01-20"),
        ("", "10:00", "type one"),
        (None, "ten", "wanted a time"),
    ],
)
def test_a_slip_of_the_pen_is_told_as_typed_and_nothing_is_written(
    desk: tuple[PrintDesk, QWidget],
    tmp_path: Path,
    day: str | None,
    time: str,
    says: str,
) -> None:
    paper, _window = desk
    choose(paper, 3)
    asked = paper.booking
    assert asked is not None
    if day is not None:
        asked.day.setText(day)
    asked.time.setText(time)
    assert says in asked.problem.text() and not asked.go_on.isEnabled()
    asked.reject()
    assert paper.booking is None and paper.saver.dialog is None
    assert list(tmp_path.glob("*.ics")) == []


def test_a_calendar_is_written(
    desk: tuple[PrintDesk, QWidget], qtbot: QtBot, tmp_path: Path, person: Any
) -> None:
    paper, window = desk
    choose(paper, 3)
    asked = paper.booking
    assert asked is not None
    person.click(asked.go_on)
    save_as(paper, tmp_path / "next.ics")
    qtbot.waitUntil(told(window), timeout=60_000)
    assert (tmp_path / "next.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
    message(window)


def test_a_file_is_not_named_for_the_patient_unless_it_is_asked_for(
    desk: tuple[PrintDesk, QWidget],
) -> None:
    paper, _window = desk
    day = paper._visit.facts.started_on
    assert paper.file_name("session", "pdf") == f"session-{day}.pdf"
    choose(paper, 0)
    dialog = paper.saver.dialog
    assert dialog is not None
    assert Path(dialog.selectedFiles()[0]).name == f"session-{day}.pdf"
    dialog.close()
    paper.named.trigger()
    assert paper.file_name("sheet", "pdf") == f"Maria-Probe-sheet-{day}.pdf"


def test_a_page_that_cannot_be_written_is_told(
    desk: tuple[PrintDesk, QWidget], qtbot: QtBot, tmp_path: Path
) -> None:
    paper, window = desk
    choose(paper, 0)
    save_as(paper, tmp_path / "page.docx")
    qtbot.waitUntil(told(window), timeout=60_000)
    assert "ends in .pdf or .html" in message(window)
