"""`compare` on drawn pairs whose displacement and fate are known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vein_imaging import Comparison, compare
from vein_imaging.comparison.telling.picture import draw_comparison
from vein_phantom import (
    PhantomSettings,
    PhantomTruth,
    before_to_after_rc,
    draw_frame,
)

LEG = PhantomSettings(seed=1, width_px=640, height_px=360, mm_per_pixel=0.12)


@dataclass(frozen=True)
class Visits:
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    before_truth: PhantomTruth
    after_truth: PhantomTruth
    result: Comparison


@pytest.fixture(scope="module")
def visits() -> Visits:
    before, before_truth = draw_frame(LEG)
    after, after_truth = draw_frame(replace(LEG, visit="after"))
    result = compare(before, after, mm_per_pixel=0.12)
    return Visits(before, after, before_truth, after_truth, result)


def test_eight_weeks_apart_is_comparable(visits: Visits) -> None:
    assert visits.result.verdict == "comparable", visits.result.reasons


def test_skin_in_the_overlap_lands_within_a_third_of_a_millimetre(
    visits: Visits,
) -> None:
    transform = visits.result.transform
    assert transform is not None
    points = np.argwhere(visits.result.overlap)[::97].astype(float)
    true = before_to_after_rc(points, visits.before_truth, visits.after_truth)
    error_mm = 0.12 * np.hypot(*(transform.to_after(points) - true).T)
    assert np.median(error_mm) < 0.06
    assert np.percentile(error_mm, 95) < 0.33


def test_going_there_and_back_by_the_transform_returns(visits: Visits) -> None:
    transform = visits.result.transform
    assert transform is not None
    points = np.argwhere(visits.result.overlap)[::97].astype(float)
    back = transform.to_before(transform.to_after(points))
    np.testing.assert_allclose(back, points, atol=1e-3)


def test_most_of_the_limb_is_compared(visits: Visits) -> None:
    assert visits.result.overlap[visits.before_truth.skin].mean() > 0.7


def test_masks_lie_in_the_overlap(visits: Visits) -> None:
    result = visits.result
    for mask in (result.cleared, result.remaining, result.new):
        assert not (mask & ~result.overlap).any()


def test_two_different_legs_are_refused_with_a_reason(visits: Visits) -> None:
    other, _ = draw_frame(replace(LEG, seed=2, visit="after"))
    result = compare(visits.before, other, mm_per_pixel=0.12)
    assert result.verdict == "refused"
    assert result.reasons and result.transform is None
    assert not result.overlap.any() and not np.isfinite(result.summary.clearance_pct)


def test_a_blank_picture_is_refused(visits: Visits) -> None:
    blank = np.full_like(visits.before, 120)
    assert compare(visits.before, blank).verdict == "refused"
    assert compare(blank, visits.after).verdict == "refused"


def test_a_person_may_overrule_a_piece_and_the_table_follows(visits: Visits) -> None:
    result = visits.result
    cleared = next(piece for piece in result.pieces if piece.change == "cleared")
    kept = result.decide({cleared.piece_id: "persistent"})
    assert kept.summary.cleared_px == pytest.approx(
        result.summary.cleared_px - cleared.length_px
    )
    assert kept.pieces[cleared.piece_id].overridden
    assert kept.cleared.sum() < result.cleared.sum()
    with pytest.raises(KeyError, match="no piece"):
        result.decide({99999: "cleared"})


def test_regions_share_the_pieces_out(visits: Visits) -> None:
    result = visits.result
    left = np.zeros(result.overlap.shape, np.bool_)
    left[:, :320] = True
    rows = [result.in_region(part, name) for part, name in ((left, "l"), (~left, "r"))]
    assert sum(row.judged_px for row in rows) == pytest.approx(
        result.summary.judged_px, rel=0.05
    )
    assert sum(row.before.area_px for row in rows) == result.summary.before.area_px
    with pytest.raises(ValueError, match="a region is"):
        result.in_region(left[:100], "wrong")


def test_the_same_pictures_give_the_same_answer(visits: Visits) -> None:
    again = compare(visits.before, visits.after, mm_per_pixel=0.12)
    assert again.summary == visits.result.summary


def test_a_picture_compared_with_itself_has_cleared_nothing(visits: Visits) -> None:
    result = compare(visits.before, visits.before, mm_per_pixel=0.12)
    assert result.verdict == "comparable"
    assert result.summary.clearance_pct == result.summary.new_pct == 0
    assert result.transform is not None
    points = np.argwhere(result.overlap)[::97].astype(float)
    np.testing.assert_allclose(result.transform.to_after(points), points, atol=0.3)


def test_sizes_may_differ_and_wrong_pixel_sizes_are_noticed(visits: Visits) -> None:
    smaller = cv2.resize(visits.after, (512, 288), interpolation=cv2.INTER_AREA)
    right = compare(visits.before, smaller, mm_per_pixel=(0.12, 0.15))
    assert right.verdict == "comparable", right.reasons
    assert right.registered.shape == visits.before.shape
    wrong = compare(visits.before, smaller, mm_per_pixel=(0.12, 0.12))
    assert wrong.verdict == "doubtful"
    assert any("a calibration is wrong" in reason for reason in wrong.reasons)


def test_points_marked_by_hand_take_the_place_of_keypoints(visits: Visits) -> None:
    before = np.array([[120, 100], [120, 500], [260, 120], [240, 480]], float)
    after = before_to_after_rc(before, visits.before_truth, visits.after_truth)
    result = compare(visits.before, visits.after, control_points_rc=(before, after))
    assert result.transform is not None
    points = np.argwhere(result.overlap)[::97].astype(float)
    true = before_to_after_rc(points, visits.before_truth, visits.after_truth)
    assert np.median(np.hypot(*(result.transform.to_after(points) - true).T)) < 0.7


def test_a_picture_saved_as_jpeg_gets_the_same_verdicts(visits: Visits) -> None:
    _, coded = cv2.imencode(".jpg", visits.after, [cv2.IMWRITE_JPEG_QUALITY, 97])
    saved = np.asarray(cv2.imdecode(coded, cv2.IMREAD_UNCHANGED))
    result = compare(visits.before, saved, mm_per_pixel=0.12)
    assert result.alignment_verdict == visits.result.alignment_verdict == "aligned"
    assert result.verdict == visits.result.verdict


def test_pictures_without_veins_are_aligned_though_nothing_is_measured(
    visits: Visits,
) -> None:
    bare = replace(LEG, veins=False)
    before, truth = draw_frame(bare)
    after, after_truth = draw_frame(replace(bare, visit="after"))
    result = compare(before, after, mm_per_pixel=0.12)
    assert result.alignment_verdict == "aligned", result.alignment_reasons
    assert result.verdict == "refused" and result.reasons
    assert result.transform is not None and result.registered.any()
    points = np.argwhere(result.overlap)[::97].astype(float)
    true = before_to_after_rc(points, truth, after_truth)
    assert np.median(np.hypot(*(result.transform.to_after(points) - true).T)) < 0.7


def test_the_alignment_knows_its_own_error(visits: Visits) -> None:
    result = visits.result
    points = np.argwhere(result.overlap)[::97].astype(float)
    assert result.transform is not None
    true = before_to_after_rc(points, visits.before_truth, visits.after_truth)
    error = np.hypot(*(result.transform.to_after(points) - true).T)
    assert np.median(error) < 2 * result.registration.error_median_px
    assert np.percentile(error, 90) < 2 * result.registration.error_p90_px
    assert result.compared_share == pytest.approx(
        result.overlap[result.before_map.field].mean()
    )


MARKS = np.array(
    [[80, 90], [70, 500], [280, 120], [250, 520], [180, 300], [120, 400]], float
)


def test_marks_that_no_skin_confirms_are_shown_with_their_own_error(
    visits: Visits,
) -> None:
    other, _ = draw_frame(replace(LEG, seed=2, visit="after"))
    marks = (MARKS, MARKS * 1.02 + [3, -5])
    result = compare(visits.before, other, control_points_rc=marks)
    assert result.alignment_verdict == "doubtful"
    assert any("no patch of skin confirms" in why for why in result.alignment_reasons)
    assert result.transform is not None
    np.testing.assert_allclose(result.transform.to_after(MARKS), marks[1], atol=3)


def test_marks_that_contradict_each_other_are_refused(visits: Visits) -> None:
    other, _ = draw_frame(replace(LEG, seed=2, visit="after"))
    result = compare(visits.before, other, control_points_rc=(MARKS, MARKS[::-1]))
    assert result.alignment_verdict == "refused" and result.alignment_advice


def test_marks_of_a_mirror_image_are_an_error(visits: Visits) -> None:
    there = MARKS * [1, -1] + [0, visits.after.shape[1] - 1]
    with pytest.raises(ValueError, match="mirror image"):
        compare(visits.before, visits.after, control_points_rc=(MARKS, there))


TWO = np.array([[120.0, 100.0], [240.0, 480.0]])


def test_two_marks_say_where_to_look_and_skin_confirms(visits: Visits) -> None:
    after = before_to_after_rc(TWO, visits.before_truth, visits.after_truth)
    result = compare(visits.before, visits.after, control_points_rc=(TWO, after))
    assert result.alignment_verdict == "doubtful" and result.overlap.mean() > 0.5


def test_two_marks_that_no_skin_confirms_are_shown_where_the_outline_does(
    visits: Visits,
) -> None:
    after = before_to_after_rc(TWO, visits.before_truth, visits.after_truth)
    skinless = np.full_like(visits.after, 12)
    skinless[visits.after_truth.skin] = 150
    field = visits.after_truth.skin
    result = compare(
        visits.before, skinless, after_field=field, control_points_rc=(TWO, after)
    )
    assert result.alignment_verdict == "doubtful" and result.transform is not None
    assert any("and the limb's outline" in why for why in result.alignment_reasons)
    np.testing.assert_allclose(result.transform.to_after(TWO), after, atol=4)
    # without the outline nothing bears witness to two points
    alone = compare(
        visits.before,
        np.full_like(visits.after, 150),
        after_field=np.ones_like(field),
        control_points_rc=(TWO, after),
    )
    assert alone.alignment_verdict == "refused"


def test_two_marks_that_contradict_the_outline_are_refused(visits: Visits) -> None:
    other, _ = draw_frame(replace(LEG, seed=2, visit="after"))
    after = TWO[::-1] + np.array([60, -40])
    wrong = compare(visits.before, other, control_points_rc=(TWO, after))
    assert wrong.alignment_verdict == "refused"


def test_a_camera_half_as_near_is_no_other_leg(visits: Visits) -> None:
    rim = ((200, 200), (300, 300))
    wide = np.pad(visits.after, rim, constant_values=int(visits.after[0, 0].mean()))
    far = cv2.resize(wide, None, fx=0.55, fy=0.55, interpolation=cv2.INTER_AREA)
    result = compare(visits.before, np.asarray(far, np.uint8))
    assert result.transform is not None, result.reasons
    points = np.argwhere(result.overlap)[::97].astype(float)
    true = before_to_after_rc(points, visits.before_truth, visits.after_truth)
    true = (true + np.array([200.5, 300.5])) * 0.55 - 0.5
    off = np.hypot(*(result.transform.to_after(points) - true).T)
    assert np.median(off) < 0.7


def test_another_part_of_the_same_leg_is_refused(visits: Visits) -> None:
    left, right = visits.before[:, :300], visits.after[:, 340:]
    result = compare(left.copy(), right.copy(), mm_per_pixel=0.12)
    assert result.alignment_verdict == "refused"
    assert "could not recognise enough" in result.reasons[0]


def test_the_result_says_that_the_better_matcher_is_missing(visits: Visits) -> None:
    other, _ = draw_frame(replace(LEG, seed=2, visit="after"))
    result = compare(visits.before, other)
    assert result.registration.matcher == "not installed"
    assert any("make setup" in advice for advice in result.alignment_advice)


@pytest.mark.parametrize("points", [[[1.0, 2.0], [1.0, 2.0]], [[1.0, 2.0]]])
def test_marks_that_say_nothing_are_an_error(
    visits: Visits, points: list[list[float]]
) -> None:
    with pytest.raises(ValueError, match="control points"):
        compare(visits.before, visits.after, control_points_rc=(points, points))


def test_control_points_on_one_line_are_refused(visits: Visits) -> None:
    line = np.column_stack([np.full(5, 100.0), np.arange(5) * 80.0])
    with pytest.raises(ValueError, match="on one line"):
        compare(visits.before, visits.after, control_points_rc=(line, line))


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), (0.1, 0.0), (0.1,) * 3])
def test_a_scale_that_is_none_is_an_error(visits: Visits, scale: object) -> None:
    with pytest.raises(ValueError, match="mm_per_pixel"):
        compare(visits.before, visits.after, mm_per_pixel=scale)  # type: ignore[arg-type]


def test_the_sheet_is_drawn_for_answers_and_for_refusals(visits: Visits) -> None:
    draw = partial(
        draw_comparison, before_date=date(2026, 9, 1), after_date=date(2026, 11, 1)
    )
    sheet = draw(visits.before, visits.after, visits.result)
    assert sheet.shape[1:] == (1600, 3) and sheet.dtype == np.uint8
    blank = np.full_like(visits.after, 120)
    refused = compare(visits.before, blank)
    smaller = draw(visits.before, blank, refused)
    assert smaller.shape[0] < sheet.shape[0]
    with pytest.raises(ValueError, match="draw the pictures that were compared"):
        draw_comparison(visits.before[:100], visits.after, visits.result)


def test_pictures_less_than_eight_weeks_apart_show_no_percentage(
    visits: Visits,
) -> None:
    draw = partial(draw_comparison, visits.before, visits.after, visits.result)
    early = draw(before_date=date(2026, 10, 1), after_date=date(2026, 11, 1))
    late = draw(before_date=date(2026, 9, 1), after_date=date(2026, 11, 1))
    assert not np.array_equal(early[-400:, -400:], late[-400:, -400:])


def test_a_grey_picture_stored_as_colour_and_a_turned_camera_change_nothing(
    visits: Visits,
) -> None:
    colour = np.repeat(visits.before[:, :, None], 3, axis=2)
    turned = compare(colour, np.rot90(visits.after).copy(), mm_per_pixel=0.12)
    assert turned.verdict == "comparable", turned.reasons
    both = turned.overlap & visits.result.overlap
    assert both.sum() > 0.9 * visits.result.overlap.sum()
    assert turned.summary.clearance_pct == pytest.approx(
        visits.result.summary.clearance_pct, abs=5
    )


def test_a_mirrored_picture_is_refused(visits: Visits) -> None:
    assert compare(visits.before, visits.after[:, ::-1].copy()).verdict == "refused"
