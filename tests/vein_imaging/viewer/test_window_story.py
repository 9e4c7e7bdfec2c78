"""A whole day at the real windows, by mouse and by keyboard alone.

`benchmarks/window_story.py` walks it, and counts clicks and keys.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from benchmarks.window_story import Hand, KeyboardHand, MouseHand, Story


@pytest.mark.parametrize("hand", [MouseHand, KeyboardHand])
def test_two_visits_from_sign_in_to_comparison(
    hand: type[MouseHand | KeyboardHand],
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cost = (32, 1, 4)  # of a password, as the tests of the store have it
    monkeypatch.setattr("vein_imaging.storage.people.passwords.ARGON2ID_COST", cost)
    works: Hand = hand()
    story = Story(tmp_path, works)
    try:
        story.walk()
    finally:
        story.day.close()
    assert "compared" in story.verdict
    assert (works.clicks == 0) is (hand is KeyboardHand)
