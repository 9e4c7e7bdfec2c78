from datetime import date

import pytest

from vein_imaging.domain.aftercare import aftercare_lines, load_sheet

DAY_0 = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("key", "from_on", "until_on"),
    [
        ("walk", DAY_0, DAY_0),
        ("hosiery_day_and_night", DAY_0, date(2026, 11, 28)),
        ("hosiery_daytime", date(2026, 11, 28), date(2026, 12, 5)),
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
    assert line.text


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
    ],
)
def test_a_wrong_sheet_is_refused(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        load_sheet(text)
