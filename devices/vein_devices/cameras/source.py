"""A camera is a source of shots, numbered, timed and flagged in one place."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType, TracebackType
from typing import Any, Protocol, Self

import numpy as np

from vein_devices.address import without_password
from vein_devices.clock import SYSTEM_CLOCK, Clock
from vein_devices.errors import DeviceAbsentError, EndOfStreamError
from vein_devices.frame import Frame, FrameFlag, Pixels

__all__ = ["OLD_S", "CameraSource", "Shot", "SourceCamera"]

OLD_S = 0.5
"""An older picture is flagged stale, and never called live: a leg moves in that
time."""

_CLIPPED_SHARE = 0.01
"""Highlights on skin whiten fewer pixels than this; more of them mean an exposure that
hides veins."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """What a driver knows about one picture; see `Frame` for the fields.

    Parameters
    ----------
    pixels, device_s, exposure_us, light, flags, dropped_before, jpeg, extra, delay_s
        As in `Frame`.
    arrived_s : s, optional
        `monotonic` time of arrival where the driver knows it better than "now".
    """

    pixels: Pixels
    device_s: float | None = None
    exposure_us: float | None = None
    light: str = ""
    flags: FrameFlag = FrameFlag.NONE
    dropped_before: int = 0
    jpeg: bytes | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    arrived_s: float | None = None
    delay_s: float = 0.0


class CameraSource(Protocol):
    """What one kind of camera must be able to do. Making one touches no hardware."""

    @property
    def nominal_fps(self) -> float | None:
        """Frames per second the device states, or None."""

    def open(self) -> None:
        """Take hold of the device, or raise a `DeviceError` and leave it closed."""

    def shot(self, timeout_s: float) -> Shot:
        """Wait for the next picture.

        Parameters
        ----------
        timeout_s : s
            Never wait longer: raise `DeviceTimeoutError`.

        Returns
        -------
        Shot
        """

    def close(self) -> None:
        """Let go. Never raises; may be called twice."""


class SourceCamera:
    """A `Camera` made of a source: numbers, times and flags its shots.

    Parameters
    ----------
    address : str
        The URL in full.
    source : CameraSource
        The driver.
    clock : Clock
        Time.
    """

    def __init__(
        self, address: str, source: CameraSource, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._address = without_password(address)
        self._source = source
        self._clock = clock
        self._is_open = False
        self._index = 0
        self._content: int | None = None

    @property
    def address(self) -> str:
        """The URL it was made from, less a password."""
        return self._address

    @property
    def nominal_fps(self) -> float | None:
        """Frames per second the device states."""
        return self._source.nominal_fps

    @property
    def source(self) -> CameraSource:
        """The driver, for what only this kind can do (settings, identity)."""
        return self._source

    def open(self) -> None:
        """Take hold of the device; see `Camera.open`."""
        if self._is_open:
            return
        self._source.open()
        self._is_open, self._index, self._content = True, 0, None

    def read(self, timeout_s: float = 2.0) -> Frame:
        """Wait for the next frame; see `Camera.read`.

        Parameters
        ----------
        timeout_s : s
            Never waits longer.

        Returns
        -------
        Frame
        """
        if not self._is_open:
            raise DeviceAbsentError(
                f"{self._address} is not open; call open(), or use it with `with`"
            )
        shot = self._source.shot(timeout_s)
        arrived_s = shot.arrived_s
        frame = Frame(
            pixels=shot.pixels,
            index=self._index,
            monotonic_s=self._clock.monotonic_s() if arrived_s is None else arrived_s,
            device_s=shot.device_s,
            exposure_us=shot.exposure_us,
            light=shot.light,
            flags=shot.flags | self._judge(shot),
            dropped_before=shot.dropped_before,
            jpeg=shot.jpeg,
            extra=shot.extra,
            delay_s=shot.delay_s,
        )
        self._index += 1
        return frame

    def _judge(self, shot: Shot) -> FrameFlag:
        """Flags that the pixels themselves show: a repeated frame, too much light."""
        flags = FrameFlag.NONE
        pixels = shot.pixels
        content = zlib.crc32(shot.jpeg or np.ascontiguousarray(pixels).data)
        if content == self._content:
            flags |= FrameFlag.REPEATED
        self._content = content
        if np.count_nonzero(pixels == 255) > _CLIPPED_SHARE * pixels.size:
            flags |= FrameFlag.CLIPPED
        return flags

    def close(self) -> None:
        """Let go of the device."""
        self._is_open = False
        self._source.close()

    def __enter__(self) -> Self:
        """Open."""
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        """Read until the recording ends."""
        while True:
            try:
                yield self.read()
            except EndOfStreamError:
                return
