"""What a person typed, in a form or a command, and the injection it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime

from vein_imaging.domain.injection import (
    Injection,
    injection_from_json,
    injection_to_json,
)
from vein_imaging.domain.quantity import Weight
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


@dataclass(frozen=True, slots=True)
class EntryText:
    """The form's fields, exactly as typed. Empty text is an empty field.

    Parameters
    ----------
    product : str
        Key of the product, as in the limits table, or a name of the person's own.
    concentration_percent, volume_ml, vein_diameter_mm, weight_kg : str
        Decimal numbers as text.
    form : "liquid" or "foam"
        As given.
    gas_parts_per_liquid_part : str
        For foam made by hand; ignored for liquid.
    batch, expires_on : str
        As printed on the vial; the date as 2027-03-31.
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
            if not getattr(self, name)
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
    body: dict[str, object] = {
        name: text for name in names if (text := getattr(entry, name))
    }
    body |= {"at": at.isoformat(), "id": entry_id}
    if entry.test_dose:
        body["test_dose"] = True
    try:
        return injection_from_json(body)
    except (TypeError, ValueError) as error:
        raise EntryError(_problem(str(error))) from error


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
    if not entry.weight_kg:
        return None
    try:
        return Weight.from_text(entry.weight_kg)
    except (TypeError, ValueError) as error:
        raise EntryError(
            {"weight_kg": _("Weight: {error}").format(error=error)}
        ) from error


def _problem(message: str) -> dict[str, str]:
    """The domain names the field first: `volume_ml: got ..., wanted ...`."""
    name, _colon, rest = message.partition(": ")
    if name not in _WORDS:
        return {"": message}
    return {name: f"{_(_WORDS[name])}: {rest}"}
