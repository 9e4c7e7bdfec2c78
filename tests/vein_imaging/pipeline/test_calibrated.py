"""What a calibrated scale does to widths, lengths and classes."""

import math
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from vein_calibration import PixelSize
from vein_calibration.edges import Blur
from vein_calibration.errors import ProfileMismatchError
from vein_calibration.profile import Profile, Scale
from vein_imaging import AnalysisSettings, analyse
from vein_imaging.imaging.vein_map import Branch
from vein_imaging.pipeline import LiveStep
from vein_imaging.pipeline.calibrated import with_scale_error
from vein_imaging.pipeline.limb_offset import LimbOffset
from vein_phantom import PhantomSettings, draw_frame

LEG, TRUTH = draw_frame(PhantomSettings(seed=3, width_px=640, height_px=480))
PROFILE = Profile(
    "phantom:", (640, 480), datetime.now(UTC), "test",
    scale=Scale(PixelSize(0.08, 0.01)), blur=Blur(0.9, 0.9, 0.9),
)  # fmt: skip
SETTINGS = AnalysisSettings()


def vein(diameter_mm: float, row: float, vein_class: str) -> Branch:
    points = np.stack([np.full(200, row), np.arange(100, 300)], -1).astype(np.float32)
    width_px = np.full(200, diameter_mm / 0.1, np.float32)
    return Branch(
        points_rc=points,
        diameter_px=width_px,
        diameter_sd_px=0.02 * diameter_mm / 0.1,
        diameter_mm=np.full(200, diameter_mm, np.float32),
        vein_class=vein_class,  # type: ignore[arg-type]
        length_px=199.0,
        length_mm=19.9,
        start_node=0,
        end_node=1,
    )


LIMB = np.zeros((400, 640), bool)
LIMB[100:300, :] = True


def test_a_bare_number_is_exact_and_changes_nothing() -> None:
    branches = (vein(0.99, 200, "telangiectasia"),)
    assert with_scale_error(branches, 0.1, LIMB, SETTINGS) == branches


def test_the_scales_error_joins_the_widths() -> None:
    (branch,) = with_scale_error(
        [vein(2.0, 200, "reticular")], PixelSize(0.1, 0.03), LIMB, SETTINGS
    )
    assert branch.diameter_sd_mm == pytest.approx(
        2.0 * math.hypot(0.02, 0.03), rel=1e-5
    )
    assert branch.length_sd_mm == pytest.approx(19.9 * 0.03)


@pytest.mark.parametrize(
    ("relative_error", "vein_class"), [(0.0, "telangiectasia"), (0.04, "undecided")]
)
def test_a_poor_scale_leaves_a_class_undecided(
    relative_error: float, vein_class: str
) -> None:
    (branch,) = with_scale_error(
        [vein(0.93, 200, "telangiectasia")],
        PixelSize(0.1, relative_error),
        LIMB,
        SETTINGS,
    )
    assert branch.vein_class == vein_class


def test_near_an_outline_a_class_is_left_undecided_unless_skin_is_flat() -> None:
    def said(row: float, limb: str) -> str:
        how = AnalysisSettings(limb=limb)  # type: ignore[arg-type]
        near = vein(0.85, row, "telangiectasia")
        return with_scale_error([near], PixelSize(0.1, 0.001), LIMB, how)[0].vein_class

    assert said(200, "round") == "telangiectasia"
    assert said(275, "round") == "undecided"
    assert said(275, "flat") == "telangiectasia"


def test_offsets_run_from_outline_to_outline() -> None:
    limb = np.zeros((400, 640), bool)
    limb[100:300, 40:600] = True
    offsets = LimbOffset.of(limb)
    assert offsets is not None
    found = offsets.at(np.array([[200.0, 320.0], [110.0, 320.0], [290.0, 300.0]]))
    assert np.abs(found) == pytest.approx([0.0, 0.9, 0.9], abs=0.06)
    assert found[1] == pytest.approx(-found[2], abs=0.06)


def test_without_both_outlines_nothing_is_said_of_roundness() -> None:
    offsets = LimbOffset.of(np.ones((300, 640), bool))
    assert offsets is not None
    assert offsets.at(np.array([[10.0, 300.0]])) == 0


def test_a_profile_gives_scale_and_blur_to_an_analysis() -> None:
    found = analyse(LEG, profile=PROFILE)
    assert found.mm_per_pixel == 0.08 and found.scale_error == 0.01
    assert found.summary()["mm_per_pixel_sd"] == pytest.approx(0.0008)
    typed = analyse(LEG, profile=PROFILE, mm_per_pixel=0.1)
    assert typed.mm_per_pixel == 0.1 and typed.scale_error == 0.0


def test_without_a_profile_nothing_is_in_mm() -> None:
    found = analyse(LEG)
    assert found.mm_per_pixel is None
    assert all(branch.diameter_mm is None for branch in found.branches)


def test_a_profile_of_another_size_is_refused() -> None:
    with pytest.raises(ProfileMismatchError, match="pictures of 640 x 480"):
        analyse(LEG[:400], profile=PROFILE)


def test_live_frames_are_corrected_and_judged() -> None:
    tilted = replace(
        PROFILE,
        scale=Scale(PixelSize(0.08, 0.01), np.diag([0.5, 0.5, 1.0]), spread=0.2),
    )
    step = LiveStep(profile=tilted)
    result = step.step(LEG)
    assert result.vein_map.scale_error == 0.01
    assert result.frame_quality is not None
    assert result.frame_quality.verdict in ("good", "usable")
    # straightened to half its size: beyond it the picture is black
    assert not result.vein_map.field[300:, 400:].any()
