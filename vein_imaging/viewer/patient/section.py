"""What every section of the patient's page has: column, button, reason why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.treatment import Visit
from vein_imaging.words import translate as _

__all__ = ["OneOf", "PatientSection", "Toggle", "Write", "said_label"]

Write = Callable[[Callable[[str], object]], None]
"""Writes something: takes what makes the entry from the reason, asked for where due."""


class PatientSection(QWidget):
    """One part of the page.

    Parameters
    ----------
    visit : Visit
    write : Write
    kind : str
        Of the entries that it writes: decides who may.
    save : str
        Words on its button.
    """

    def __init__(self, visit: Visit, write: Write, kind: str, save: str) -> None:
        super().__init__()
        self.visit = visit
        self._write = write
        self._why_not = visit.why_not_write(kind)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(6)
        self.save = QPushButton(save)
        self.save.setAutoDefault(False)
        self.why = said_label("problem")
        self.save.clicked.connect(self.enter)
        self.foot = QWidget()
        """What stays on the screen below a section that scrolls."""
        self.below = QVBoxLayout(self.foot)
        self.below.setContentsMargins(0, 0, 0, 0)
        self.below.setSpacing(4)

    def end(self) -> None:
        """Close the column, and put reason and button into the foot."""
        self.column.addStretch(1)
        self.below.addWidget(self.why)
        self.below.addWidget(self.save)

    def enter(self) -> None:
        """Write what is typed and chosen."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Show what the record holds now, and leave what is being typed."""

    def load(self) -> None:
        """Start anew from the record: what was typed is in it."""

    def judge(self, problem: str = "") -> None:
        """Let the button be pressed, or say why not.

        Parameters
        ----------
        problem : str
            What is missing; a role that may not write goes before it.
        """
        why = self._why_not or problem
        self.why.setText(why)
        self.why.setVisible(bool(why))
        self.save.setEnabled(not why)
        self.save.setToolTip(why)

    def write(self, make: Callable[[str], object]) -> None:
        """Write an entry made with the reason, which is empty but after signing."""
        self._write(make)


class Toggle(QPushButton):
    """A statement that holds or does not: pressed, with a sign before its words.

    Parameters
    ----------
    words : str
    """

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setAccessibleName(words)
        self.toggled.connect(self._say)
        self._say(False)

    def _say(self, holds: bool) -> None:
        sign = "\N{CHECK MARK}" if holds else "\N{WHITE CIRCLE}"
        self.setText(f"{sign}  {self._words}")


class OneOf(QWidget):
    """Buttons of which one is pressed.

    Parameters
    ----------
    name : str
        What is chosen, for a screen reader.
    options : sequence of (words, value)

    Signals
    -------
    changed()
    """

    changed = Signal()

    def __init__(self, name: str, options: Sequence[tuple[str, object]]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._values = [value for _words, value in options]
        self.buttons = QButtonGroup(self)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for at, (words, _value) in enumerate(options):
            button = QPushButton(words)
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setProperty("narrow", "true")
            button.setAccessibleName(
                _("{name}: {words}").format(name=name, words=words)
            )
            self.buttons.addButton(button, at)
            line.addWidget(button)
        self.buttons.idClicked.connect(lambda _at: self.changed.emit())

    @property
    def value(self) -> object:
        """What is pressed; None where nothing is."""
        at = self.buttons.checkedId()
        return self._values[at] if at >= 0 else None

    def choose(self, value: object) -> None:
        """Press the button of this value; nothing is told."""
        for at, one in enumerate(self._values):
            button = self.buttons.button(at)
            if button is not None and one == value:
                button.setChecked(True)


def said_label(role: str = "", text: str = "") -> QLabel:
    """Make a label whose sentences wrap, and are text whatever signs are in them."""
    label = QLabel(text)
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setIndent(0)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
