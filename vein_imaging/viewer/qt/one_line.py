"""A label on one line that ends in an ellipsis where it is too long."""

from __future__ import annotations

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QPainter, QPaintEvent
from qtpy.QtWidgets import QLabel, QSizePolicy, QStyle, QStyleOption

__all__ = ["OneLine"]

_LEAST_PX = 60  # some letters and the ellipsis


class OneLine(QLabel):
    """Never pushes its neighbours: what does not fit is in the tooltip.

    Parameters
    ----------
    text : str
        Taken as it is, markup too.
    role : str
        Of the style sheet.
    least_px : px
        Down to this width it stays whole; beyond it, it is cut.
    """

    def __init__(
        self, text: str = "", role: str = "", *, least_px: int = _LEAST_PX
    ) -> None:
        super().__init__(text)
        self._least_px = least_px
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as it may have to be; Qt asks."""
        whole = super().minimumSizeHint()
        return QSize(min(whole.width(), self._least_px), whole.height())

    @property
    def is_cut(self) -> bool:
        """Whether some of the text does not fit."""
        return self.shown_text != self.text()

    @property
    def shown_text(self) -> str:
        """What stands on the screen."""
        width = self.contentsRect().width()
        return self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, width
        )

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the text that fits; Qt calls this."""
        painter = QPainter(self)
        look = QStyleOption()
        look.initFrom(self)
        style = self.style()
        if style is not None:
            style.drawPrimitive(QStyle.PrimitiveElement.PE_Widget, look, painter, self)
        shown = self.shown_text
        self.setToolTip(self.text() if self.is_cut else "")
        painter.drawText(
            self.contentsRect(),
            int(self.alignment() | Qt.AlignmentFlag.AlignVCenter),
            shown,
        )
