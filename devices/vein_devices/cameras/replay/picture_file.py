"""The pictures of a folder in order, and what OpenCV decodes as frames see it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from vein_devices.cameras.pictures.kind import PICTURE_SUFFIXES
from vein_devices.errors import DeviceDataError
from vein_devices.frame import Pixels
from vein_devices.opencv import cv2

__all__ = ["pictures_in", "to_pixels"]


def to_pixels(picture: np.ndarray, what: str) -> Pixels:
    """Turn what OpenCV decoded into a frame's pixels.

    Parameters
    ----------
    picture : (H, W), (H, W, 1) or (H, W, 3), uint8 or uint16
        Grey or BGR.
    what : str
        Its name, for the message.

    Returns
    -------
    (H, W) or (H, W, 3) uint8
        Grey or RGB, contiguous, shared with nobody.

    Raises
    ------
    DeviceDataError
        If it is of another kind.
    """
    if picture.dtype == np.uint16:
        picture = (picture >> 8).astype(np.uint8)
    if picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[2] == 3:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
    if picture.dtype == np.uint8 and picture.squeeze().ndim == 2:
        return np.array(picture.reshape(picture.shape[:2]), np.uint8)
    raise DeviceDataError(
        f"{what}: pixels of {picture.dtype} {picture.shape} are not grey or colour of "
        f"8 or 16 bits"
    )


def pictures_in(folder: Path) -> list[Path]:
    """List the pictures of a folder in natural order: 2 before 10.

    Parameters
    ----------
    folder : Path
        Its sub-folders are not searched; hidden files are left out.

    Returns
    -------
    list of Path
    """
    return sorted(
        (
            path
            for path in folder.iterdir()
            if path.suffix.lower() in PICTURE_SUFFIXES
            and not path.name.startswith(".")
            and path.is_file()
        ),
        key=lambda path: [
            (int(part), "") if part.isdigit() else (-1, part)
            for part in re.split(r"(\d+)", path.name.lower())
            if part
        ],
    )
