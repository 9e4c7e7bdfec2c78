"""The page for injecting: what fits, the next injection, its check, switch and list."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.viewer.injecting.dose_panel import DosePanel
from vein_imaging.viewer.injecting.entry_form import EntryForm
from vein_imaging.viewer.injecting.log_table import LogTable
from vein_imaging.viewer.injecting.so_far_panel import SoFarPanel
from vein_imaging.viewer.qt.style import stylesheet
from vein_imaging.words import translate as _

__all__ = ["InjectionPanel"]

_WIDTH_PX = 500  # the log's columns fit, and 1366 px leave two thirds to the picture

_LEAST_FORM_PX = 120  # two rows: what is typed into is never out of sight


class InjectionPanel(QWidget):
    """What fits, verdict and LOG SITES never scroll; form and list share the middle.

    Parameters
    ----------
    products : sequence of (key, name)
        Offered by the form.
    banner : str
        A warning on top ("practice session"); empty for none.
    ask_weight : bool
        See `EntryForm`.

    Signals
    -------
    logging_toggled(bool)
        Whether a click on the picture records an injection.
    """

    logging_toggled = Signal(bool)

    def __init__(
        self,
        products: Sequence[tuple[str, str]],
        banner: str = "",
        *,
        ask_weight: bool = False,
    ) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(stylesheet())
        self.setFixedWidth(_WIDTH_PX)
        self.banner = QLabel(banner)
        self.banner.setObjectName("practice")
        self.banner.setWordWrap(True)
        self.banner.setVisible(bool(banner))
        self.so_far = SoFarPanel()
        self.form = EntryForm(products, ask_weight=ask_weight)
        self.dose = DosePanel()
        self.said = _line()
        self.of_marks, self.of_store = _line(), _line()
        self.log_sites = QPushButton()
        self.log_sites.setObjectName("log_sites")
        self.log_sites.setCheckable(True)
        self.log_sites.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.unplaced = QPushButton(_("Record without\na picture"))
        self.unplaced.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.log = LogTable()
        self.pages = QStackedWidget()
        self._lay_out()
        self.so_far.show_list.toggled.connect(self._turn)
        self.log_sites.toggled.connect(self._say)
        self.log_sites.toggled.connect(self.logging_toggled)
        self._say(False)

    def forbid(self, why: str) -> None:
        """Let nothing be recorded, corrected or voided, and say why.

        Parameters
        ----------
        why : str
            Stands on the screen, where the switch is.
        """
        self.log_sites.setChecked(False)
        for button in (self.log_sites, self.unplaced):
            button.setEnabled(False)
            button.setToolTip(why)
        self.log.forbid(why)
        self.say(why)

    def say(self, sentence: str) -> None:
        """Say why a click did nothing, or what is being waited for; empty for nothing.

        It stands above the switch until something else is said.
        """
        _show(self.said, sentence)

    def say_of_marks(self, sentence: str) -> None:
        """Say what the marks on the picture mean; empty where all are sure."""
        _show(self.of_marks, sentence)

    def say_of_store(self, sentence: str) -> None:
        """Say that the list may be behind; empty where it is not."""
        _show(self.of_store, sentence)

    def lock(self) -> None:
        """Hide everything about the patient and say why."""
        self.forbid("")
        for part in (self.pages, self.dose, self.so_far):
            part.hide()
        self.banner.setText(
            _(
                "LOCKED \N{EM DASH} left alone. Close this window, start it again and "
                "sign in. Everything recorded is stored."
            )
        )
        self.banner.show()

    def _turn(self, to_list: bool) -> None:
        self.pages.setCurrentIndex(1 if to_list else 0)
        self._let_hidden_page_go()
        self.dose.setVisible(not to_list)

    def _let_hidden_page_go(self) -> None:
        """Only the page that is shown asks for room."""
        for at in range(self.pages.count()):
            page = self.pages.widget(at)
            if page is not None:
                asks = QSizePolicy.Policy.Preferred
                if at != self.pages.currentIndex():
                    asks = QSizePolicy.Policy.Ignored
                page.setSizePolicy(asks, asks)

    def _say(self, on: bool) -> None:
        self.log_sites.setText(
            _("LOG SITES: ON\nclick the site") if on else _("LOG SITES: off")
        )

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setObjectName("panel")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        scroll.setMinimumHeight(_LEAST_FORM_PX)
        self.pages.addWidget(scroll)
        self.pages.addWidget(self.log)
        self._let_hidden_page_go()
        switch = QHBoxLayout()
        switch.setSpacing(6)
        switch.addWidget(self.unplaced)
        switch.addWidget(self.log_sites, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(10, 6, 10, 8)
        whole.setSpacing(6)
        whole.addWidget(self.banner)
        whole.addWidget(self.so_far)
        whole.addWidget(self.pages, 1)
        whole.addWidget(self.dose)
        for line in (self.of_marks, self.of_store, self.said):
            whole.addWidget(line)
        whole.addLayout(switch)


def _line() -> QLabel:
    label = QLabel()
    label.setProperty("role", "problem")
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.hide()
    return label


def _show(label: QLabel, sentence: str) -> None:
    label.setText(sentence)
    label.setVisible(bool(sentence))
