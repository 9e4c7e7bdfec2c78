from datetime import date, timedelta

import pytest

from vein_imaging.domain.adverse_events import adverse_event_kinds
from vein_imaging.domain.aftercare import aftercare_lines, load_sheet

DAY_0 = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("key", "from_on", "until_on"),
    [
        ("walk", DAY_0, DAY_0),
        ("hosiery_day_and_night", DAY_0, date(2026, 11, 27)),
        ("hosiery_daytime", date(2026, 11, 28), date(2026, 12, 4)),
        ("heat", DAY_0, date(2026, 12, 9)),
        ("sun", DAY_0, date(2026, 12, 23)),
        ("exercise", DAY_0, date(2026, 12, 9)),
        ("waxing", DAY_0, date(2026, 12, 23)),
        ("elevate", DAY_0, date(2026, 12, 9)),
        ("flights", DAY_0, date(2026, 12, 23)),
        ("hosiery_long_term", date(2026, 12, 5), None),
    ],
)
def test_every_item_of_the_clinics_page_has_its_dates(
    key: str, from_on: date, until_on: date | None
) -> None:
    (line,) = (one for one in aftercare_lines(DAY_0, load_sheet()) if one.key == key)
    assert (line.from_on, line.until_on) == (from_on, until_on)
    assert line.filled()
    assert "{" not in line.filled()


def test_there_are_ten_items_and_what_to_expect() -> None:
    sheet = load_sheet()
    assert len(sheet.items) == 10
    assert len(aftercare_lines(DAY_0, sheet)) == 10
    assert len(sheet.expect) >= 5
    assert "2026" in sheet.source


def test_a_line_holds_on_its_last_day_and_not_after() -> None:
    lines = {line.key: line for line in aftercare_lines(DAY_0, load_sheet())}
    assert lines["heat"].holds_on(DAY_0)
    assert lines["heat"].holds_on(date(2026, 12, 9))
    assert not lines["heat"].holds_on(date(2026, 12, 10))
    assert not lines["hosiery_daytime"].holds_on(date(2026, 11, 27))
    assert lines["hosiery_long_term"].holds_on(date(2040, 1, 1))


def test_a_clinic_brings_its_own_sheet() -> None:
    own = load_sheet(
        'source = "ours"\n[[item]]\nkey = "walk"\ntext = "Walk."\n'
        "from_day = 0\ndays = 1\n"
    )
    (line,) = aftercare_lines(DAY_0, own)
    assert line.until_on == date(2026, 11, 26)
    assert own.expect == ()
    assert own.source == "ours"


def test_no_night_has_two_orders_for_the_hosiery() -> None:
    """Treated on the 27th: day and night to the morning of the 30th, then off."""
    lines = {
        line.key: line for line in aftercare_lines(date(2026, 11, 27), load_sheet())
    }
    both, by_day = lines["hosiery_day_and_night"], lines["hosiery_daytime"]
    assert (both.from_on, both.until_on) == (date(2026, 11, 27), date(2026, 11, 29))
    assert "through the night to 30 November 2026" in both.filled()
    assert (by_day.from_on, by_day.until_on) == (date(2026, 11, 30), date(2026, 12, 6))
    assert "off at night" in by_day.text
    for number in range(40):  # the night that follows each day
        day = date(2026, 11, 27) + timedelta(days=number)
        assert both.holds_on(day) + by_day.holds_on(day) == (number < 10)
    assert lines["hosiery_long_term"].from_on == date(2026, 12, 7)


def test_the_signs_that_want_help_say_what_to_do() -> None:
    warnings = load_sheet().warnings
    said = " ".join(one.sign for one in warnings).lower()
    for sign in ("clot", "stroke", "face", "arm", "speech", "chest pain", "allergy"):
        assert sign in said
    assert all(one.do for one in warnings)
    assert sum("ambulance" in one.do for one in warnings) >= 4


def test_nothing_promises_that_marks_fade() -> None:
    sheet = load_sheet()
    for text in (*sheet.expect, *(item.text for item in sheet.items)):
        assert "fade" not in text or "often fade" in text
    for kind in adverse_event_kinds().values():
        assert "fades" not in kind.action or "often fades" in kind.action


def test_the_clinics_own_time_and_prices_are_printed_where_set() -> None:
    assert load_sheet().practical == ()
    own = load_sheet('minutes = 45\nfirst_price = "£250"\nfollow_up_price = "£180"\n')
    assert own.practical == (
        "The procedure takes about 45 minutes.",
        "First treatment: £250.",
        "Each further treatment: £180.",
    )


ITEM = '[[item]]\nkey = "a"\ntext = "b"\n'


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("item = ", "not TOML"),
        (ITEM + "from_day = 0\ncolour = 1\n", "unknown key 'colour'"),
        (ITEM, "from_day is missing"),
        (ITEM + "from_day = -1\n", "0 or more"),
        (ITEM + "from_day = 0\ndays = -1\n", "0 or more"),
        ((ITEM + "from_day = 0\n") * 2, "same key"),
        (ITEM + "from_day = 0\nnights = true\n", "nights wants days"),
        ("minutes = 0\n", "minutes: got 0"),
        ('minutes = "45"\n', "minutes: got '45'"),
        ('[[warning]]\nsign = "x"\n', "a warning has a sign and what to do"),
    ],
)
def test_a_wrong_sheet_is_refused(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        load_sheet(text)
