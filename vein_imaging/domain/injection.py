"""One injection: what, how much, where, when. Planned and given are the same value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any, Literal, TypeVar, get_args

from vein_imaging.domain.moments import date_from_text, fixed_offset, moment_from_text
from vein_imaging.domain.quantity import (
    Concentration,
    FoamRatio,
    Mass,
    Volume,
    decimal_from_text,
    plain,
)

__all__ = ["MOST_MM", "Form", "Injection", "injection_from_json", "injection_to_json"]

Form = Literal["liquid", "foam"]
_FORMS: tuple[str, ...] = get_args(Form)
_KEPT = 1024  # texts: memory stays bounded however odd a history is
_Value = TypeVar("_Value")
_NO_MM = Decimal(0)  # no vein
MOST_MM = Decimal(50)  # no vein of a leg is wider: a slip of the pen


@dataclass(frozen=True, kw_only=True)  # no slots: see `again`
class Injection:
    """One injection, planned or given.

    Parameters
    ----------
    at : datetime with a zone
        When it is given. Kept with a plain offset.
    product : str
        Key of the product (``asclera``) or the name of a custom agent.
    form : "liquid" or "foam"
    volume : mL, above 0
        Of what leaves the needle: of foam, the foam.
    concentration : % w/v, optional
        As injected, after dilution. May be left out for a product of one strength.
    foam_ratio : optional
        Gas parts to one part of liquid, of foam made by hand.
    id : str, optional
        Unique among a patient's injections.
    site : str, optional
        Injections that name the same site count as one site.
    vein_diameter_mm : mm, above 0, optional
        Standing, where it was measured.
    batch, expires_on : optional
        As printed on the vial.
    foam_made_at : datetime with a zone, optional
    test_dose : bool
        Given to see whether the patient reacts.
    stock_concentration : % w/v, optional
        Strength in the vial, where it was diluted.
    diluent : str, optional

    Raises
    ------
    ValueError
        If a value is out of range, a time has no zone, a foam ratio stands beside a
        liquid, or the stock is weaker than what was made from it.
    """

    at: datetime
    product: str
    form: Form
    volume: Volume
    concentration: Concentration | None = None
    foam_ratio: FoamRatio | None = None
    id: str | None = None
    site: str | None = None
    vein_diameter_mm: Decimal | None = None
    batch: str | None = None
    expires_on: date | None = None
    foam_made_at: datetime | None = None
    test_dose: bool = False
    stock_concentration: Concentration | None = None
    diluent: str | None = None

    def __post_init__(self) -> None:
        if type(self.at.tzinfo) is not timezone:
            object.__setattr__(self, "at", fixed_offset(self.at, "at"))
        if not self.product:
            raise ValueError("product: got nothing, wanted the key of a product")
        if self.form not in _FORMS:
            raise ValueError(f'form: got {self.form!r}, wanted "liquid" or "foam"')
        if not self.volume.ml:
            raise ValueError("volume_ml: got 0 mL, wanted more than 0 mL")
        if self.vein_diameter_mm is not None and not (
            _NO_MM < self.vein_diameter_mm <= MOST_MM
        ):
            raise ValueError(
                f"vein_diameter_mm: got {plain(self.vein_diameter_mm)} mm, wanted "
                f"above 0 and at most {MOST_MM} mm"
            )
        if self.form == "liquid":
            if self.foam_ratio is not None or self.foam_made_at is not None:
                raise ValueError(
                    "form: got a liquid with a gas ratio or a time the foam was made; "
                    'wanted form "foam", or neither of the two'
                )
        elif self.foam_made_at is not None:
            made_at = fixed_offset(self.foam_made_at, "foam_made_at")
            object.__setattr__(self, "foam_made_at", made_at)
        stock = self.stock_concentration
        if stock and self.concentration and stock < self.concentration:
            raise ValueError(
                f"stock_concentration_percent: got {stock}, weaker than the "
                f"{self.concentration} made from it; wanted the strength in the vial"
            )

    def again(self, at: datetime, id: str | None) -> Injection:
        """The same injection at another time, under another id.

        Parameters
        ----------
        at : datetime with a plain offset, as `moment_from_text` gives it
        id : str, optional

        Returns
        -------
        Injection
            Not checked anew, which takes a quarter of the time: a history of 10,000
            injections is read in 43 ms in place of 60.
        """
        other = object.__new__(Injection)
        other.__dict__.update(self.__dict__, at=at, id=id)
        return other

    def renamed(self, product: str) -> Injection:
        """The same injection under the key that its product's name stands for."""
        other = object.__new__(Injection)
        other.__dict__.update(self.__dict__, product=product)
        return other

    @property
    def drug(self) -> Mass | None:
        """Drug given, or None where the strength is not stated.

        Foam of unknown ratio counts as if it were all liquid: never too little.
        """
        if self.concentration is None:
            return None
        return Mass.of(self.volume, self.concentration, self.foam_ratio)


