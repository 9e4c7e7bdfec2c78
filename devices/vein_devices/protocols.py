"""The protocols of devices: whatever fits one of these can be used in its place."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

from vein_devices.frame import Frame

__all__ = ["Camera"]


@runtime_checkable
class Camera(Protocol):
    """A source of frames. One thread uses it; making one touches no hardware.

    `open` and `close` may be called again; `with` does both. Iterating reads until the
    end of a recording; a live camera never ends.
    """

    @property
    def address(self) -> str:
        """The URL it was made from, in full."""

    @property
    def nominal_fps(self) -> float | None:
        """Frames per second the device states; None where it states none."""

    def open(self) -> None:
        """Take hold of the device.

        Raises
        ------
        DeviceError
            One of the kinds in `vein_devices.errors`; the device is left closed.
        """

    def read(self, timeout_s: float = 2.0) -> Frame:
        """Wait for the next frame.

        Parameters
        ----------
        timeout_s : s
            Never waits longer.

        Returns
        -------
        Frame
            The next one in order, none left out silently (`dropped_before`).

        Raises
        ------
        DeviceTimeoutError
            If no frame came in time. The camera is still open: try again.
        EndOfStreamError
            If a recording is over.
        DeviceError
            If the device failed.
        """

    def close(self) -> None:
        """Let go of the device. Never raises, never blocks for long."""

    def __enter__(self) -> Self:
        """Open."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""

    def __iter__(self) -> Iterator[Frame]:
        """Read until the recording ends."""
