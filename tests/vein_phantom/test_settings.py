"""What may be asked of the phantom."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vein_phantom import PhantomSettings
from vein_phantom.settings import random_for


@pytest.mark.parametrize(
    "wrong",
    [
        {"width_px": 10},
        {"height_px": 9000},
        {"mm_per_pixel": 0.0},
        {"mm_per_pixel": float("nan")},
        {"visit": "later"},
        {"colour": "red"},
        {"hair": -1},
        {"treated_share": 1.1},
        {"contrast": float("inf")},
        {"seed": -1},
    ],
)
def test_a_value_out_of_range_is_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        PhantomSettings(**wrong)


def test_each_part_has_its_own_random_stream() -> None:
    settings = PhantomSettings(seed=5)
    a = random_for(settings, "hair before").integers(0, 1000, 8)
    b = random_for(settings, "hair after").integers(0, 1000, 8)
    again = random_for(settings, "hair before").integers(0, 1000, 8)
    assert (a != b).any()
    np.testing.assert_array_equal(a, again)


def test_every_field_has_a_plain_type() -> None:
    assert set(PhantomSettings.option_types().values()) <= {int, float, bool, str}
