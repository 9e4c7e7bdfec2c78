"""The form for the next injection: product, strength, form, volume, vein width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QWidget,
)

from vein_imaging.treatment.typed_injection import EntryText
from vein_imaging.viewer.qt.style import set_look
from vein_imaging.words import translate as _

__all__ = ["EntryForm"]


class EntryForm(QWidget):
    """Typed fields; says what was typed and leaves the judging to others.

    Parameters
    ----------
    products : sequence of (key, name)
        Offered; any other name can be typed.
    ask_weight : bool
        Whether a limit of the region goes by the patient's weight.

    Signals
    -------
    changed(EntryText)
        After every change of any field.
    """

    changed = Signal(object)

    def __init__(
        self, products: Sequence[tuple[str, str]], *, ask_weight: bool = False
    ) -> None:
        super().__init__()
        self.product = QComboBox()
        self.product.setEditable(True)
        self.product.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        for key, name in products:
            self.product.addItem(name, key)
        self.product.setCurrentIndex(-1)
        self.product.setAccessibleName(_("Product"))
        self.form = QComboBox()
        self.form.addItem(_("Liquid"), "liquid")
        self.form.addItem(_("Foam"), "foam")
        self.form.setAccessibleName(_("Form"))
        self.fields = {
            "concentration_percent": _field(_("Strength in percent"), "0.5"),
            "volume_ml": _field(_("Volume in mL"), "0.2"),
            "site": _field(_("Area of the body"), _("left lateral thigh")),
            "vein_diameter_mm": _field(
                _("Vein width in mm; click a vein to measure it"), _("click it")
            ),
            "gas_parts_per_liquid_part": _field(
                _("Parts of gas to one of liquid"), "4"
            ),
            "weight_kg": _field(_("The patient's weight in kg, today"), "70"),
            "batch": _field(_("Batch, as printed on the vial"), _("optional")),
            "expires_on": _field(_("Expiry, as printed on the vial"), "2027-03-31"),
        }
        self.fields["weight_kg"].setVisible(ask_weight)
        self._weight_caption = _caption(_("Weight kg"))
        self._weight_caption.setVisible(ask_weight)
        self._gas_caption = _caption(_("Gas : 1"))
        self.measured = QLabel()
        self.measured.setProperty("role", "caption")
        self.measured.setWordWrap(True)
        self.problem = QLabel()
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self._lay_out()
        self._show_gas()
        self.form.currentIndexChanged.connect(self._show_gas)
        self.form.currentIndexChanged.connect(self._tell)
        self.product.currentTextChanged.connect(self._tell)
        for field in self.fields.values():
            field.textChanged.connect(self._tell)
        # What a person types is no measurement of ours.
        self.width_typed = False
        """Whether the width in the form was typed by a person."""
        self.fields["vein_diameter_mm"].textEdited.connect(self._typed_width)

    @property
    def entry(self) -> EntryText:
        """What the fields hold now."""
        typed = self.product.currentText().strip()
        at = self.product.findText(typed, Qt.MatchFlag.MatchFixedString)
        text = {name: field.text().strip() for name, field in self.fields.items()}
        return EntryText(
            product=self.product.itemData(at) if at >= 0 else typed,
            form=self.form.currentData(),
            concentration_percent=text["concentration_percent"],
            gas_parts_per_liquid_part=text["gas_parts_per_liquid_part"],
            volume_ml=text["volume_ml"],
            vein_diameter_mm=text["vein_diameter_mm"],
            batch=text["batch"],
            expires_on=text["expires_on"],
            weight_kg=text["weight_kg"],
            site=text["site"],
        )

    def entry_at(self, measured_mm: str | None) -> EntryText:
        """What is typed, for a place that was clicked: with the width there.

        Parameters
        ----------
        measured_mm : str, optional
            At that place; None where none is known. A width of another place never
            takes its place; one that a person typed does.
        """
        entry = self.entry
        if self.width_typed and entry.vein_diameter_mm:
            return entry
        return replace(entry, vein_diameter_mm=measured_mm or "")

    def forget_width(self) -> None:
        """Empty the width: it was that of the site just recorded."""
        self.width_typed = False
        self.fields["vein_diameter_mm"].clear()
        self.measured.hide()

    def _typed_width(self) -> None:
        self.width_typed = True
        self.measured.hide()

    def show_measured(self, diameter_mm: str | None, sentence: str) -> None:
        """Fill in a width that was measured on the picture, and say how.

        Parameters
        ----------
        diameter_mm : str, optional
            Left out, the field is emptied: no width is known there.
        sentence : str
            Shown below it until the field is typed into.
        """
        self.width_typed = False
        self.fields["vein_diameter_mm"].setText(diameter_mm or "")
        self.measured.setText(sentence)
        self.measured.show()

    def show_weight(self, kg: str, weighed_on: str) -> None:
        """Show the weight of the record, and of when it is; a new one is typed over."""
        field = self.fields["weight_kg"]
        said = _("{kg} of {day}").format(kg=kg, day=weighed_on)
        field.setPlaceholderText(said if kg else "70")

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Mark the fields that cannot be read, and say why.

        Parameters
        ----------
        problems : mapping of field name to sentence
            Empty: nothing is wrong.
        """
        for name, widget in (*self.fields.items(), ("product", self.product)):
            wrong = "true" if name in problems else "false"
            set_look(widget, "wrong", wrong)
        self.problem.setText("\n".join(problems.values()))
        self.problem.setVisible(bool(problems))

    def _tell(self) -> None:
        self.changed.emit(self.entry)

    def _show_gas(self) -> None:
        foam = self.form.currentData() == "foam"
        self._gas_caption.setVisible(foam)
        self.fields["gas_parts_per_liquid_part"].setVisible(foam)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.addWidget(_caption(_("Product")), 0, 0)
        grid.addWidget(self.product, 0, 1, 1, 3)
        grid.addWidget(_caption(_("Strength %")), 1, 0)
        grid.addWidget(self.fields["concentration_percent"], 1, 1)
        grid.addWidget(_caption(_("Form")), 1, 2)
        grid.addWidget(self.form, 1, 3)
        grid.addWidget(_caption(_("Volume mL")), 2, 0)
        grid.addWidget(self.fields["volume_ml"], 2, 1)
        grid.addWidget(_caption(_("Vein mm")), 2, 2)
        grid.addWidget(self.fields["vein_diameter_mm"], 2, 3)
        grid.addWidget(_caption(_("Batch")), 3, 0)
        grid.addWidget(self.fields["batch"], 3, 1)
        grid.addWidget(_caption(_("Expires")), 3, 2)
        grid.addWidget(self.fields["expires_on"], 3, 3)
        grid.addWidget(self._gas_caption, 4, 0)
        grid.addWidget(self.fields["gas_parts_per_liquid_part"], 4, 1)
        grid.addWidget(self._weight_caption, 4, 2)
        grid.addWidget(self.fields["weight_kg"], 4, 3)
        grid.addWidget(_caption(_("Area")), 5, 0)
        grid.addWidget(self.fields["site"], 5, 1, 1, 3)
        grid.addWidget(self.measured, 6, 0, 1, 4)
        grid.addWidget(self.problem, 7, 0, 1, 4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self.measured.hide()
        self.problem.hide()


def _caption(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "caption")
    return label


def _field(name: str, example: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setToolTip(name)
    field.setPlaceholderText(example)
    field.setMinimumWidth(80)
    return field
