"""The pages beside the picture: chosen by large buttons."""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QLabel, QPushButton

from vein_imaging.viewer.side_pages import SidePages


def test_a_button_shows_its_page(qtbot: QtBot, person: Any) -> None:
    pages, first, second = SidePages(), QLabel("one"), QLabel("two")
    qtbot.addWidget(pages)
    pages.add("Inject", first)
    pages.show()
    (alone,) = pages.findChildren(QPushButton)
    assert not alone.isVisible()  # nothing to choose
    pages.add("Patient", second)
    assert pages.titles == ("Inject", "Patient") and pages.shown is first
    buttons = pages.findChildren(QPushButton)
    assert all(b.isVisible() and b.height() >= 44 for b in buttons)
    person.click(buttons[1])
    assert pages.shown is second and second.isVisible() and not first.isVisible()
    pages.show_page(first)
    assert first.isVisible() and buttons[0].isChecked() and not buttons[1].isChecked()
