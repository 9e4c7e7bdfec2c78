"""Appointments as a calendar file that every calendar program reads."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import icalendar

__all__ = ["CalendarEntry", "calendar_file", "local_moment"]

_IDS = uuid.UUID("0c7a8f6e-5f0e-5a52-9b0e-6f8d3c2b7a11")  # of entries made from names
_YEAR = timedelta(days=366)  # rules before and after, for appointments that are moved
_MINUTE = timedelta(minutes=1)
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)  # before any appointment of this program


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One appointment.

    Parameters
    ----------
    key : str
        The same for the same appointment: moved, it replaces the earlier one.
    starts : datetime
        In the clinic's zone, by a `ZoneInfo`.
    minutes : int
    summary, description, location : str
        Others may see it: no name, no treatment in the summary.
    """

    key: str
    starts: datetime
    minutes: int
    summary: str
    description: str = ""
    location: str = ""


def local_moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment that the clinic's wall clock shows a time on a day.

    Parameters
    ----------
    day : date
    at : time
    zone : ZoneInfo

    Returns
    -------
    datetime
        Where clocks are set back and a time comes twice, the first one.

    Raises
    ------
    ValueError
        If clocks are set forward over that time.
    """
    moment = datetime.combine(day, at, zone)
    back = moment.astimezone(UTC).astimezone(zone)
    if back.replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise ValueError(
            f"{at:%H:%M} does not exist on {day} in {zone.key}: the clocks are set"
            " forward over it; choose another time"
        )
    return moment


def calendar_file(entries: Sequence[CalendarEntry], made_at: datetime) -> bytes:
    """Write appointments as iCalendar (RFC 5545), with the rules of their time zones.

    Parameters
    ----------
    entries : sequence of CalendarEntry
    made_at : datetime with a zone
        Now. A file made later replaces the earlier entries of the same key.

    Returns
    -------
    bytes
        Private entries; the same arguments give the same bytes.

    Raises
    ------
    ValueError
        If there is no entry.
    """
    import icalendar

    if not entries:
        raise ValueError("a calendar without any appointment: there is none to come")
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//vein-imaging//appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    stamp = made_at.astimezone(UTC).replace(microsecond=0)
    # grows by one a minute: a later file is a later version of the same appointment
    sequence = max(0, int((stamp - _EPOCH).total_seconds() // 60))
    for one in entries:
        event = icalendar.Event()
        event.add("uid", f"{uuid.uuid5(_IDS, one.key)}@vein-imaging")
        event.add("dtstamp", stamp)
        event.add("dtstart", one.starts)
        # on the wall clock: an hour is an hour also where the clock is changed
        ends = one.starts.astimezone(UTC) + timedelta(minutes=one.minutes)
        event.add("dtend", ends.astimezone(one.starts.tzinfo))
        event.add("sequence", sequence)
        event.add("class", "PRIVATE")
        event.add("status", "CONFIRMED")
        event.add("summary", one.summary)
        for name, text in (
            ("description", one.description),
            ("location", one.location),
        ):
            if text:
                event.add(name, text)
        calendar.add_component(event)
    zones = {str(one.starts.tzinfo): one.starts.tzinfo for one in entries}
    moments = [one.starts.astimezone(UTC) for one in entries]
    for name, zone in sorted(zones.items()):
        first, last = min(moments) - _YEAR, max(moments) + _YEAR
        calendar.add_component(_zone_rules(name, zone, first, last))
    return bytes(calendar.to_ical())


def _zone_rules(
    name: str, zone: tzinfo | None, first: datetime, last: datetime
) -> icalendar.Timezone:
    """Each change of a zone's clocks from `first` to `last`, one by one.

    A list of dates in one rule, as `icalendar` makes it, begins an hour late in spring
    (RFC 5545 wants the wall clock before the change), and readers disagree about it.
    """
    import icalendar

    rules = icalendar.Timezone()
    rules.add("tzid", name)
    before = first.astimezone(zone)
    for change in (first, *_changes(zone, first, last)):
        after = change.astimezone(zone)
        kind = icalendar.TimezoneDaylight if after.dst() else icalendar.TimezoneStandard
        rule, offset = kind(), before.utcoffset() or timedelta(0)
        rule.add("dtstart", (change + offset).replace(tzinfo=None))
        rule.add("tzoffsetfrom", offset)
        rule.add("tzoffsetto", after.utcoffset())
        rule.add("tzname", after.tzname())
        rules.add_component(rule)
        before = after
    return rules


def _changes(
    zone: tzinfo | None, first: datetime, last: datetime
) -> Iterator[datetime]:
    """The moments at which a zone's clocks are changed, to the minute."""

    def offset(moment: datetime) -> timedelta | None:
        return moment.astimezone(zone).utcoffset()

    day = first
    while day < last:
        low, high = day, day + timedelta(days=1)
        if offset(low) != offset(high):
            while high - low > _MINUTE:
                middle = low + (high - low) // 2
                middle = middle.replace(second=0, microsecond=0)
                low, high = (
                    (middle, high) if offset(middle) == offset(low) else (low, middle)
                )
            yield high
        day += timedelta(days=1)
