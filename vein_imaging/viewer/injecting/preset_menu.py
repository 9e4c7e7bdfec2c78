"""The button that offers what a product's label names."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QMenu, QPushButton

from vein_imaging.treatment.presets import Preset
from vein_imaging.words import translate as _

__all__ = ["PresetMenu"]


class PresetMenu(QPushButton):
    """Opens a list of strengths and forms; disabled where the label names none.

    Signals
    -------
    chosen(Preset)
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__(_("Label"))
        self.setAutoDefault(False)
        self.offered: tuple[Preset, ...] = ()
        """What the list holds now."""
        self._list = QMenu(self)
        self._list.setObjectName("tall")
        self.setMenu(self._list)
        self.offer(())

    def offer(self, presets: Sequence[Preset]) -> None:
        """Offer these; none disables the button and says why."""
        if tuple(presets) != self.offered:
            self.offered = tuple(presets)
            self._list.clear()
            for preset in self.offered:
                action = self._list.addAction(_said(preset))
                assert action is not None  # for the type checker
                action.triggered.connect(
                    lambda _checked=False, one=preset: self.chosen.emit(one)
                )
        self.setEnabled(bool(self.offered))
        said = _("Strengths and forms of the product's label")
        if not self.offered:
            said = _("No strength of a label is known for this product")
        self.setToolTip(said)
        self.setAccessibleName(said)


def _said(preset: Preset) -> str:
    form = _("foam") if preset.form == "foam" else _("liquid")
    if preset.gas_parts_per_liquid_part:
        form = f"{form} 1:{preset.gas_parts_per_liquid_part}"
    words = f"{preset.concentration_percent} % {form}"
    return f"{words}, {preset.veins}" if preset.veins else words
