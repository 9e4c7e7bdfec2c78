from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from vein_imaging.imaging.vein_map import Branch, VeinMap, vein_class_of


@pytest.mark.parametrize(
    ("diameter_mm", "uncertainty_mm", "expected"),
    [
        (0.3, 0.0, "telangiectasia"),
        (1.0, 0.0, "telangiectasia"),
        (1.0001, 0.0, "reticular"),
        (3.0, 0.0, "reticular"),
        (3.0001, 0.0, "varicose"),
        (0.95, 0.1, "undecided"),
        (2.95, 0.1, "undecided"),
        (2.0, 0.5, "reticular"),
        (2.0, 5.0, "undecided"),
        (math.nan, 0.0, "unknown"),
        (2.0, math.nan, "undecided"),
    ],
)
def test_exactly_one_and_three_mm_belong_to_the_lower_class(
    diameter_mm: float, uncertainty_mm: float, expected: str
) -> None:
    assert vein_class_of(diameter_mm, uncertainty_mm) == expected


def branch(**changes: object) -> Branch:
    points = np.array([[0, 0], [0, 30], [40, 30]], np.float32)
    width = np.array([10, np.nan, 12], np.float32)
    values: dict[str, object] = {
        "points_rc": points,
        "diameter_px": width,
        "diameter_sd_px": 0.5,
        "diameter_mm": width * np.float32(0.1),
        "vein_class": "reticular",
        "length_px": 70.0,
        "length_mm": 7.0,
        "start_node": 0,
        "end_node": 1,
    }
    return Branch(**(values | changes))  # type: ignore[arg-type]


def test_tortuosity_is_length_over_chord() -> None:
    assert branch().tortuosity == pytest.approx(70 / 50)
    loop = np.array([[0, 0], [0, 9], [0, 0]], np.float32)
    assert math.isnan(branch(points_rc=loop).tortuosity)


def test_unknown_widths_do_not_enter_the_median() -> None:
    assert branch().median_diameter_px == pytest.approx(11)
    assert math.isnan(branch(diameter_mm=None).median_diameter_mm)


def a_map(mm_per_pixel: float | None) -> VeinMap:
    field = np.ones((100, 100), bool)
    mask = np.zeros((100, 100), bool)
    mask[:10] = True
    return VeinMap(
        vesselness=np.zeros((100, 100), np.float32),
        mask=mask,
        field=field,
        branches=(branch(), branch(vein_class="varicose")),
        junctions_rc=np.zeros((1, 2), np.float32),
        mm_per_pixel=mm_per_pixel,
        channel="green",
    )


def test_totals_are_in_mm_where_calibrated() -> None:
    totals = a_map(0.1).summary()
    assert totals["length_mm"] == pytest.approx(14.0)
    assert totals["area_mm2"] == pytest.approx(10.0)
    assert totals["density_per_mm"] == pytest.approx(14.0 / 100.0)
    classes = totals["classes"]
    assert isinstance(classes, dict)
    assert classes["varicose"]["branch_count"] == 1


def test_nothing_is_in_mm_without_a_scale() -> None:
    assert not any("mm" in name for name, v in a_map(None).summary().items() if v)


def test_arrays_made_later_are_made_once_when_first_read() -> None:
    made: list[str] = []

    def vesselness() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        made.append("vesselness")
        return np.zeros((4, 4), np.float32)

    now = a_map(0.1)
    rest = {
        name: getattr(now, name)
        for name in ("mask", "field", "branches", "junctions_rc", "mm_per_pixel")
    }
    later = VeinMap.later({"vesselness": vesselness}, channel="red", **rest)
    assert later.summary() == now.summary() and not made
    assert later.vesselness is later.vesselness
    assert made == ["vesselness"]
    assert replace(later, channel="grey").vesselness.shape == (4, 4)
    with pytest.raises(AttributeError, match="veins"):
        later.veins  # type: ignore[attr-defined]  # noqa: B018
