"""Pictures and videos that commands are given: one reader, and a word on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from vein_calibration.pixel_size import PixelSize
from vein_devices.cameras.pictures.kind import foreign_kind, is_picture
from vein_devices.cameras.pictures.plain_file import read_head
from vein_devices.cameras.pictures.reader import (
    StillPicture,
    read_one_picture,
    read_pictures,
)
from vein_devices.cameras.video import VideoReader
from vein_devices.errors import DeviceDataError, DeviceError, DeviceUnsupportedError
from vein_imaging.imaging.arrays import Mask
from vein_imaging.pipeline.scale_check import refuse_scale, scale_doubt
from vein_imaging.words import plural
from vein_imaging.words import translate as _

__all__ = [
    "NamedPicture",
    "check_scales",
    "days_to_come",
    "one_picture",
    "pictures_of_file",
    "refuse_same_picture",
]

_NUMBERS_TOLD = 10
"""Of damaged frames, by number; a clip can have thousands."""

SMALL_SIDE_PX = 320
"""Longer side of a thumbnail: 160 px in EXIF, up to 320 from messengers."""


@dataclass(frozen=True, slots=True, eq=False)
class NamedPicture:
    """A picture, and what its results are called.

    Parameters
    ----------
    name : str
        Of the file, with the page or the frame where it holds several.
    pixels : (H, W) or (H, W, 3) RGB, uint8 or uint16
    hidden : (H, W) bool or None
        Transparent pixels.
    """

    name: str
    pixels: NDArray[Any]
    hidden: Mask | None = None


def pictures_of_file(path: Path, every: int = 1) -> Iterator[NamedPicture]:
    """Read a picture, all pages of one, or every N-th frame of a video.

    Parameters
    ----------
    path : Path
    every : int
        In a video; the next good frame where that is damaged.

    Yields
    ------
    NamedPicture

    Raises
    ------
    click.UsageError
        If it cannot be read.
    """
    try:
        head = read_head(path)
        if is_picture(head, path) or foreign_kind(head, path):
            yield from _stills(path)
        else:
            yield from _frames(path, every)
    except DeviceError as error:
        raise click.UsageError(str(error)) from error


def one_picture(path: Path) -> StillPicture:
    """Read a file that must hold one picture; say on stderr what is odd about it.

    Parameters
    ----------
    path : Path

    Returns
    -------
    StillPicture

    Raises
    ------
    click.UsageError
        If it cannot be read, is damaged, or holds several.
    """
    try:
        picture = read_one_picture(path)
    except DeviceError as error:
        raise click.UsageError(str(error)) from error
    _say([*picture.remarks, *_too_small(picture.name, picture.pixels)])
    return picture


def check_scales(
    pictures: Iterable[NDArray[Any]], scales: Iterable[float | PixelSize]
) -> None:
    """Say on stderr what is odd about the scales of pictures.

    Parameters
    ----------
    pictures : iterable of (H, W) or (H, W, 3)
    scales : iterable of mm or PixelSize
        One for each, or none at all.

    Raises
    ------
    ValueError
        If a picture would be longer than a person.
    """
    for picture, scale in zip(pictures, scales, strict=False):
        refuse_scale(picture.shape, scale)
        doubt = scale_doubt(picture.shape, scale)
        _say([doubt] if doubt else [])


def refuse_same_picture(pictures: Sequence[NDArray[Any]]) -> None:
    """Raise an error where one picture was given twice: it would show no change.

    Parameters
    ----------
    pictures : sequence of (H, W) or (H, W, 3)

    Raises
    ------
    ValueError
        With which of them are the same.
    """
    for (at, one), (other, two) in combinations(enumerate(pictures, 1), 2):
        if one.shape == two.shape and np.array_equal(one, two):
            raise ValueError(
                _(
                    "pictures {at} and {other} are one and the same picture: give one "
                    "of each visit"
                ).format(at=at, other=other)
            )


def days_to_come(*days: date | None) -> Iterator[str]:
    """Say on stderr which days are still to come, and give these words back.

    Parameters
    ----------
    days : of pictures
        None where it is not known.

    Yields
    ------
    str
    """
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)  # where it is already
    for day in days:
        if day is not None and day > tomorrow:
            words = _(
                "a picture is dated {day}, which is still to come: check the date, on "
                "which the eight weeks rest"
            ).format(day=day)
            _say([words])
            yield words


def _stills(path: Path) -> Iterator[NamedPicture]:
    for picture in read_pictures(path):
        if picture.is_damaged:
            raise DeviceDataError(
                f"{path}: a damaged JPEG: parts of it are missing; copy it again"
            )
        _say([*picture.remarks, *_too_small(picture.name, picture.pixels)])
        page = f"-page{picture.page:03d}" if picture.pages > 1 else ""
        yield NamedPicture(path.stem + page, picture.pixels, picture.hidden)


def _frames(path: Path, every: int) -> Iterator[NamedPicture]:
    """A video of a kind that cannot be measured is left out, and named on stderr."""
    due = given = 0
    try:
        with closing(VideoReader(path)) as video:
            if video.cut is not None:
                _say([f"{path}: {video.cut}"])
            _say(_oddities_of(video))
            for frame in video.frames():
                if frame.index >= due:
                    name = f"{path.stem}-{frame.index:06d}"
                    given += 1
                    yield NamedPicture(name, frame.pixels())
                    due = frame.index - frame.index % every + every
    except DeviceUnsupportedError as error:
        _say([_("not measured: {reason}").format(reason=error)])
        return
    if not given and not video.lost:
        raise DeviceDataError(
            f"{path}: no frame in it is to be shown; play it in another program, and "
            f"save it from there"
        )
    if video.lost:
        told = ", ".join(map(str, video.lost_at[:_NUMBERS_TOLD]))
        words = plural(
            "{path}: {count} damaged frame was left out, not measured: {numbers}",
            "{path}: {count} damaged frames were left out, not measured: {numbers}",
            video.lost,
        )
        more = ", ..." if video.lost > _NUMBERS_TOLD else ""
        _say([words.format(path=path, count=video.lost, numbers=told + more)])


def _oddities_of(video: VideoReader) -> list[str]:
    told = []
    if not video.is_square:
        words = _(
            "{name}: its pixels are not square ({aspect:.4g} times as wide as high); "
            "the frames are stretched, and mm per pixel counts in the stretched ones"
        )
        told.append(words.format(name=video.name, aspect=video.pixel_aspect))
    if video.is_hdr:
        words = _(
            "{name}: an HDR video: its brightness is not a photograph's, and veins "
            "look paler; on the phone, switch HDR video off"
        )
        told.append(words.format(name=video.name))
    if video.others:
        words = plural(
            "{name}: it holds {count} more video, which is not read",
            "{name}: it holds {count} more videos, which are not read",
            video.others,
        )
        told.append(words.format(name=video.name, count=video.others))
    return told


def _too_small(name: str, pixels: NDArray[Any]) -> list[str]:
    height, width = pixels.shape[:2]
    if max(height, width) > SMALL_SIDE_PX:
        return []
    words = _(
        "{name}: only {width} x {height} px, as a thumbnail: veins are missed; give "
        "the camera's own picture"
    )
    return [words.format(name=name, width=width, height=height)]


def _say(remarks: tuple[str, ...] | list[str]) -> None:
    for remark in remarks:
        click.echo(remark, err=True)
