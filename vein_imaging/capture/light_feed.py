"""An illuminator in a thread of its own: lit only while the window is alive."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from vein_devices.errors import DeviceError
from vein_devices.illuminators.driver import LineIlluminator

__all__ = ["LightFeed", "LightState"]

_KEEP_S = 0.25
"""A quarter of the second after which the firmware darkens a silent host."""
_ALIVE_S = 1.0
"""A window that has not said for so long that it is alive gets no light."""
_AGAIN_S = 2.0  # before a light that is not there is looked for again


@dataclass(frozen=True, slots=True)
class LightState:
    """How the light stands; replaced whole.

    Parameters
    ----------
    channels : tuple of str
        Their names; empty while there is no connection.
    levels : mapping of str to int
        Thousandths of full, of the channels that are lit.
    problem : str
        Why it is dark against the person's wish; empty where it is not.
    """

    channels: tuple[str, ...] = ()
    levels: dict[str, int] = field(default_factory=dict)
    problem: str = ""


class LightFeed:
    """Keeps what is asked for, and darkness whenever nobody asks.

    Parameters
    ----------
    illuminator : LineIlluminator
        Closed; the thread opens and closes it.
    clock : callable
        `time.monotonic`.
    """

    def __init__(
        self,
        illuminator: LineIlluminator,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._light = illuminator
        self._clock = clock
        self._state = LightState()
        self._wanted: dict[str, int] = {}
        self._alive_s = clock()
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="light", daemon=True)

    @property
    def state(self) -> LightState:
        """How the light stands now."""
        return self._state

    def start(self) -> None:
        """Connect, dark. Once."""
        self._thread.start()

    def stop(self, timeout_s: float = 3.0) -> bool:
        """Make it dark and let go of it; False if that took longer."""
        self._stopping.set()
        self._changed.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def set_level(self, channel: str, level: int) -> None:
        """Light a channel.

        Parameters
        ----------
        channel : str
        level : int, 0 to 1000
            Thousandths of full.

        Raises
        ------
        ValueError
            If the level is out of range.
        """
        if not 0 <= level <= 1000:
            raise ValueError(f"a level is 0 to 1000, not {level!r}")
        self._wanted = {**self._wanted, channel: level}
        self.window_lives()
        self._changed.set()

    def dark(self) -> None:
        """Switch every channel off."""
        self._wanted = {}
        self._changed.set()

    def window_lives(self) -> None:
        """Say that a person can see and switch the light; else it goes dark."""
        self._alive_s = self._clock()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._light:
                    names = tuple(info.name for info in self._light.channels)
                    self._state = replace(self._state, channels=names)
                    self._serve(names)
            except DeviceError as error:
                self._wanted = {}  # nothing comes on by itself after a loss
                self._state = LightState(problem=str(error))
            self._stopping.wait(_AGAIN_S)

    def _serve(self, names: tuple[str, ...]) -> None:
        lit: dict[str, int] = {}
        while not self._stopping.is_set():
            if lit and self._clock() - self._alive_s > _ALIVE_S:
                self._wanted = {}
            wanted = {name: level for name, level in self._wanted.items() if level}
            if wanted != lit:
                lit = self._switch(names, wanted)
            if lit:
                self._light.keep()
            for event in self._light.poll(0.0):
                if event.startswith("FLT"):
                    self._wanted, lit = {}, {}
                    self._state = LightState(names, {}, event.removeprefix("FLT "))
            self._changed.wait(_KEEP_S)
            self._changed.clear()
        self._light.off()

    def _switch(self, names: tuple[str, ...], wanted: dict[str, int]) -> dict[str, int]:
        if wanted:
            self._light.set_levels([wanted.get(name, 0) for name in names])
            self._light.arm()
        else:
            self._light.off()
        problem = "" if wanted else self._state.problem
        self._state = LightState(names, wanted, problem)
        return wanted
