"""Asks for the area of the body on a drawing of both legs."""

from __future__ import annotations

from collections.abc import Mapping

from qtpy.QtWidgets import QLabel, QPushButton, QWidget

from vein_imaging.treatment import VisitFacts
from vein_imaging.viewer.injecting.body_map import BodyMap
from vein_imaging.viewer.qt.patient_dialog import PatientDialog
from vein_imaging.words import translate as _

__all__ = ["AreaDialog"]

_SHARE = 0.94  # of the screen: the window stays to be seen behind it
_MOST = 1.4  # of the drawing's own size: more would only be far to go


class AreaDialog(PatientDialog):
    """One press on the drawing chooses and closes it; `legs.chosen` says what.

    Parameters
    ----------
    parent : QWidget
    facts : VisitFacts
        Whose legs they are.
    named : str
        Area in the form now.
    counts : mapping of area to number
        Injections that each has.
    """

    def __init__(
        self,
        parent: QWidget,
        facts: VisitFacts,
        named: str,
        counts: Mapping[str, int],
    ) -> None:
        super().__init__(parent, _("Area of the body"), facts)
        self.legs = BodyMap()
        self.words = QLabel()
        self.words.setProperty("role", "total")
        self.words.setWordWrap(True)
        cancel = QPushButton(_("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self.column.addWidget(self.words)
        self.column.addWidget(self.legs, 1)
        self.column.addWidget(cancel)
        self.legs.pointed.connect(self.words.setText)
        self.legs.chosen.connect(self.accept)
        self.legs.show_named(named, counts)
        self.legs.setFocus()
        screen = parent.screen()
        if screen is not None:  # as large as may be: each area is to be hit by a finger
            whole = screen.availableGeometry().size() * _SHARE
            self.resize(whole.boundedTo(self.legs.sizeHint() * _MOST))
