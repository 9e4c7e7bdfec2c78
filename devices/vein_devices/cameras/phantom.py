"""`phantom:?seed=7&size=1920x1080&visit=after`: the drawn leg as a live camera."""

from __future__ import annotations

import re
from types import MappingProxyType

from vein_devices.address import Address, read_options
from vein_devices.cameras.pacing import FramePacer
from vein_devices.cameras.source import Shot
from vein_devices.clock import Clock
from vein_devices.errors import DeviceAddressError
from vein_phantom import PhantomSettings, Scene, draw_scene

__all__ = ["PhantomSource", "make_source"]


class PhantomSource:
    """Frames of one visit, drawn as they are asked for.

    Parameters
    ----------
    settings : PhantomSettings
        What to draw.
    fps : 1/s, >= 0
        Rate; frames not fetched in time are lost, as with a real camera. 0 draws the
        next frame whenever asked and loses none.
    clock : Clock
        Time.
    """

    def __init__(self, settings: PhantomSettings, fps: float, clock: Clock) -> None:
        self.settings = settings
        self._fps = fps
        self._clock = clock
        self._scene: Scene | None = None
        self._pace = FramePacer(fps, clock)
        self._next = 0

    @property
    def nominal_fps(self) -> float | None:
        """The rate asked for; None where there is none."""
        return self._fps or None

    def open(self) -> None:
        """Draw what stays the same. A scene once drawn is kept for the next opening."""
        if self._scene is None:
            self._scene = draw_scene(self.settings)
        self._pace, self._next = FramePacer(self._fps, self._clock), 0

    def shot(self, timeout_s: float) -> Shot:
        """Draw the frame that is due; `extra["truth"]` is its `PhantomTruth`.

        Parameters
        ----------
        timeout_s : s
            Never waits longer.

        Returns
        -------
        Shot
        """
        if self._scene is None:
            raise RuntimeError("shot() before open()")
        lost = self._pace.wait(timeout_s, live=True)
        index = self._next + lost
        self._next = index + 1
        pixels, truth = self._scene.frame(index)
        return Shot(
            pixels,
            device_s=index / (self._fps or 30.0),
            dropped_before=lost,
            extra=MappingProxyType({"truth": truth, "phantom_index": index}),
        )

    def close(self) -> None:
        """Do nothing: there is nothing to let go of."""


def make_source(address: Address, clock: Clock) -> PhantomSource:
    """Read the address of a phantom.

    Parameters
    ----------
    address : Address
        Options: every field of `PhantomSettings`, `size=WIDTHxHEIGHT`, and `fps`
        (default 30).
    clock : Clock
        Time.

    Returns
    -------
    PhantomSource

    Raises
    ------
    DeviceAddressError
        If an option is unknown or out of range.
    """
    types = {**PhantomSettings.option_types(), "size": str, "fps": float}
    if address.place:
        raise DeviceAddressError(
            f"{address.text}: a phantom has options only, as in phantom:?seed=1"
        )
    values = read_options(address.text, address.options, types)
    fps = float(values.pop("fps", 30.0))
    if not 0.0 <= fps <= 1000.0:
        raise DeviceAddressError(f"{address.text}: fps lies between 0 and 1000")
    if "size" in values:
        size = re.fullmatch(r"(\d{1,5})x(\d{1,5})", str(values.pop("size")))
        if size is None:
            raise DeviceAddressError(f"{address.text}: size is written 1280x720")
        values["width_px"], values["height_px"] = int(size[1]), int(size[2])
    try:
        settings = PhantomSettings(**values)  # type: ignore[arg-type]
    except ValueError as error:
        raise DeviceAddressError(f"{address.text}: {error}") from None
    return PhantomSource(settings, fps, clock)
