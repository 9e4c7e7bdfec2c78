"""When somebody is due, in words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from vein_imaging.treatment import PatientRecord, WorklistRow
from vein_imaging.viewer.start.listed_words import found_patient, listed_patient

TODAY = date(2026, 11, 25)
ANNE = PatientRecord("p1", {"name": "Anne Probe", "born": "1980-04-12"})


def row(listed: Any, days_away: int, **more: Any) -> WorklistRow:
    return WorklistRow(
        listed=listed,
        patient=ANNE,
        day=TODAY + timedelta(days=days_away),
        days_away=days_away,
        planned_sessions=3,
        **more,
    )


@pytest.mark.parametrize(
    ("listed", "days", "more", "tag", "words"),
    [
        ("due", 0, {}, "DUE TODAY", "Due today"),
        ("due", 1, {}, "SOON", "Due in 1 day (2026-11-26)"),
        ("due", 7, {}, "SOON", "Due in 7 days (2026-12-02)"),
        ("due", -1, {}, "OVERDUE", "Overdue by 1 day (2026-11-24)"),
        ("due", -5, {}, "OVERDUE", "Overdue by 5 days (2026-11-20)"),
        (
            "open",
            0,
            {"author": "ben", "injections": 2},
            "OPEN",
            "Begun today by ben, 2 injections, not signed",
        ),
        (
            "unsigned",
            -8,
            {"author": "anna"},
            "NOT SIGNED",
            "Begun 8 days ago (2026-11-17) by anna, never signed",
        ),
        ("signed", 0, {"injections": 1}, "DONE", "Seen today, 1 injection, signed"),
    ],
)
def test_why_somebody_is_listed(
    listed: str, days: int, more: dict[str, Any], tag: str, words: str
) -> None:
    said = listed_patient(row(listed, days, **more))
    assert (said.tag, said.name) == (tag, "Anne Probe")
    assert said.why == f"{words}  \N{MIDDLE DOT}  session 1 of 3"
    assert said.person == "born 1980-04-12"
    assert said.words == f"{tag}, Anne Probe, born 1980-04-12, {said.why}"


def test_one_who_was_searched_is_named_with_number_and_birth_date() -> None:
    said = found_patient(PatientRecord("p2", {"name": "", "number": "P-2"}))
    assert (said.name, said.tag, said.why) == ("no name", "", "")
    assert said.person == "birth date not known  \N{MIDDLE DOT}  no. P-2"


def test_what_the_screening_forbids_stands_first() -> None:
    listed = listed_patient(row("due", 0, forbidden=("Pregnant: do not treat.",)))
    assert listed.stop == "STOP \N{EM DASH} Pregnant: do not treat."
    assert listed.below.startswith(listed.stop) and "Due today" in listed.below
    assert listed.stop in listed.words
    assert listed_patient(row("due", 0)).stop == ""
