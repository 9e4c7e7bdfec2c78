"""The dose panel: whether this may be given, this injection beside its limits."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from vein_imaging.viewer.injecting.dose_view import DoseLine, DoseView, nothing_typed
from vein_imaging.viewer.qt.style import set_look
from vein_imaging.words import translate as _

__all__ = ["DosePanel"]

_SENTENCES_PX = 86
"""Four lines of findings; more of them scroll, and the form stays on the screen."""

_BESIDE_PX = 32  # the frame and its margins, left and right


class DosePanel(QFrame):
    """Shows a `DoseView`: verdict in words, this injection, why, the other limits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.headline = _label("verdict")
        self.this_one = _label("total")
        self.messages = _label("")
        self.others = _label("caption")
        inside = QWidget()
        inner = QVBoxLayout(inside)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(4)
        inner.addWidget(self.messages)
        inner.addWidget(self.others)
        inner.addStretch(1)
        self.sentences = QScrollArea()
        self.sentences.setFrameShape(QFrame.Shape.NoFrame)
        self.sentences.setWidgetResizable(True)
        self.sentences.setHorizontalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self.sentences.setAccessibleName(_("What the rules say"))
        self.sentences.setWidget(inside)
        self._inside = inside
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.setSpacing(2)
        column.addWidget(self.headline)
        column.addWidget(self.this_one)
        column.addWidget(self.sentences)
        self.show_view(nothing_typed())

    def show_view(self, view: DoseView) -> None:
        """Show another answer."""
        set_look(self, "verdict", view.verdict)
        self.headline.setText(view.headline)
        first = view.lines[0] if view.lines else None
        self.this_one.setText(_first(first) if first else "")
        self.this_one.setVisible(first is not None)
        self.messages.setText("\n".join(view.messages))
        self.messages.setVisible(bool(view.messages))
        self.others.setText("\n".join(_line(line) for line in view.lines[1:]))
        self.others.setVisible(len(view.lines) > 1)
        self._fit()

    def resizeEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Give the sentences the height that they need here; Qt calls this."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()

    def _fit(self) -> None:
        """Take no more height than the sentences need, and no more than four lines."""
        shown = [
            label for label in (self.messages, self.others) if not label.isHidden()
        ]
        self.sentences.setVisible(bool(shown))
        width = max(self.width() - _BESIDE_PX, 100)
        needed = sum(label.heightForWidth(width) + 4 for label in shown)
        self.sentences.setFixedHeight(min(max(needed, 1), _SENTENCES_PX))


def _first(line: DoseLine) -> str:
    return _("{label}: {used} + {planned} of {maximum} {unit}").format(
        label=line.label,
        used=line.used,
        planned=line.planned,
        maximum=line.maximum,
        unit=line.unit,
    )


def _line(line: DoseLine) -> str:
    return _(
        "{label}: {used} + {planned} of {maximum} {unit}, {remaining} left before it"
    ).format(
        label=line.label,
        used=line.used,
        planned=line.planned,
        maximum=line.maximum,
        unit=line.unit,
        remaining=line.remaining,
    )


def _label(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setIndent(0)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
