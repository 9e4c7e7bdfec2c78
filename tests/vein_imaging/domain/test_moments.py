from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from vein_imaging.domain.moments import (
    date_from_text,
    fixed_offset,
    local_date,
    moment_from_text,
    zone_from_text,
)

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-22T10:05:00+00:00", datetime(2026, 11, 22, 10, 5, tzinfo=UTC)),
        ("2026-11-22T10:05:00Z", datetime(2026, 11, 22, 10, 5, tzinfo=UTC)),
        ("2026-11-22 10:05+01:00", datetime(2026, 11, 22, 9, 5, tzinfo=UTC)),
        (
            "2026-11-22T10:05:01.25-05:30",
            datetime(2026, 11, 22, 15, 35, 1, 250000, UTC),
        ),
    ],
)
def test_a_moment_is_read_with_its_offset(text: str, utc: datetime) -> None:
    at = moment_from_text(text, "at")
    assert at == utc
    assert type(at.tzinfo) is timezone
    assert moment_from_text(at.isoformat(), "at") == at


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-22", "20261122T100500Z", "2026-W47-7T10:00Z", "now", ""),
        *("2026-13-01T00:00Z", "2026-11-22T25:00:00Z", "2026-11-22T10:05:00+00:00 "),
        "22.11.2026 10:05",
    ],
)
def test_text_that_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"at: got .*, wanted a date and time"):
        moment_from_text(text, "at")


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="at: got 2026-11-22T10:05:00 without"):
        moment_from_text("2026-11-22T10:05", "at")
    with pytest.raises(ValueError, match=r"started: got .* without a time zone"):
        fixed_offset(datetime(2026, 11, 22), "started")  # noqa: DTZ001


def test_only_text_is_read() -> None:
    with pytest.raises(TypeError, match="at: got 5"):
        moment_from_text(5, "at")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="day: got None"):
        date_from_text(None, "day")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="timezone: got 1"):
        zone_from_text(1)  # type: ignore[arg-type]


def test_a_zone_becomes_the_offset_it_had() -> None:
    summer = fixed_offset(datetime(2026, 7, 1, 12, tzinfo=LONDON), "at")
    assert summer.tzinfo == timezone(timedelta(hours=1))
    assert summer.hour == 12
    winter = fixed_offset(datetime(2026, 12, 1, 12, tzinfo=LONDON), "at")
    assert winter.tzinfo is UTC


def test_the_two_half_past_one_of_an_october_night_stay_apart() -> None:
    first = datetime(2026, 10, 25, 1, 30, tzinfo=LONDON)
    second = first.replace(fold=1)
    one, other = fixed_offset(first, "at"), fixed_offset(second, "at")
    assert other - one == timedelta(hours=1)
    assert (one.fold, other.fold) == (0, 0)
    assert moment_from_text(other.isoformat(), "at") == other


@pytest.mark.parametrize(
    "text", ["2026-02-29", "2026-1-1", "20260101", "", "01.01.2026"]
)
def test_text_that_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"day: got .*, wanted a date such as"):
        date_from_text(text, "day")


def test_a_date_is_read() -> None:
    assert date_from_text("2028-02-29", "day") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "text", ["Mars/Base", "", "../x", "/etc/passwd", "Europe", "\0"]
)
def test_an_unknown_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="timezone: got"):
        zone_from_text(text)


def test_a_zone_is_known_by_its_name() -> None:
    assert zone_from_text("Europe/London") is ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        ("2026-11-22T23:59:59+00:00", "Europe/London", date(2026, 11, 22)),
        ("2026-11-23T00:00:00+00:00", "Europe/London", date(2026, 11, 23)),
        ("2026-07-01T23:00:00+00:00", "Europe/London", date(2026, 7, 2)),
        ("2026-11-22T11:00:00+00:00", "Pacific/Auckland", date(2026, 11, 23)),
        ("2026-11-23T04:59:59+00:00", "America/New_York", date(2026, 11, 22)),
        ("2026-11-23T05:00:00+00:00", "America/New_York", date(2026, 11, 23)),
        ("2026-03-29T00:30:00+00:00", "Europe/London", date(2026, 3, 29)),
    ],
)
def test_the_calendar_day_is_the_clinics(at: str, zone: str, day: date) -> None:
    assert local_date(moment_from_text(at, "at"), ZoneInfo(zone)) == day
