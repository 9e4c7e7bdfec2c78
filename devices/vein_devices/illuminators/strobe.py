"""Lit and dark frames in turn; the difference of a pair is free of ambient light."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

import numpy as np

from vein_devices.errors import EndOfStreamError
from vein_devices.frame import Frame, FrameFlag
from vein_devices.illuminators.driver import LineIlluminator
from vein_devices.protocols import Camera

__all__ = ["StrobedCamera", "without_ambient"]


class StrobedCamera:
    """A `Camera` whose frames take turns through a sequence of lights.

    For cameras that run freely: the light is changed, and frames that may have been
    exposed across the change are thrown away. Each frame read also tells the
    illuminator that the program is alive.

    Parameters
    ----------
    camera : Camera
        Opened and closed with this one.
    light : LineIlluminator
        Opened and closed with this one.
    steps : sequence of sequence of int
        Levels of all channels for each step, 0 to 1000. All 0 is a dark frame.
    settle_frames : int
        Frames thrown away after each change: 2 for a camera with a rolling shutter and
        one buffer.
    """

    def __init__(
        self,
        camera: Camera,
        light: LineIlluminator,
        steps: Sequence[Sequence[int]],
        settle_frames: int = 2,
    ) -> None:
        if not steps:
            raise ValueError("a strobe sequence has at least one step")
        self._camera = camera
        self._light = light
        self._steps = steps
        self._settle_frames = settle_frames
        self._at = 0
        self._index = 0

    @property
    def address(self) -> str:
        """Address of the camera."""
        return self._camera.address

    @property
    def nominal_fps(self) -> float | None:
        """Rate of the camera, divided among settling frames."""
        fps = self._camera.nominal_fps
        return fps / (1 + self._settle_frames) if fps else None

    def open(self) -> None:
        """Open light and camera; the light is armed but off."""
        self._light.open()
        try:
            self._light.arm()
            self._camera.open()
        except BaseException:
            self._light.close()
            raise
        self._at = self._index = 0

    def read(self, timeout_s: float = 2.0) -> Frame:
        """Give the frame of the next step; `light` names its channels.

        Parameters
        ----------
        timeout_s : s
            For each frame of the camera.

        Returns
        -------
        Frame
            Flagged DARK where all levels are 0.
        """
        levels = self._steps[self._at]
        self._light.set_levels(levels)
        dropped = 0
        for _ in range(self._settle_frames):
            dropped += self._camera.read(timeout_s).dropped_before
            self._light.keep()
        frame = self._camera.read(timeout_s)
        self._light.keep()
        self._at = (self._at + 1) % len(self._steps)
        names = [info.name for info in self._light.channels]
        lit = "+".join(n for n, level in zip(names, levels, strict=False) if level)
        self._index += 1
        return replace(
            frame,
            index=self._index - 1,
            light=lit,
            flags=frame.flags | (FrameFlag.NONE if lit else FrameFlag.DARK),
            dropped_before=dropped + frame.dropped_before,
        )

    def close(self) -> None:
        """Close both, with the light off."""
        self._camera.close()
        self._light.close()

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


def without_ambient(lit: Frame, dark: Frame) -> Frame:
    """Subtract a dark frame from a lit one: what the illuminator alone shows.

    Right only as far as the camera's answer to light is linear and nothing moved
    between the two.

    Parameters
    ----------
    lit, dark : Frame
        Of equal size, taken one after the other; `dark` is flagged DARK.

    Returns
    -------
    Frame
        The lit frame with its pixels less the dark ones, never below 0; its JPEG is
        gone, as it shows something else.

    Raises
    ------
    ValueError
        If the second frame is not dark, or the sizes differ.
    """
    if FrameFlag.DARK not in dark.flags:
        raise ValueError("the second frame must have been taken dark (FrameFlag.DARK)")
    if lit.pixels.shape != dark.pixels.shape:
        raise ValueError(f"sizes differ: {lit.pixels.shape} and {dark.pixels.shape}")
    pixels = np.maximum(lit.pixels, dark.pixels) - dark.pixels
    return replace(lit, pixels=pixels, jpeg=None)
