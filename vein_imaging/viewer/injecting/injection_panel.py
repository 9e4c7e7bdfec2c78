"""The dock on the right: the next injection, its check, the switch, and the list."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.viewer.injecting.dose_panel import DosePanel
from vein_imaging.viewer.injecting.entry_form import EntryForm
from vein_imaging.viewer.injecting.log_table import LogTable
from vein_imaging.viewer.qt.style import stylesheet
from vein_imaging.words import translate as _

__all__ = ["InjectionPanel"]

_WIDTH_PX = 500  # the log's columns fit, and 1366 px leave two thirds to the picture


class InjectionPanel(QWidget):
    """Form, dose panel and list, which scroll; the LOG SITES switch, which never does.

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
        self.form = EntryForm(products, ask_weight=ask_weight)
        self.dose = DosePanel()
        self.log_sites = QPushButton()
        self.log_sites.setObjectName("log_sites")
        self.log_sites.setCheckable(True)
        self.log_sites.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.unplaced = QPushButton(_("Record without a picture"))
        self.unplaced.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.log = LogTable()
        self._lay_out()
        self.log_sites.toggled.connect(self._say)
        self.log_sites.toggled.connect(self.logging_toggled)
        self._say(False)

    def lock(self) -> None:
        """Hide everything about the patient and say why."""
        self.log_sites.setChecked(False)
        self.log_sites.setEnabled(False)
        self.unplaced.setEnabled(False)
        for part in (self.form, self.dose, self.log):
            part.hide()
        self.banner.setText(
            _(
                "LOCKED \N{EM DASH} left alone. Close this window, start it again and "
                "sign in. Everything recorded is stored."
            )
        )
        self.banner.show()

    def _say(self, on: bool) -> None:
        self.log_sites.setText(
            _("LOG SITES: ON \N{EM DASH} click the site") if on else _("LOG SITES: off")
        )

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setObjectName("panel")
        column = QVBoxLayout(inside)
        column.setContentsMargins(10, 8, 10, 4)
        column.setSpacing(8)
        column.addWidget(self.banner)
        column.addWidget(self.form)
        column.addWidget(self.dose)
        column.addWidget(self.log, 1)
        column.addStretch(0)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        switch = QVBoxLayout()
        switch.setContentsMargins(10, 4, 10, 10)
        switch.addWidget(self.unplaced)
        switch.addWidget(self.log_sites)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addLayout(switch)
