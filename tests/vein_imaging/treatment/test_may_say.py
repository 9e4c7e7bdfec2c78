"""One function decides whether a percentage may be shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from vein_imaging.comparison import Comparison, compare
from vein_imaging.treatment import ComparedDays, may_say
from vein_phantom import PhantomSettings, draw_frame

LEG = PhantomSettings(seed=7, width_px=480, height_px=360, mm_per_pixel=0.2)
BEFORE = date(2026, 9, 25)


@pytest.fixture(scope="module")
def cleared() -> Comparison:
    before, _ = draw_frame(LEG)
    after, _ = draw_frame(replace(LEG, visit="after"))
    return compare(before, after, mm_per_pixel=LEG.mm_per_pixel)


def test_before_eight_weeks_no_figure_may_be_shown(cleared: Comparison) -> None:
    said = may_say(cleared, ComparedDays(BEFORE, date(2026, 10, 5)))
    assert (said.verdict, said.figure) == ("too early", "")
    assert "10 days have passed, and 56 are needed" in said.why_no_figure


def test_the_last_treatment_counts_not_the_first_picture(cleared: Comparison) -> None:
    days = ComparedDays(BEFORE, date(2026, 11, 27), date(2026, 11, 20))
    assert may_say(cleared, days).verdict == "too early"


def test_after_eight_weeks_the_figure_has_its_error(cleared: Comparison) -> None:
    said = may_say(cleared, ComparedDays(BEFORE, date(2026, 11, 25)))
    assert said.verdict == "comparable" and said.assessment is not None
    assert "% cleared (95 % interval" in said.figure


def test_without_dates_it_is_said_when_it_holds(cleared: Comparison) -> None:
    said = may_say(cleared, ComparedDays())
    assert said.figure and any("no dates" in reason for reason in said.reasons)


def test_a_doubtful_figure_is_not_summed_up(cleared: Comparison) -> None:
    doubtful = replace(cleared, verdict="doubtful", reasons=("other light",))
    said = may_say(doubtful, ComparedDays(BEFORE, date(2026, 11, 25)))
    assert said.assessment is None and said.headline.startswith("DOUBTFUL")
    assert "other light" in said.reasons


def test_what_cannot_be_compared_has_no_figure(cleared: Comparison) -> None:
    found = replace(cleared.registration, failures=("not recognised",))
    refused = replace(cleared, verdict="refused", registration=found)
    said = may_say(refused, ComparedDays(BEFORE, date(2026, 11, 25)))
    assert (said.headline, said.figure) == ("NOT COMPARABLE", "")
    assert said.all_veins == ""


def test_what_is_aligned_but_not_measured_says_so(cleared: Comparison) -> None:
    few = replace(cleared, verdict="refused", reasons=("too few veins",))
    said = may_say(few, ComparedDays(BEFORE, date(2026, 11, 25)))
    assert (said.headline, said.figure) == ("ALIGNED, BUT NOT MEASURED", "")


def test_what_was_not_judged_stands_beside_the_figure(cleared: Comparison) -> None:
    said = may_say(cleared, ComparedDays(BEFORE, date(2026, 11, 25)))
    assert "could not be judged" in said.all_veins


def test_no_face_quotes_a_percentage_by_itself() -> None:
    root = Path(__file__).parents[3] / "vein_imaging"
    faces = [
        f for name in ("cli", "viewer", "demo") for f in (root / name).rglob("*.py")
    ]
    assert faces
    asking = [
        str(f.relative_to(root))
        for f in faces
        if ".clearance_text(" in f.read_text("utf-8")
        or "import assess" in f.read_text("utf-8")
    ]
    assert asking == []
