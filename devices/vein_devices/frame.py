"""One picture from a camera, with everything known about how it was taken."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Frame", "FrameFlag", "Pixels"]

Pixels = NDArray[np.uint8]
"""(H, W) grey or (H, W, 3) RGB, uint8."""


class FrameFlag(enum.Flag):
    """What is wrong or special about a frame. Without a flag, nothing is."""

    NONE = 0
    DAMAGED = enum.auto()
    """The data was incomplete or failed its check; the pixels are not to be trusted."""
    STALE = enum.auto()
    """Old when it reached us: over half a second, from a USB camera two periods."""
    REPEATED = enum.auto()
    """Bit for bit the frame before: the camera may be frozen."""
    DARK = enum.auto()
    """Taken with the illuminator off, to be subtracted from a lit frame."""
    CLIPPED = enum.auto()
    """More than one pixel in a hundred is saturated."""
    UNTIMED = enum.auto()
    """It came over a network and its stream tells no time: what the camera or a server
    kept it for cannot be known, and is not in `Frame.delay_s`."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture and its circumstances; the pixels cannot be written to.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3) uint8
        Grey, or RGB (never OpenCV's BGR). The array is made read-only in place: hand
        over an array that nobody else writes to.
    index : int, >= 0
        Counts the frames of one opening of one camera, without gaps.
    monotonic_s : s
        `time.monotonic()` when the frame reached this program.
    device_s : s, optional
        The device's own clock at exposure; its zero point is the device's own.
    exposure_us : us, optional
        Exposure time, where the device tells it.
    light : str
        Which light was on: channel names joined by "+", "" where nobody said.
    flags : FrameFlag
        What is wrong or special.
    dropped_before : int, >= 0
        Frames known to be lost between the one before and this one.
    jpeg : bytes, optional
        The camera's own bytes, where it sends JPEG.
    extra : mapping
        What only one kind of camera knows. The phantom puts its `truth` here.
    delay_s : s, >= 0
        How old the picture was when it reached this program, as far as its stream
        tells; what the camera itself takes is not seen.

    Raises
    ------
    ValueError
        If the pixels are not uint8, not grey or RGB, or have no extent; if a count is
        negative.
    """

    pixels: Pixels
    index: int
    monotonic_s: float
    device_s: float | None = None
    exposure_us: float | None = None
    light: str = ""
    flags: FrameFlag = FrameFlag.NONE
    dropped_before: int = 0
    jpeg: bytes | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    delay_s: float = 0.0

    def __post_init__(self) -> None:
        pixels = self.pixels
        grey_or_rgb = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)
        if pixels.dtype != np.uint8 or not grey_or_rgb or pixels.size == 0:
            raise ValueError(
                f"a frame's pixels are (H, W) or (H, W, 3) uint8, not "
                f"{pixels.shape} {pixels.dtype}; convert them in the camera's driver"
            )
        if self.index < 0 or self.dropped_before < 0:
            raise ValueError(
                f"index and dropped_before count from 0; got {self.index} and "
                f"{self.dropped_before}"
            )
        pixels.flags.writeable = False

    @property
    def taken_s(self) -> float:
        """When it was taken, by `time.monotonic()`: its arrival less its delay."""
        return self.monotonic_s - self.delay_s

    @property
    def truth(self) -> Any:
        """What the phantom drew (`PhantomTruth`); None for every other camera."""
        return self.extra.get("truth")

    @property
    def height_px(self) -> int:
        """Rows."""
        return int(self.pixels.shape[0])

    @property
    def width_px(self) -> int:
        """Columns."""
        return int(self.pixels.shape[1])
