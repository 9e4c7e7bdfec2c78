"""The light's buttons, on the simulated illuminator with the firmware's own rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from vein_devices.illuminators import open_illuminator
from vein_imaging.capture.light_feed import LightFeed, LightState
from vein_imaging.viewer.live.light_box import LightBox, light_in_words


@pytest.fixture
def feed() -> Iterator[LightFeed]:
    made = LightFeed(open_illuminator("simulated:"))
    made.start()
    yield made
    assert made.stop()


def test_without_a_light_the_box_says_so(qtbot: QtBot) -> None:
    box = LightBox(None)
    qtbot.addWidget(box)
    box.show()
    assert box.said.text() == "No light connected" and not box.dark.isVisible()


def test_a_level_lights_its_channel_and_dark_ends_it(
    qtbot: QtBot, feed: LightFeed, person: Any
) -> None:
    box = LightBox(feed)
    qtbot.addWidget(box)
    box.show()

    def there() -> bool:
        box.show_state()
        return bool(box.buttons)

    qtbot.waitUntil(there, timeout=5000)
    assert all(button.height() >= 44 for button in box.buttons.values())
    channel = feed.state.channels[0]
    person.click(box.buttons[channel, 250])
    qtbot.waitUntil(lambda: feed.state.levels == {channel: 250}, timeout=5000)
    box.show_state()
    assert box.buttons[channel, 250].isChecked()
    assert box.said.text() == f"{channel} 25 %"
    person.click(box.dark)
    qtbot.waitUntil(lambda: feed.state.levels == {}, timeout=5000)
    box.show_state()
    assert box.said.text() == "dark" and not box.buttons[channel, 250].isChecked()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (None, "none"),
        (LightState(), "connecting"),
        (LightState(("white",)), "dark"),
        (LightState(("white", "nir850"), {"nir850": 500}), "nir850 50 %"),
        (LightState(problem="unplugged"), "DARK: unplugged"),
    ],
)
def test_the_light_in_words(state: LightState | None, words: str) -> None:
    assert light_in_words(state) == words
