"""Who means harm, or is careless, at the window: what must not stay, show or leave."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import (
    QApplication,
    QLabel,
    QMessageBox,
    QToolTip,
    QWidget,
)

from vein_imaging.storage.errors import NotAllowedError, StoreError
from vein_imaging.treatment import RecordError
from vein_imaging.treatment.on_paper.print_course import print_report
from vein_imaging.treatment.on_paper.read_course import CourseParts
from vein_imaging.treatment.practice import nothing_against
from vein_imaging.viewer.application import application
from vein_imaging.viewer.qt.message import faults_shown, tell
from vein_imaging.viewer.qt.plain_words import as_shown
from vein_imaging.viewer.start.remembered import Memory, Remembered
from vein_imaging.viewer.start.sign_in_page import SignInPage
from vein_imaging.viewer.start.today_page import TodayPage

from .test_day import SMALL, Desk

CAMERA_WITH_PASSWORD = "rtsp://nurse:hunter2@192.0.2.7/leg?token=hunter2"
TURNED = "Anne\N{RIGHT-TO-LEFT OVERRIDE}eborP"
LONG_AGO_S = 10_000.0


@pytest.fixture
def desk(
    clinic: Any, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    monkeypatch.setenv("NAPARI_CONFIG", str(tmp_path / "napari.yaml"))
    application()
    for one in visible():
        one.hide()  # of a program that an earlier test has let crash
    made = Desk(clinic, tmp_path, qtbot)
    yield made
    made.day.close()


def listed(desk: Desk, name: str = "Anne Probe", **facts: str) -> TodayPage:
    """A patient of today's on the screen."""
    desk.clinic.begun(name, **facts)
    page = desk.comes_to_work()
    desk.until(lambda: page.patients.listed is not None)
    return page


def locks(desk: Desk) -> None:
    """Nobody was here for long."""
    desk.clinic.idle_s += LONG_AGO_S
    desk.until(lambda: isinstance(desk.day.start.page, SignInPage))
    desk.until(lambda: "Locked, because" in desk.asks.notice.text())


def visible() -> list[QWidget]:
    return [one for one in QApplication.topLevelWidgets() if one.isVisible()]


# --- a camera's password ---------------------------------------------------------


def test_a_cameras_password_is_never_written(desk: Desk, tmp_path: Path) -> None:
    desk.memory.keep(camera=CAMERA_WITH_PASSWORD)
    desk.memory.keep(theme="light")
    assert "hunter2" not in (tmp_path / "window.json").read_text()


def test_a_cameras_password_is_used_and_not_shown(desk: Desk) -> None:
    page = desk.comes_to_work()
    page.camera.choice.setCurrentIndex(page.camera.choice.findData("typed"))
    page.camera.address.setText(CAMERA_WITH_PASSWORD)
    page.camera.address.editingFinished.emit()
    assert page.camera.url == CAMERA_WITH_PASSWORD
    assert "hunter2" not in desk.on_screen()
    page.camera.look_again()
    desk.until(lambda: "Looking" not in page.camera.sentence.text())
    assert page.camera.url == CAMERA_WITH_PASSWORD
    assert "hunter2" not in desk.on_screen()


@pytest.mark.parametrize("leaves", ["signs out", "locks"])
def test_the_next_person_does_not_have_a_cameras_password(
    desk: Desk, leaves: str
) -> None:
    desk.comes_to_work()
    desk.memory.keep(camera=CAMERA_WITH_PASSWORD)
    if leaves == "signs out":
        desk.day.sign_out()
    else:
        locks(desk)
    assert "hunter2" not in repr(desk.memory.now)


# --- what leaves the screen, and when --------------------------------------------


def test_at_signing_out_the_patients_leave_before_the_store_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = listed(desk)
    assert desk.day.work is not None
    leave = desk.day.work.leave
    seen: list[str] = []

    def told() -> None:
        seen.append(desk.on_screen())
        leave()

    monkeypatch.setattr(desk.day.work, "leave", told)
    page.sign_out.click()
    assert len(seen) == 1
    assert "Anne" not in seen[0]


