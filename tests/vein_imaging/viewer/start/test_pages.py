"""Every page: in any language, by keyboard, with names, and nothing cut off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, QRect, Qt
from qtpy.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QScrollArea,
    QWidget,
)

from vein_devices.listing import Listing
from vein_imaging.treatment import PatientRecord, WorklistRow
from vein_imaging.treatment.patients import PERSONAL
from vein_imaging.viewer.qt.style import TARGET_PX
from vein_imaging.viewer.start.new_patient_dialog import NewPatientDialog
from vein_imaging.viewer.start.practice_page import PracticePage
from vein_imaging.viewer.start.remembered import Memory
from vein_imaging.viewer.start.sign_in_page import SignInPage
from vein_imaging.viewer.start.start_window import StartWindow
from vein_imaging.viewer.start.today_page import TodayPage

ANNE = PatientRecord("p1", {"name": "Anne Probe", "born": "1980-04-12"})
CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QListWidget)


def devices() -> list[Listing]:
    return [Listing("uvc:none-such", "A camera", "/dev/video0")]


def rows() -> list[WorklistRow]:
    unsigned = WorklistRow(
        listed="unsigned",
        patient=ANNE,
        day=date(2026, 11, 20),
        days_away=-5,
        session_id="s1",
        author="anna",
        planned_sessions=3,
    )
    return [unsigned]


def sign_in_page() -> QWidget:
    page = SignInPage("/somewhere/with/a/store", "anna")
    page.tell("Locked, because nobody was here. Sign in to go on where you were.")
    page.say("User and password do not fit")
    return page


def today_page() -> QWidget:
    page = TodayPage("anna", "Vein Clinic", devices=devices)
    page.show_today(rows())
    page.patients.setCurrentRow(0)
    page.warn(["entry 57: changes anton in the name of olga: it does not count"])
    return page


PAGES: dict[str, Callable[[], QWidget]] = {
    "sign in": sign_in_page,
    "today": today_page,
    "practice": lambda: PracticePage(devices=devices),
}


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> StartWindow:
    made = StartWindow(Memory(tmp_path / "window.json"))
    qtbot.addWidget(made)
    return made


@pytest.fixture(params=PAGES)
def shown(
    request: pytest.FixtureRequest, window: StartWindow, qtbot: QtBot
) -> StartWindow:
    window.show_page(PAGES[request.param]())
    window.open((1280, 720))
    qtbot.waitExposed(window)
    qtbot.waitUntil(lambda: window.size().width() == 1280)
    return window


def visible(window: QWidget, kind: type | tuple[type, ...]) -> list[QWidget]:
    found = [one for one in window.findChildren(QWidget) if isinstance(one, kind)]
    # Qt's own parts of a field or a list are its own business
    own = [one for one in found if not one.objectName().startswith("qt_")]
    return [one for one in own if one.isVisible() and parts_of_none(one)]


def parts_of_none(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    return not isinstance(parent, QLineEdit | QComboBox)


def test_every_control_has_a_name_and_room_for_a_finger(shown: StartWindow) -> None:
    controls = visible(shown, CONTROLS)
    assert len(controls) >= 5
    for one in controls:
        text = one.text() if isinstance(one, QAbstractButton) else ""
        assert one.accessibleName() or text, one
        assert one.height() >= TARGET_PX, (one.accessibleName(), text)


def test_nothing_reaches_out_of_the_window_at_1280_by_720(shown: StartWindow) -> None:
    assert (shown.width(), shown.height()) == (1280, 720)
    inside = QRect(0, 0, 1280, 720)
    for one in visible(shown, (*CONTROLS, QLabel)):
        place = QRect(one.mapTo(shown, QPoint(0, 0)), one.size())
        assert inside.contains(place), (one, place)
        if isinstance(one, QLabel) and one.wordWrap():
            assert one.height() >= one.heightForWidth(one.width()), one.text()


def test_the_tab_key_reaches_every_control(shown: StartWindow, qtbot: QtBot) -> None:
    wanted = {one for one in visible(shown, CONTROLS) if one.isEnabled()}
    reached: set[QWidget] = set()
    one = shown.page
    assert one is not None
    at: QWidget | None = one
    for _ in range(200):
        at = at.nextInFocusChain() if at is not None else None
        if at is None or at is one:
            break
        if at.focusPolicy() & Qt.FocusPolicy.TabFocus:
            reached.add(at)
    missed = wanted - reached
    assert [m.accessibleName() or getattr(m, "text", str)() for m in missed] == []


def test_the_theme_changes_at_once_and_is_kept(
    window: StartWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.show_page(PAGES["sign in"]())
    window.open((1280, 720))
    qtbot.waitExposed(window)
    dark = window.grab().toImage().pixelColor(4, 4).lightness()
    window.theme.click()
    light = window.grab().toImage().pixelColor(4, 4).lightness()
    assert light > dark + 100
    assert Memory(tmp_path / "window.json").now.theme == "light"
    window.theme.click()


def test_another_size_is_kept_for_the_next_start(
    window: StartWindow, tmp_path: Path
) -> None:
    window.size_choice.setCurrentIndex(2)
    window.size_choice.activated.emit(2)
    assert Memory(tmp_path / "window.json").now.size_percent == 150
    assert "next start" in window.told.text()


def test_a_size_that_the_screen_does_not_hold_is_refused_in_words(
    window: StartWindow, tmp_path: Path
) -> None:
    """The screen of the tests has 1920 x 1080: 150 % of 1280 x 720."""
    assert window.sizes_that_fit() == (100, 125, 150)
    window.size_choice.setCurrentIndex(4)
    window.size_choice.activated.emit(4)
    assert "200 % needs a larger screen" in window.told.text()
    assert window.size_choice.currentData() == 100
    assert Memory(tmp_path / "window.json").now.size_percent == 100


def test_a_screen_that_is_too_small_is_scrolled(
    window: StartWindow, qtbot: QtBot
) -> None:
    window.show_page(PAGES["today"]())
    window.open((960, 400))
    qtbot.waitUntil(lambda: window.width() == 960)
    area = window.findChild(QScrollArea)
    assert area is not None
    bar = area.verticalScrollBar()
    assert bar is not None
    qtbot.waitUntil(lambda: bar.maximum() > 0)


def test_a_new_patient_has_a_field_for_every_fact(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    dialog = NewPatientDialog(holder, "Anne")
    assert set(dialog.fields) == set(PERSONAL)
    assert dialog.facts == {"name": "Anne"}


def test_an_unsigned_session_is_opened_or_another_begun(qtbot: QtBot) -> None:
    page = today_page()
    qtbot.addWidget(page)
    assert isinstance(page, TodayPage)
    asked: list[tuple[str, str]] = []
    page.start.open_asked.connect(lambda who, sid: asked.append(("open", sid)))
    page.start.start_asked.connect(lambda who: asked.append(("start", who.patient_id)))
    assert page.start.go_on.text() == "Open that session, to sign it"
    page.start.go_on.click()
    page.start.other.click()
    assert asked == [("open", "s1"), ("start", "p1")]
