"""A whole day at the real windows: sign in, treat, lock, crash, come back, practise."""

from __future__ import annotations

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTextEdit,
    QWidget,
)

from vein_devices.listing import Listing
from vein_imaging.storage.files.layout import find_store
from vein_imaging.storage.opening import open_store
from vein_imaging.storage.people.sign_in import unlocked_key
from vein_imaging.treatment import AtWork, sign_in_to_work
from vein_imaging.treatment.typed_injection import EntryText
from vein_imaging.viewer.day import Day
from vein_imaging.viewer.options import ViewerOptions
from vein_imaging.viewer.start.no_camera import NO_CAMERA
from vein_imaging.viewer.start.patient_list import PatientList
from vein_imaging.viewer.start.practice_page import PracticePage
from vein_imaging.viewer.start.remembered import Memory
from vein_imaging.viewer.start.sign_in_page import Credentials, SignInPage
from vein_imaging.viewer.start.today_page import TodayPage
from vein_imaging.viewer.tour import Tour

CAMERA = "phantom:?seed=3&size=320x240&fps=10"
LOCK_S = 600.0
SMALL = EntryText("asclera", "0.5", "liquid", "", "0.1", batch="L1")
WAIT_MS = 20_000


class Desk:
    """The person's day, and what is on the screen."""

    def __init__(self, clinic: Any, folder: Path, qtbot: QtBot) -> None:
        self.clinic = clinic
        self.qtbot: Any = qtbot  # its methods have no types
        self.memory = Memory(folder / "window.json")
        self.memory.offer(store=str(clinic.folder), user="anna")
        self.day = self.begin()

    def begin(self) -> Day:
        """A program that was just started."""
        options = ViewerOptions(size_px=(1280, 720), canvas="qt")
        return Day(self.memory, self.sign_in, options=options, devices=self.devices)

    def devices(self) -> list[Listing]:
        return [Listing(CAMERA, "A camera", "/dev/video0")]

    def sign_in(self, typed: Credentials) -> AtWork:
        return sign_in_to_work(
            typed.store,
            typed.user,
            typed.password,
            code=typed.code,
            idle_limit_s=LOCK_S,
            clocks=self.clinic.clocks,
        )

    def until(self, true: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(true, timeout=WAIT_MS)

    @property
    def asks(self) -> SignInPage:
        page = self.day.start.page
        assert isinstance(page, SignInPage)
        return page

    @property
    def today(self) -> TodayPage:
        page = self.day.start.page
        assert isinstance(page, TodayPage)
        return page

    def signs_in(self, name: str = "anna", password: str = "") -> None:
        """Type user and password, and press Enter."""
        self.asks.user.setText(name)
        self.asks.password.setText(password or self.clinic.password)
        self.qtbot.keyClick(self.asks.password, Qt.Key.Key_Return)

    def comes_to_work(self, name: str = "anna") -> TodayPage:
        self.day.ask_to_sign_in()
        self.signs_in(name)
        self.until(lambda: isinstance(self.day.start.page, TodayPage))
        page = self.today
        self.until(lambda: page.camera.url == CAMERA and page.heading.text() != "")
        return page

    def opens(self) -> Any:
        """Press the large button, and wait for the window."""
        self.qtbot.mouseClick(self.today.start.go_on, Qt.MouseButton.LeftButton)
        self.until(lambda: self.day.window is not None)
        return self.day.window

    def on_screen(self) -> str:
        """Everything that can be read now."""
        return "\n".join(
            text
            for top in QApplication.topLevelWidgets()
            if top.isVisible()
            for text in readable(top)
        )


def readable(widget: QWidget) -> Iterator[str]:
    yield widget.windowTitle()
    for one in widget.findChildren(QWidget):
        if not one.isVisible():
            continue
        yield one.accessibleName()
        yield one.toolTip()
        if isinstance(one, QLabel | QAbstractButton | QLineEdit):
            yield one.text()
        if isinstance(one, PatientList):
            yield from (line(one, at) for at in range(one.count()))


def line(patients: PatientList, at: int = 0) -> str:
    """One line of a list, as a screen reader has it."""
    item = patients.item(at)
    assert item is not None
    return str(item.text())


@pytest.fixture
def desk(
    clinic: Any, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    monkeypatch.setenv("NAPARI_CONFIG", str(tmp_path / "napari.yaml"))
    made = Desk(clinic, tmp_path, qtbot)
    yield made
    made.day.close()


# --- signing in ------------------------------------------------------------------


def test_a_wrong_password_is_said_and_must_be_typed_again(desk: Desk) -> None:
    desk.day.ask_to_sign_in()
    desk.signs_in(password="not the password")
    desk.until(lambda: desk.asks.problem.text() == "User and password do not fit")
    assert desk.asks.password.text() == ""
    assert desk.asks.go_on.isEnabled()


@pytest.mark.parametrize(
    ("name", "words"), [("olga", "sees no patients"), ("carl", "the record is read")]
)
def test_an_owner_and_an_auditor_are_sent_away_in_words(
    desk: Desk, name: str, words: str
) -> None:
    desk.day.ask_to_sign_in()
    desk.signs_in(name)
    desk.until(lambda: words in desk.asks.problem.text())


def test_a_folder_without_a_store_is_said(desk: Desk, tmp_path: Path) -> None:
    desk.day.ask_to_sign_in()
    desk.asks.store.setText(str(tmp_path / "nothing"))
    desk.signs_in()
    desk.until(lambda: "holds no store" in desk.asks.problem.text())


def test_store_and_user_are_remembered_and_no_password_is(
    desk: Desk, tmp_path: Path
) -> None:
    desk.comes_to_work("bert")
    kept = (tmp_path / "window.json").read_text("utf-8")
    assert json.loads(kept)["user"] == "bert"
    assert json.loads(kept)["store"] == str(desk.clinic.folder)
    assert desk.clinic.password not in kept


def test_a_silent_server_does_not_freeze_the_window_and_is_said(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store's server takes the connection and never answers."""
    monkeypatch.setattr("vein_imaging.storage.database.patience.CONNECT_S", 3)
    description = desk.clinic.folder / "store.json"
    told = json.loads(description.read_text())
    told["database_url"] = f"postgresql+psycopg://app@/postgres?host={tmp_path}"
    description.write_text(json.dumps(told))
    turns: list[float] = []
    ticking = QTimer()
    ticking.timeout.connect(lambda: turns.append(time.monotonic()))
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / ".s.PGSQL.5432"))
        silent.listen()
        ticking.start(10)
        desk.day.ask_to_sign_in()
        desk.signs_in()
        desk.until(lambda: "does not answer yet" in desk.asks.problem.text())
        assert desk.asks.practise.isEnabled()
        desk.until(lambda: "server does not answer" in desk.asks.problem.text())
    ticking.stop()
    gaps = [after - before for before, after in itertools.pairwise(turns)]
    assert max(gaps) < 1.0


def test_who_no_longer_waits_is_not_signed_in_behind_the_back(desk: Desk) -> None:
    answered = threading.Event()
    made: list[AtWork] = []

    def slow(typed: Credentials) -> AtWork:
        answered.wait(WAIT_MS / 1000)
        made.append(desk.sign_in(typed))
        return made[0]

    desk.day = Day(desk.memory, slow, options=ViewerOptions(size_px=(1280, 720)))
    desk.day.ask_to_sign_in()
    desk.signs_in()
    assert not desk.asks.go_on.isEnabled()
    desk.qtbot.mouseClick(desk.asks.give_up, Qt.MouseButton.LeftButton)
    assert desk.asks.go_on.isEnabled()
    answered.set()
    desk.until(lambda: bool(made) and made[0].locked)
    assert isinstance(desk.day.start.page, SignInPage)


def test_a_store_that_another_program_holds_is_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vein_imaging.storage.database.sqlcipher.BUSY_TIMEOUT_S", 0.3)
    layout = find_store(desk.clinic.folder)
    key = unlocked_key(layout, "anna", desk.clinic.password, desk.clinic.clocks)
    with open_store(desk.clinic.folder, key) as other, other.writing():
        desk.day.ask_to_sign_in()
        desk.signs_in()
        desk.until(lambda: "held the store for too long" in desk.asks.problem.text())


# --- whom to see -----------------------------------------------------------------


def test_a_session_is_begun_worked_on_closed_and_listed(desk: Desk) -> None:
    desk.clinic.patient("Anne Probe", born="1980-04-12", number="P-2")
    page = desk.comes_to_work()
    assert "Nobody is due" in page.heading.text()
    desk.qtbot.keyClicks(page.search, "anne")
    desk.until(lambda: page.heading.text() == "Found: 1 patient")
    page.start.needle.setText("30 G")
    page.start.kit.setCurrentIndex(1)
    window = desk.opens()
    assert not desk.day.start.isVisible()
    said = desk.on_screen()
    for word in ("Anne Probe", "1980-04-12", "session 1 of 3", "anna", "limits of US"):
        assert word in said
    window.close()
    desk.until(lambda: isinstance(desk.day.start.page, TodayPage))
    desk.until(lambda: desk.today.patients.count() == 1)
    listed = line(desk.today.patients)
    assert listed.startswith("OPEN, Anne Probe, born 1980-04-12")
    assert "Begun today by anna" in listed
    work = desk.clinic.work()
    (head,) = work.sessions(work.find_patients("anne")[0].patient_id)
    opened = work.reopen(head.session_id).session.opened
    assert opened is not None
    assert (opened.needle, opened.resuscitation_kit) == ("30 G", True)
    work.leave()


def test_going_on_opens_the_same_session_and_begins_no_other(desk: Desk) -> None:
    session_id = desk.clinic.begun("Anne Probe")
    page = desk.comes_to_work()
    desk.until(lambda: page.patients.listed is not None)  # the open one is chosen
    assert page.start.go_on.text() == "Go on with today's session"
    desk.opens()
    work = desk.clinic.work()
    (head,) = work.sessions(work.find_patients("anne")[0].patient_id)
    assert head.session_id == session_id
    work.leave()


def test_an_assistant_opens_a_session(desk: Desk) -> None:
    desk.clinic.begun("Anne Probe")
    page = desk.comes_to_work("ben")
    desk.until(lambda: page.patients.listed is not None)
    desk.opens()
    assert "Anne Probe" in desk.on_screen()


def test_a_new_patient_who_looks_like_another_is_asked_about(desk: Desk) -> None:
    desk.clinic.patient("Muster, Maria", born="1990-06-01")
    page = desk.comes_to_work()
    desk.qtbot.keyClicks(page.search, "maria muster")
    desk.qtbot.mouseClick(page.new_patient, Qt.MouseButton.LeftButton)
    assert desk.day.today is not None
    dialog = desk.day.today.dialog
    assert dialog is not None
    assert dialog.fields["name"].text() == "maria muster"
    desk.qtbot.mouseClick(dialog.add, Qt.MouseButton.LeftButton)
    desk.until(lambda: dialog.others.isVisible())
    assert "the same name" in dialog.problem.text()
    assert "Muster, Maria, born 1990-06-01" in line(dialog.others)
    desk.qtbot.mouseClick(dialog.another, Qt.MouseButton.LeftButton)
    desk.until(lambda: page.start.name.text() == "maria muster")
    work = desk.clinic.work()
    assert len(work.find_patients("muster")) == 2
    work.leave()


def test_one_who_was_there_is_taken_and_nobody_added(desk: Desk) -> None:
    desk.clinic.patient("Muster, Maria", born="1990-06-01")
    page = desk.comes_to_work()
    assert desk.day.today is not None
    desk.day.today.ask_for_patient("Maria Muster")
    dialog = desk.day.today.dialog
    assert dialog is not None
    desk.qtbot.mouseClick(dialog.add, Qt.MouseButton.LeftButton)
    desk.until(lambda: dialog.known.isVisible())
    desk.qtbot.mouseClick(dialog.known, Qt.MouseButton.LeftButton)
    desk.until(lambda: page.start.name.text() == "Muster, Maria")
    work = desk.clinic.work()
    assert len(work.find_patients("muster")) == 1
    work.leave()


def test_a_birth_date_that_cannot_be_is_said_in_the_dialog(desk: Desk) -> None:
    desk.comes_to_work()
    assert desk.day.today is not None
    desk.day.today.ask_for_patient("Anne Probe")
    dialog = desk.day.today.dialog
    assert dialog is not None
    dialog.fields["born"].setText("12.4.1980")
    desk.qtbot.mouseClick(dialog.add, Qt.MouseButton.LeftButton)
    desk.until(lambda: "born: got '12.4.1980'" in dialog.problem.text())
    assert dialog.isEnabled()


def test_a_worklist_that_does_not_come_is_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = threading.Event()
    real = AtWork.worklist

    def slow(work: AtWork) -> Any:
        answer.wait(WAIT_MS / 1000)
        return real(work)

    monkeypatch.setattr(AtWork, "worklist", slow)
    desk.day.ask_to_sign_in()
    desk.signs_in()
    desk.until(lambda: isinstance(desk.day.start.page, TodayPage))
    desk.until(lambda: "does not answer yet" in desk.today.state.text())
    assert desk.today.practise.isEnabled()
    answer.set()
    desk.until(lambda: desk.today.heading.text() != "")
    assert desk.today.state.text() == ""


def test_a_session_of_an_unknown_zone_is_a_sentence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.clinic.begun("Anne Probe")
    page = desk.comes_to_work()
    desk.until(lambda: page.patients.listed is not None)

    def unknown(region: str, own: str | None = None) -> None:
        raise ValueError(f"region: got {region!r}, wanted one of EU, UK")

    monkeypatch.setattr("vein_imaging.treatment.dose_context.load_limits", unknown)
    desk.qtbot.mouseClick(page.start.go_on, Qt.MouseButton.LeftButton)
    desk.until(lambda: "region: got 'US'" in page.state.text())
    assert page.isEnabled()


# --- camera ----------------------------------------------------------------------


def test_the_chosen_camera_is_seen_before_it_is_used(desk: Desk) -> None:
    page = desk.comes_to_work()
    desk.until(lambda: not page.camera.picture.pixmap().isNull())
    desk.until(lambda: page.camera.sentence.text().startswith("streaming"))


def test_without_a_camera_the_session_opens_and_says_so(desk: Desk) -> None:
    desk.clinic.begun("Anne Probe")
    page = desk.comes_to_work()
    page.camera.choice.setCurrentIndex(page.camera.choice.findData(NO_CAMERA))
    page.camera.choice.activated.emit(page.camera.choice.currentIndex())
    desk.until(lambda: page.patients.listed is not None)
    desk.opens()
    desk.until(lambda: "no camera was chosen" in desk.on_screen())
    assert "Anne Probe" in desk.on_screen()


def test_a_wrong_address_is_said_and_the_session_stays_closed(desk: Desk) -> None:
    desk.clinic.begun("Anne Probe")
    page = desk.comes_to_work()
    page.camera.choice.setCurrentIndex(page.camera.choice.findData("typed"))
    page.camera.choice.activated.emit(page.camera.choice.currentIndex())
    page.camera.address.setText("nonsense:1")
    page.camera.address.editingFinished.emit()
    assert "no kind of camera 'nonsense'" in page.camera.sentence.text()
    desk.until(lambda: page.patients.listed is not None)
    desk.qtbot.mouseClick(page.start.go_on, Qt.MouseButton.LeftButton)
    desk.until(lambda: "nonsense" in page.state.text())
    assert desk.day.window is None
    assert page.isEnabled()


# --- locking, and coming back ----------------------------------------------------


def test_after_the_lock_no_patient_is_on_the_screen_and_the_same_person_goes_on(
    desk: Desk,
) -> None:
    session_id = desk.clinic.begun("Anne Probe", born="1980-04-12")
    page = desk.comes_to_work()
    desk.until(lambda: page.patients.listed is not None)
    window = desk.opens()
    desk.until(lambda: window.live.count > 0)
    window.strip.freeze.setChecked(True)
    desk.clinic.idle_s += LOCK_S + 1
    desk.until(lambda: isinstance(desk.day.start.page, SignInPage))
    assert desk.day.window is None
    assert desk.day.work is None
    said = desk.on_screen()
    assert "Locked, because nobody was here" in said
    assert "Anne" not in said
    assert "1980" not in said
    desk.signs_in()
    desk.until(lambda: desk.day.window is not None)
    assert "Anne Probe" in desk.on_screen()
    window = desk.day.window
    assert window is not None
    assert window.feed.status.address == CAMERA
    work = desk.clinic.work()
    assert [one.session_id for one in work.sessions(found(work))] == [session_id]
    work.leave()


def test_an_injection_that_waited_for_its_reason_at_the_lock_is_not_lost_in_silence(
    desk: Desk,
) -> None:
    desk.clinic.begun("Anne Probe")
    page = desk.comes_to_work()
    desk.until(lambda: page.patients.listed is not None)
    window = desk.opens()
    form = window.panel.form
    form.product.setCurrentIndex(form.product.findData("asclera"))
    for name, text in (
        ("concentration_percent", "0.5"),
        ("site", "left thigh"),
        ("volume_ml", "0.9"),
    ):
        form.fields[name].setText(text)
    window.panel.unplaced.click()
    assert window.recorder.unanswered  # a stop waits for its reason
    desk.clinic.idle_s += LOCK_S + 1
    desk.until(lambda: isinstance(desk.day.start.page, SignInPage))
    said = desk.on_screen()
    assert "NOT RECORDED" in said and "Anne" not in said


def found(work: AtWork) -> str:
    return work.find_patients("anne")[0].patient_id


def test_another_person_after_the_lock_begins_from_the_list(desk: Desk) -> None:
    desk.clinic.begun("Anne Probe")
    page = desk.comes_to_work()
    desk.until(lambda: page.patients.listed is not None)
    desk.opens()
    desk.clinic.idle_s += LOCK_S + 1
    desk.until(lambda: isinstance(desk.day.start.page, SignInPage))
    desk.signs_in("bert")
    desk.until(lambda: isinstance(desk.day.start.page, TodayPage))
    assert desk.day.window is None
    assert desk.today.user.text() == "bert"


def test_the_list_locks_too_and_its_questions_are_closed(desk: Desk) -> None:
    desk.clinic.begun("Anne Probe")
    page = desk.comes_to_work()
    desk.until(lambda: page.patients.count() == 1)
    assert desk.day.today is not None
    desk.day.today.ask_for_patient("Anne Probe")
    desk.until(lambda: "New patient" in desk.on_screen())
    desk.clinic.idle_s += LOCK_S + 1
    desk.until(lambda: isinstance(desk.day.start.page, SignInPage))
    assert "Anne" not in desk.on_screen()


def test_a_list_that_is_read_again_by_itself_keeps_no_desk_open(desk: Desk) -> None:
    desk.comes_to_work()
    assert desk.day.today is not None
    desk.clinic.idle_s += LOCK_S - 1
    desk.today.heading.setText("")
    desk.day.today.refresh()
    desk.until(lambda: desk.today.heading.text() != "")
    assert desk.day.work is not None
    desk.clinic.idle_s += 2
    desk.until(lambda: isinstance(desk.day.start.page, SignInPage))


def test_signing_out_leaves_no_name_and_lets_the_next_sign_in(desk: Desk) -> None:
    desk.clinic.begun("Anne Probe")
    page = desk.comes_to_work()
    work = desk.day.work
    desk.until(lambda: page.patients.count() == 1)
    desk.qtbot.mouseClick(page.sign_out, Qt.MouseButton.LeftButton)
    desk.until(lambda: isinstance(desk.day.start.page, SignInPage))
    assert work is not None
    assert work.locked
    assert "Anne" not in desk.on_screen()


KILLED = """
import os, signal, sys
from pathlib import Path
from vein_imaging.storage.people import passwords
passwords.ARGON2ID_COST = (32, 1, 4)
from vein_imaging.treatment import sign_in_to_work
from vein_imaging.treatment.typed_injection import EntryText
work = sign_in_to_work(Path(sys.argv[1]), "anna", sys.argv[2])
patient = work.add_patient({"name": "Anne Probe"})
visit = work.start_session(patient.patient_id)
given = EntryText("asclera", "0.5", "liquid", "", "0.1", batch="L1")
visit.log.record(given, reason="not screened yet")
print(visit.head.session_id, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_after_kill_9_signing_in_offers_the_open_session_with_what_was_given(
    desk: Desk,
) -> None:
    desk.clinic.now = desk.clinic.now.now(desk.clinic.now.tzinfo)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, desk.clinic.folder, desk.clinic.password],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    page = desk.comes_to_work()
    desk.until(lambda: page.patients.listed is not None)
    said = line(page.patients)
    assert "Begun today by anna, 1 injection, not signed" in said
    desk.opens()
    assert "Anne Probe" in desk.on_screen()
    work = desk.clinic.work()
    (head,) = work.sessions(found(work))
    assert head.session_id == killed.stdout.strip()
    assert len(work.reopen(head.session_id).session.injections) == 1
    work.leave()


# --- by keyboard alone -----------------------------------------------------------


def typed(desk: Desk, *keys: Qt.Key | str) -> None:
    """Type into whatever has the keyboard."""
    for key in keys:
        desk.until(lambda: QApplication.focusWidget() is not None)
        at = QApplication.focusWidget()
        if isinstance(key, str):
            desk.qtbot.keyClicks(at, key)
        else:
            desk.qtbot.keyClick(at, key)


def test_from_the_password_to_the_open_session_by_keyboard_alone(desk: Desk) -> None:
    desk.clinic.begun("Anne Probe")
    desk.memory.offer(toured=("anna",))
    desk.day.ask_to_sign_in()
    typed(desk, desk.clinic.password, Qt.Key.Key_Return)
    desk.until(lambda: isinstance(desk.day.start.page, TodayPage))
    desk.until(lambda: desk.today.patients.listed is not None)
    typed(desk, Qt.Key.Key_Return)
    desk.until(lambda: desk.day.window is not None)
    assert "Anne Probe" in desk.on_screen()


def test_from_a_name_to_a_new_session_by_keyboard_alone(desk: Desk) -> None:
    desk.clinic.begun("Anne Probe")
    desk.clinic.patient("Maria Muster")
    page = desk.comes_to_work()
    typed(desk, "mar")
    desk.until(lambda: page.heading.text() == "Found: 1 patient")
    typed(desk, Qt.Key.Key_Down)
    assert QApplication.focusWidget() is page.patients
    typed(desk, Qt.Key.Key_Return)
    desk.until(lambda: desk.day.window is not None)
    assert "Maria Muster" in desk.on_screen()


# --- the tour --------------------------------------------------------------------


def test_each_person_sees_the_tour_once(desk: Desk) -> None:
    desk.clinic.begun("Anne Probe")
    page = desk.comes_to_work()
    desk.until(lambda: page.patients.listed is not None)
    window = desk.opens()
    tour = window.findChild(Tour)
    assert tour is not None
    assert "Whose leg it is" in desk.on_screen()
    tour.end()
    window.close()
    desk.until(lambda: isinstance(desk.day.start.page, TodayPage))
    desk.until(lambda: desk.today.patients.listed is not None)
    again = desk.opens()
    assert again.findChild(Tour) is None
    assert desk.memory.now.toured == ("anna",)


# --- every control of the real window --------------------------------------------


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_control_of_the_window_has_a_name(desk: Desk, theme: str) -> None:
    desk.memory.offer(theme=theme, toured=("anna",))
    desk.clinic.begun("Anne Probe")
    page = desk.comes_to_work()
    desk.until(lambda: page.patients.listed is not None)
    window = desk.opens()
    controls = [one for one in window.findChildren(CONTROLS) if is_own(one, window)]
    assert len(controls) > 20
    nameless = [
        f"{type(one).__name__} in {type(one.parentWidget()).__name__}"
        for one in controls
        if not said_of(one)
    ]
    assert nameless == []


CONTROLS = (
    QAbstractButton,
    QLineEdit,
    QComboBox,
    QAbstractSlider,
    QAbstractItemView,
    QAbstractSpinBox,
    QPlainTextEdit,
    QTextEdit,
)


def is_own(one: QWidget, window: QWidget) -> bool:
    """Whether it is a control of ours, not a part of one that Qt made."""
    if one.isHidden() or one.window() is not window:
        return False  # nobody can reach it, or it drops down from a list
    made_by_qt = one.objectName().startswith("qt_")
    inside = isinstance(
        one.parentWidget(), QComboBox | QLineEdit | QAbstractItemView | QAbstractSpinBox
    )
    return not (made_by_qt or inside or isinstance(one, QScrollBar))


def said_of(one: QWidget) -> str:
    """What a screen reader says of it."""
    text = one.text() if isinstance(one, QAbstractButton) else ""
    return one.accessibleName() or text


# --- practising ------------------------------------------------------------------


def test_practice_cannot_be_taken_for_a_record(desk: Desk) -> None:
    before = ledger(desk)
    desk.day.ask_to_sign_in()
    desk.qtbot.mouseClick(desk.asks.practise, Qt.MouseButton.LeftButton)
    page = desk.day.start.page
    assert isinstance(page, PracticePage)
    assert "PRACTICE" in desk.day.start.windowTitle()
    desk.until(lambda: page.camera.url == CAMERA)
    desk.qtbot.mouseClick(page.go_on, Qt.MouseButton.LeftButton)
    desk.until(lambda: desk.day.window is not None)
    window = desk.day.window
    assert window is not None
    assert "PRACTICE" in window.windowTitle()
    assert window.header.property("practice") == "true"
    assert window.header.width() == window.width()
    said = desk.on_screen()
    assert "no patient, nothing is kept" in said
    assert window.paper is None
    window.close()
    desk.until(lambda: isinstance(desk.day.start.page, SignInPage))
    assert ledger(desk) == before


def ledger(desk: Desk) -> bytes:
    return bytes((desk.clinic.folder / "ledger.db").read_bytes())


def test_who_practises_and_goes_away_must_sign_in_afterwards(desk: Desk) -> None:
    page = desk.comes_to_work()
    desk.qtbot.mouseClick(page.practise, Qt.MouseButton.LeftButton)
    desk.day.practise(CAMERA, "US")
    desk.until(lambda: desk.day.window is not None)
    desk.clinic.idle_s += LOCK_S + 1
    desk.until(lambda: desk.day.work is None)
    assert desk.day.window is not None  # nobody's record: it stays
    desk.day.window.close()
    desk.until(lambda: isinstance(desk.day.start.page, SignInPage))


def test_who_practises_and_stays_comes_back_to_the_list(desk: Desk) -> None:
    desk.comes_to_work()
    desk.day.show_practice()
    desk.day.practise(CAMERA, "US")
    desk.until(lambda: desk.day.window is not None)
    window = desk.day.window
    assert window is not None
    window.close()
    desk.until(lambda: isinstance(desk.day.start.page, TodayPage))


def test_a_zone_that_is_none_is_a_sentence_where_practice_begins(desk: Desk) -> None:
    options = ViewerOptions(size_px=(1280, 720), timezone="Mars/Olympus", canvas="qt")
    desk.day = Day(desk.memory, desk.sign_in, options=options, devices=desk.devices)
    desk.day.show_practice()
    desk.day.practise(CAMERA, "US")
    page = desk.day.start.page
    assert isinstance(page, PracticePage)
    desk.until(lambda: "timezone: got 'Mars/Olympus'" in page.problem.text())
    assert page.isEnabled()
