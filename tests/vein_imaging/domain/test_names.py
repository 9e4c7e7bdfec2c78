import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_imaging.domain.names import (
    compact,
    folded,
    has_lookalikes,
    is_near,
    printable,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("left thigh 1", "Left  Thigh 1"),
        ("left thigh 1", "left\u00a0thigh\u200b 1"),
        ("café", "cafe\u0301"),
        ("left-thigh_1", "left thigh 1"),
        ("Straße", "strasse"),
        ("Œdème", "oedeme"),
        ("Asclera®", "asclera"),
        ("0,5", "0.5"),
    ],
)
def test_these_are_one_name(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"), [("left thigh 1", "left thigh 2"), ("leg a", "leg b")]
)
def test_these_are_two_names(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert compact(text) == folded(text).replace(" ", "")


def test_another_script_stays_what_it_is() -> None:
    assert folded("\u041d\u043e\u0433\u0430") == "\u043d\u043e\u0433\u0430"
    assert not has_lookalikes("\u043d\u043e\u0433\u0430")
    assert has_lookalikes("\u0430sclera")


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("asclera", "ascelra", True),  # two letters swapped
        ("asclera", "asclerra", True),
        ("asclera", "aslera", True),
        ("sotradecol", "sotardecal", True),  # two slips in a long name
        ("asclera", "scelra", False),
        ("ascl", "asclera", True),
        ("asc", "asclera", False),
        ("thigh", "tihgh", True),
        ("calf", "calm", False),  # too short to call it a slip
    ],
)
def test_a_slip_is_near(one: str, other: str, near: bool) -> None:
    assert is_near(one, other) is near
    assert is_near(other, one) is near


def test_what_is_printed_moves_no_cursor_and_is_one_line() -> None:
    assert printable("a\x1b[2Jb\nc\u202e") == "a\ufffd[2Jb\ufffdc\ufffd"
    assert printable("x" * 60) == "x" * 60
    assert printable("x" * 61) == "x" * 57 + "..."
