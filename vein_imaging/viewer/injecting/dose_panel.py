"""The dose panel: whether this may be given, and how much is left."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from vein_imaging.viewer.injecting.dose_view import DoseView, nothing_typed
from vein_imaging.viewer.qt.style import set_look
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["DosePanel"]

_COLUMNS = (marked("Used"), marked("This one"), marked("Maximum"), marked("Remaining"))


class DosePanel(QFrame):
    """Shows a `DoseView`: verdict in words, four large numbers, the other limits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.headline = _label("verdict", wrap=True)
        self.messages = _label("", wrap=True)
        self.binding = _label("caption", wrap=True)
        self.numbers = {name: _label("number") for name in _COLUMNS}
        self.captions = {name: _label("caption") for name in _COLUMNS}
        self.others = _label("caption", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        column.addWidget(self.headline)
        column.addWidget(self.messages)
        column.addWidget(self.binding)
        self.figures = QWidget()
        grid = QGridLayout(self.figures)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(0)
        for at, name in enumerate(_COLUMNS):
            grid.addWidget(self.captions[name], 0, at)
            grid.addWidget(self.numbers[name], 1, at)
            grid.setColumnStretch(at, 1)
        column.addWidget(self.figures)
        column.addWidget(self.others)
        self.show_view(nothing_typed())

    def show_view(self, view: DoseView) -> None:
        """Show another answer."""
        set_look(self, "verdict", view.verdict)
        self.headline.setText(view.headline)
        self.messages.setText("\n".join(view.messages))
        self.messages.setVisible(bool(view.messages))
        first = view.lines[0] if view.lines else None
        # Where a sentence says that no figure exists, dashes would only take its place.
        self.figures.setVisible(first is not None or not view.messages)
        self.binding.setText(first.label if first else "")
        self.binding.setVisible(first is not None)
        texts = (
            (first.used, first.planned, first.maximum, first.remaining)
            if first
            else ("\N{EN DASH}",) * 4
        )
        for name, text in zip(_COLUMNS, texts, strict=True):
            self.numbers[name].setText(text)
            self.captions[name].setText(
                f"{_(name)}, {first.unit}" if first else _(name)
            )
        self.others.setText(
            "\n".join(
                _(
                    "{label}: {used} + {planned} of {maximum} {unit}, {remaining} left"
                ).format(
                    label=line.label,
                    used=line.used,
                    planned=line.planned,
                    maximum=line.maximum,
                    unit=line.unit,
                    remaining=line.remaining,
                )
                for line in view.lines[1:]
            )
        )
        self.others.setVisible(len(view.lines) > 1)


def _label(role: str, *, wrap: bool = False) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(wrap)
    label.setIndent(0)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
