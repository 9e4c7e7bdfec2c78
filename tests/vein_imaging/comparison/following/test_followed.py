"""Sites, skin and a course, on drawn legs whose veins are known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from vein_imaging import Comparison, analyse, compare
from vein_imaging.comparison.following.course import follow_course
from vein_imaging.comparison.following.sites import (
    TreatedSite,
    by_product,
    follow_sites,
)
from vein_imaging.comparison.following.skin import skin_changes
from vein_imaging.comparison.telling.course_picture import course_lines, draw_course
from vein_phantom import PhantomSettings, PhantomTruth, draw_frame

LEG = PhantomSettings(
    seed=3, width_px=640, height_px=360, mm_per_pixel=0.125, colour="skin", hair=5
)
MM = 0.125


@dataclass(frozen=True)
class Visits:
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    truth: PhantomTruth
    later: PhantomTruth
    result: Comparison


@pytest.fixture(scope="module")
def visits() -> Visits:
    before, truth = draw_frame(LEG)
    after, later = draw_frame(replace(LEG, visit="after"))
    return Visits(before, after, truth, later, compare(before, after, mm_per_pixel=MM))


def on(visits: Visits, *, gone: bool) -> list[TreatedSite]:
    """A mark on the middle of every longer vein inside the overlap."""
    lost = {branch.branch_id for branch in visits.later.gone}
    found = []
    for branch in visits.truth.branches:
        middle = branch.points_rc[len(branch.points_rc) // 2]
        row, column = np.rint(middle).astype(int)
        inside = visits.result.overlap[
            max(0, row - 5) : row + 6, max(0, column - 5) : column + 6
        ]
        same = (branch.branch_id in lost) is gone and branch.treated is gone
        if same and inside.size and inside.mean() > 0.9 and len(branch.points_rc) > 40:
            name = f"{branch.branch_id}"
            found.append(TreatedSite(name, middle[None], "polidocanol", "0.5 %"))
    return found


def test_a_site_has_the_fate_of_the_vein_near_its_mark(visits: Visits) -> None:
    cleared = replace(visits.result.pieces[0], change="cleared", ratio=0.05)
    kept = replace(cleared, change="persistent", ratio=1.0)
    pieces = tuple(
        replace(
            one,
            branch=row,
            points_rc=np.array([[row, x + step] for step in range(20)], float),
            length_px=20.0,
            contrast_before=0.2,
            noise=0.004,
            seen_as="vein",
        )
        for row, one in ((100, cleared), (250, kept))
        for x in (200, 220, 240, 260)
    )
    everywhere = np.ones_like(visits.result.overlap)
    found = replace(
        visits.result, pieces=pieces, overlap=everywhere, verdict="comparable"
    )
    sites = [TreatedSite(str(row), np.array([[row, 240.0]])) for row in (105, 255, 20)]
    fates = [one.fate for one in follow_sites(found, sites)]
    assert fates == ["cleared", "not cleared", "cannot tell"]


def test_before_eight_weeks_and_outside_nothing_is_told(visits: Visits) -> None:
    sites = on(visits, gone=True)
    early = follow_sites(visits.result, sites, days_between=20)
    assert {one.fate for one in early} == {"cannot tell"} and early[0].why
    outside = TreatedSite("x", np.array([[5000.0, 5000.0]]))
    assert follow_sites(visits.result, [outside])[0].fate == "cannot tell"


def test_products_are_counted_with_an_interval(visits: Visits) -> None:
    sites = [*on(visits, gone=True), *on(visits, gone=False)]
    outcomes = follow_sites(visits.result, sites)
    (row,) = by_product(outcomes)
    assert row.product == "polidocanol"
    counted = row.cleared + row.partly + row.not_cleared + row.cannot_tell
    assert counted == len(sites)
    assert 0 <= row.low_pct < row.high_pct <= 100


def painted(
    picture: NDArray[np.uint8], at_rc: tuple[int, int], colour: tuple[float, ...]
) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    away = np.hypot(rows - at_rc[0], columns - at_rc[1]) / 30
    dark = np.exp(-0.5 * away**2)[..., None] * np.array(colour)
    return np.asarray(np.rint(picture * np.exp(-dark)), np.uint8)


@pytest.mark.parametrize(
    ("colour", "word"),
    [
        ((0.1, 0.15, 0.25), "more pigmented"),
        ((0.05, 0.3, 0.3), "redder"),
        ((0.0, 0.0, 0.0), "no change told"),
        ((0.3, 0.3, 0.3), "no change told"),
    ],
)
def test_skin_is_held_against_untreated_skin_of_the_same_picture(
    visits: Visits, colour: tuple[float, ...], word: str
) -> None:
    leg = replace(LEG, veins=False, hair=0, freckles=0, limb=False, noise=False)
    before, _ = draw_frame(leg)
    result = same_place(visits.result, before, painted(before, (180, 320), colour))
    site = TreatedSite("s", np.array([[180.0, 320.0]]))
    (found,) = skin_changes(before, result, [site], reach_mm=3.0)
    assert found.word == word, found


def test_another_white_balance_is_no_redness(visits: Visits) -> None:
    leg = replace(LEG, veins=False, hair=0, freckles=0, limb=False, noise=False)
    before, _ = draw_frame(leg)
    warm = np.clip(before * np.array([1.1, 0.95, 0.8]), 0, 255).astype(np.uint8)
    site = TreatedSite("s", np.array([[180.0, 320.0]]))
    result = same_place(visits.result, before, warm)
    (found,) = skin_changes(before, result, [site], reach_mm=3.0)
    assert found.word == "no change told", found


def test_a_grey_picture_says_nothing_of_colour(visits: Visits) -> None:
    grey = visits.before[..., 1]
    (found,) = skin_changes(grey, visits.result, [TreatedSite("s", np.ones((1, 2)))])
    assert found.word == "cannot tell" and found.caution


def same_place(
    found: Comparison, before: NDArray[np.uint8], after: NDArray[np.uint8]
) -> Comparison:
    """A comparison of two pictures of one frame, without searching for it."""
    everywhere = np.ones(before.shape[:2], np.bool_)
    nothing = ~everywhere
    return replace(
        found,
        registered=after,
        overlap=everywhere,
        cleared=nothing,
        remaining=nothing,
        new=nothing,
        before_map=analyse(before, mm_per_pixel=MM),
    )


def test_a_course_is_one_frame_with_a_curve_and_its_drift() -> None:
    leg = replace(LEG, colour="nir")
    pictures = [
        draw_frame(leg)[0],
        draw_frame(replace(leg, visit="after", treated_share=0.3))[0],
        draw_frame(replace(leg, visit="after", treated_share=0.9, pose=0.5))[0],
    ]
    days = [date(2026, 1, 1), date(2026, 3, 15), date(2026, 6, 1)]
    course = follow_course(pictures, days, mm_per_pixel=[MM] * 3)
    second, third = course.visits
    assert second.summary is not None and third.summary is not None
    assert third.summary.clearance_pct > second.summary.clearance_pct
    # the same veins are counted at each visit
    assert second.summary.before == third.summary.before
    assert np.isnan(second.drift_px) and third.drift_px * MM < 0.4
    assert draw_course(course).shape[1] == 1600
    assert "drift" in course_lines(course)[1]


def test_a_course_needs_three_visits_in_order() -> None:
    picture = np.zeros((40, 40), np.uint8)
    day = date(2026, 1, 1)
    with pytest.raises(ValueError, match="three visits"):
        follow_course([picture] * 2, [day] * 2)
    with pytest.raises(ValueError, match="2 days were given for 3"):
        follow_course([picture] * 3, [day] * 2)
    with pytest.raises(ValueError, match="sort by day"):
        follow_course([picture] * 3, [day, day, date(2025, 1, 1)])
