from collections.abc import Callable
from decimal import (
    Decimal,
)
from fractions import Fraction
from typing import Any

import pytest

from vein_imaging.domain.quantity import (
    Concentration,
    FoamRatio,
    Mass,
    Volume,
    Weight,
    decimal_from_text,
)


def test_two_ml_of_one_percent_is_twenty_mg() -> None:
    mass = Mass.of(Volume.from_text("2"), Concentration.from_percent("1"))
    assert mass == Mass(Fraction(20))


def test_five_mg_per_ml_is_half_a_percent_and_not_five() -> None:
    strength = Concentration.from_mg_per_ml("5")
    assert strength == Concentration.from_percent("0.5")
    assert strength.mg_per_ml == Decimal(5)


def test_ten_ml_of_foam_one_to_four_holds_two_ml_of_liquid() -> None:
    foam = FoamRatio.from_text("4")
    ten = Volume.from_text("10")
    for percent, mg in (("0.25", 5), ("0.5", 10), ("1", 20), ("2", 40), ("3", 60)):
        mass = Mass.of(ten, Concentration.from_percent(percent), foam)
        assert mass == Mass(Fraction(mg))


def test_foam_one_to_two_leaves_exact_thirds() -> None:
    foam = FoamRatio.from_text("2")
    third = Mass.of(Volume.from_text("1"), Concentration.from_percent("1"), foam)
    assert third + third + third == Mass(Fraction(10))


@pytest.mark.parametrize(
    ("make", "text", "error"),
    [
        (
            Volume.from_text,
            "500.01",
            "volume_ml: got 500.01 mL, wanted 0 to 500 mL",
        ),
        (
            Concentration.from_percent,
            "0",
            "concentration_percent: got 0 %, wanted above 0 and at most 100 %; 5 mg/mL "
            "is 0.5 %",
        ),
        (
            FoamRatio.from_text,
            "21",
            "gas_parts_per_liquid_part: got 21, wanted above 0 and at most 20; "
            '"4" is one part of liquid to four of gas',
        ),
        (Weight.from_text, "7", "weight_kg: got 7 kg, wanted 10 to 500 kg"),
        (
            Volume.from_text,
            "0,3",
            "volume_ml: got '0,3', wanted plain decimal text such as \"0.3\" (no sign, "
            "no exponent, at most six places); use a point, not a comma",
        ),
        (
            Concentration.from_percent,
            "x",
            "concentration_percent: got 'x', wanted plain decimal text such as "
            '"0.3" (no sign, no exponent, at most six places)',
        ),
        (
            Concentration.from_mg_per_ml,
            "x",
            "mg_per_ml: got 'x', wanted plain decimal text such as "
            '"0.3" (no sign, no exponent, at most six places)',
        ),
        (
            FoamRatio.from_text,
            "x",
            "gas_parts_per_liquid_part: got 'x', wanted plain decimal text such as "
            '"0.3" (no sign, no exponent, at most six places)',
        ),
        (
            Weight.from_text,
            "x",
            "weight_kg: got 'x', wanted plain decimal text such as "
            '"0.3" (no sign, no exponent, at most six places)',
        ),
        (
            decimal_from_text,
            "x",
            "number: got 'x', wanted plain decimal text such as "
            '"0.3" (no sign, no exponent, at most six places)',
        ),
    ],
)
def test_an_error_says_what_came_and_what_was_wanted(
    make: Callable[[str], object], text: str, error: str
) -> None:
    with pytest.raises(ValueError) as caught:
        make(text)
    assert str(caught.value) == error


FLOAT: Any = 1.5


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (
            lambda: Volume(FLOAT),
            "volume_ml: got float 1.5, wanted a Decimal made from text",
        ),
        (
            lambda: Concentration(FLOAT),
            "concentration: got float 1.5, wanted a Decimal made from text",
        ),
        (
            lambda: FoamRatio(FLOAT),
            "gas parts: got float 1.5, wanted a Decimal made from text",
        ),
        (
            lambda: Weight(FLOAT),
            "weight_kg: got float 1.5, wanted a Decimal made from text",
        ),
        (lambda: Mass(FLOAT), "mg: got float, wanted a Fraction"),
        (
            lambda: decimal_from_text(FLOAT, "x"),
            'x: got float 1.5, wanted decimal text such as "0.3"; write the number in '
            "quotes",
        ),
    ],
)
def test_the_error_of_a_float(make: Callable[[], object], error: str) -> None:
    with pytest.raises(TypeError) as caught:
        make()
    assert str(caught.value) == error


def test_a_quantity_may_be_named_in_its_error() -> None:
    with pytest.raises(ValueError, match=r"^waste_ml: got"):
        Volume.from_text("x", "waste_ml")
    with pytest.raises(ValueError, match=r"^stock: got"):
        Concentration.from_percent("x", "stock")
    with pytest.raises(ValueError, match=r"^vial: got"):
        Concentration.from_mg_per_ml("x", "vial")
    with pytest.raises(
        ValueError, match=r"^volume_ml: got NaN, wanted a finite number"
    ):
        Volume(Decimal("NaN"))
    with pytest.raises(ValueError, match=r"^mg: got -1, wanted 0 or more"):
        Mass(Fraction(-1))
    assert Mass(Fraction(0)).mg == 0


@pytest.mark.parametrize("kind", [Volume, Concentration, FoamRatio, Weight])
def test_a_float_never_becomes_a_quantity(kind: type) -> None:
    with pytest.raises(TypeError, match="wanted a Decimal"):
        kind(30.0)
    with pytest.raises(ValueError, match="finite"):
        kind(Decimal("NaN"))


def test_a_float_never_becomes_a_mass() -> None:
    with pytest.raises(TypeError, match="wanted a Fraction"):
        Mass(20.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="0 or more"):
        Mass(Fraction(-1))


def test_unlike_quantities_refuse_to_add_or_compare() -> None:
    volume, weight = Volume.from_text("1"), Weight.from_text("70")
    with pytest.raises(TypeError):
        volume + weight  # type: ignore[operator]
    with pytest.raises(TypeError):
        Mass(Fraction(1)) + volume  # type: ignore[operator]
    with pytest.raises(TypeError):
        assert volume < weight  # type: ignore[operator]
    other: object = Concentration.from_percent("1")
    assert volume != other


@pytest.mark.parametrize(
    ("make", "low", "least", "most", "high"),
    [
        (Volume.from_text, None, "0", "500", "500.01"),
        (Concentration.from_percent, "0", "0.01", "100", "100.01"),
        (FoamRatio.from_text, "0", "0.1", "20", "20.1"),
        (Weight.from_text, "9.99", "10", "500", "500.01"),
    ],
)
def test_the_range_of_each_quantity(
    make: object, low: str | None, least: str, most: str, high: str
) -> None:
    assert callable(make)
    make(least)
    make(most)
    for text in filter(None, (low, high)):
        with pytest.raises(ValueError, match="wanted"):
            make(text)


def test_volumes_add_exactly() -> None:
    total = Volume.from_text("0")
    for _ in range(100):
        total += Volume.from_text("0.1")
    assert total == Volume.from_text("10")


def test_quantities_print_with_their_unit() -> None:
    assert str(Volume.from_text("0.30")) == "0.3 mL"
    assert str(Concentration.from_percent("0.5")) == "0.5 %"
    assert str(FoamRatio.from_text("4")) == "1:4"
    assert str(Weight.from_text("70")) == "70 kg"
