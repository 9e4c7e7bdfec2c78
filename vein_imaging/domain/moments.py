"""Points in time: always with a zone, and the clinic's calendar day they fall on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timezone
from zoneinfo import ZoneInfo

__all__ = [
    "date_from_text",
    "fixed_offset",
    "local_date",
    "moment_from_text",
    "require_year",
    "zone_from_text",
]

_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d(:\d\d)?)?",
    re.ASCII,
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2999
# Files of the zone database that are no place: they differ from machine to machine.
_NO_PLACE = re.compile(r"(?:localtime|posixrules|factory|(?:right|posix)/.*)", re.I)


def fixed_offset(at: datetime, name: str) -> datetime:
    """The same moment with a plain offset, which text keeps exactly.

    Parameters
    ----------
    at : datetime with a zone
    name : str
        What it is, for the message.

    Returns
    -------
    datetime
        With a `datetime.timezone`; the wall clock reads as before.

    Raises
    ------
    ValueError
        If `at` has no zone.
    """
    if type(at.tzinfo) is timezone:
        return at
    offset = at.utcoffset()
    if offset is None:
        raise ValueError(
            f"{name}: got {at.isoformat()} without a time zone, wanted one with its "
            'offset such as "2026-11-22T10:05:00+00:00"'
        )
    return at.replace(tzinfo=UTC if not offset else timezone(offset), fold=0)


def moment_from_text(text: str, name: str) -> datetime:
    """A moment from ISO 8601 text with its offset.

    Raises
    ------
    TypeError, ValueError
        If it is no text, no date and time, or has no offset.
    """
    if not isinstance(text, str):
        raise TypeError(f"{name}: got {text!r}, wanted date and time as text")
    try:
        at = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:  # the 31st of February
        at = None
    if at is None:
        raise ValueError(
            f"{name}: got {text!r}, wanted a date and time with its offset such as "
            '"2026-11-22T10:05:00+00:00"'
        )
    return at if type(at.tzinfo) is timezone else fixed_offset(at, name)


def date_from_text(text: str, name: str) -> date:
    """A calendar date from text such as ``2026-11-22``.

    Raises
    ------
    TypeError, ValueError
        If it is no text or no date.
    """
    if not isinstance(text, str):
        raise TypeError(f"{name}: got {text!r}, wanted a date as text")
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:  # the 31st of February
        day = None
    if day is None:
        raise ValueError(f'{name}: got {text!r}, wanted a date such as "2026-11-22"')
    return day


def require_year(day: date | None, name: str) -> None:
    """Refuse a date or moment that no visit can have.

    Parameters
    ----------
    day : date or datetime, optional
    name : str
        What it is, for the message.

    Raises
    ------
    ValueError
        If its year lies before 1900 or after 2999: a slip, and adding a zone or days
        would run off the calendar.
    """
    if day is not None and not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(
            f"{name}: got {day.isoformat()}, wanted a year from {_FIRST_YEAR} to "
            f"{_LAST_YEAR}"
        )


def zone_from_text(text: str) -> ZoneInfo:
    """The clinic's time zone by its IANA name.

    Raises
    ------
    TypeError, ValueError
        If it is no text or no zone is known by that name.
    """
    if not isinstance(text, str):
        raise TypeError(f"timezone: got {text!r}, wanted a name as text")
    try:
        if _NO_PLACE.fullmatch(text):
            raise LookupError  # noqa: TRY301  # the same words for all that is no zone
        return ZoneInfo(text)
    except (LookupError, ValueError, OSError):
        raise ValueError(
            f'timezone: got {text!r}, wanted an IANA name such as "Europe/London"'
        ) from None


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """The calendar day a moment falls on in the clinic's own time zone."""
    return at.astimezone(zone).date()
