"""Damaged JPEGs: how many at which libjpeg warns pass, and good ones that do not.

    python benchmarks/jpeg_damage.py --bursts 1000 --good 10000

Bursts of 1 and 64 random bytes in phantom JPEGs; libjpeg's warnings are what OpenCV
writes on the terminal.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
from typing import Literal

import cv2
import numpy as np

from vein_devices.cameras.jpeg import check_jpeg, decode_jpeg
from vein_devices.errors import DeviceDataError
from vein_phantom import PhantomSettings, draw_frame

COLOURS: tuple[Literal["skin", "nir"], ...] = ("skin", "nir")
SORTS = (
    (),
    (cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    (cv2.IMWRITE_JPEG_RST_INTERVAL, 4),
    (cv2.IMWRITE_JPEG_OPTIMIZE, 1),
)


def opencv_warns(data: bytes) -> bool:
    """Whether libjpeg writes a warning while OpenCV decodes, or gives up."""
    kept = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        file.seek(0)
        return picture is None or b"Corrupt JPEG" in file.read()


def refused(data: bytes, *, by_structure: bool) -> bool:
    """Whether a check refuses it: the structure's alone, or the whole."""
    try:
        if by_structure:
            check_jpeg(data)
        else:
            decode_jpeg(data)
    except DeviceDataError:
        return True
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bursts", type=int, default=1000)
    parser.add_argument("--good", type=int, default=10_000)
    asked = parser.parse_args()
    frames = [
        draw_frame(PhantomSettings(seed=seed, width_px=320, height_px=240, colour=c))[0]
        for seed in range(5)
        for c in COLOURS
    ]
    rng = random.Random(20261128)

    def good() -> bytes:
        options = [cv2.IMWRITE_JPEG_QUALITY, rng.randint(30, 98), *rng.choice(SORTS)]
        return bytes(cv2.imencode(".jpg", rng.choice(frames), options)[1].tobytes())

    for length in (1, 64):
        passed = warned = unflagged = 0
        for _ in range(asked.bursts):
            data = good()
            at = rng.randrange(2, len(data) - 2 - length)
            data = data[:at] + rng.randbytes(length) + data[at + length :]
            if refused(data, by_structure=True):
                continue
            passed += 1
            if opencv_warns(data):
                warned += 1
                unflagged += not refused(data, by_structure=False)
        print(
            f"bursts of {length} bytes: {asked.bursts}, of which {passed} pass the "
            f"check of the structure alone; libjpeg warns in {warned}; unflagged "
            f"{unflagged}"
        )
    wrong = sum(refused(good(), by_structure=False) for _ in range(asked.good))
    print(f"good pictures: {asked.good}, refused {wrong}")


if __name__ == "__main__":
    main()
