from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QWidget

from vein_imaging.viewer.injecting.reason_dialog import ReasonDialog


@pytest.fixture
def dialog(qtbot: QtBot) -> Iterator[ReasonDialog]:
    window = QWidget()
    dialog = ReasonDialog(window, "stop", "STOP: too much", ("0.4 of 0.3",), "Record")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.open()
    yield dialog
    window.deleteLater()


def test_nothing_goes_on_without_a_reason(dialog: ReasonDialog, person: Any) -> None:
    assert not dialog.go_on.isEnabled()
    person.types(dialog.reason, "   ")
    assert not dialog.go_on.isEnabled()
    person.types(dialog.reason, "given before I saw it ")
    person.click(dialog.go_on)
    assert dialog.result() == ReasonDialog.DialogCode.Accepted
    assert dialog.reason_text == "given before I saw it"


def test_enter_in_the_field_records_nothing(dialog: ReasonDialog, person: Any) -> None:
    person.types(dialog.reason, "given")
    person.presses(dialog.reason, Qt.Key.Key_Return)
    assert dialog.isVisible()


def test_escape_cancels(dialog: ReasonDialog, person: Any) -> None:
    person.types(dialog.reason, "given")
    person.presses(dialog, Qt.Key.Key_Escape)
    assert dialog.result() == ReasonDialog.DialogCode.Rejected
