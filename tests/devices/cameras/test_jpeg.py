"""A JPEG that is cut, shifted or of wrong size is refused."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vein_devices.cameras.jpeg import check_jpeg, jpeg_size
from vein_devices.errors import DeviceDataError


def a_jpeg(*options: int) -> bytes:
    rng = np.random.default_rng(3)
    picture = cv2.GaussianBlur(rng.integers(0, 255, (48, 64), np.uint8), (0, 0), 2)
    return bytes(cv2.imencode(".jpg", picture, list(options))[1].tobytes())


JPEG = a_jpeg()


@pytest.mark.parametrize(
    "options",
    [
        (),
        (cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
        (cv2.IMWRITE_JPEG_RST_INTERVAL, 2),
        (cv2.IMWRITE_JPEG_OPTIMIZE, 1),
    ],
)
def test_whole_jpegs_of_every_sort_pass(options: tuple[int, ...]) -> None:
    data = a_jpeg(*options)
    assert check_jpeg(data, (48, 64)) == (data, (48, 64))


def test_padding_behind_the_end_is_cut() -> None:
    assert check_jpeg(JPEG + bytes(7))[0] == JPEG


def test_another_size_is_refused() -> None:
    with pytest.raises(DeviceDataError, match="64x48 pixels, wanted 640x480"):
        check_jpeg(JPEG, (480, 640))
    assert jpeg_size(JPEG) == (48, 64)


@given(st.integers(0, len(JPEG) - 1))
def test_a_jpeg_cut_anywhere_is_refused(end: int) -> None:
    with pytest.raises(DeviceDataError):
        check_jpeg(JPEG[:end])


@given(st.integers(1, len(JPEG) - 1))
def test_a_jpeg_without_its_beginning_is_refused(start: int) -> None:
    with pytest.raises(DeviceDataError):
        check_jpeg(JPEG[start:])


def test_a_missing_restart_is_refused() -> None:
    data = a_jpeg(cv2.IMWRITE_JPEG_RST_INTERVAL, 2)
    first, second = data.index(b"\xff\xd1"), data.index(b"\xff\xd2")
    with pytest.raises(DeviceDataError, match="restart marker out of order"):
        check_jpeg(data[:first] + data[second:])


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_check(data: bytes) -> None:
    for candidate in (data, JPEG[:60] + data):
        try:
            check_jpeg(candidate)
        except DeviceDataError:
            continue