def _text(name: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if type(value) is not str or not value or value.isspace():
            raise ValueError(f"{name}: got {value!r}, wanted text")
        return value

    return read


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"test_dose: got {value!r}, wanted true or false")
    return value


def _cached(read: Callable[..., _Value], name: str) -> Callable[[str], _Value]:
    """A history repeats a few amounts many times: each is read once."""
    kept: dict[str, _Value] = {}

    def cached(text: str) -> _Value:
        if type(text) is not str:  # a list is no key, and no number either
            return read(text, name)
        value = kept.get(text)
        if value is None:
            value = read(text, name)
            if len(kept) < _KEPT:
                kept[text] = value
        return value

    return cached


def _moment(name: str) -> Callable[[str], datetime]:
    return lambda text: moment_from_text(text, name)


# JSON key: (field, reader). The keys are the public ones of the dose document.
_FIELDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "at": ("at", _moment("at")),
    "product": ("product", _text("product")),
    "form": ("form", _text("form")),
    "volume_ml": ("volume", _cached(Volume.from_text, "volume_ml")),
    "concentration_percent": (
        "concentration",
        _cached(Concentration.from_percent, "concentration_percent"),
    ),
    "gas_parts_per_liquid_part": ("foam_ratio", FoamRatio.from_text),
    "id": ("id", _text("id")),
    "site": ("site", _text("site")),
    "vein_diameter_mm": (
        "vein_diameter_mm",
        _cached(decimal_from_text, "vein_diameter_mm"),
    ),
    "batch": ("batch", _text("batch")),
    "expires_on": ("expires_on", _cached(date_from_text, "expires_on")),
    "foam_made_at": ("foam_made_at", _moment("foam_made_at")),
    "test_dose": ("test_dose", _flag),
    "stock_concentration_percent": (
        "stock_concentration",
        _cached(Concentration.from_percent, "stock_concentration_percent"),
    ),
    "diluent": ("diluent", _text("diluent")),
}
_REQUIRED = ("at", "product", "form", "volume_ml")


def injection_from_json(body: Mapping[str, Any]) -> Injection:
    """Read an injection from the keys of the dose document.

    Parameters
    ----------
    body : mapping
        Of decimal text, never numbers; see ``docs/dose-check.schema.json``.

    Raises
    ------
    TypeError, ValueError
        Naming the key, what came and what was wanted.
    """
    if not isinstance(body, Mapping):
        raise TypeError(f"injection: got {body!r}, wanted an object")
    values: dict[str, Any] = {}
    for key, raw in body.items():
        try:
            field, read = _FIELDS[key]
        except KeyError:
            raise ValueError(
                f"{key}: not a key of an injection; wanted one of {', '.join(_FIELDS)}"
            ) from None
        values[field] = read(raw)
    for key in _REQUIRED:
        if key not in body:
            raise ValueError(f"{key}: missing; an injection needs it")
    return Injection(**values)


def injection_to_json(injection: Injection) -> dict[str, Any]:
    """Write an injection with the keys of the dose document; reads back equal.

    Returns
    -------
    dict
        Text and truth values only; what is not known is left out.
    """
    body: dict[str, Any] = {}
    for key, (field, _) in _FIELDS.items():
        value = getattr(injection, field)
        if value is None or value is False:
            continue
        match value:
            case Volume():
                body[key] = plain(value.ml)
            case Concentration():
                body[key] = plain(value.percent)
            case FoamRatio():
                body[key] = plain(value.gas_parts)
            case Decimal():
                body[key] = plain(value)
            case date():
                body[key] = value.isoformat()
            case _:
                body[key] = value
    return body
