"""Facts about what the phantom draws."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from vein_phantom import (
    PhantomSettings,
    PhantomTruth,
    before_to_after_rc,
    draw_frame,
    draw_scene,
)

SMALL = PhantomSettings(seed=3, width_px=320, height_px=200, mm_per_pixel=0.2)


def test_equal_settings_give_equal_bytes() -> None:
    first, truth = draw_frame(SMALL, 7)
    again, truth_again = draw_frame(SMALL, 7)
    assert first.tobytes() == again.tobytes()
    assert truth.mask.tobytes() == truth_again.mask.tobytes()


def test_a_frame_of_a_scene_is_the_frame_drawn_from_scratch() -> None:
    scene = draw_scene(SMALL)
    scene.frame(3)
    assert scene.frame(9)[0].tobytes() == draw_frame(SMALL, 9)[0].tobytes()


@pytest.mark.parametrize("colour,shape", [("nir", (200, 320)), ("skin", (200, 320, 3))])
def test_near_infrared_is_grey_and_skin_is_rgb(
    colour: str, shape: tuple[int, ...]
) -> None:
    pixels, _ = draw_frame(replace(SMALL, colour=colour))
    assert pixels.shape == shape
    assert pixels.dtype == np.uint8


def test_veins_are_darker_than_the_skin_beside_them() -> None:
    with_veins, truth = draw_frame(replace(SMALL, noise=False))
    without, _ = draw_frame(replace(SMALL, noise=False, veins=False))
    difference = without.astype(int) - with_veins
    wide = truth.mask & ~truth.hair & ~truth.glare
    assert difference.min() >= 0
    assert np.median(difference[wide]) > 4
    assert np.median(difference[truth.skin & ~truth.mask]) <= 1


@pytest.mark.parametrize(
    "off",
    [{"hair": 0}, {"glare": 0}, {"freckles": 0}, {"texture": 0.0}, {"noise": False}],
)
def test_a_distractor_switched_off_leaves_everything_else_alone(
    off: dict[str, float],
) -> None:
    plain = replace(SMALL, noise=False)
    full, truth = draw_frame(plain if "noise" not in off else SMALL)
    less, truth_less = draw_frame(replace(plain, **off))  # type: ignore[arg-type]
    assert (full != less).any()
    assert (truth.mask == truth_less.mask).all()
    for name in ("hair", "glare", "freckles"):
        if name in off:
            where = getattr(truth, name)
            assert where.any()
            assert not getattr(truth_less, name).any()
            near = cv2.dilate(where.astype(np.uint8), np.ones((31, 31), np.uint8))
            far = near == 0
            assert np.abs(full.astype(int) - less)[far].max() <= 12


def test_the_limb_fills_the_frame_when_switched_off() -> None:
    assert draw_frame(replace(SMALL, limb=False))[1].skin.all()
    skin = draw_frame(SMALL)[1].skin
    assert 0.5 < skin.mean() < 0.95


def test_all_veins_lie_on_skin_and_inside_the_frame() -> None:
    _, truth = draw_frame(SMALL, 40)
    assert len(truth.branches) > 20
    for branch in truth.branches:
        row, column = np.rint(branch.points_rc).astype(int).T
        assert truth.skin[row, column].all()
        assert len(branch.points_rc) == len(branch.diameter_mm) == len(branch.depth_mm)
        assert branch.diameter_mm.min() >= 0.3 - 1e-6
        assert branch.diameter_mm.max() <= 5.0


def test_centrelines_lie_in_the_mask_and_the_mask_is_as_wide_as_the_diameter() -> None:
    settings = PhantomSettings(seed=3, width_px=900, height_px=500)
    _, truth = draw_frame(settings)
    inside = total = 0
    area_px = 0.0
    for branch in truth.branches:
        row, column = np.rint(branch.points_rc).astype(int).T
        inside += int(truth.mask[row, column].sum())
        total += len(row)
        step = np.hypot(*np.diff(branch.points_rc, axis=0).T)
        wide_px = (branch.diameter_mm[1:] + branch.diameter_mm[:-1]) / 2 / 0.08
        area_px += float((step * wide_px).sum())
    assert inside / total > 0.97
    # Overlap at junctions makes the mask smaller than the sum of its branches.
    assert 0.80 * area_px < truth.mask.sum() < 1.02 * area_px


def test_deeper_veins_are_fainter() -> None:
    def strength(depth: float) -> float:
        plain = replace(SMALL, noise=False, depth=depth)
        with_veins, truth = draw_frame(plain)
        without, _ = draw_frame(replace(plain, veins=False))
        return float((without.astype(int) - with_veins)[truth.mask].mean())

    assert strength(0.5) > strength(1.0) > strength(2.0) > 0


def test_contrast_none_hides_every_vein() -> None:
    hidden, _ = draw_frame(replace(SMALL, contrast=0.0))
    without, _ = draw_frame(replace(SMALL, veins=False))
    assert (hidden == without).all()


def test_the_same_leg_has_the_same_veins_at_another_pixel_size() -> None:
    coarse = draw_frame(SMALL)[1]
    fine = draw_frame(replace(SMALL, width_px=640, height_px=400, mm_per_pixel=0.1))[1]
    assert [b.branch_id for b in coarse.skin_branches] == [
        b.branch_id for b in fine.skin_branches
    ]
    a, b = coarse.skin_branches[0], fine.skin_branches[0]
    np.testing.assert_allclose(a.points_mm, b.points_mm)


def test_a_hand_moves_slowly_and_the_truth_moves_with_it() -> None:
    scene = draw_scene(SMALL)
    shifts = np.array([scene.frame(i)[1].shift_rc for i in range(0, 90, 3)])
    assert tuple(shifts[0]) == (0.0, 0.0)
    assert np.abs(shifts).max() * 0.2 > 0.2
    assert np.abs(np.diff(shifts, axis=0)).max() * 0.2 < 0.3
    assert draw_scene(replace(SMALL, motion=0.0)).frame(50)[1].shift_rc == (0.0, 0.0)


def test_moved_veins_are_where_the_truth_says() -> None:
    plain = replace(SMALL, noise=False, glare=0, hair=0, light=0.0, texture=0.0)
    scene, bare = draw_scene(plain), draw_scene(replace(plain, veins=False))
    index = 55
    dark = bare.frame(index)[0].astype(int) - scene.frame(index)[0]
    truth = scene.frame(index)[1]
    assert abs(truth.shift_rc[0]) + abs(truth.shift_rc[1]) > 1
    on = [
        dark[tuple(np.rint(b.points_rc).astype(int).T)].mean() for b in truth.branches
    ]
    assert np.mean(on) > 4 * max(dark[~truth.mask & truth.skin].mean(), 0.5)


class TestEightWeeksLater:
    """The second visit."""

    before: PhantomTruth = draw_frame(SMALL)[1]
    after: PhantomTruth = draw_frame(replace(SMALL, visit="after"))[1]

    def test_half_of_the_treatable_length_is_treated(self) -> None:
        small = [
            b for b in self.before.skin_branches
            if not b.trunk and b.diameter_mm.max() <= 3.0
        ]  # fmt: skip
        treated = sum(b.length_mm for b in small if b.treated)
        assert 0.5 <= treated / sum(b.length_mm for b in small) < 0.65

    def test_only_treated_veins_are_gone_and_some_are_thinner(self) -> None:
        before = {b.branch_id: b for b in self.before.skin_branches}
        after = {b.branch_id: b for b in self.after.skin_branches}
        gone = {b.branch_id for b in self.after.skin_gone}
        assert gone
        assert gone == set(before) - set(after)
        assert all(before[i].treated for i in gone)
        thinner = [
            i for i, b in after.items()
            if b.diameter_mm.mean() < before[i].diameter_mm.mean()
        ]  # fmt: skip
        assert thinner
        assert all(before[i].treated for i in thinner)

    def test_every_vein_lies_where_the_known_displacement_puts_it(self) -> None:
        after = {b.branch_id: b for b in self.after.skin_branches}
        for branch in self.before.skin_branches:
            if branch.branch_id in after:
                here = self.before.to_frame_rc(branch.points_mm)
                there = before_to_after_rc(here, self.before, self.after)
                wanted = self.after.to_frame_rc(after[branch.branch_id].points_mm)
                np.testing.assert_allclose(there, wanted, atol=1e-4)

    def test_the_leg_lies_differently(self) -> None:
        corner = np.array([[20.0, 20.0], [180.0, 300.0]])
        moved = before_to_after_rc(corner, self.before, self.after)
        assert np.abs(moved - corner).max() > 2.0
        back = before_to_after_rc(moved, self.after, self.before)
        np.testing.assert_allclose(back, corner, atol=1e-4)

    def test_stain_lies_where_veins_were_treated(self) -> None:
        assert not self.before.stain.any()
        assert self.after.stain.any()

    def test_another_leg_has_no_displacement(self) -> None:
        other = draw_frame(replace(SMALL, seed=4))[1]
        with pytest.raises(ValueError, match="seeds 3 and 4"):
            before_to_after_rc(np.zeros((1, 2)), self.before, other)

    def test_pose_and_deform_of_nothing_leave_everything_in_place(self) -> None:
        still = replace(SMALL, visit="after", pose=0.0, deform=0.0)
        moved = before_to_after_rc(
            np.array([[10.0, 250.0]]), self.before, draw_frame(still)[1]
        )
        np.testing.assert_allclose(moved, [[10.0, 250.0]], atol=1e-9)


def test_frames_count_from_zero() -> None:
    with pytest.raises(ValueError, match="count from 0"):
        draw_frame(SMALL, -1)
