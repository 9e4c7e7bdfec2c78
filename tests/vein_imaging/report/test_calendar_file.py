from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from vein_imaging.report.calendar_file import (
    CalendarEntry,
    calendar_file,
    local_moment,
)

LONDON = ZoneInfo("Europe/London")
MADE = datetime(2026, 9, 1, 8, tzinfo=UTC)
# the clocks are set back on 25 October 2026, forward on 28 March 2027 and 29 March 2026
DAYS = (
    date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30), date(2026, 10, 24),
    date(2026, 10, 25), date(2026, 10, 26), date(2027, 3, 28),
)  # fmt: skip


def entry(day: date, at: time = time(10), zone: ZoneInfo = LONDON) -> CalendarEntry:
    starts = local_moment(day, at, zone)
    return CalendarEntry(f"p {day}", starts, 60, "Appointment")


def _utc(moment: date) -> datetime:
    assert isinstance(moment, datetime)
    return moment.astimezone(UTC)


def by_icalendar(data: bytes) -> dict[str, tuple[datetime, datetime]]:
    calendar = icalendar.Calendar.from_ical(data)
    return {
        str(one["uid"]): (_utc(one.start), _utc(one.end)) for one in calendar.events
    }


def by_vobject(data: bytes) -> dict[str, tuple[datetime, datetime]]:
    calendar = vobject.readOne(data.decode())
    return {
        one.uid.value: (
            one.dtstart.value.astimezone(UTC),
            one.dtend.value.astimezone(UTC),
        )
        for one in calendar.vevent_list
    }


@pytest.mark.parametrize("zone", ["Europe/London", "Europe/Berlin", "America/New_York"])
def test_two_readers_see_ten_o_clock_on_both_sides_of_a_change(zone: str) -> None:
    at = ZoneInfo(zone)
    data = calendar_file([entry(day, zone=at) for day in DAYS], MADE)
    wanted = {
        (moment := datetime.combine(day, time(10), at)).astimezone(UTC): moment
        for day in DAYS
    }
    first, second = by_icalendar(data), by_vobject(data)
    assert first == second
    assert {starts for starts, _ends in first.values()} == set(wanted)
    assert all(ends - starts == timedelta(hours=1) for starts, ends in first.values())


def test_the_rules_of_the_zone_are_in_the_file() -> None:
    data = calendar_file([entry(DAYS[0])], MADE)
    assert b"BEGIN:VTIMEZONE" in data and b"TZID:Europe/London" in data


def test_the_clocks_are_set_forward_by_the_clock_before_it() -> None:
    data = calendar_file([entry(DAYS[1])], MADE)
    # RFC 5545, 3.6.5: the onset is told on the wall clock of TZOFFSETFROM
    spring = (
        b"BEGIN:DAYLIGHT\r\nDTSTART:20260329T010000\r\nTZNAME:BST\r\n"
        b"TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nEND:DAYLIGHT"
    )
    assert spring in data


def test_the_same_arguments_are_the_same_bytes() -> None:
    made = [calendar_file([entry(day) for day in DAYS], MADE) for _ in range(2)]
    assert made[0] == made[1]


def test_a_moved_appointment_replaces_the_earlier_one() -> None:
    first = icalendar.Calendar.from_ical(calendar_file([entry(DAYS[0])], MADE))
    starts = local_moment(DAYS[3], time(9), LONDON)
    moved = CalendarEntry(f"p {DAYS[0]}", starts, 60, "x")
    later = MADE + timedelta(minutes=5)
    second = icalendar.Calendar.from_ical(calendar_file([moved], later))
    assert first.events[0]["uid"] == second.events[0]["uid"]
    assert first.events[0].sequence < second.events[0].sequence


def test_no_one_else_reads_what_it_is_about() -> None:
    data = calendar_file([entry(DAYS[0])], MADE)
    assert b"CLASS:PRIVATE" in data and b"SUMMARY:Appointment" in data


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(ValueError, match="01:30 does not exist on 2026-03-29"):
        local_moment(date(2026, 3, 29), time(1, 30), LONDON)


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    moment = local_moment(date(2026, 10, 25), time(1, 30), LONDON)
    assert moment.astimezone(UTC).hour == 0


def test_a_calendar_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="none to come"):
        calendar_file([], MADE)


@given(st.text(max_size=80))
def test_any_text_reads_back(said: str) -> None:
    one = CalendarEntry("k", local_moment(DAYS[0], time(10), LONDON), 30, "x", said)
    data = calendar_file([one], MADE)
    assert len(icalendar.Calendar.from_ical(data).events) == 1
