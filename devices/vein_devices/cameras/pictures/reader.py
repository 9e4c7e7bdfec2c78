"""The one reader of picture files: of `file:`, analysis, comparison and calibration.

What it gives is upright, square, complete, on a known scale of brightness, and without
what transparency hides; what was done to get there, and what is odd, it says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vein_devices.cameras.jpeg import decoder_warns
from vein_devices.cameras.pictures.colour_profile import in_srgb
from vein_devices.cameras.pictures.depth import (
    bits_in_use,
    few_levels,
    is_dark,
    to_sixteen_bits,
)
from vein_devices.cameras.pictures.extent import refuse_large, stated_size
from vein_devices.cameras.pictures.kind import (
    HEAD_BYTES,
    foreign_kind,
    has_picture_mark,
)
from vein_devices.cameras.pictures.plain_file import read_bytes
from vein_devices.cameras.pictures.raw_picture import RawPicture
from vein_devices.cameras.pictures.tiff import tiff_pages, upright
from vein_devices.cameras.pictures.whole import how_it_is_broken
from vein_devices.errors import DeviceDataError, DeviceUnsupportedError
from vein_devices.frame import Pixels
from vein_devices.opencv import cv2

__all__ = ["StillPicture", "read_one_picture", "read_pictures"]

_ORIENTATION = 0x0112  # EXIF 2.32, table 4
_UNEVEN = 1.02
"""Width over height of a pixel that is not square; what differs less is rounding."""

_OVERSHOOT = 0.05
"""Of full white: what a sharpening filter leaves below black and above white."""


@dataclass(frozen=True, slots=True, eq=False)
class StillPicture:
    """One picture of a file.

    Parameters
    ----------
    name : str
        The file, and the page where it has several: for messages.
    page, pages : int
        Number from 1, and how many the file holds.
    pixels : (H, W) or (H, W, 3), uint8 or uint16
        Grey or RGB, upright; 65535 (of uint16) is full white; hidden pixels are 0.
    hidden : (H, W) bool or None
        Pixels that are more transparent than not.
    bits : int
        Bits in use of each value in the file.
    remarks : tuple of str
        What whoever measures in it should know.
    jpeg : bytes or None
        The file's own bytes where it is a JPEG.
    is_damaged : bool
        Whether the decoder warned: a part of it may be grey or shifted.
    """

    name: str
    page: int
    pages: int
    pixels: NDArray[Any]
    hidden: NDArray[np.bool_] | None
    bits: int
    remarks: tuple[str, ...] = ()
    jpeg: bytes | None = None
    is_damaged: bool = False

    @property
    def eight_bits(self) -> Pixels:
        """The pixels as frames have them: uint8."""
        if self.pixels.dtype == np.uint8:
            return self.pixels
        return (self.pixels >> 8).astype(np.uint8)


def read_pictures(
    path: Path, *, least_bits: int = 8, data: bytes | None = None
) -> list[StillPicture]:
    """Read every picture of a file.

    Parameters
    ----------
    path : Path
    least_bits : int
        Values of 16 bits are taken for no fewer: what the pictures before it needed.
    data : bytes, optional
        What is in the file, where that has been read.

    Returns
    -------
    list of StillPicture
        The pages of a TIFF, the frames of an animation; else one.

    Raises
    ------
    DeviceAbsentError, DevicePermissionError
        If the file is not there or not to be read.
    DeviceUnsupportedError
        If it is of a kind that is not read; the message names it and says what to do.
    DeviceDataError
        If it is empty, no picture, cut off, or damaged so that it cannot be decoded.
    """
    data = read_bytes(path) if data is None else data
    head = data[:HEAD_BYTES]
    foreign = foreign_kind(head, path)
    if foreign is not None:
        raise DeviceUnsupportedError(f"{path}: {foreign}")
    if not has_picture_mark(head):
        raise DeviceDataError(
            f"{path}: not a picture that can be read ({len(data)} bytes); use PNG, "
            f"TIFF or JPEG"
        )
    broken = how_it_is_broken(data)
    if broken is not None:
        raise DeviceDataError(f"{path}: {broken}")
    size = stated_size(data)
    if size is not None:
        refuse_large(str(path), *size)
    raw = _decoder(data)(data, str(path))
    jpeg = data if data[:2] == b"\xff\xd8" else None
    damaged = jpeg is not None and decoder_warns(jpeg)
    many = len(raw)
    return [
        _finished(
            f"{path}: page {page}" if many > 1 else str(path),
            (page, many), one, least_bits, jpeg, damaged,
        )
        for page, one in enumerate(raw, 1)
    ]  # fmt: skip


def read_one_picture(path: Path, *, data: bytes | None = None) -> StillPicture:
    """Read a file that must hold one picture, whole.

    Parameters
    ----------
    path : Path
    data : bytes, optional
        What is in the file, where that has been read.

    Returns
    -------
    StillPicture

    Raises
    ------
    DeviceError
        As `read_pictures`; also if it holds several pictures, or is damaged.
    """
    pictures = read_pictures(path, data=data)
    if len(pictures) > 1:
        raise DeviceUnsupportedError(
            f"{path}: it holds {len(pictures)} pictures, and one is wanted; save that "
            f"one as a file of its own"
        )
    if pictures[0].is_damaged:
        raise DeviceDataError(
            f"{path}: a damaged JPEG: parts of it are missing; copy it again"
        )
    return pictures[0]


def _decoder(data: bytes) -> Callable[[bytes, str], list[RawPicture]]:
    if data[:2] in (b"II", b"MM"):
        return tiff_pages
    animated = (
        data[:3] == b"GIF"
        or (data[:4] == b"RIFF" and b"ANIM" in data[12:64])
        or data[4:12] == b"ftypavis"
        or (data[:4] == b"\x89PNG" and b"acTL" in data[: data.find(b"IDAT")])
    )
    return _animation if animated else _single


def _animation(data: bytes, name: str) -> list[RawPicture]:
    try:
        found, animation = cv2.imdecodeanimation(np.frombuffer(data, np.uint8))
    except cv2.error as error:
        raise DeviceDataError(f"{name}: {error.err}") from error
    if not found or not len(animation.frames):
        raise DeviceDataError(
            f"{name}: a damaged animation, or one of more than a gigabyte; save the "
            f"picture that is wanted as a file of its own"
        )
    return [RawPicture(*_split(np.asarray(frame))) for frame in animation.frames]


def _single(data: bytes, name: str) -> list[RawPicture]:
    try:
        picture, kinds, metadata = cv2.imdecodeWithMetadata(
            np.frombuffer(data, np.uint8), flags=cv2.IMREAD_UNCHANGED
        )
    except cv2.error as error:
        raise DeviceDataError(f"{name}: {error.err}") from error
    if picture is None:
        raise _undecodable(data, name)
    across, down = _pixel_density(data)
    if across and down and max(across / down, down / across) >= _UNEVEN:
        raise DeviceUnsupportedError(
            f"{name}: its pixels are not square ({across} to a length across, {down} "
            f"down); save it with square pixels"
        )
    values, hidden = _split(np.asarray(picture))
    if hidden is None:
        hidden = _by_colour_key(data, values)
    how = _orientation(kinds, metadata) if data[4:8] != b"ftyp" else 1  # turned already
    profile = _metadata(kinds, metadata, cv2.IMAGE_METADATA_ICCP)
    values, remarks = in_srgb(values, profile, name)
    return [
        RawPicture(
            upright(values, how),
            None if hidden is None else upright(hidden, how),
            remarks,
        )
    ]


def _undecodable(data: bytes, name: str) -> DeviceDataError:
    return DeviceDataError(
        f"{name}: a damaged picture, or of a kind that cannot be decoded ({len(data)} "
        f"bytes); copy it again, or save it as PNG"
    )


def _split(
    picture: NDArray[Any],
) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Colours in the order red, green, blue, and what is hidden."""
    if picture.ndim == 2:
        return picture, None
    if picture.shape[2] not in (3, 4):
        return picture[..., 0], None
    colours = np.ascontiguousarray(picture[..., 2::-1])
    if picture.shape[2] == 3:
        return colours, None
    return colours, picture[..., 3] <= np.iinfo(picture.dtype).max // 2


