"""A whole day at the real windows, by mouse and by keyboard alone.

`benchmarks/window_story.py` walks it, and counts clicks and keys.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from benchmarks.window_story import Hand, KeyboardHand, MouseHand, Story, until


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


KILLED_IN_MID_SESSION = """
import os, signal, sys
from pathlib import Path
from benchmarks.window_story import MouseHand, Story, application

app = application()
story = Story(Path(sys.argv[1]), MouseHand())
for step in (story.sign_in, story.new_patient, story.open_session, story.look):
    step()
story.screen()
story.inject_two()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_window_killed_in_mid_session_loses_nothing_and_is_gone_on_with(
    tmp_path: Path, qtbot: QtBot
) -> None:
    command = [sys.executable, "-c", KILLED_IN_MID_SESSION, str(tmp_path)]
    root = str(Path(__file__).parents[3])
    paths = os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    story = Story(tmp_path, MouseHand())
    try:
        story.sign_in()
        story.press("Go on with today's session")
        until(lambda: story.day.window is not None, "the session is back")
        assert len(story.window.patient.screening.visit.session.entries) == 2
        story.reads("List: 2")
    finally:
        story.day.close()
