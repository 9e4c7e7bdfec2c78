"""Another language changes everything that the window, its dialogs and pages say."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QTableWidget,
    QWidget,
)

from vein_devices.supervision.doctor import Check
from vein_imaging import words
from vein_imaging.capture import CaptureSettings
from vein_imaging.demo.record_pages import ahead
from vein_imaging.domain.limits import REGIONS, load_limits
from vein_imaging.report import Notice, Report, Section, render_html
from vein_imaging.treatment import PatientRecord, RecordError, VisitFacts, WorklistRow
from vein_imaging.treatment.photographs import Circumstances, Photo
from vein_imaging.treatment.typed_injection import EntryText
from vein_imaging.treatment.worklist import Listed
from vein_imaging.viewer.before_after.compare_page import ComparePage
from vein_imaging.viewer.before_after.photograph_dialog import PhotographDialog
from vein_imaging.viewer.devices.calibration_panel import CalibrationPanel
from vein_imaging.viewer.devices.doctor_list import DoctorList
from vein_imaging.viewer.header import Header
from vein_imaging.viewer.injecting.area_dialog import AreaDialog
from vein_imaging.viewer.injecting.correct_dialog import CorrectDialog
from vein_imaging.viewer.injecting.injection_panel import InjectionPanel
from vein_imaging.viewer.injecting.reason_dialog import ReasonDialog
from vein_imaging.viewer.live.camera_strip import CameraStrip
from vein_imaging.viewer.live.display_panel import DisplayPanel
from vein_imaging.viewer.live.light_box import LightBox
from vein_imaging.viewer.start.new_patient_dialog import NewPatientDialog
from vein_imaging.viewer.start.practice_page import PracticePage
from vein_imaging.viewer.start.remembered import Memory
from vein_imaging.viewer.start.sign_in_page import SignInPage
from vein_imaging.viewer.start.start_window import StartWindow
from vein_imaging.viewer.start.today_page import TodayPage
from vein_imaging.viewer.tour import Tour, TourStep

OPEN, CLOSE = "\N{LEFT WHITE SQUARE BRACKET}", "\N{RIGHT WHITE SQUARE BRACKET}"


class Bracketed(gettext.NullTranslations):
    """A language in which every text stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@pytest.fixture(autouse=True)
def bracketed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "catalogue", Bracketed)


def shown(widget: QWidget) -> Iterator[str]:
    """Everything that a widget and those inside it say."""
    yield widget.windowTitle()
    for inner in (widget, *widget.findChildren(QWidget)):
        yield inner.toolTip()
        yield inner.accessibleName()
        if isinstance(inner, QLabel | QAbstractButton):
            yield inner.text()
        if isinstance(inner, QLineEdit):
            yield inner.placeholderText()
        if isinstance(inner, QComboBox):
            yield from (inner.itemText(at) for at in range(inner.count()))
        if isinstance(inner, QListWidget):
            items = (inner.item(at) for at in range(inner.count()))
            yield from (item.text() for item in items if item is not None)
        if isinstance(inner, QTableWidget):
            for column in range(inner.columnCount()):
                item = inner.horizontalHeaderItem(column)
                yield "" if item is None else item.text()


def left_in_english(widget: QWidget) -> list[str]:
    """What has letters and stands in no brackets; what the test itself put in is Q."""
    found = []
    for text in shown(widget):
        outside = re.sub(f"{OPEN}.*{CLOSE}", "", text, flags=re.DOTALL)
        outside = re.sub(
            "<[^>]*>|&nbsp;|QQ|vein-imaging|(04 Mar|06 May) 2026",
            "",
            outside,
        )
        if re.search("[A-Za-z]{2}", outside) and outside not in REGIONS:
            found.append(text)
    return found


