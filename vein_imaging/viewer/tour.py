"""Things that a new person should have seen, each pointed at; it can be skipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qtpy.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from qtpy.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.viewer.qt.style import colour, stylesheet
from vein_imaging.words import translate as _

__all__ = ["Tour", "TourStep"]

_WIDTH_PX = 420  # a sentence of ten words in two lines
_GAP_PX = 12  # the bubble does not touch what it speaks of
_SHADE = QColor(0, 0, 0, 150)  # what is not spoken of stays seen, and stands back


@dataclass(frozen=True, slots=True, eq=False)
class TourStep:
    """One thing that is pointed at.

    Parameters
    ----------
    target : QWidget
    title, text : str
    """

    target: QWidget
    title: str
    text: str


class Tour(QWidget):
    """Lies over the window, lets no click through, and goes on by Enter or a click.

    Parameters
    ----------
    window : QWidget
        That it lies over.
    steps : sequence of TourStep

    Signals
    -------
    over()
        All was seen, or skipped.
    """

    over = Signal()

    def __init__(self, window: QWidget, steps: Sequence[TourStep]) -> None:
        super().__init__(window)
        self._steps = tuple(steps)
        self.at = 0
        """Which step is shown."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Tour"))
        self.bubble = QFrame(self)
        self.bubble.setObjectName("box")
        self.bubble.setFixedWidth(_WIDTH_PX)
        self.count = QLabel()
        self.count.setProperty("role", "caption")
        self.title = QLabel()
        self.title.setProperty("role", "patient")
        self.text = QLabel()
        for label in (self.title, self.text):
            label.setWordWrap(True)
        self.skip = QPushButton(_("Skip the tour"))
        self.next = QPushButton()
        self.next.setObjectName("main")
        self._lay_out()
        self.skip.clicked.connect(self.end)
        self.next.clicked.connect(self.go_on)
        window.installEventFilter(self)
        self.setStyleSheet(stylesheet())
        self._show()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.skip)
        buttons.addStretch(1)
        buttons.addWidget(self.next)
        column = QVBoxLayout(self.bubble)
        column.setSpacing(8)
        for label in (self.count, self.title, self.text):
            column.addWidget(label)
        column.addLayout(buttons)

    def go_on(self) -> None:
        """Point at the next thing; end behind the last."""
        if self.at + 1 >= len(self._steps):
            self.end()
            return
        self.at += 1
        self._show()

    def end(self) -> None:
        """Take the tour off the window."""
        if self.isHidden():
            return
        self.hide()
        self.deleteLater()
        self.over.emit()

    def begin(self) -> None:
        """Show the tour, with the keyboard."""
        self.show()
        self.raise_()
        self._place()
        self.next.setFocus()

    def _show(self) -> None:
        step = self._steps[self.at]
        self.count.setText(
            _("{number} of {count}").format(number=self.at + 1, count=len(self._steps))
        )
        self.title.setText(step.title)
        self.text.setText(step.text)
        last = self.at + 1 == len(self._steps)
        self.next.setText(_("Begin") if last else _("Next"))
        self.skip.setHidden(last)
        self.bubble.setAccessibleName(f"{step.title}. {step.text}")
        self._place()

    def target_rect(self) -> QRect:
        """Where the thing is that is pointed at."""
        target = self._steps[self.at].target
        at = target.mapTo(self.parentWidget(), QPoint(0, 0))
        return QRect(at, target.size()).intersected(self.rect())

    def _place(self) -> None:
        """Put the bubble beside the target: below, above, left, or in its middle."""
        parent = self.parentWidget()
        if parent is None:
            return
        self.setGeometry(parent.rect())
        self.bubble.adjustSize()
        size, target = self.bubble.size(), self.target_rect()
        x = target.center().x() - size.width() // 2
        y = target.center().y() - size.height() // 2
        if target.bottom() + _GAP_PX + size.height() < self.height():
            y = target.bottom() + _GAP_PX
        elif target.top() - _GAP_PX - size.height() > 0:
            y = target.top() - _GAP_PX - size.height()
        elif target.left() - _GAP_PX - size.width() > 0:
            x = target.left() - _GAP_PX - size.width()
        x = min(max(x, _GAP_PX), self.width() - size.width() - _GAP_PX)
        y = min(max(y, _GAP_PX), self.height() - size.height() - _GAP_PX)
        self.bubble.move(x, y)
        self.update()

    def eventFilter(  # noqa: N802 - Qt's name
        self, watched: QObject | None, event: QEvent | None
    ) -> bool:
        """Keep over the window when its size changes; Qt calls this."""
        if event is not None and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Go on by Enter, skip by Escape; no key goes through. Qt calls this."""
        if event is None:
            return
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.go_on()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Shade what is not spoken of; Qt calls this."""
        painter = QPainter(self)
        target = self.target_rect()
        outside = self.rect()
        for part in (
            QRect(0, 0, outside.width(), target.top()),
            QRect(0, target.bottom() + 1, outside.width(), outside.height()),
            QRect(0, target.top(), target.left(), target.height()),
            QRect(target.right() + 1, target.top(), outside.width(), target.height()),
        ):
            painter.fillRect(part, _SHADE)
        painter.setPen(QPen(QColor(colour("warm_edge")), 4))
        painter.drawRect(target.adjusted(2, 2, -3, -3))
