"""Aftercare as data: what the patient is asked to do, as dated lines from day 0."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any

__all__ = ["AftercareItem", "AftercareLine", "Sheet", "aftercare_lines", "load_sheet"]


@dataclass(frozen=True, slots=True)
class AftercareItem:
    """One thing to do or to avoid.

    Parameters
    ----------
    key, text : str
    from_day : days after the treatment, which is day 0
    days : int or None
        How long it lasts; 0 is the day of treatment only, None has no end.
    """

    key: str
    text: str
    from_day: int
    days: int | None

    def __post_init__(self) -> None:
        if self.from_day < 0 or (self.days is not None and self.days < 0):
            raise ValueError(f"aftercare {self.key}: days must be 0 or more")


@dataclass(frozen=True, slots=True)
class AftercareLine:
    """An item on the calendar of one patient.

    Parameters
    ----------
    key, text : str
    from_on : date
    until_on : date, optional
        The last day it holds, that day included; None has no end.
    """

    key: str
    text: str
    from_on: date
    until_on: date | None

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The patient's sheet: what to expect, and what to do.

    Parameters
    ----------
    items : tuple of AftercareItem
    expect : tuple of str
    source : str
    """

    items: tuple[AftercareItem, ...]
    expect: tuple[str, ...]
    source: str


def _item(row: Mapping[str, Any]) -> AftercareItem:
    unknown = set(row) - {"key", "text", "from_day", "days"}
    if unknown:
        raise ValueError(f"aftercare: unknown key {min(unknown)!r}")
    for key in ("key", "text", "from_day"):
        if key not in row:
            raise ValueError(f"aftercare: {key} is missing in {dict(row)}")
    return AftercareItem(row["key"], row["text"], row["from_day"], row.get("days"))


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
    expect = tuple(body.get("expect", ()))
    return Sheet(items, expect, str(body.get("source", "the clinic's own sheet")))


def aftercare_lines(treated_on: date, sheet: Sheet) -> tuple[AftercareLine, ...]:
    """The items of a sheet on the calendar.

    The day of treatment is day 0, and something that lasts n days holds through day n:
    never shorter than the page says.

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
        until = None if item.days is None else start + timedelta(days=item.days)
        lines.append(AftercareLine(item.key, item.text, start, until))
    return tuple(lines)
