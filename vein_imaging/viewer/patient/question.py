"""One question of the screening: its words, three answers, and what a yes means."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from vein_imaging.domain.screening import Condition
from vein_imaging.viewer.patient.section import OneOf, said_label
from vein_imaging.words import translate as _

__all__ = ["Question"]


class Question(QWidget):
    """A question; not asked, no, yes.

    Parameters
    ----------
    condition : Condition
    region : str
        Whose label says what a yes means.

    Signals
    -------
    changed()
    """

    changed = Signal()

    def __init__(self, condition: Condition, region: str) -> None:
        super().__init__()
        # Words of the shipped table; a translation may know them.
        self.asks = said_label("", _(condition.asks))
        self.answers = OneOf(
            _(condition.asks), [("?", None), (_("no"), "no"), (_("yes"), "yes")]
        )
        open_ = self.answers.buttons.button(0)
        assert open_ is not None  # the first of the three
        open_.setToolTip(_("Not asked, or not known"))
        self.answers.setFixedWidth(_ANSWERS_PX)
        self._unknown = False
        stops = condition.severity(region, foam=False) == "stop"
        foam = condition.severity(region, foam=True) == "stop"
        said = _("yes: review before treating")
        if stops:
            said = _("yes: forbids the treatment")
        elif foam:
            said = _("yes: forbids foam")
        if condition.each_session:
            said = _("{said}; asked at every session").format(said=said)
        means = said_label("caption", said)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.asks)
        words.addWidget(means)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 2, 0, 2)
        line.addLayout(words, 1)
        line.addWidget(self.answers)
        self.answers.changed.connect(self._changed)

    @property
    def answer(self) -> str | None:
        """What was answered: "yes", "no", "unknown" as it was entered, or None."""
        given = self.answers.value
        if given is None and self._unknown:
            return "unknown"
        return None if given is None else str(given)

    def choose(self, answer: str | None) -> None:
        """Show an answer; nothing is told."""
        self._unknown = answer == "unknown"
        self.answers.choose(None if self._unknown else answer)

    def _changed(self) -> None:
        self._unknown = self._unknown and self.answers.value is None
        self.changed.emit()


_ANSWERS_PX = 178  # three buttons that a finger hits
