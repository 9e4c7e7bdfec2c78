import math

import numpy as np
import pytest

from vein_calibration.limb import limb_scale, undecided_from


def test_in_the_middle_a_limb_is_flat() -> None:
    along, across = limb_scale(np.array([0.0]), 40.0, 200.0)
    assert along == across == 1.0


def test_at_eight_tenths_a_vein_is_five_thirds_as_wide_as_it_looks() -> None:
    _, across = limb_scale(np.array([0.8]))
    assert across == pytest.approx(1 / 0.6)


def test_towards_the_outline_the_skin_is_further_away() -> None:
    along, _ = limb_scale(np.array([0.6]), 50.0, 200.0)
    assert along == pytest.approx(1 + 50 * 0.2 / 200)


@pytest.mark.parametrize(
    ("diameter_mm", "offset"),
    [(0.99, 0.0), (0.8, math.sqrt(1 - 0.88**2)), (2.8, 0.0), (4.0, 1.0)],
)
def test_where_a_class_becomes_undecided(diameter_mm: float, offset: float) -> None:
    assert undecided_from(diameter_mm, 0.05) == pytest.approx(offset)


def test_what_is_no_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="between -1 and 1"):
        limb_scale(np.array([1.2]))
