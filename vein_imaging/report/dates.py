"""Days as people say them, in the language of the page."""

from __future__ import annotations

from datetime import date

from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["day_in_words"]

_WEEKDAYS = (
    marked("Monday"),
    marked("Tuesday"),
    marked("Wednesday"),
    marked("Thursday"),
    marked("Friday"),
    marked("Saturday"),
    marked("Sunday"),
)
_MONTHS = (
    marked("January"),
    marked("February"),
    marked("March"),
    marked("April"),
    marked("May"),
    marked("June"),
    marked("July"),
    marked("August"),
    marked("September"),
    marked("October"),
    marked("November"),
    marked("December"),
)


def day_in_words(day: date, *, year: bool = True) -> str:
    """Say a day with its weekday: nobody mistakes it for another.

    Parameters
    ----------
    day : date
    year : bool
        Whether the year is said.

    Returns
    -------
    str
        ``Monday 25 May 2026``.
    """
    names = {
        "weekday": _(_WEEKDAYS[day.weekday()]),
        "day": day.day,
        "month": _(_MONTHS[day.month - 1]),
        "year": day.year,
    }
    if year:
        return _("{weekday} {day} {month} {year}").format(**names)
    return _("{weekday} {day} {month}").format(**names)
