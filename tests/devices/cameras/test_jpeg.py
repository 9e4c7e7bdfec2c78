"""A JPEG that is cut, shifted or of wrong size is refused."""

from __future__ import annotations

import random

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vein_devices.cameras.jpeg import (
    check_jpeg,
    decode_jpeg,
    decoder_warns,
    jpeg_size,
)
from vein_devices.errors import DeviceDataError
from vein_phantom import PhantomSettings, draw_frame


def a_jpeg(*options: int) -> bytes:
    rng = np.random.default_rng(3)
    picture = cv2.GaussianBlur(rng.integers(0, 255, (48, 64), np.uint8), (0, 0), 2)
    return bytes(cv2.imencode(".jpg", picture, list(options))[1].tobytes())


JPEG = a_jpeg()


SORTS = (
    (),
    (cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    (cv2.IMWRITE_JPEG_RST_INTERVAL, 2),
    (cv2.IMWRITE_JPEG_OPTIMIZE, 1),
)


@pytest.mark.parametrize("options", SORTS)
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


@pytest.mark.parametrize("options", SORTS)
@pytest.mark.parametrize("grey", [True, False, None])
def test_pixels_are_those_of_opencv(
    options: tuple[int, ...], grey: bool | None
) -> None:
    data = a_jpeg(*options)
    pixels, jpeg = decode_jpeg(data + bytes(3), grey=grey)
    how = cv2.IMREAD_COLOR_RGB if grey is False else cv2.IMREAD_GRAYSCALE
    shown = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), how))
    assert np.array_equal(pixels, shown)
    assert jpeg == data
    assert not decoder_warns(data)


@pytest.fixture(scope="module")
def leg() -> bytes:
    settings = PhantomSettings(seed=3, width_px=320, height_px=240, colour="skin")
    return bytes(cv2.imencode(".jpg", draw_frame(settings)[0])[1].tobytes())


def opencv_warns(data: bytes, capfd: pytest.CaptureFixture[str]) -> bool:
    """What libjpeg writes on the terminal while OpenCV decodes."""
    capfd.readouterr()
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return picture is None or "Corrupt JPEG" in capfd.readouterr().err


@pytest.mark.parametrize("length", [1, 64])
def test_no_burst_at_which_libjpeg_warns_passes(
    length: int, leg: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    rng, warned = random.Random(length), 0
    for _ in range(100):
        at = rng.randrange(2, len(leg) - 2 - length)
        data = leg[:at] + rng.randbytes(length) + leg[at + length :]
        if not opencv_warns(data, capfd):
            continue
        warned += 1
        with pytest.raises(DeviceDataError):
            decode_jpeg(data)
        assert decoder_warns(data)
    assert warned >= 15  # the generator does reach what it is about
