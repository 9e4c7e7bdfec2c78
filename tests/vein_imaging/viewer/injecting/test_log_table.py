from dataclasses import replace
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


def test_an_entry_is_chosen_by_the_arrows_alone(qtbot: QtBot, person: Any) -> None:
    widget = _table(qtbot)
    there = (replace(GIVEN, area="left calf"), replace(VOID, area="left calf"))
    widget.show_rows(there, "1 site")
    widget.table.setFocus()
    for key, chosen in ((Qt.Key.Key_Down, "1"), (Qt.Key.Key_Up, "2")):
        person.presses(widget.table, key)
        assert widget.table.selectedItems()[0].text() == chosen


def test_cells_cannot_be_edited(qtbot: QtBot, person: Any) -> None:
    widget = _table(qtbot)
    table = widget.table
    table.selectRow(0)
    person.presses(table, Qt.Key.Key_F2)
    person.presses(table, Qt.Key.Key_Delete)
    item = table.item(0, 3)
    assert item is not None and item.text() == "0.3"
    assert table.state() == table.State.NoState


def test_every_row_is_tall_enough_for_a_finger_and_shows_all_its_lines(
    qtbot: QtBot,
) -> None:
    """They were 27 px high, and a long remark was cut off."""
    table = LogTable()
    qtbot.addWidget(table)
    table.resize(480, 500)
    remark = "corrected, was Asclera 0.5 % liquid 0.2 mL: misread on the syringe " * 2
    row = LogRow("e1", "1", "10:05", "Asclera 0.5 % liquid", "0.3", remark, False)
    table.show_rows((GIVEN, row), "2 sites")
    table.show()
    rows = table.table
    qtbot.waitUntil(lambda: rows.rowHeight(1) >= rows.sizeHintForRow(1))
    assert rows.rowHeight(0) >= 44
    assert rows.rowHeight(1) >= 3 * rows.fontMetrics().height()


def test_the_list_is_by_area_however_the_area_was_typed(qtbot: QtBot) -> None:
    table = LogTable()
    qtbot.addWidget(table)
    listed = tuple(
        LogRow(f"e{n}", str(n), "10:05", "Asclera", "0.1", "", False, area)
        for n, area in (
            (4, "left thigh lateral"),
            (3, "right knee medial"),
            (2, "Left lateral thigh"),
            (1, ""),
        )
    )
    table.show_rows(listed, "4 sites")
    said = []
    for at in range(table.table.rowCount()):
        item = table.table.item(at, 0)
        assert item is not None
        said.append(item.text())
    assert said == [
        "left thigh lateral: 2 injections",
        "4",
        "2",
        "right knee medial: 1 injection",
        "3",
        "no area named: 1 injection",
        "1",
    ]


def test_correcting_names_the_chosen_entry_and_a_disabled_button_says_why(
    qtbot: QtBot, person: Any
) -> None:
    table = _table(qtbot)
    assert table.why.text() == "Choose an entry to correct or void it"
    table.table.selectRow(1)
    assert table.why.text() == "This entry is void already; it stays in the record"
    table.table.selectRow(0)
    assert not table.why.isVisible()
    with qtbot.waitSignal(table.correct_asked) as sent:
        person.click(table.correct)
    assert sent.args == ["e2"]
    table.forbid("ben is assistant")
    assert not table.correct.isEnabled() and table.why.text() == "ben is assistant"
