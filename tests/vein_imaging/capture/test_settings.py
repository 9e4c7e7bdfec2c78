from typing import Any

import pytest

from vein_imaging.capture import CaptureSettings


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sensitivity": 1.5}, "-1 to 1"),
        ({"opacity": -0.1}, "0 to 1"),
        ({"opacity": float("nan")}, "0 to 1"),
        ({"quality": "best"}, "'fast' or 'full'"),
    ],
)
def test_a_setting_outside_its_range_is_refused(
    change: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        CaptureSettings(**change)
