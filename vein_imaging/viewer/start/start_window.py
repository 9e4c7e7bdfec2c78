"""The window before and after a session: one page at a time, and how it looks."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtGui import QCloseEvent
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.viewer.qt.choice import tall_choice
from vein_imaging.viewer.qt.style import stylesheet, use_theme
from vein_imaging.viewer.start.remembered import SIZES_PERCENT, Memory
from vein_imaging.words import translate as _

__all__ = ["StartWindow"]

_LEAST_PX = (1280, 720)  # the smallest screen that the window of a session is made for


class StartWindow(QMainWindow):
    """Holds a page; below it theme and size.

    Parameters
    ----------
    memory : Memory
        Of theme and size.

    Signals
    -------
    closed()
        By the person.
    """

    closed = Signal()

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self.setWindowTitle("vein-imaging")
        self._memory = memory
        self.page: QWidget | None = None
        """What is shown now."""
        self.theme = QPushButton()
        self.size_choice = tall_choice(
            _("Size of letters"), [(f"{one} %", one) for one in SIZES_PERCENT]
        )
        self.size_choice.setCurrentIndex(
            self.size_choice.findData(memory.now.size_percent)
        )
        self.tour = QPushButton(_("Show the tour"))
        self.told = QLabel()
        self.told.setProperty("role", "caption")
        self.told.setWordWrap(True)
        self._place = QVBoxLayout()
        self._place.setContentsMargins(0, 0, 0, 0)
        self._lay_out()
        self.theme.clicked.connect(self._other_theme)
        self.tour.clicked.connect(self._tour_again)
        self.size_choice.activated.connect(lambda _at: self._size())
        self._look()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(16, 0, 16, 8)
        label = QLabel(_("Size of letters"))
        label.setProperty("role", "caption")
        bar.addWidget(self.told, 1)
        bar.addWidget(self.tour)
        bar.addWidget(label)
        bar.addWidget(self.size_choice)
        bar.addWidget(self.theme)
        whole = QWidget()
        whole.setObjectName("panel")
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._place, 1)
        column.addLayout(bar)
        # Letters of twice the size on a small screen: what does not fit is scrolled to.
        scrolled = QScrollArea()
        scrolled.setWidgetResizable(True)
        scrolled.setWidget(whole)
        self.setCentralWidget(scrolled)

    def sizes_that_fit(self) -> tuple[int, ...]:
        """Sizes at which the window of a session fits on this screen."""
        screen = self.screen()
        if screen is None:
            return SIZES_PERCENT
        now = self.devicePixelRatioF()
        width, height = screen.size().width() * now, screen.size().height() * now
        room = 100 * min(width / _LEAST_PX[0], height / _LEAST_PX[1])
        fitting = tuple(one for one in SIZES_PERCENT if one <= room)
        return fitting or SIZES_PERCENT[:1]

    def show_page(self, page: QWidget, *, practice: bool = False) -> None:
        """Show another page; the one before is gone for good.

        Parameters
        ----------
        page : QWidget
        practice : bool
            Whether the title says so.
        """
        before, self.page = self.page, page
        if before is not None:
            self._place.removeWidget(before)
            before.hide()
            before.deleteLater()
        self._place.addWidget(page)
        title = _("vein-imaging \N{EM DASH} PRACTICE") if practice else "vein-imaging"
        self.setWindowTitle(title)
        page.show()

    def open(self, size_px: tuple[int, int] | None = None) -> None:
        """Show the window.

        Parameters
        ----------
        size_px : (width, height), optional
            Left out, the whole screen.
        """
        self.show()
        screen = self.screen()
        if size_px is not None:
            self.resize(*size_px)
        elif screen is not None:
            # Without a window manager "maximised" alone changes nothing.
            self.setGeometry(screen.availableGeometry())
            self.showMaximized()
        self.raise_()
        self.activateWindow()

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Tell that the person is done; Qt calls this."""
        super().closeEvent(event)
        self.closed.emit()

    def _look(self) -> None:
        use_theme(self._memory.now.theme)
        dark = self._memory.now.theme == "dark"
        self.theme.setText(_("Light theme") if dark else _("Dark theme"))
        self.setStyleSheet(stylesheet())

    def _other_theme(self) -> None:
        dark = self._memory.now.theme == "dark"
        self._memory.keep(theme="light" if dark else "dark")
        self._look()
        self.told.setText(self._memory.problem)

    def _tour_again(self) -> None:
        self._memory.keep(toured=())
        self.told.setText(
            self._memory.problem or _("The next session begins with the tour.")
        )

    def _size(self) -> None:
        size = self.size_choice.currentData()
        fitting = self.sizes_that_fit()
        if size not in fitting:
            self.size_choice.setCurrentIndex(
                self.size_choice.findData(self._memory.now.size_percent)
            )
            self.told.setText(
                _(
                    "{size} % needs a larger screen: at that size this one does not "
                    "hold the window of a session. The largest that fits is {most} %."
                ).format(size=size, most=fitting[-1])
            )
            return
        self._memory.keep(size_percent=size)
        self.told.setText(
            self._memory.problem or _("The size holds from the next start on.")
        )
