"""Numbers and dates as people write them, read only where they mean one thing."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from vein_imaging.domain.exact import decimal_from_text
from vein_imaging.report.dates import day_in_words
from vein_imaging.words import translate as _

__all__ = ["ReadDay", "read_day", "read_expiry", "read_quantity"]

_POINT = re.compile(r"(\d*)\.(\d*)", re.ASCII)
# One or two digits behind a comma are no thousand, and neither is what begins with 0.
_COMMA = re.compile(r"(\d*),(\d{1,2})|(0?),(\d{3,6})", re.ASCII)
_MOST_PLACES = 6  # as many as the record keeps
_UNITS = {
    "mL": re.compile(r"\s*m(l|L)$|\s*cc$"),
    "%": re.compile(r"\s*%$"),
    "mm": re.compile(r"\s*mm$"),
    "kg": re.compile(r"\s*kg$"),
}
_PER_ML = re.compile(r"(.*?)\s*mg\s*/\s*ml", re.IGNORECASE)
_PARTS = re.compile(r"[\s./-]+")
_MONTHS = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
]
_MONTHS_OF_A_YEAR = 12  # what is larger is a day or a year
_DIGITS_OF_A_YEAR = 4  # nothing in a date is longer
_CENTURY = 2000  # vials print two digits of the year


def read_quantity(typed: str, unit: str = "") -> Decimal:
    """A number as people write it: ``0.2``, ``.2``, ``0,2``, ``0.2 mL``.

    Parameters
    ----------
    typed : str
    unit : "mL", "%", "mm", "kg" or ""
        Of the field; may stand behind the number.

    Returns
    -------
    Decimal

    Raises
    ------
    ValueError
        With what is wrong and what to type, where it could mean two things or nothing.
    """
    text = typed.strip()
    if unit == "%" and (mass := _PER_ML.fullmatch(text)):
        percent = read_quantity(mass[1]) / 10
        raise ValueError(
            _("this field is in per cent: {mass} mg/mL is {percent} %").format(
                mass=mass[1], percent=f"{percent.normalize():f}"
            )
        )
    if unit in _UNITS:
        text = _UNITS[unit].sub("", text)
    number = _plain(text)
    if number is None:
        raise ValueError(_why_no_number(typed.strip(), text))
    return number


def _plain(text: str) -> Decimal | None:
    """The number, where the text is one and only one."""
    if found := _POINT.fullmatch(text):
        whole, places = found[1], found[2]
    elif found := _COMMA.fullmatch(text):
        whole, places = found[1] or found[3] or "", found[2] or found[4]
    else:
        whole, places = text, ""
    if not (whole or places) or len(places) > _MOST_PLACES:
        return None
    try:
        return decimal_from_text(f"{whole or 0}.{places}" if places else whole)
    except ValueError:
        return None


def _why_no_number(typed: str, text: str) -> str:
    if re.fullmatch(r"\d{1,3}(,\d{3})+", text, re.ASCII):
        whole = text.replace(",", "")
        point = text.replace(",", ".", 1)
        return _("“{typed}” can mean {whole} or {point}: type one of the two").format(
            typed=typed, whole=whole, point=point
        )
    return _("“{typed}” is no number: type it like 0.2").format(typed=typed)


@dataclass(frozen=True, slots=True)
class ReadDay:
    """A day, and how it was read where it was not written out.

    Parameters
    ----------
    day : date
    said : str
        "read as 31 March 2027"; empty for ``2027-03-31``.
    """

    day: date
    said: str = ""


def read_expiry(typed: str) -> ReadDay:
    """The last day on which a vial may be used, as printed on it.

    Parameters
    ----------
    typed : str
        A day, or a month, whose last day it is: ``2027-03-31``, ``31.03.2027``,
        ``03/2027``, ``2027-03``, ``03/27``, ``MAR 2027``.

    Raises
    ------
    ValueError
        With what to type, where it could mean two days or none.
    """
    parts = _numbers(typed)
    month: tuple[int, int] | None = None
    match [(len(text), number) for text, number in parts]:
        case [(4, year), (1 | 2, number)] | [(1 | 2, number), (4, year)]:
            month = year, number
        case [(1 | 2, number), (2, year)] if number <= _MONTHS_OF_A_YEAR < year:
            month = _CENTURY + year, number
    if month is None:
        return read_day(typed, example="2027-03-31 / 03/2027")
    try:
        last = calendar.monthrange(*month)[1]
        day = date(*month, last)
    except ValueError:
        raise ValueError(_no_day(typed, "2027-03-31 / 03/2027")) from None
    return ReadDay(
        day, _("read as the end of the month, {day}").format(day=day_in_words(day))
    )


def read_day(typed: str, *, example: str = "2027-03-31") -> ReadDay:
    """A day as people write it, where day and month cannot be mistaken.

    Raises
    ------
    ValueError
        With what to type, where it could mean two days or none.
    """
    parts = _numbers(typed)
    found: list[date] = []
    match [(len(text), number) for text, number in parts]:
        case [(4, year), (1 | 2, month), (1 | 2, day)]:
            found = _days((year, month, day))
        case [(1 | 2, first), (1 | 2, second), (4, year)]:
            found = _days((year, second, first), (year, first, second))
    if not found:
        raise ValueError(_no_day(typed, example))
    if len(found) > 1:
        raise ValueError(
            _("“{typed}” can mean {one} or {other}: type {iso} or {other_iso}").format(
                typed=typed.strip(),
                one=day_in_words(found[0]),
                other=day_in_words(found[1]),
                iso=found[0].isoformat(),
                other_iso=found[1].isoformat(),
            )
        )
    only = found[0]
    if typed.strip() == only.isoformat():
        return ReadDay(only)
    return ReadDay(only, _("read as {day}").format(day=day_in_words(only)))


def _numbers(typed: str) -> list[tuple[str, int]]:
    """The parts of a date; a month's name counts as its number."""
    parts = []
    for text in _PARTS.split(typed.strip()):
        name = text[:3].casefold()
        if text.isascii() and text.isdigit() and len(text) <= _DIGITS_OF_A_YEAR:
            parts.append((text, int(text)))
        elif text.isalpha() and name in _MONTHS:
            parts.append(("00", _MONTHS.index(name) + 1))
        else:
            return []
    return parts


def _days(*tried: tuple[int, int, int]) -> list[date]:
    """Those that are days of this age of the calendar, each once."""
    found: dict[date, None] = {}
    for one in tried:
        try:
            found[date(*one)] = None
        except ValueError:
            continue
    return list(found)


def _no_day(typed: str, example: str) -> str:
    return _("“{typed}” is no date: type it like {example}").format(
        typed=typed.strip(), example=example
    )