@pytest.mark.parametrize("error", [OSError("disk full"), StoreError("silent")])
def test_a_store_that_cannot_be_told_leaves_no_patient_on_the_screen(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    listed(desk)
    work = desk.day.work
    assert work is not None
    leave = work.leave

    def fails() -> None:
        leave()
        raise error

    monkeypatch.setattr(work, "leave", fails)
    desk.day.sign_out()
    said = desk.on_screen()
    assert str(error) in said
    assert "Anne" not in said


@pytest.mark.parametrize("leaves", ["signs out", "locks"])
def test_a_message_over_the_list_goes_with_it(desk: Desk, leaves: str) -> None:
    listed(desk)
    tell(desk.day.start, "A FAULT IN THE PROGRAM", "ValueError: Anne Probe")
    desk.until(lambda: "Anne Probe" in desk.on_screen())
    if leaves == "signs out":
        desk.day.sign_out()
    else:
        locks(desk)
    assert "Anne" not in desk.on_screen()
    assert visible() == [desk.day.start]


@pytest.mark.parametrize("leaves", ["signs out", "locks"])
def test_a_camera_that_does_not_come_back_keeps_no_patient_on_the_screen(
    desk: Desk, leaves: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = listed(desk)
    stop = page.camera.preview.stop
    seen: list[str] = []

    def slow() -> None:
        seen.append(desk.on_screen())
        stop()

    monkeypatch.setattr(page.camera.preview, "stop", slow)
    if leaves == "signs out":
        desk.day.sign_out()
    else:
        locks(desk)
    assert seen
    assert "Anne" not in "".join(seen)


def test_a_search_that_comes_back_locked_is_no_fault(desk: Desk) -> None:
    page = listed(desk)
    work = desk.day.work
    assert work is not None
    work.leave()  # as the lock does, before the window has looked
    page.search.setText("Anne Probe")
    page.ask()
    desk.until(lambda: "Locked, because" in desk.on_screen())
    assert visible() == [desk.day.start]


def test_nothing_is_said_over_a_window_that_has_closed(desk: Desk) -> None:
    """A store that answers after the lock: the message would name the patient."""
    listed(desk)
    window = desk.opens()
    desk.until(window.isVisible)
    window.lock()
    tell(window, "THE PHOTOGRAPH WAS NOT STORED", "of Anne Probe")
    assert "Anne" not in desk.on_screen()
    assert visible() == [desk.day.start]


def test_a_lock_closes_menus_dialogs_and_lists_that_hang_down(desk: Desk) -> None:
    page = listed(desk)
    page.start.kit.showPopup()
    locks(desk)
    assert visible() == [desk.day.start]
    desk.signs_in()
    desk.until(lambda: isinstance(desk.day.start.page, TodayPage))
    page = desk.today
    desk.until(lambda: page.patients.listed is not None)
    window = desk.opens()
    window.paper.menu.actions()[0].trigger()
    window.photos.photograph()
    window.paper.menu.popup(QPoint(50, 50))
    locks(desk)
    assert visible() == [desk.day.start]


def test_a_recording_that_is_ended_by_the_lock_says_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    listed(desk)
    window = desk.opens()
    desk.until(lambda: window.live.count > 0)
    window.desk.recording.record(tmp_path)
    desk.until(lambda: bool(list(tmp_path.glob("recording-*/frame-*"))))
    (folder,) = tmp_path.glob("recording-*")
    assert "Anne" not in folder.name
    assert folder.stat().st_mode & 0o077 == 0
    recording = window.desk.recording
    locks(desk)
    desk.until(lambda: not recording.recording)
    assert visible() == [desk.day.start]


# --- roles ------------------------------------------------------------------------


def test_an_assistant_can_print_and_cannot_treat(desk: Desk) -> None:
    """By the functions that the pages call, and not only by their buttons."""
    session_id = desk.clinic.begun("Anne Probe")
    work = desk.clinic.work("ben")
    visit = work.reopen(session_id)
    before = visit.session
    part = CourseParts(session_id)
    assert print_report(work, visit.head.patient_id, "html", part).sessions == 1
    every: tuple[Callable[[], object], ...] = (
        lambda: visit.log.record(SMALL),
        lambda: visit.screen(nothing_against(visit, "said the assistant")),
        lambda: visit.sign(desk.clinic.password),
        lambda: work.log_export({}),
    )
    for forbidden in every:
        with pytest.raises((RecordError, NotAllowedError)):
            forbidden()
    work.leave()
    work = desk.clinic.work()
    assert work.reopen(session_id).session == before
    work.leave()


@pytest.mark.parametrize("name", ["olga", "carl"])
def test_who_has_no_place_here_is_left_signed_out(desk: Desk, name: str) -> None:
    desk.clinic.begun("Anne Probe")
    with pytest.raises(NotAllowedError):
        desk.clinic.work(name)


# --- what is left beside the window ----------------------------------------------


@pytest.mark.parametrize("leaves", ["signs out", "locks", "closes"])
def test_what_was_copied_leaves_with_the_person(desk: Desk, leaves: str) -> None:
    page = listed(desk)
    page.search.setText("Anne Probe")
    page.search.selectAll()
    page.search.copy()
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == "Anne Probe"
    if leaves == "signs out":
        desk.day.sign_out()
    elif leaves == "locks":
        locks(desk)
    else:
        desk.day.close()
        desk.day = desk.begin()
    assert clipboard.text() == ""


def test_folders_that_were_visited_are_not_offered_to_the_next_person(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "Anne Probe").mkdir()
    listed(desk)
    window = desk.opens()
    window.paper.menu.actions()[0].trigger()
    window.paper.saver.dialog.setDirectory(str(tmp_path / "Anne Probe"))
    window.desk.recording._pressed()
    window.desk.recording.dialog.setDirectory(str(tmp_path / "Anne Probe"))
    locks(desk)
    desk.signs_in("bert")
    desk.until(lambda: isinstance(desk.day.start.page, TodayPage))
    page = desk.today
    desk.until(lambda: page.patients.listed is not None)
    window = desk.opens()
    window.desk.recording._pressed()
    dialog = window.desk.recording.dialog
    assert "Anne" not in dialog.directory().path()
    assert "Anne" not in "".join(dialog.history())
    window.paper.menu.actions()[0].trigger()
    dialog = window.paper.saver.dialog
    assert "Anne" not in dialog.directory().path()
    assert "Anne" not in "".join(dialog.history())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no core files")
def test_a_crash_writes_no_image_of_the_memory(qtbot: QtBot) -> None:
    import resource

    application()
    assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0


# --- text that is no plain text --------------------------------------------------


def test_no_label_message_or_tip_obeys_markup(desk: Desk) -> None:
    listed(desk, "<h1>Anne</h1>", number="<img src='x'>")
    window = desk.opens()
    tell(window, "<h1>told</h1>", "<font size='1'>small</font>")
    QToolTip.showText(QPoint(5, 5), "<h1>tip</h1>", window)
    window.photos.photograph()
    window.show_photographs()
    labels = [
        one
        for top in visible()
        for one in [top, *top.findChildren(QLabel)]
        if isinstance(one, QLabel) and one.isVisible()
    ]
    assert any(one.text() == "<h1>tip</h1>" for one in labels)
    assert any(one.text() == "<h1>told</h1>" for one in labels)
    plain = Qt.TextFormat.PlainText
    assert [one.text() for one in labels if one.textFormat() != plain] == []


def test_a_mark_in_a_name_turns_no_birth_date_round(desk: Desk) -> None:
    listed(desk, TURNED, born="1980-04-12", number="7\N{RIGHT-TO-LEFT OVERRIDE}8")
    assert "Anne[U+202E]eborP" in desk.on_screen()
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in desk.on_screen()
    window = desk.opens()
    window.photos.photograph()
    said = desk.on_screen()
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in said
    assert "no. 7[U+202E]8" in said


def test_a_name_of_twenty_thousand_letters_keeps_the_buttons_on_the_screen(
    desk: Desk,
) -> None:
    listed(desk, "A" * 20_000 + "/../\0", number="B" * 20_000)
    window = desk.opens()
    desk.until(lambda: window.live.count > 0)
    window.photos.photograph()
    screen = window.screen().availableGeometry().width()
    assert all(one.width() <= screen for one in visible())
    window.paper.named.setChecked(True)
    name = window.paper.file_name("report", "pdf")
    assert len(name.encode()) < 200
    assert "/" not in name


def test_what_is_no_name_in_a_name_is_shown_and_cut() -> None:
    assert as_shown("a\nb\0") == "a b[U+0000]"
    assert len(as_shown("a" * 500)) < 100
    assert as_shown("a" * 500).endswith("\N{HORIZONTAL ELLIPSIS}")
    assert as_shown("Ana Mar\N{LATIN SMALL LETTER I WITH ACUTE}a") == "Ana María"


# --- a settings file that somebody spoilt ----------------------------------------


@pytest.mark.parametrize(
    "content",
    ["[" * 60_000, '{"user": "' + "x" * 20_000_000 + '"}'],
    ids=["deep", "huge"],
)
def test_a_spoilt_settings_file_counts_as_empty(tmp_path: Path, content: str) -> None:
    (tmp_path / "window.json").write_text(content)
    assert Memory(tmp_path / "window.json").now == Remembered()


def test_a_settings_file_that_is_a_pipe_or_a_folder_holds_nobody_up(
    tmp_path: Path,
) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert Memory(tmp_path / "pipe").now == Remembered()
    memory = Memory(tmp_path)
    assert memory.now == Remembered()
    memory.keep(theme="light")
    assert memory.problem != ""


def test_a_settings_file_that_leads_elsewhere_is_replaced_and_not_followed(
    tmp_path: Path,
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("keep me")
    (tmp_path / "window.json").symlink_to(victim)
    Memory(tmp_path / "window.json").keep(user="anna")
    assert victim.read_text() == "keep me"


@pytest.mark.parametrize("text", ["\\ud800", "\\u0000"])
def test_letters_that_are_none_in_the_settings_stop_nobody(
    tmp_path: Path, qtbot: QtBot, text: str
) -> None:
    file = tmp_path / "window.json"
    file.write_text('{"store": "' + text + '", "user": "' + text + '"}')
    memory = Memory(file)
    qtbot.addWidget(SignInPage(memory.now.store, memory.now.user))
    memory.keep(theme="light")
    assert memory.problem == ""


# --- the log ---------------------------------------------------------------------


def date_of(known: dict[str, str], name: str) -> str:
    try:
        return known[name]
    except KeyError as error:
        raise ValueError("-".join(["born 1980", "04", "12"])) from error


def test_a_fault_is_logged_without_what_it_says(
    qtbot: QtBot, capfd: pytest.CaptureFixture[str]
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    with faults_shown(window):
        try:
            date_of({}, "Anne Probe")
        except ValueError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    logged = capfd.readouterr().err
    assert "test_harm.py" in logged
    assert "ValueError" in logged
    assert "KeyError" in logged
    assert "known[name]" in logged  # the line of the source, which names nobody
    assert "1980-04-12" not in logged
    assert "'Anne Probe'" not in logged
    (box,) = window.findChildren(QMessageBox)
    assert "born 1980-04-12" in box.informativeText()
