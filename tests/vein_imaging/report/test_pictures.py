import cv2
import numpy as np
import pytest

from vein_imaging.report import encode_png


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
def test_a_picture_comes_back_bit_for_bit(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    back = cv2.imdecode(
        np.frombuffer(encode_png(pixels), np.uint8), cv2.IMREAD_UNCHANGED
    )
    assert back is not None
    if len(shape) == 3:
        back = cv2.cvtColor(back, cv2.COLOR_BGR2RGB)
    np.testing.assert_array_equal(back, pixels)


def test_floats_and_four_channels_are_refused() -> None:
    with pytest.raises(ValueError, match="uint8"):
        encode_png(np.zeros((2, 2), np.float32))
    with pytest.raises(ValueError, match="uint8"):
        encode_png(np.zeros((2, 2, 4), np.uint8))