def _metadata(kinds: Any, metadata: Any, wanted: int) -> bytes:
    for kind, content in zip(kinds, metadata, strict=True):
        if kind == wanted:
            return np.asarray(content).tobytes()
    return b""


def _orientation(kinds: Any, metadata: Any) -> int:
    exif = Image.Exif()
    try:
        exif.load(_metadata(kinds, metadata, cv2.IMAGE_METADATA_EXIF))
        return int(exif.get(_ORIENTATION, 1))
    except (ValueError, TypeError, SyntaxError, OSError):
        return 1  # damaged metadata of a good picture


def _pixel_density(data: bytes) -> tuple[int, int]:
    """Pixels to a length across and down, of JFIF or PNG; 0 where not told."""
    if data[6:11] == b"JFIF\0":
        return int.from_bytes(data[14:16], "big"), int.from_bytes(data[16:18], "big")
    at = _png_chunk(data, b"pHYs")
    if at is None:
        return 0, 0
    return int.from_bytes(data[at : at + 4], "big"), int.from_bytes(
        data[at + 4 : at + 8], "big"
    )


def _png_chunk(data: bytes, kind: bytes) -> int | None:
    """Where the content of a chunk before the picture's data begins."""
    if data[:4] != b"\x89PNG":
        return None
    at = 8
    while at + 8 <= len(data) and data[at + 4 : at + 8] != b"IDAT":
        if data[at + 4 : at + 8] == kind:
            return at + 8
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return None


