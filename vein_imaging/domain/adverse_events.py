"""Adverse events: the kinds that are known, and one event of one patient."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from typing import ClassVar, Literal

from vein_imaging.domain.limits import Source

__all__ = [
    "GRADES",
    "AdverseEvent",
    "AdverseEventKind",
    "Discomfort",
    "Urgency",
    "adverse_event_kinds",
]

Urgency = Literal["emergency", "same-day", "urgent", "review", "note"]

#: Generic grades; no scale made for sclerotherapy was found.
GRADES: Mapping[int, str] = {
    1: "mild",
    2: "moderate",
    3: "severe",
    4: "life-threatening",
    5: "death",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventKind:
    """A known kind of event.

    Parameters
    ----------
    key, name : str
    onset_days : (int, int)
        First and last day after the treatment on which it usually shows.
    rate : str
        How often, as published.
    urgency : Urgency
    action : str
    follow_up_days : tuple of int
        Days after the onset on which to look again.
    source : Source
    """

    key: str
    name: str
    onset_days: tuple[int, int]
    rate: str
    urgency: Urgency
    action: str
    follow_up_days: tuple[int, ...]
    source: Source


@lru_cache(maxsize=1)
def adverse_event_kinds() -> Mapping[str, AdverseEventKind]:
    """The known kinds by key, mildest first within each urgency.

    Raises
    ------
    KeyError
        If a row names no source of the file.
    """
    file = resources.files("vein_imaging.domain") / "adverse_events.toml"
    body = tomllib.loads(file.read_text(encoding="utf-8"))
    sources = {key: Source(**row) for key, row in body["source"].items()}
    kinds: dict[str, AdverseEventKind] = {}
    for row in body["kind"]:
        first, last = row["onset_days"]
        kinds[row["key"]] = AdverseEventKind(
            key=row["key"],
            name=row["name"],
            onset_days=(first, last),
            rate=row["rate"],
            urgency=row["urgency"],
            action=row["action"],
            follow_up_days=tuple(row["follow_up_days"]),
            source=sources[row["source"]],
        )
    return kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEvent:
    """One event of one patient; also an entry of the session's log.

    Parameters
    ----------
    entry_id : str
    what : str
        Key of its kind; ``other`` needs a text.
    onset_on : date
    grade : 1 to 5
        See `GRADES`.
    site : str, optional
        Of the injections.
    injection_entry : str, optional
        Entry of the injection it follows.
    batch, image_id : str, optional
    resolved_on : date, optional
    reported : bool
        To the authority (Yellow Card).
    text : str

    Raises
    ------
    ValueError
        If the kind or grade is unknown, it ends before it begins, or ``other`` says
        nothing.
    """

    kind: ClassVar[str] = "adverse_event"
    entry_id: str
    what: str
    onset_on: date
    grade: int
    site: str | None = None
    injection_entry: str | None = None
    batch: str | None = None
    image_id: str | None = None
    resolved_on: date | None = None
    reported: bool = False
    text: str = ""

    def __post_init__(self) -> None:
        if not self.entry_id.strip():
            raise ValueError("entry_id: got nothing; every entry needs one")
        kinds = adverse_event_kinds()
        if self.what not in kinds:
            raise ValueError(
                f"adverse event: got {self.what!r}, wanted one of {', '.join(kinds)}"
            )
        if self.grade not in GRADES:
            raise ValueError(f"grade: got {self.grade!r}, wanted 1 (mild) to 5 (death)")
        if self.resolved_on is not None and self.resolved_on < self.onset_on:
            raise ValueError(
                f"resolved_on: got {self.resolved_on}, before the onset on "
                f"{self.onset_on}"
            )
        if self.what == "other" and not self.text.strip():
            raise ValueError("text: got nothing; say what the other event is")

    @property
    def follow_up_on(self) -> tuple[date, ...]:
        """The days on which to look again; none once it is over."""
        if self.resolved_on is not None:
            return ()
        days = adverse_event_kinds()[self.what].follow_up_days
        return tuple(self.onset_on + timedelta(days=day) for day in days)

    def is_expected_after(self, treated_on: date) -> bool:
        """Whether the onset lies in the usual time after the treatment."""
        first, last = adverse_event_kinds()[self.what].onset_days
        return first <= (self.onset_on - treated_on).days <= last


@dataclass(frozen=True, slots=True, kw_only=True)
class Discomfort:
    """What the patient felt; an entry of the session's log.

    Parameters
    ----------
    entry_id : str
    when : "during" or "after"
    level : "none", "mild" or "strong"
    itching, stinging : bool
    """

    kind: ClassVar[str] = "discomfort"
    entry_id: str
    when: Literal["during", "after"]
    level: Literal["none", "mild", "strong"]
    itching: bool = False
    stinging: bool = False

    def __post_init__(self) -> None:
        if not self.entry_id.strip():
            raise ValueError("entry_id: got nothing; every entry needs one")
        if self.when not in ("during", "after"):
            raise ValueError(f"when: got {self.when!r}, wanted during or after")
        if self.level not in ("none", "mild", "strong"):
            raise ValueError(f"level: got {self.level!r}, wanted none, mild or strong")
