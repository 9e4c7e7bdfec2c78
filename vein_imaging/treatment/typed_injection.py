"""What a person typed, in a form or a command, and the injection it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal

from vein_imaging.domain.injection import (
    MOST_MM,
    Injection,
    injection_from_json,
    injection_to_json,
)
from vein_imaging.domain.quantity import (
    LEAST_KG,
    MOST_GAS_PARTS,
    MOST_KG,
    MOST_ML,
    MOST_PERCENT,
    Weight,
    plain,
)
from vein_imaging.treatment.as_typed import read_expiry, read_quantity
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = [
    "EntryError",
    "EntryText",
    "read_injection",
    "read_weight",
    "typed_over",
]

_WORDS = {
    "product": marked("Product"),
    "concentration_percent": marked("Strength"),
    "volume_ml": marked("Volume"),
    "vein_diameter_mm": marked("Vein"),
    "gas_parts_per_liquid_part": marked("Gas"),
    "batch": marked("Batch"),
    "expires_on": marked("Expires"),
    "weight_kg": marked("Weight"),
    "form": marked("Form"),
    "site": marked("Area"),
    "foam_made_at": marked("Foam made"),
    "stock_concentration_percent": marked("Stock"),
    "diluent": marked("Diluent"),
}
# Field: its unit, the least and the most it may hold, whether the least itself may be.
_ALLOWED: dict[str, tuple[str, Decimal, Decimal, bool]] = {
    "concentration_percent": ("%", Decimal(0), MOST_PERCENT, False),
    "volume_ml": ("mL", Decimal(0), MOST_ML, False),
    "vein_diameter_mm": ("mm", Decimal(0), MOST_MM, False),
    "gas_parts_per_liquid_part": ("", Decimal(0), MOST_GAS_PARTS, False),
    "weight_kg": ("kg", LEAST_KG, MOST_KG, True),
    "stock_concentration_percent": ("%", Decimal(0), MOST_PERCENT, False),
}


@dataclass(frozen=True, slots=True)
class EntryText:
    """The form's fields, exactly as typed. Empty text is an empty field.

    Parameters
    ----------
    product : str
        Key of the product, as in the limits table, or a name of the person's own.
    concentration_percent, volume_ml, vein_diameter_mm, weight_kg : str
        Numbers as people write them; see `as_typed.read_quantity`.
    form : "liquid" or "foam"
        As given.
    gas_parts_per_liquid_part : str
        For foam made by hand; ignored for liquid.
    batch, expires_on : str
        As printed on the vial; see `as_typed.read_expiry`.
    site : str
        Area of the body: "left lateral thigh".
    stock_concentration_percent, diluent : str
        Where it was diluted.
    test_dose : bool
        Given to see whether the patient reacts.
    """

    product: str = ""
    concentration_percent: str = ""
    form: str = "liquid"
    gas_parts_per_liquid_part: str = ""
    volume_ml: str = ""
    vein_diameter_mm: str = ""
    batch: str = ""
    expires_on: str = ""
    weight_kg: str = ""
    site: str = ""
    stock_concentration_percent: str = ""
    diluent: str = ""
    test_dose: bool = False

    @property
    def missing(self) -> dict[str, str]:
        """Fields without which there is no injection, each with a sentence."""
        return {
            name: _("{field} is missing").format(field=_(_WORDS[name]))
            for name in ("product", "volume_ml", "form")
            if not getattr(self, name).strip()
        }


class EntryError(ValueError):
    """Some fields cannot be read.

    Parameters
    ----------
    problems : mapping of field name to sentence
        What is wrong with each, and what is wanted.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = dict(problems)


def read_injection(entry: EntryText, *, at: datetime, entry_id: str) -> Injection:
    """The injection that was typed.

    Parameters
    ----------
    entry : EntryText
    at : datetime with a zone
        When it is given.
    entry_id : str
        Its name in the log.

    Raises
    ------
    EntryError
        If a field is missing or cannot be read.
    """
    if entry.missing:
        raise EntryError(entry.missing)
    names = ["product", "concentration_percent", "form", "volume_ml"]
    names += ["vein_diameter_mm", "batch", "expires_on", "site"]
    names += ["stock_concentration_percent", "diluent"]
    if entry.form == "foam":
        names.append("gas_parts_per_liquid_part")
    texts = {name: getattr(entry, name).strip() for name in names}
    body: dict[str, object] = dict(_read_each(texts))
    body |= {"at": at.isoformat(), "id": entry_id}
    if entry.test_dose:
        body["test_dose"] = True
    try:
        return injection_from_json(body)
    except (TypeError, ValueError) as error:
        raise EntryError(_problem(str(error))) from error


def _read_each(texts: Mapping[str, str]) -> dict[str, str]:
    """What is typed, as the record writes it; every field that is wrong is said."""
    read: dict[str, str] = {}
    problems: dict[str, str] = {}
    for name, text in texts.items():
        if not text:
            continue
        try:
            if name == "expires_on":
                read[name] = read_expiry(text).day.isoformat()
            elif name in _ALLOWED:
                read[name] = plain(_quantity(name, text))
            else:
                read[name] = text
        except ValueError as error:
            problems[name] = f"{_(_WORDS[name])}: {error}"
    if problems:
        raise EntryError(problems)
    return read


def _quantity(name: str, text: str) -> Decimal:
    """The number of a field, where a patient or a syringe can have it."""
    unit, least, most, with_least = _ALLOWED[name]
    number = read_quantity(text, unit)
    if number > most or number < least or (number == least and not with_least):
        said = _("{number} {unit} cannot be: {least} to {most} {unit}")
        if not with_least:
            said = _(
                "{number} {unit} cannot be: more than {least}, up to {most} {unit}"
            )
        whole = said.format(
            number=plain(number), unit=unit, least=plain(least), most=plain(most)
        )
        raise ValueError(" ".join(whole.split()))  # a ratio has no unit
    return number


def typed_over(injection: Injection, entry: EntryText) -> EntryText:
    """An injection as it would be typed, with what is typed now in its place.

    Parameters
    ----------
    injection : Injection
    entry : EntryText
        An empty field leaves the injection's value.

    Returns
    -------
    EntryText
    """
    held = injection_to_json(injection)
    texts = {
        field.name: getattr(entry, field.name) or str(held.get(field.name, ""))
        for field in fields(EntryText)
        if field.name not in ("test_dose", "weight_kg")
    }
    return replace(entry, test_dose=entry.test_dose or injection.test_dose, **texts)


def read_weight(entry: EntryText) -> Weight | None:
    """The patient's weight, if one was typed.

    Raises
    ------
    EntryError
        If it cannot be read.
    """
    if not entry.weight_kg.strip():
        return None
    text = entry.weight_kg.strip()
    return Weight.from_text(_read_each({"weight_kg": text})["weight_kg"])


def _problem(message: str) -> dict[str, str]:
    """The domain names the field first: `volume_ml: got ..., wanted ...`."""
    name, _colon, rest = message.partition(": ")
    if name not in _WORDS:
        return {"": message}
    return {name: f"{_(_WORDS[name])}: {rest}"}