@pytest.fixture
def holder(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


HOW = Circumstances("near-infrared", "standing", "QQ")
PHOTOS = (
    Photo("QQ1", date(2026, 5, 6), HOW, None, True),
    Photo("QQ0", date(2026, 3, 4), HOW, None, False),
)


class Two:
    """A record with two photographs, of which neither can be read."""

    def all(self) -> tuple[Photo, ...]:
        return PHOTOS

    def picture(self, photo: Photo) -> None:
        raise RecordError("QQ")


FACTS = VisitFacts(
    name="QQ",
    born=date(2026, 3, 4),
    number="QQ",
    session_number=1,
    planned_sessions=3,
    user="QQ",
    region="QQ",
    started_on=date(2026, 5, 6),
)


def sign_in_page() -> SignInPage:
    page = SignInPage("QQ", "QQ")
    page.wait(True, "QQ")
    return page


def today_page() -> TodayPage:
    page = TodayPage("QQ", "QQ", devices=list)
    who = PatientRecord("QQ", {"name": "QQ", "born": "2026-05-06", "number": "QQ"})
    kinds: tuple[Listed, ...] = ("open", "due", "unsigned", "signed")
    page.show_today(
        [
            WorklistRow(listed=kind, patient=who, day=date(2026, 5, 6), days_away=-1)
            for kind in kinds
        ]
    )
    page.patients.setCurrentRow(2)
    return page


def header() -> Header:
    made = Header()
    made.show_visit(FACTS)
    return made


def examined() -> DoctorList:
    doctor = DoctorList()
    doctor._show([Check("QQ", "problem", "QQ", "QQ"), Check("QQ", "ok", "QQ")])
    return doctor


WIDGETS: dict[str, Callable[[QWidget], QWidget]] = {
    "panel": lambda parent: InjectionPanel([("QQ", "QQ")], "QQ", ask_weight=True),
    "strip": lambda parent: CameraStrip(),
    "display": lambda parent: DisplayPanel(CaptureSettings()),
    "light": lambda parent: LightBox(None),
    "area": lambda parent: AreaDialog(parent, FACTS, "", {}),
    "correct": lambda parent: CorrectDialog(
        parent, FACTS, [("QQ", "QQ")], EntryText(), "QQ"
    ),
    "sign in": lambda parent: sign_in_page(),
    "today": lambda parent: today_page(),
    "practice": lambda parent: PracticePage(devices=list),
    "start": lambda parent: StartWindow(Memory(Path("never-written"))),
    "new patient": lambda parent: NewPatientDialog(parent, "QQ"),
    "tour": lambda parent: Tour(parent, [TourStep(parent, "QQ", "QQ")]),
    "header": lambda parent: header(),
    "reason": lambda parent: ReasonDialog(parent, "stop", "QQ", ("QQ",), "QQ"),
    "calibration": lambda parent: CalibrationPanel(),
    "doctor": lambda parent: examined(),
    "photograph": lambda parent: PhotographDialog(parent, None),
    "compare": lambda parent: ComparePage(Two()),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", WIDGETS)
def test_the_window_speaks_the_language(holder: QWidget, name: str) -> None:
    widget = WIDGETS[name](holder)
    assert len([text for text in shown(widget) if OPEN in text]) >= 2
    assert left_in_english(widget) == []


def test_a_locked_window_speaks_the_language(qtbot: QtBot) -> None:
    panel = InjectionPanel([])
    qtbot.addWidget(panel)
    panel.lock()
    assert panel.banner.text().startswith(f"{OPEN}LOCKED")


def test_the_report_speaks_the_language() -> None:
    page = render_html(
        Report("QQ", "QQ", (Section("QQ", notices=(Notice("stop", "QQ"),)),), (), "QQ")
    )
    body = page.split("</head>")[1]
    text = re.sub(f"<[^>]*>|{OPEN}[^{CLOSE}]*{CLOSE}|QQ|vein-imaging verify", "", body)
    assert re.findall("[A-Za-z]{2,}", text.replace("--checkpoint", "")) == []
    assert f"{OPEN}stop{CLOSE}" in body


def test_aftercare_speaks_the_language() -> None:
    care = ahead(load_limits("US")).tables[1]
    assert all(row[0].startswith(OPEN) for row in care.rows)
