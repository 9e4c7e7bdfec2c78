from __future__ import annotations

import re

import cv2
import numpy as np
import pytest

from vein_imaging.report.qr_code import qr_code

TEXT = (
    "vein-imaging/0f0e0d\n42\n" + "A" * 43 + "=\n2026-11-25T12:00:00+00:00\n\n"
    "\N{EM DASH} vein-imaging/0f0e0d " + "Q" * 92 + "\n"
)


def drawn(svg: bytes) -> np.ndarray:
    """The code as a picture, from the strokes of its one path."""
    found = re.search(rb'viewBox="0 0 (\d+) (\d+)"', svg)
    path = re.search(rb' d="([^"]+)"', svg)
    assert found and path
    size = int(found[1])
    page = np.full((size, size), 255, np.uint8)
    x = y = 0.0
    for letter, numbers in re.findall(r"([MmhH])([-\d. ]+)", path[1].decode()):
        values = [float(one) for one in re.findall(r"-?\d+\.?\d*|-?\.\d+", numbers)]
        if letter == "M":
            x, y = values
        elif letter == "m":
            x, y = x + values[0], y + values[1]
        else:
            page[int(y), int(x) : int(x + values[0])] = 0
            x += values[0]
    return np.kron(page, np.ones((6, 6), np.uint8))


def test_a_telephone_reads_the_checkpoint_back_to_the_letter() -> None:
    said, _points, _code = cv2.QRCodeDetector().detectAndDecode(drawn(qr_code(TEXT)))
    assert said == TEXT


def test_the_same_text_is_the_same_bytes() -> None:
    assert qr_code(TEXT) == qr_code(TEXT)


def test_nothing_has_no_code() -> None:
    with pytest.raises(ValueError, match="a QR code of nothing"):
        qr_code("")
