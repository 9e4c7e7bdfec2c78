from decimal import (
    Clamped,
    Decimal,
    DivisionByZero,
    FloatOperation,
    Inexact,
    InvalidOperation,
    Overflow,
    Underflow,
)
from fractions import Fraction

import pytest

from vein_imaging.domain.quantity import (
    EXACT,
    decimal_from_text,
    plain,
    rounded,
)


@pytest.mark.parametrize(
    "text",
    [
        "0,3",
        "1e-1",
        "NaN",
        "inf",
        "-1",
        "+1",
        "",
        " 1",
        "1 ",
        ".3",
        "3.",
        "01",
        "1_0",
        "0.1234567",
        "1234567",
        "٣",
    ],
)
def test_text_that_is_no_plain_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="wanted plain decimal text"):
        decimal_from_text(text)


def test_a_comma_is_named_in_the_error() -> None:
    with pytest.raises(ValueError, match="use a point, not a comma"):
        decimal_from_text("0,3")


def test_the_context_of_dose_arithmetic_traps_all_that_loses_a_digit() -> None:
    assert EXACT.prec == 40
    traps = (Inexact, FloatOperation, InvalidOperation, DivisionByZero, Overflow)
    assert all(EXACT.traps[trap] for trap in (*traps, Underflow, Clamped))


@pytest.mark.parametrize("number", [0.3, 1, True, None, ["1"], Decimal(1)])
def test_only_text_becomes_a_number(number: object) -> None:
    with pytest.raises(TypeError, match="wanted decimal text"):
        decimal_from_text(number)  # type: ignore[arg-type]


def test_inexact_arithmetic_raises() -> None:
    with pytest.raises(ArithmeticError):
        EXACT.divide(Decimal(1), Decimal(3))
    with pytest.raises(TypeError):
        EXACT.add(Decimal(1), 0.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        *(("10", "10"), ("1E+1", "10"), ("9.400", "9.4"), ("0.00", "0")),
        *(("100", "100"), ("0.05", "0.05"), ("-0", "0"), ("-0.0", "0")),
    ],
)
def test_plain_text_has_no_exponent_and_no_trailing_zeros(
    number: str, text: str
) -> None:
    assert plain(Decimal(number)) == text


@pytest.mark.parametrize(
    ("number", "up", "text"),
    [
        (Fraction(140, 3), True, "46.67"),
        (Fraction(140, 3), False, "46.66"),
        (Fraction(1, 8), False, "0.125"),
        (Fraction(1, 8), True, "0.125"),
        (Fraction(14, 3), False, "4.66"),
        (Fraction(1, 10**6), True, "0.000001"),
        (Fraction(1, 10**7), True, "0.01"),
        (Fraction(1, 10**7), False, "0"),
        (Fraction(9), True, "9"),
    ],
)
def test_rounding_for_print_is_never_in_favour_of_more_drug(
    number: Fraction, up: bool, text: str
) -> None:
    assert plain(rounded(number, up=up)) == text
