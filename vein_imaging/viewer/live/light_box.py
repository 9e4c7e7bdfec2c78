"""Buttons for the light: so much of each channel, and dark."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from vein_imaging.capture.light_feed import LightFeed, LightState
from vein_imaging.viewer.qt.style import TARGET_PX
from vein_imaging.words import translate as _

__all__ = ["LightBox", "light_in_words"]

_LEVELS = (250, 500, 1000)  # as the projectors have: low, middle, high


class LightBox(QWidget):
    """One row of levels for each channel, and one large button that makes it dark.

    Parameters
    ----------
    feed : LightFeed, optional
        None where no light is connected; the box says so.
    """

    def __init__(self, feed: LightFeed | None) -> None:
        super().__init__()
        self._feed = feed
        self._channels: tuple[str, ...] = ()
        self.buttons: dict[tuple[str, int], QPushButton] = {}
        """By channel and level."""
        self.said = QLabel(_("No light connected"))
        self.said.setWordWrap(True)
        self.dark = QPushButton(_("Dark"))
        self.dark.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.dark.setVisible(feed is not None)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        title = QLabel(_("Light"))
        title.setProperty("role", "caption")
        for at, part in enumerate((title, self.said, self.dark)):
            self._grid.addWidget(part, at, 0, 1, len(_LEVELS))
        if feed is not None:
            self.dark.clicked.connect(feed.dark)

    def show_state(self) -> None:
        """Take up how the light stands now."""
        if self._feed is None:
            return
        self._feed.window_lives()
        state = self._feed.state
        self.said.setText(light_in_words(state))
        if state.channels and state.channels != self._channels:
            self._channels = state.channels
            self._make_buttons()
        for (channel, level), button in self.buttons.items():
            button.setChecked(state.levels.get(channel, 0) == level)
            button.setEnabled(bool(state.channels))

    def _make_buttons(self) -> None:
        for button in self.buttons.values():
            button.deleteLater()
        self.buttons.clear()
        for at, channel in enumerate(self._channels):
            label = QLabel(channel)
            label.setProperty("role", "caption")
            self._grid.addWidget(label, 3 + 2 * at, 0, 1, len(_LEVELS))
            for column, level in enumerate(_LEVELS):
                button = QPushButton(_("{share} %").format(share=level // 10))
                button.setCheckable(True)
                button.setMinimumWidth(TARGET_PX)
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
                words = _("{channel}: {share} %")
                name = words.format(channel=channel, share=level // 10)
                button.setAccessibleName(name)
                button.clicked.connect(
                    lambda _=False, c=channel, n=level: self._switch(c, n)
                )
                self._grid.addWidget(button, 4 + 2 * at, column)
                self.buttons[channel, level] = button

    def _switch(self, channel: str, level: int) -> None:
        if self._feed is not None:
            lit = self._feed.state.levels.get(channel, 0) == level
            self._feed.set_level(channel, 0 if lit else level)


def light_in_words(state: LightState | None) -> str:
    """The light as the line on top says it.

    Parameters
    ----------
    state : LightState, optional
        None where no light is connected.
    """
    if state is None:
        return _("none")
    if state.problem:
        return _("DARK: {problem}").format(problem=state.problem)
    if not state.channels:
        return _("connecting")
    lit = [
        _("{channel} {share} %").format(channel=name, share=level // 10)
        for name, level in state.levels.items()
    ]
    return ", ".join(lit) or _("dark")
