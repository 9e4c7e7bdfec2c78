"""The form for the next injection: product, strength, form, volume, vein width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vein_imaging.treatment.as_typed import read_expiry
from vein_imaging.treatment.presets import Preset
from vein_imaging.treatment.typed_injection import EntryText
from vein_imaging.viewer.injecting.preset_menu import PresetMenu
from vein_imaging.viewer.qt.choice import tall_choice
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
    area_asked()
        The area shall be chosen on the drawing.
    last_asked()
        The fields shall be filled as the last injection was.
    """

    changed = Signal(object)
    area_asked = Signal()
    last_asked = Signal()

    def __init__(
        self, products: Sequence[tuple[str, str]], *, ask_weight: bool = False
    ) -> None:
        super().__init__()
        self.product = _product_choice(products)
        self.form = tall_choice(
            _("Form"), [(_("Liquid"), "liquid"), (_("Foam"), "foam")]
        )
        self.form.setCurrentIndex(0)
        self.fields = _fields()
        self.presets = PresetMenu()
        self.presets.chosen.connect(self.fill_preset)
        self.last = _button(_("As last"), _("Fill in as the last injection was"))
        self.last.setEnabled(False)
        self.last.clicked.connect(self.last_asked)
        self.drawing = _button(_("Drawing"), _("Choose the area on a drawing"))
        self.drawing.clicked.connect(self.area_asked)
        self._gas = _captioned(_("Gas : 1"), self.fields["gas_parts_per_liquid_part"])
        self._weight = _captioned(_("Weight kg"), self.fields["weight_kg"])
        self._weight.setVisible(ask_weight)
        self._expires = _captioned(_("Expires"), self.fields["expires_on"])
        self.measured = _note("caption")
        self.as_read = _note("caption")
        self.problem = _note("problem")
        self._lay_out()
        self._show_gas()
        self.form.currentIndexChanged.connect(self._show_gas)
        self.form.currentIndexChanged.connect(self._tell)
        self.product.currentTextChanged.connect(self._tell)
        for field in self.fields.values():
            field.textChanged.connect(self._tell)
        self.fields["expires_on"].textChanged.connect(self._say_as_read)
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
        product = self.product.itemData(at) if at >= 0 else typed
        bare = EntryText(product=product, form=self.form.currentData())
        return replace(bare, **text)  # type: ignore[arg-type]  # texts, each by name

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

    def fill(self, entry: EntryText) -> None:
        """Fill every field but the patient's weight; told once."""
        self.blockSignals(True)
        at = self.product.findData(entry.product)
        self.product.setCurrentIndex(at)
        if at < 0:
            self.product.setEditText(entry.product)
        self.form.setCurrentIndex(self.form.findData(entry.form))
        for name, field in self.fields.items():
            if name != "weight_kg":
                field.setText(getattr(entry, name))
        self.width_typed = bool(entry.vein_diameter_mm)
        self.measured.hide()
        self.blockSignals(False)
        self._tell()

    def fill_preset(self, preset: Preset) -> None:
        """Fill in strength, form and gas as the label names them."""
        kept = self.entry
        gas = preset.gas_parts_per_liquid_part
        width_typed = self.width_typed
        self.fill(
            replace(
                kept,
                concentration_percent=preset.concentration_percent,
                form=preset.form,
                gas_parts_per_liquid_part=gas or kept.gas_parts_per_liquid_part,
            )
        )
        self.width_typed = width_typed
        self.fields["volume_ml"].setFocus()

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

    def _say_as_read(self) -> None:
        """Say how an expiry was read that is not written out, above and below it."""
        try:
            read = read_expiry(self.fields["expires_on"].text())
        except ValueError:
            read = None
        said = "" if read is None else read.said
        caption = self._expires.findChild(QLabel)
        if caption is not None:
            as_day = "" if read is None else f"= {read.day.isoformat()}"
            caption.setText(as_day if said else _("Expires"))
        self.as_read.setText(_("Expires: {said}").format(said=said))
        self.as_read.setVisible(bool(said))

    def _show_gas(self) -> None:
        self._gas.setVisible(self.form.currentData() == "foam")

    def _lay_out(self) -> None:
        fields = self.fields
        first = QHBoxLayout()
        first.setSpacing(6)
        first.addWidget(self.product, 1)
        first.addWidget(self.presets)
        first.addWidget(self.last)
        area = _captioned(_("Area"), fields["site"], self.drawing)
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        rows = (
            (
                _captioned(_("Strength %"), fields["concentration_percent"]),
                _captioned(_("Form"), self.form),
                _captioned(_("Volume mL"), fields["volume_ml"]),
                self._gas,
            ),
            (area,),
            (
                _captioned(_("Vein mm"), fields["vein_diameter_mm"]),
                _captioned(_("Batch"), fields["batch"]),
                self._expires,
                self._weight,
            ),
        )
        for at, widgets in enumerate(rows):
            line = QHBoxLayout()
            line.setSpacing(6)
            for widget in widgets:
                line.addWidget(widget, 1)
            grid.addLayout(line, at, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(first)
        column.addLayout(grid)
        for note in (self.measured, self.as_read, self.problem):
            column.addWidget(note)


def _product_choice(products: Sequence[tuple[str, str]]) -> QComboBox:
    product = tall_choice(_("Product"), [(name, key) for key, name in products])
    product.setEditable(True)
    product.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    product.setCurrentIndex(-1)
    line = product.lineEdit()
    if line is not None:
        line.setPlaceholderText(_("Product"))
    return product


def _fields() -> dict[str, QLineEdit]:
    return {
        "concentration_percent": _field(_("Strength in percent"), "0.5"),
        "volume_ml": _field(_("Volume in mL"), "0.2"),
        "site": _field(_("Area of the body"), _("left thigh lateral")),
        "vein_diameter_mm": _field(
            _("Vein width in mm; click a vein to measure it"), _("click it")
        ),
        "gas_parts_per_liquid_part": _field(_("Parts of gas to one of liquid"), "4"),
        "weight_kg": _field(_("The patient's weight in kg, today"), "70"),
        "batch": _field(_("Batch, as printed on the vial"), _("on vial")),
        "expires_on": _field(_("Expiry, as printed on the vial"), "03/2027"),
    }


def _captioned(text: str, *widgets: QWidget) -> QWidget:
    """A caption above one field, or above a field and the button beside it."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    caption = QLabel(text)
    caption.setProperty("role", "caption")
    column.addWidget(caption)
    line = QHBoxLayout()
    line.setSpacing(6)
    line.addWidget(widgets[0], 1)
    for widget in widgets[1:]:
        line.addWidget(widget)
    column.addLayout(line)
    return whole


def _field(name: str, example: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setToolTip(name)
    field.setPlaceholderText(example)
    field.setMinimumWidth(72)
    return field


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(name)
    button.setToolTip(name)
    button.setAutoDefault(False)
    return button


def _note(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.hide()
    return label
