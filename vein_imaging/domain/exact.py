"""Exact numbers: from text, without a float, and printed without losing a digit."""

from __future__ import annotations

import re
from decimal import (
    Clamped,
    Context,
    Decimal,
    DivisionByZero,
    FloatOperation,
    Inexact,
    InvalidOperation,
    Overflow,
    Underflow,
)
from fractions import Fraction
from functools import lru_cache

__all__ = ["EXACT", "decimal_from_text", "plain", "rounded"]

#: Context of all dose arithmetic: what cannot be exact raises instead of rounding.
EXACT = Context(
    prec=40,
    traps=[
        Inexact,
        FloatOperation,
        InvalidOperation,
        DivisionByZero,
        Overflow,
        Underflow,
        Clamped,
    ],
)

_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,6})?", re.ASCII)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Decimal | None:
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def decimal_from_text(text: str, name: str = "number") -> Decimal:
    """Exact number from plain decimal text.

    Parameters
    ----------
    text : str
        Digits with at most one point and six places: ``"0.3"``. No sign, comma,
        exponent, or blank.
    name : str
        What the number is, for the message.

    Returns
    -------
    Decimal
        Exactly what is written.

    Raises
    ------
    TypeError
        If `text` is not text: a float has lost its digits already.
    ValueError
        If it is text of another form.
    """
    if not isinstance(text, str):
        raise TypeError(
            f"{name}: got {type(text).__name__} {text!r}, wanted decimal text "
            'such as "0.3"; write the number in quotes'
        )
    number = _parsed(text)
    if number is None:
        hint = "; use a point, not a comma" if "," in text else ""
        raise ValueError(
            f"{name}: got {text!r}, wanted plain decimal text such as "
            f'"0.3" (no sign, no exponent, at most six places){hint}'
        )
    return number


def plain(number: Decimal) -> str:
    """Plain decimal text without exponent or trailing zeros: ``10``, ``9.4``.

    Parameters
    ----------
    number : Decimal
        Finite.

    Returns
    -------
    str
    """
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def rounded(number: Fraction, *, up: bool) -> Decimal:
    """A fraction for printing: exact where six places hold it, else to 0.01.

    Parameters
    ----------
    number : Fraction, >= 0
    up : bool
        Round up (what was used) or down (what is left), never in favour of more drug.

    Returns
    -------
    Decimal
    """
    millionths = number * 1_000_000
    if millionths.denominator == 1:
        return Decimal(plain(EXACT.scaleb(Decimal(millionths.numerator), -6)))
    hundredths = number * 100
    whole = hundredths.numerator // hundredths.denominator + (1 if up else 0)
    return Decimal(plain(EXACT.scaleb(Decimal(whole), -2)))
