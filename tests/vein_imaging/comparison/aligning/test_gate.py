"""What is asked of a pose before it is shown."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from vein_imaging.comparison.aligning.claim import Evidence
from vein_imaging.comparison.aligning.gate import doubts_of_pose, failures_of_pose

GOOD = Evidence(0.8, 400, 500, 520, 0.003, 0.01, 1.0, 3.0)


def test_a_pose_that_most_patches_confirm_is_believed_without_doubt() -> None:
    assert failures_of_pose(GOOD) == doubts_of_pose(GOOD) == ()


@pytest.mark.parametrize(
    "worse",
    [
        {"hit_share": 0.21},  # the most that two different people reached
        {"checked": 60},
        {"matches": 40},
        {"offered": 1000},
        {"error_p90": 0.03},
        {"error_p90": math.inf},
        {"scale": 0.5},
        {"scale": 1.7},
        {"hit_share": 0.45, "turn_deg": 50.0},
        {"hit_share": 0.45, "apart": 0.045},
        {"hit_share": 0.3},
    ],
)
def test_one_weakness_is_enough_to_refuse(worse: dict[str, float]) -> None:
    (why,) = failures_of_pose(replace(GOOD, **worse))  # type: ignore[arg-type]
    assert why.startswith("could not recognise enough of the skin")


def test_a_second_kind_of_seed_that_agrees_lowers_what_is_asked() -> None:
    weak = replace(GOOD, hit_share=0.3)
    assert failures_of_pose(weak)
    assert not failures_of_pose(replace(weak, apart=0.004))
    assert doubts_of_pose(replace(weak, apart=0.004))
