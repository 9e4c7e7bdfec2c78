from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vein_imaging.domain.plain_text import plain_text
from vein_imaging.report.readable import font_folders, printable_text

SCRIPTS = (
    "محمد بن سلمان",
    "שרה כהן",
    "王小明",
    "राजेश कुमार",
    "김철수",
    "やまだ",
    "Łukasz Ødegård",
    "Nguyễn Thị",
    "😀",
    "Ἀθηνᾶ",
    "Иван",
    "สมชาย",
    "ქართული",
    "Հայկ",
    "தமிழ்",
    'O\'Brien "x"',
)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_name_in_the_scripts_of_our_fonts_stays_as_it_is(name: str) -> None:
    assert printable_text(name) == plain_text(name) == name


def test_a_letter_that_no_font_holds_is_named() -> None:
    assert printable_text("ཀ a") == "[TIBETAN LETTER KA]\u200b a".replace("\u200b", "")


def test_a_mark_that_turns_the_text_round_is_shown_and_not_obeyed() -> None:
    assert plain_text("a\u202eb\x07") == "a[U+202E]b[U+0007]"


def test_a_name_of_300_letters_may_break_and_loses_none() -> None:
    said = printable_text("x" * 300)
    assert said.replace("\u200b", "") == "x" * 300
    assert max(map(len, said.split("\u200b"))) <= 24


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_nothing_is_lost_without_a_word_in_its_place(text: str) -> None:
    said = printable_text(text)
    assert sum(not one.isspace() for one in text) <= sum(
        not one.isspace() for one in said
    )
    assert not any("\u202a" <= one <= "\u202e" for one in said)


def test_the_fonts_say_under_which_licence_they_are() -> None:
    from importlib.metadata import metadata

    for folder in font_folders():
        licence = metadata(folder.name.replace("_", "-"))["License-Expression"]
        assert licence == "OFL-1.1"