def _by_colour_key(data: bytes, values: NDArray[Any]) -> NDArray[np.bool_] | None:
    """Pixels of the one colour that a PNG without alpha calls transparent."""
    at = _png_chunk(data, b"tRNS")
    if at is None:
        return None
    count = 1 if values.ndim == 2 else 3
    key = np.frombuffer(data, ">u2", count, at)
    same: NDArray[np.bool_] = values.reshape(*values.shape[:2], count) == key
    return np.asarray(same.all(axis=2))


def _finished(
    name: str,
    page: tuple[int, int],
    raw: RawPicture,
    least_bits: int,
    jpeg: bytes | None,
    damaged: bool,
) -> StillPicture:
    values, hidden, remarks = raw.values, raw.hidden, [*raw.remarks]
    if hidden is not None and (hidden.all() or not hidden.any()):
        hidden = None  # transparent everywhere alike: it marks nothing off
    pixels, bits = _scaled(values, name, least_bits)
    if pixels.dtype != np.uint8 and bits != 16:
        remarks.append(
            f"{name}: values up to {values.max():g} are taken for {bits} bits, with "
            f"full white at {(1 << bits) - 1}"
        )
    if hidden is not None:
        pixels = pixels.copy()
        pixels[hidden] = 0
        remarks.append(
            f"{name}: {100 * hidden.mean():.0f} % of the picture is transparent, and "
            f"not looked at"
        )
    if is_dark(pixels, hidden):
        remarks.append(
            f"{name}: very dark: veins may be missed; take it with more light"
        )
    elif levels := few_levels(pixels):
        remarks.append(
            f"{name}: only {levels} levels of brightness: veins are missed; give the "
            f"camera's own picture"
        )
    return StillPicture(
        name, *page, pixels, hidden, bits, tuple(remarks), jpeg, damaged
    )


def _scaled(
    values: NDArray[Any], name: str, least_bits: int
) -> tuple[NDArray[Any], int]:
    """Values as uint8 or uint16, and how many bits of the file's were in use."""
    if values.dtype == np.uint8:
        return np.ascontiguousarray(values), 8
    if values.size == 0:
        raise DeviceDataError(f"{name}: a picture without pixels")
    if np.issubdtype(values.dtype, np.floating):
        values = values.astype(np.float64)
        if not np.isfinite(values).all():
            raise DeviceUnsupportedError(
                f"{name}: it holds values that are not numbers (NaN or infinite); "
                f"replace them, and save it again"
            )
        if values.min() >= -_OVERSHOOT and values.max() <= 1.0 + _OVERSHOOT:
            values = np.rint(np.clip(values, 0.0, 1.0) * 65535.0).astype(np.uint16)
        else:
            values = _whole_numbers(values, name)
    low, high = int(values.min()), int(values.max())
    if low < 0 or high >= 1 << 32:
        raise DeviceUnsupportedError(
            f"{name}: values of {low} to {high}, where brightness from 0 up is wanted; "
            f"export it as a grey or colour picture of 8 or 16 bits"
        )
    bits = max(bits_in_use(values), least_bits)
    return to_sixteen_bits(values, bits), bits


def _whole_numbers(values: NDArray[Any], name: str) -> NDArray[np.int64]:
    """Floats that count as a camera does; a little below 0 is what a filter leaves."""
    low, high = float(values.min()), float(values.max())
    if high < 2.0 or high >= 2.0**32 or low < -_OVERSHOOT * high:
        raise DeviceUnsupportedError(
            f"{name}: float values of {low:g} to {high:g}; wanted are 0 to 1, or a "
            f"camera's own counts from 0 up; export it as a picture of 8 or 16 bits"
        )
    return np.asarray(np.rint(np.maximum(values, 0)), np.int64)
