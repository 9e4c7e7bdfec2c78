"""A person at the screen, as real Qt events."""

from __future__ import annotations

from typing import Any

import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QWidget

_test: Any = QTest  # PyQt6's stubs forget that its functions are static


class Person:
    """Clicks, types and presses keys."""

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        where = at if at is not None else widget.rect().center()
        _test.mouseClick(widget, Qt.MouseButton.LeftButton, pos=where)

    def move(self, widget: QWidget, at: QPoint) -> None:
        _test.mouseMove(widget, at)

    def drag(self, widget: QWidget, start: QPoint, end: QPoint) -> None:
        _test.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
        _test.mouseMove(widget, end)
        _test.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)

    def types(self, widget: QWidget, text: str) -> None:
        _test.keyClicks(widget, text)

    def presses(
        self,
        widget: QWidget,
        key: Qt.Key,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        _test.keyClick(widget, key, modifier)


@pytest.fixture
def person() -> Person:
    return Person()
