"""Aftercare as data: what the patient is asked to do, as dated lines from day 0."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any

__all__ = [
    "AftercareItem",
    "AftercareLine",
    "Sheet",
    "WarningSign",
    "aftercare_lines",
    "load_sheet",
]


@dataclass(frozen=True, slots=True)
class AftercareItem:
    """One thing to do or to avoid.

    Parameters
    ----------
    key, text : str
    from_day : days after the treatment, which is day 0
    days : int or None
        How long it lasts; 0 is the day of treatment only, None has no end.
    nights : bool
        Counted in days that end with their night: it stops in the morning of day
        ``from_day + days``, which ``{morning}`` in the text names.
    """

    key: str
    text: str
    from_day: int
    days: int | None
    nights: bool = False

    def __post_init__(self) -> None:
        if self.from_day < 0 or (self.days is not None and self.days < 0):
            raise ValueError(f"aftercare {self.key}: days must be 0 or more")
        if self.nights and not self.days:
            raise ValueError(f"aftercare {self.key}: nights wants days of 1 or more")


@dataclass(frozen=True, slots=True)
class AftercareLine:
    """An item on the calendar of one patient.

    Parameters
    ----------
    key, text : str
    from_on : date
    until_on : date, optional
        The last day it holds, that day included; None has no end.
    ends_on : date, optional
        The day in whose morning it stops, for ``{morning}`` in the text.
    """

    key: str
    text: str
    from_on: date
    until_on: date | None
    ends_on: date | None = None

    def filled(self, text: str | None = None) -> str:
        """The text, or its translation, with the date that ``{morning}`` stands for."""
        words = self.text if text is None else text
        if self.ends_on is None:
            return words
        return words.replace("{morning}", f"{self.ends_on:%d %B %Y}".lstrip("0"))

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True)
class WarningSign:
    """Something after which the patient must act, and what to do."""

    sign: str
    do: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The patient's sheet: what to expect, what to do, and when to call.

    Parameters
    ----------
    items : tuple of AftercareItem
    expect : tuple of str
    source : str
    warnings : tuple of WarningSign
    minutes : int, optional
        How long a procedure takes, where the clinic says so.
    first_price, follow_up_price : str
        The clinic's own words, with the currency; empty where it does not say.
    """

    items: tuple[AftercareItem, ...]
    expect: tuple[str, ...]
    source: str
    warnings: tuple[WarningSign, ...] = ()
    minutes: int | None = None
    first_price: str = ""
    follow_up_price: str = ""

    @property
    def practical(self) -> tuple[str, ...]:
        """The clinic's own settings as lines for the patient, where it has set some."""
        said = (
            ("The procedure takes about", f"{self.minutes} minutes", self.minutes),
            ("First treatment:", self.first_price, self.first_price),
            ("Each further treatment:", self.follow_up_price, self.follow_up_price),
        )
        return tuple(f"{what} {value}." for what, value, is_set in said if is_set)


def _item(row: Mapping[str, Any]) -> AftercareItem:
    unknown = set(row) - {"key", "text", "from_day", "days", "nights"}
    if unknown:
        raise ValueError(f"aftercare: unknown key {min(unknown)!r}")
    for key in ("key", "text", "from_day"):
        if key not in row:
            raise ValueError(f"aftercare: {key} is missing in {dict(row)}")
    nights = row.get("nights", False)
    return AftercareItem(
        row["key"], row["text"], row["from_day"], row.get("days"), nights
    )


@lru_cache(maxsize=8)
def load_sheet(text: str | None = None) -> Sheet:
    """The shipped sheet, or the clinic's own.

    Parameters
    ----------
    text : str, optional
        TOML of the clinic's sheet, in the form of the shipped ``aftercare.toml``.

    Raises
    ------
    ValueError
        If it is no TOML, or a row is wrong.
    """
    if text is None:
        folder = resources.files("vein_imaging.domain")
        text = (folder / "aftercare.toml").read_text(encoding="utf-8")
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"aftercare: not TOML: {error}") from None
    items = tuple(_item(row) for row in body.get("item", ()))
    if len({item.key for item in items}) < len(items):
        raise ValueError("aftercare: two items have the same key")
    minutes = body.get("minutes")
    if minutes is not None and (type(minutes) is not int or minutes < 1):
        raise ValueError(f"aftercare: minutes: got {minutes!r}, wanted 1 or more")
    for row in body.get("warning", ()):
        if set(row) != {"sign", "do"}:
            raise ValueError("aftercare: a warning has a sign and what to do")
    return Sheet(
        items,
        tuple(body.get("expect", ())),
        str(body.get("source", "the clinic's own sheet")),
        tuple(WarningSign(row["sign"], row["do"]) for row in body.get("warning", ())),
        minutes,
        str(body.get("first_price", "")),
        str(body.get("follow_up_price", "")),
    )


def aftercare_lines(treated_on: date, sheet: Sheet) -> tuple[AftercareLine, ...]:
    """The items of a sheet on the calendar.

    The day of treatment is day 0, and something that lasts n days holds through day n:
    never shorter than the page says. What is counted by nights ends in the morning
    after its last night, so no night has two orders: treated on the 27th, day and night
    for 3 days is through the night to the 30th; the night of the 30th is the next
    item's.

    Parameters
    ----------
    treated_on : date
        In the clinic's time zone.
    sheet : Sheet

    Returns
    -------
    tuple of AftercareLine
        In the order of the sheet.
    """
    lines = []
    for item in sheet.items:
        start = treated_on + timedelta(days=item.from_day)
        end = None if item.days is None else start + timedelta(days=item.days)
        # The morning after the last night is the next item's day.
        until = end - timedelta(days=1) if end and item.nights else end
        lines.append(AftercareLine(item.key, item.text, start, until, end))
    return tuple(lines)
