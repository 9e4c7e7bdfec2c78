"""A short run of `benchmarks/window_monkey.py`: anything pressed, nothing lost."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from benchmarks.window_monkey import run


def test_anything_pressed_raises_nothing_and_loses_no_entry(qtbot: QtBot) -> None:
    monkey = run(seed=2, steps=60)
    assert monkey.faults == []
    assert monkey.injections > 0
