"""Pictures on disk as frames see them: uint8, grey or RGB."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from vein_devices.errors import (
    DeviceAbsentError,
    DeviceDataError,
    DevicePermissionError,
)
from vein_devices.frame import Pixels
from vein_devices.opencv import cv2

__all__ = ["PICTURE_SUFFIXES", "pictures_in", "read_picture", "to_pixels"]

PICTURE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm"}
)
"""File names that are taken for pictures, in small letters."""


def read_picture(path: Path) -> tuple[Pixels, bytes | None]:
    """Read a picture, turned as its EXIF data says.

    Parameters
    ----------
    path : Path
        Of the picture.

    Returns
    -------
    pixels : (H, W) or (H, W, 3) uint8
        Grey or RGB; 16 bits become 8, transparency is dropped.
    jpeg : bytes or None
        The file's own bytes where it is a JPEG.

    Raises
    ------
    DeviceAbsentError, DevicePermissionError
        If the file is not there or not to be read.
    DeviceDataError
        If it is no picture, or damaged so that it cannot be decoded.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise DeviceAbsentError(f"{path}: no such file") from None
    except PermissionError:
        raise DevicePermissionError(f"{path}: this user may not read it") from None
    except OSError as error:
        raise DeviceDataError(f"{path}: {error.strerror}") from error
    picture = None
    if data:
        try:
            picture = cv2.imdecode(
                np.frombuffer(data, np.uint8),
                cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH,
            )
        except cv2.error as error:
            raise DeviceDataError(f"{path}: {error.err}") from error
    if picture is None:
        raise DeviceDataError(
            f"{path}: not a picture, or damaged ({len(data)} bytes); copy it again"
        )
    return to_pixels(np.asarray(picture), str(path)), (
        data if data[:2] == b"\xff\xd8" else None
    )


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
