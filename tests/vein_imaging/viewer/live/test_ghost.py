"""The earlier picture over the live one; its match is made in a thread."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from vein_devices.frame import Frame
from vein_imaging.capture import CaptureSettings, LivePicture
from vein_imaging.comparison.guiding.guide import ViewMatch
from vein_imaging.viewer.live.ghost import Ghost, match_in_words
from vein_phantom import PhantomSettings, draw_frame

LEG = draw_frame(PhantomSettings(width_px=320, height_px=240))[0]


def _live(pixels: Any) -> LivePicture:
    return LivePicture(
        Frame(pixels, 0, 1.0), pixels, None, None, CaptureSettings(), 0.0, 0.0
    )


def test_it_lies_over_and_says_how_alike_they_are(qtbot: QtBot) -> None:
    said: list[str] = []
    failures: list[Exception] = []
    where: list[int] = []

    def read() -> Any:
        where.append(threading.get_ident())
        return LEG

    ghost = Ghost(said.append, failures.append)
    grey = np.full((240, 320, 3), 90, np.uint8)
    assert ghost.over(grey) is grey
    ghost.take(read)
    qtbot.waitUntil(lambda: ghost.shown, timeout=5000)
    assert where and where[0] != threading.get_ident()
    assert (ghost.over(grey) != grey).any()
    ghost.opacity = 0
    assert ghost.over(grey) is grey
    ghost.look_at(_live(LEG))
    ghost.look_at(_live(LEG))  # the first is still being matched: left out
    qtbot.waitUntil(lambda: said[-1].startswith("Match"), timeout=5000)
    assert float(said[-1].split()[1]) > 90 and "photograph now" in said[-1]
    assert not failures


def test_after_dropping_it_nothing_late_is_said(qtbot: QtBot) -> None:
    said: list[str] = []
    ghost = Ghost(said.append, lambda error: None)
    ghost.take(lambda: LEG)
    qtbot.waitUntil(lambda: ghost.shown, timeout=5000)
    ghost.look_at(_live(LEG))
    work = ghost._work
    assert work is not None
    with qtbot.waitSignal(work.finished, timeout=5000):
        ghost.drop()
    assert said[-1] == "" and not ghost.shown


def test_a_picture_that_cannot_be_read_is_said(qtbot: QtBot) -> None:
    failures: list[Exception] = []
    ghost = Ghost(lambda words: None, failures.append)

    def broken() -> Any:
        raise OSError("damaged")

    ghost.take(broken)
    qtbot.waitUntil(lambda: bool(failures), timeout=5000)
    assert str(failures[0]) == "damaged" and not ghost.shown


@pytest.mark.parametrize(
    ("match", "words"),
    [
        (
            ViewMatch(91.4, ()),
            "Match 91 of 100. As it was held before: photograph now.",
        ),
        (
            ViewMatch(40.0, ("closer", "left", "same light")),
            "Match 40 of 100. Move the camera closer. Move the camera to the left.",
        ),
    ],
)
def test_two_pieces_of_advice_are_enough(match: ViewMatch, words: str) -> None:
    assert match_in_words(match) == words
