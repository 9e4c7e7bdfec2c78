"""Time as an argument, so that a test never has to wait."""

from __future__ import annotations

import time
from typing import Protocol

__all__ = ["SYSTEM_CLOCK", "Clock", "ManualClock", "SystemClock"]


class Clock(Protocol):
    """What drivers know of time."""

    def monotonic_s(self) -> float:
        """Seconds that never run backwards."""

    def sleep(self, duration_s: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's own clock."""

    def monotonic_s(self) -> float:
        """`time.monotonic()`."""
        return time.monotonic()

    def sleep(self, duration_s: float) -> None:
        """`time.sleep`, or nothing when the time is past."""
        if duration_s > 0:
            time.sleep(duration_s)


class ManualClock:
    """A clock turned by hand: sleeping moves it on, and nothing waits.

    Parameters
    ----------
    now_s : s
        What it shows at first.
    """

    def __init__(self, now_s: float = 1000.0) -> None:
        self.now_s = now_s

    def monotonic_s(self) -> float:
        """What it shows."""
        return self.now_s

    def sleep(self, duration_s: float) -> None:
        """Move it on."""
        self.now_s += max(0.0, duration_s)


SYSTEM_CLOCK = SystemClock()
"""What everything uses unless told otherwise."""
