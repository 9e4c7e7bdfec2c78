from __future__ import annotations

import numpy as np
import pytest

from vein_imaging.imaging.arrays import check_picture, fit_mask


@pytest.mark.parametrize(
    ("image", "error", "says"),
    [
        ([1, 2], TypeError, "numpy array"),
        (np.zeros((0, 0), np.uint8), ValueError, "0 x 0"),
        (np.zeros((1, 1), np.uint8), ValueError, "1 x 1"),
        (np.zeros((1, 5000), np.uint8), ValueError, "1 x 5000"),
        (np.zeros((40, 40, 4), np.uint8), ValueError, "RGB"),
        (np.zeros((40, 40), np.int64), TypeError, "int64"),
        (np.full((40, 40), np.nan, np.float32), ValueError, "NaN"),
        (np.full((40, 40), 255.0, np.float32), ValueError, "full scale"),
    ],
)
def test_a_bad_picture_is_refused_with_what_came(
    image: object, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        check_picture(image)


def test_uint16_and_float_keep_their_brightness() -> None:
    half_16 = check_picture(np.full((20, 20), 32768, np.uint16))
    half_f = check_picture(np.full((20, 20), 0.5, np.float32))
    assert half_16[0, 0] in (127, 128)
    assert half_f[0, 0] in (127, 128)


def test_an_uint8_picture_is_not_copied() -> None:
    picture = np.zeros((20, 20, 3), np.uint8)
    assert check_picture(picture) is picture


@pytest.mark.parametrize(
    ("mask", "error"),
    [
        (np.zeros((20, 20)), TypeError),
        ("everywhere", TypeError),
        (np.ones((20, 21), bool), ValueError),
        (np.zeros((20, 20), bool), ValueError),
    ],
)
def test_a_bad_field_is_refused(mask: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        fit_mask(mask, (20, 20))
