"""Quantities that cannot be mixed up: made from text, exact, each with its unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from vein_imaging.domain.exact import EXACT, decimal_from_text, plain, rounded

__all__ = [
    "EXACT",
    "LEAST_KG",
    "MOST_GAS_PARTS",
    "MOST_KG",
    "MOST_ML",
    "MOST_PERCENT",
    "Concentration",
    "FoamRatio",
    "Mass",
    "Volume",
    "Weight",
    "decimal_from_text",
    "plain",
    "rounded",
]

#: The largest volume of one injection in mL: more is a slip of the pen.
MOST_ML = Decimal(500)
#: Weights in kg that a person may have: anything else is a slip of the pen.
LEAST_KG, MOST_KG = Decimal(10), Decimal(500)
MOST_PERCENT = Decimal(100)  # nothing is stronger than pure
MOST_GAS_PARTS = Decimal(20)  # in use are 3 to 9: far more is a slip


def _require_decimal(number: object, name: str) -> Decimal:
    if not isinstance(number, Decimal):
        raise TypeError(
            f"{name}: got {type(number).__name__} {number!r}, wanted a Decimal "
            "made from text"
        )
    if not number.is_finite():
        raise ValueError(f"{name}: got {number}, wanted a finite number")
    return number


@dataclass(frozen=True, slots=True, order=True)
class Volume:
    """A volume in millilitres.

    Parameters
    ----------
    ml : mL, 0 to 500
        More than 500 mL is a slip of the pen, not an injection.

    Raises
    ------
    TypeError, ValueError
        If it is not a Decimal, negative, or absurd.
    """

    ml: Decimal

    def __post_init__(self) -> None:
        if not 0 <= _require_decimal(self.ml, "volume_ml") <= MOST_ML:
            raise ValueError(
                f"volume_ml: got {plain(self.ml)} mL, wanted 0 to {MOST_ML} mL"
            )

    @classmethod
    def from_text(cls, text: str, name: str = "volume_ml") -> Volume:
        """Volume from decimal text in mL; see `decimal_from_text` for the errors."""
        return cls(decimal_from_text(text, name))

    def __add__(self, other: Volume) -> Volume:
        if not isinstance(other, Volume):
            return NotImplemented
        return Volume(EXACT.add(self.ml, other.ml))

    def __str__(self) -> str:
        return f"{plain(self.ml)} mL"


@dataclass(frozen=True, slots=True, order=True)
class Concentration:
    """Strength of a solution, weight in volume: 1 % is 1 g in 100 mL, 10 mg/mL.

    Parameters
    ----------
    percent : % w/v, above 0, at most 100

    Raises
    ------
    TypeError, ValueError
        If it is not a Decimal or out of range.
    """

    percent: Decimal

    def __post_init__(self) -> None:
        if not 0 < _require_decimal(self.percent, "concentration") <= MOST_PERCENT:
            raise ValueError(
                f"concentration_percent: got {plain(self.percent)} %, wanted above 0 "
                "and at most 100 %; 5 mg/mL is 0.5 %"
            )

    @classmethod
    def from_percent(
        cls, text: str, name: str = "concentration_percent"
    ) -> Concentration:
        """Strength from text in % w/v."""
        return cls(decimal_from_text(text, name))

    @classmethod
    def from_mg_per_ml(cls, text: str, name: str = "mg_per_ml") -> Concentration:
        """Strength from text in mg/mL: a tenth of it is the percentage."""
        return cls(EXACT.scaleb(decimal_from_text(text, name), -1))

    @property
    def mg_per_ml(self) -> Decimal:
        """Drug in one millilitre of solution, mg/mL."""
        return EXACT.multiply(self.percent, Decimal(10))

    def __str__(self) -> str:
        return f"{plain(self.percent)} %"


@dataclass(frozen=True, slots=True, order=True)
class FoamRatio:
    """Parts of gas to one part of liquid in a foam: 4 means 1:4.

    Parameters
    ----------
    gas_parts : above 0, at most 20
        4 parts give 5 mL of foam from 1 mL of liquid.

    Raises
    ------
    TypeError, ValueError
        If it is not a Decimal or out of range.
    """

    gas_parts: Decimal

    def __post_init__(self) -> None:
        if not 0 < _require_decimal(self.gas_parts, "gas parts") <= MOST_GAS_PARTS:
            raise ValueError(
                f"gas_parts_per_liquid_part: got {plain(self.gas_parts)}, wanted "
                'above 0 and at most 20; "4" is one part of liquid to four of gas'
            )

    @classmethod
    def from_text(cls, text: str) -> FoamRatio:
        """Ratio from the text of its gas parts."""
        return cls(decimal_from_text(text, "gas_parts_per_liquid_part"))

    @property
    def foam_parts(self) -> Decimal:
        """Parts of foam that hold one part of liquid."""
        return EXACT.add(self.gas_parts, Decimal(1))

    def __str__(self) -> str:
        return f"1:{plain(self.gas_parts)}"


@dataclass(frozen=True, slots=True, order=True)
class Mass:
    """A mass of drug in milligrams, exact also where foam leaves thirds.

    Parameters
    ----------
    mg : mg, >= 0
        A fraction: the drug in 1 mL of foam 1:2 is no finite decimal.

    Raises
    ------
    TypeError, ValueError
        If it is not a Fraction or negative.
    """

    mg: Fraction

    def __post_init__(self) -> None:
        if not isinstance(self.mg, Fraction):
            raise TypeError(f"mg: got {type(self.mg).__name__}, wanted a Fraction")
        if self.mg < 0:
            raise ValueError(f"mg: got {self.mg}, wanted 0 or more")

    @classmethod
    def of(
        cls, volume: Volume, strength: Concentration, foam: FoamRatio | None = None
    ) -> Mass:
        """Drug in a volume of solution, or of foam made from it.

        ``mL x % x 10``; of foam only the liquid part, ``mL / (1 + gas parts)``.
        """
        mg = Fraction(EXACT.multiply(volume.ml, strength.mg_per_ml))
        return cls(mg if foam is None else mg / Fraction(foam.foam_parts))

    def __add__(self, other: Mass) -> Mass:
        if not isinstance(other, Mass):
            return NotImplemented
        return Mass(self.mg + other.mg)


@dataclass(frozen=True, slots=True, order=True)
class Weight:
    """Body weight in kilograms.

    Parameters
    ----------
    kg : kg, 10 to 500

    Raises
    ------
    TypeError, ValueError
        If it is not a Decimal or no person's weight.
    """

    kg: Decimal

    def __post_init__(self) -> None:
        if not LEAST_KG <= _require_decimal(self.kg, "weight_kg") <= MOST_KG:
            raise ValueError(
                f"weight_kg: got {plain(self.kg)} kg, wanted {LEAST_KG} to {MOST_KG} kg"
            )

    @classmethod
    def from_text(cls, text: str) -> Weight:
        """Weight from decimal text in kg."""
        return cls(decimal_from_text(text, "weight_kg"))

    def __str__(self) -> str:
        return f"{plain(self.kg)} kg"
