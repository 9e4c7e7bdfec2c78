from typing import Any

from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt

from vein_imaging.viewer.injecting.log_rows import LogRow
from vein_imaging.viewer.injecting.log_table import LogTable

GIVEN = LogRow("e2", "2", "10:06", "Asclera 0.5 % liquid", "0.3", "", False)
VOID = LogRow("e1", "1", "10:05", "Asclera 0.5 % liquid", "0.3", "void: typo", True)


def _table(qtbot: QtBot) -> LogTable:
    table = LogTable()
    qtbot.addWidget(table)
    table.resize(480, 400)
    table.show()
    table.show_rows((GIVEN, VOID), "1 site")
    return table


def test_a_void_entry_stays_in_the_list_struck_out_with_its_reason(
    qtbot: QtBot,
) -> None:
    widget = _table(qtbot)
    table = widget.table
    item = table.item(1, 2)
    assert item is not None
    assert item.font().strikeOut() and "void: typo" in item.text()
    given = table.item(0, 2)
    assert given is not None and not given.font().strikeOut()


def test_voiding_names_the_chosen_entry(qtbot: QtBot, person: Any) -> None:
    table = _table(qtbot)
    assert not table.void.isEnabled()
    table.table.selectRow(0)
    with qtbot.waitSignal(table.void_asked) as sent:
        person.click(table.void)
    assert sent.args == ["e2"]


def test_a_void_entry_cannot_be_voided_again(qtbot: QtBot) -> None:
    table = _table(qtbot)
    table.table.selectRow(1)
    assert not table.void.isEnabled()


def test_cells_cannot_be_edited(qtbot: QtBot, person: Any) -> None:
    widget = _table(qtbot)
    table = widget.table
    table.selectRow(0)
    person.presses(table, Qt.Key.Key_F2)
    person.presses(table, Qt.Key.Key_Delete)
    item = table.item(0, 3)
    assert item is not None and item.text() == "0.3"
    assert table.state() == table.State.NoState
