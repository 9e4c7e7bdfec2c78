"""A telephone reads the code that is printed."""

from __future__ import annotations

import re

import cv2
import numpy as np

from vein_imaging.storage import Store
from vein_imaging.storage.upkeep.checkpoint import (
    read_checkpoint,
    signed_checkpoint,
    verification_key,
)
from vein_imaging.storage.upkeep.checkpoint_code import qr_code


def drawn(svg: str, pixels_per_point: float = 4.0) -> np.ndarray:
    """Draw the code's squares as a printer would."""
    side = int(170 * pixels_per_point)
    page = np.full((side, side), 255, np.uint8)
    numbers = r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"'
    for found in re.findall(numbers, svg):
        x, y, width, height = (float(one) * pixels_per_point for one in found)
        if width < side / 2:
            page[round(y) : round(y + height), round(x) : round(x + width)] = 0
    return cv2.copyMakeBorder(page, 60, 60, 60, 60, cv2.BORDER_CONSTANT, value=255)


def test_the_printed_code_is_the_checkpoint(store: Store) -> None:
    text = signed_checkpoint(store)
    page = drawn(qr_code(text).decode())
    read, _corners, _straight = cv2.QRCodeDetector().detectAndDecode(cv2.flip(page, 0))
    if not read:
        read, _corners, _straight = cv2.QRCodeDetector().detectAndDecode(page)
    assert read_checkpoint(read, verification_key(store)).seq == store.head().seq
    assert read == text
